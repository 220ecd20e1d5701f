"""Links that mails carry: sealed, for one purpose, 30 days; ids only, and not readable.

`mint_link` makes one, freshly for each mail. Opening it shows a page with one button
(`web/link_pages.py`); pressing it exchanges the token for a cookie of that purpose and leads to
the purpose's clean address, whose door asks `held_link`. So a mail scanner that opens every link
changes nothing, and the cookie may be SameSite=Strict although mail programmes are other sites:
the exchange is a form of our own page.

A door that takes the token itself (one-click unsubscribing) asks `opened`.
Source: protection.md section 5.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final
from uuid import UUID

from flask import Response, current_app, request

from citizenreport.core.clock import utcnow
from citizenreport.core.errors import NotFound
from citizenreport.core.keys import Place, SealBroken, open_sealed, seal
from citizenreport.core.text import _n
from citizenreport.web.context import current_keys
from citizenreport.web.paths import STOP_PATH
from citizenreport.web.sessions import cookie_name, is_https

LINK_LIFE: Final = timedelta(days=30)
HELD_LIFE: Final = timedelta(hours=1)
LINK_PATH: Final = "/buka"
TOKEN_MAX_CHARS: Final = 100
TOKEN_BYTES: Final = 1 + 16 + 4  # purpose, id, seconds since 1970
IN_A_LINK: Final = Place(table="link", column="token", row="")


class Purpose(Enum):
    """What a link is good for, and for nothing else. The number is in the token."""

    FOLLOW = 1
    ANSWER = 2
    SURVEY = 3
    VERIFY_EMAIL = 4
    UNSUBSCRIBE = 5
    SUBSCRIPTION = 6
    STAFF_ADDRESS = 7

    @property
    def cookie(self) -> str:
        return cookie_name(f"link-{self.name.lower().replace('_', '-')}")


class LinkOver(NotFound):
    """A link that opens nothing: forged, too old, for another purpose, or of what was erased."""

    code = "link-over"
    title = _n("Tautan ini tidak berlaku, atau tidak berlaku lagi.")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Link:
    """What a token says. `about` is a report, a subscription or an address to be verified."""

    about: UUID
    purpose: Purpose
    made_at: datetime


def mint_link(about: UUID, purpose: Purpose) -> str:
    """Return a fresh link for a mail: good for this purpose only, for 30 days.

    `about`: the id of the report; for subscriptions and addresses the id of their own row.
    """
    return f"{current_app.config['PUBLIC_URL']}{LINK_PATH}/{mint_token(about, purpose)}"


def mint_stop_link(about: UUID) -> str:
    """Return a fresh address at which mails about something end: a POST does it (RFC 8058)."""
    token = mint_token(about, Purpose.UNSUBSCRIBE)
    return f"{current_app.config['PUBLIC_URL']}{STOP_PATH}/{token}"


def mint_token(about: UUID, purpose: Purpose) -> str:
    """Return a fresh token, for a door that takes it itself."""
    link = Link(about=about, purpose=purpose, made_at=utcnow())
    return _text(seal(_link_key(), _packed(link), IN_A_LINK))


def opened(token: str, purpose: Purpose) -> UUID:
    """Return what a token is about. Raises LinkOver, the same for every reason."""
    link = read_token(token)
    if link.purpose is not purpose:
        raise LinkOver
    return link.about


def read_token(token: str) -> Link:
    """Return what a token says, for whatever purpose. Raises LinkOver."""
    link = _unpacked(token, _link_key(), IN_A_LINK)
    if link is None or utcnow() - link.made_at > LINK_LIFE:
        raise LinkOver
    return link


def hold_link(response: Response, link: Link) -> None:
    """Put into the browser that it has opened a link. A link of another site never sends it."""
    held = Link(about=link.about, purpose=link.purpose, made_at=utcnow())
    response.set_cookie(
        link.purpose.cookie,
        _text(seal(_cookie_key(), _packed(held), _in_a_cookie(link.purpose))),
        max_age=int(HELD_LIFE.total_seconds()),
        secure=is_https(),
        httponly=True,
        samesite="Strict",
        path="/",
    )


def held_link(purpose: Purpose) -> Link | None:
    """Return what this browser has opened for a purpose within the hour; None for nothing.

    Whether the thing still exists is for the door to ask: of what was erased it knows nothing.
    """
    cookie = request.cookies.get(purpose.cookie, "")
    held = _unpacked(cookie, _cookie_key(), _in_a_cookie(purpose))
    if held is None or held.purpose is not purpose or utcnow() - held.made_at > HELD_LIFE:
        return None
    return held


def drop_link(response: Response, *purposes: Purpose) -> None:
    """Have the browser forget what it opened."""
    for purpose in purposes:
        response.delete_cookie(
            purpose.cookie, path="/", secure=is_https(), httponly=True, samesite="Strict"
        )


def _packed(link: Link) -> bytes:
    made_at_s = int(link.made_at.timestamp())
    return bytes([link.purpose.value]) + link.about.bytes + made_at_s.to_bytes(4, "big")


def _unpacked(text: str, key: bytes, place: Place) -> Link | None:
    """Return what was sealed for this place; None for anything else that somebody sent."""
    if not text.isascii() or len(text) > TOKEN_MAX_CHARS:
        return None
    try:
        packed = open_sealed(key, urlsafe_b64decode(text + "=" * (-len(text) % 4)), place)
    except (BadBase64, ValueError, SealBroken):
        return None
    if len(packed) != TOKEN_BYTES:
        return None
    return Link(
        purpose=Purpose(packed[0]),
        about=UUID(bytes=packed[1:17]),
        made_at=datetime.fromtimestamp(int.from_bytes(packed[17:], "big"), UTC),
    )


def _text(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _in_a_cookie(purpose: Purpose) -> Place:
    return Place(table="cookie", column="link", row=purpose.name)


def _link_key() -> bytes:
    """Return the key of tokens: from a key file, so that a copied database forges none."""
    return current_keys().fingerprint("link", "token")


def _cookie_key() -> bytes:
    key = f"link {current_app.config['SECRET_KEY']}".encode()
    return hmac.digest(key, b"cookie", hashlib.sha256)
