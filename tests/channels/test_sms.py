"""A report by SMS: a gateway posts, short answers go back in the alphabet of phones."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from citizenreport.conversations.models import ChatMessage
from citizenreport.intake.models import Report
from citizenreport.messaging.sms import (
    ALPHABET,
    PARTS_MAX,
    TWO_CHARS,
    length_of,
    pages_of,
    parts_of,
    short,
)
from tests.channels.fake_telegram import answer_json
from tests.jobs.world import World
from tests.tls import TlsServer, make_authority, tls_server

SECRET, TOKEN = "kanari-sms-rahasia", "kanari-sms-token"
LAMP = "Lampu jalan di depan warung mati sejak kemarin"


@dataclass
class OldPhone:
    """Somebody who writes SMS; the gateway takes only short texts of the GSM alphabet."""

    world: World
    gateway: TlsServer
    sent: list[dict[str, Any]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    def take(self, handler: Any) -> None:
        asked = self.gateway.asked[-1]
        message = json.loads(asked.body)
        letters = set(message["text"]) <= ALPHABET | TWO_CHARS
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            answer_json(handler, 401, {})
        elif not letters or not 0 < length_of(message["text"]) <= 4 * 153:
            answer_json(handler, 400, {})
        else:
            self.sent.append(message)
            answer_json(handler, 202, {})

    def post(self, body: bytes, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.world.app.test_client().post("/kanal/sms", data=body, headers=named)

    def body(self, text: str, number: int | None = None) -> bytes:
        id_ = f"kanari-{number or next(self.numbers)}"
        return json.dumps({"id": id_, "from": "+6281234567890", "text": text}).encode()

    def say(self, text: str) -> str:
        before = len(self.sent)
        assert self.post(self.body(text), X_Gateway_Secret=SECRET).status_code == 200
        while self.world.work():
            pass
        assert len(self.sent) == before + 1
        return str(self.sent[-1]["text"])


@pytest.fixture
def phone(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OldPhone]:
    authority = make_authority(tmp_path)
    with tls_server(authority.server_pem()) as server:
        phone = OldPhone(world=world, gateway=server)
        server.answer = phone.take
        settings = {
            "SMS_URL": f"{server.url}/kirim",
            "SMS_TOKEN": TOKEN,
            "SMS_SECRET": SECRET,
            "OUTGOING_TEST_CA": authority.path,
        }
        for name, value in settings.items():
            monkeypatch.setitem(world.app.config, name, value)
        yield phone


def test_a_whole_chat_becomes_one_report(world: World, phone: OldPhone) -> None:
    phone.say("halo")
    assert "1. " in phone.say(LAMP)
    phone.say("1")
    phone.say("Jl Pajajaran, kelurahan Panjang")
    assert "KIRIM" in phone.say("ya")
    answer = phone.say("kirim")
    report = world.session.scalars(select(Report)).one()
    assert (report.channel, report.category_code, report.area_code) == (
        "sms",
        "A04",
        "33.71.03.1005",
    )
    assert report.tracking_code in answer
    assert "/buka/" in answer
    assert all(parts_of(one["text"]) <= PARTS_MAX for one in phone.sent)


def test_every_language_stays_within_four_parts(phone: OldPhone) -> None:
    for language in ("en", "jv", "id"):
        phone.say(language)
        phone.say(LAMP)
        phone.say("0")
        phone.say("batal")
    assert all(parts_of(one["text"]) <= PARTS_MAX for one in phone.sent)


def test_a_signed_post_is_taken_and_a_forged_one_refused(world: World, phone: OldPhone) -> None:
    body = phone.body("halo")
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert phone.post(body + b" ", X_Signature_256=signature).status_code == 403
    assert phone.post(body).status_code == 403
    assert phone.post(body, X_Gateway_Secret="lain").status_code == 403
    assert world.session.scalars(select(ChatMessage)).all() == []
    assert phone.post(body, X_Signature_256=signature).status_code == 200
    assert phone.post(body, X_Signature_256=signature).status_code == 200
    assert len(world.session.scalars(select(ChatMessage)).all()) == 1


@pytest.mark.parametrize(
    "posted", [{}, {"id": "1"}, {"id": "1", "from": "x"}, {"id": 1, "from": "+62811", "text": 2}]
)
def test_what_is_no_sms_is_passed_over(world: World, phone: OldPhone, posted: object) -> None:
    body = json.dumps(posted).encode()
    assert phone.post(body, X_Gateway_Secret=SECRET).status_code == 200
    assert world.session.scalars(select(ChatMessage)).all() == []


def test_lengths_are_those_of_the_standard() -> None:
    assert [parts_of("a" * n) for n in (1, 160, 161, 306, 307)] == [1, 1, 2, 2, 3]
    assert length_of("a[b]€") == 8
    assert short("“Halo” — é … ў") == '"Halo" - é ... ?'


def test_a_long_list_goes_as_several_sms_with_every_line(phone: OldPhone) -> None:
    phone.say("Ada sesuatu di jalan raya kita")
    aspects = phone.say("daftar")
    phone.post(phone.body(aspects[aspects.index(". Nyaman") - 1]), X_Gateway_Secret=SECRET)
    before = len(phone.sent)
    while phone.world.work():
        pass
    said = "\n".join(one["text"] for one in phone.sent[before:])
    assert len(phone.sent) - before > 1
    assert "\n18. " in said
    assert "\n0. " in said


def test_lines_stay_whole_and_what_is_endless_ends() -> None:
    assert pages_of("satu\ndua") == ["satu\ndua"]
    assert pages_of("\n".join(["a" * 500] * 3)) == ["a" * 500] * 3
    assert len(pages_of("\n".join(["a" * 500] * 30))) == 5


@given(st.text(max_size=2_000))
def test_whatever_is_said_travels_in_four_parts_of_the_alphabet(text: str) -> None:
    written = short(text)
    assert parts_of(written) <= PARTS_MAX
    assert set(written) <= ALPHABET | TWO_CHARS
