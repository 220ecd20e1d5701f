"""What a push to a browser is, and which browsers it may go to. Who carries it: `pushers.py`."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from citizenreport.core.errors import InvalidInput, NotFound, Unavailable
from citizenreport.core.text import _n
from citizenreport.messaging.rules import PushAddress, PushAddressInvalid

BASE64: Final = re.compile(r"[A-Za-z0-9_-]+")
POINT_BYTES: Final = 65
AUTH_BYTES: Final = 16
ENDPOINT_MAX_CHARS: Final = 1_000


class PushGone(NotFound):
    """The browser takes no pushes any more: forget it."""

    code = "push-gone"
    title = _n("Peramban ini tidak menerima kabar lagi.")


class PushRefused(InvalidInput):
    """The push service will not take this push, today or tomorrow."""

    code = "push-refused"
    title = _n("Kabar tidak dapat dikirim ke peramban ini.")


class PushUnavailable(Unavailable):
    """The push service is not reached, or asks us to come back later."""

    code = "push-unavailable"
    title = _n("Layanan kabar peramban sedang tidak tersedia.")


class PushNotSetUp(Unavailable):
    """There is no key to sign pushes with."""

    code = "push-not-set-up"
    title = _n("Kabar ke peramban belum diatur.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a notice on a phone says. Who is nearby reads it, too: nothing of what was reported.

    `tag`: a later one of the same tag replaces it, on the phone and on the way there.
    """

    title: str
    body: str
    url: str
    tag: str
    language: str


class Pusher(Protocol):
    """Somebody who carries pushes."""

    def send(self, push: Push, to: PushAddress, *, now: datetime) -> None:
        """Hand over one push.

        Raises:
            PushGone: forget the browser.
            PushRefused, AddressNotAllowed: it will never be taken.
            PushUnavailable, PushNotSetUp, NoAnswer: try again later.
        """


def public_text(key: EllipticCurvePrivateKey) -> str:
    """Return the public key as browsers take it: the point, URL-safe base64."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64_text(point)


def check_address(address: PushAddress) -> PushAddress:
    """Return what a browser gave when it can be used. Raises PushAddressInvalid."""
    is_short = len(address.endpoint) <= ENDPOINT_MAX_CHARS and address.endpoint.isascii()
    try:
        parts = urlsplit(address.endpoint)
        point, auth = _bytes(address.p256dh), _bytes(address.auth)
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except (ValueError, BadBase64):
        raise PushAddressInvalid from None
    if not is_short or parts.scheme != "https" or not parts.hostname:
        raise PushAddressInvalid
    if len(point) != POINT_BYTES or len(auth) != AUTH_BYTES:
        raise PushAddressInvalid
    return address


def base64_text(content: bytes) -> str:
    """Return bytes as browsers write them: URL-safe base64 without its end."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Return what base64 text stands for. Raises ValueError for a character it has not."""
    if BASE64.fullmatch(text) is None:
        raise ValueError
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
