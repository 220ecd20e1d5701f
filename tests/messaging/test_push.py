"""Web Push against a real push service that decrypts with the browser's keys."""

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from citizenreport.core.outgoing import AddressNotAllowed, Outgoing
from citizenreport.messaging.push import (
    Push,
    PushGone,
    PushNotSetUp,
    PushRefused,
    PushUnavailable,
    check_address,
    public_text,
)
from citizenreport.messaging.pushers import ConsolePusher, NullPusher, WebPush, pusher_for
from citizenreport.messaging.rules import PushAddressInvalid
from tests.messaging.browsers import Browser, PushService, open_push_service, text

NOW = datetime(2026, 3, 17, 5, 0, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
PUSH = Push(
    title="Ada kabar untuk Anda",
    body="Laporan ABC: ada balasan",
    url="https://lapor.example/buka/x",
    tag="0" * 32,
    language="id",
)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushService]:
    with open_push_service(tmp_path) as service:
        yield service


def send(
    service: PushService, browser: Browser, key: ec.EllipticCurvePrivateKey | None = KEY
) -> None:
    pusher = WebPush(key=key, contact="https://lapor.example", outgoing=service.outgoing)
    pusher.send(PUSH, browser.address, now=NOW)


def test_only_the_browser_reads_what_was_pushed(service: PushService) -> None:
    browser = service.browser()
    send(service, browser)
    [asked] = service.server.asked
    assert asked.path == "/push/a"
    assert b"kabar" not in asked.body
    assert browser.read(asked) == {
        "title": PUSH.title,
        "body": PUSH.body,
        "url": PUSH.url,
        "tag": PUSH.tag,
        "language": "id",
    }
    assert asked.headers["content-encoding"] == "aes128gcm"
    assert asked.headers["ttl"] == "86400"
    assert asked.headers["topic"] == PUSH.tag


def test_the_sender_is_proved_by_a_signature(service: PushService) -> None:
    send(service, service.browser())
    scheme, _, rest = service.server.asked[0].headers["authorization"].partition(" ")
    token, key = (part.partition("=")[2] for part in rest.split(", "))
    assert (scheme, key) == ("vapid", public_text(KEY))
    head, claims, signature = token.split(".")
    raw = unpadded(signature)
    numbers = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    KEY.public_key().verify(
        encode_dss_signature(*numbers), f"{head}.{claims}".encode(), ec.ECDSA(SHA256())
    )
    assert json.loads(unpadded(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(unpadded(claims)) == {
        "aud": service.server.url,
        "exp": int(NOW.timestamp()) + 12 * 3600,
        "sub": "https://lapor.example",
    }


def unpadded(content: str) -> bytes:
    return base64.urlsafe_b64decode(content + "=" * (-len(content) % 4))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *((404, PushGone), (410, PushGone), (429, PushUnavailable), (500, PushUnavailable)),
        *((503, PushUnavailable), (400, PushRefused), (403, PushRefused), (413, PushRefused)),
        (307, PushRefused),
    ],
)
def test_what_the_push_service_says_decides(
    service: PushService, status: int, error: type[Exception]
) -> None:
    service.says(status)
    with pytest.raises(error):
        send(service, service.browser())


def test_an_address_inside_the_city_gets_nothing(service: PushService) -> None:
    pusher = WebPush(key=KEY, contact="https://lapor.example", outgoing=Outgoing())
    with pytest.raises(AddressNotAllowed):
        pusher.send(PUSH, service.browser().address, now=NOW)
    assert service.server.asked == []


def test_without_a_key_pushes_wait(service: PushService) -> None:
    with pytest.raises(PushNotSetUp):
        send(service, service.browser(), key=None)


def test_what_a_browser_gives_is_checked() -> None:
    good = Browser(endpoint="https://push.example/abc").address
    assert check_address(good) == good
    bad = [
        replace(good, endpoint="http://push.example/abc"),
        replace(good, endpoint="https:///abc"),
        replace(good, endpoint="https://push.example/" + "x" * 1_000),
        replace(good, endpoint="https://push.example/é"),
        replace(good, endpoint="https://[push.example/"),
        replace(good, auth=""),
        replace(good, auth=text(bytes(15))),
        replace(good, p256dh=text(bytes(65))),  # no point of the curve
        replace(good, p256dh=good.p256dh[:-4]),
        replace(good, p256dh="€"),
    ]
    for address in bad:
        with pytest.raises(PushAddressInvalid):
            check_address(address)


def test_settings_choose_the_pusher() -> None:
    def choose(word: str, *, is_private: bool = False) -> object:
        return pusher_for(word, key=None, contact="", outgoing=Outgoing(), is_private=is_private)

    assert isinstance(choose(""), WebPush)
    assert isinstance(choose("", is_private=True), ConsolePusher)
    assert isinstance(choose("web", is_private=True), WebPush)
    assert isinstance(choose("console"), ConsolePusher)
    assert isinstance(choose("null"), NullPusher)


def test_the_console_shows_the_words_and_not_the_browser() -> None:
    out = io.StringIO()
    address = Browser(endpoint="https://push.example/secret").address
    ConsolePusher(out=out).send(PUSH, address, now=NOW)
    assert PUSH.body in out.getvalue()
    assert "secret" not in out.getvalue()
    assert "secret" not in repr(address)
