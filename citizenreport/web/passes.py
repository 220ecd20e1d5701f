"""The pass to one report: its code and secret in a sealed cookie, never in an address.

A secret made by the form is written in 28 letters and digits without look-alikes, so
that it can be copied from a screen to paper and back; secrets of other doors are taken as they
were given.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass
from typing import Final

from flask import Response, current_app, request

from citizenreport.core.clock import utcnow
from citizenreport.core.ids import ALPHABET, normalise_tracking_code
from citizenreport.core.keys import KeyRing, Place, SealBroken, open_sealed, seal
from citizenreport.web.sessions import cookie_name, is_https

RECEIPT: Final = "receipt"
FOLLOW: Final = "follow"
COUNTER: Final = "counter"
COUNTER_CONFIDENTIAL: Final = "counter-confidential"
AT_THE_COUNTER: Final = (COUNTER, COUNTER_CONFIDENTIAL)
"""Given to a taker's browser for the one moment until the receipt is shown."""
LIFE_S: Final = {RECEIPT: 10 * 60, FOLLOW: 60 * 60, COUNTER: 60, COUNTER_CONFIDENTIAL: 60}
SECRET_CHARS: Final = (
    28  # of 31 letters: 138 bits, in seven groups. Source: protection.md section 5
)
CODE_MAX_CHARS: Final = 40
SECRET_MAX_CHARS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Pass:
    """Opens one report. No repr: it would reach logs."""

    code: str
    secret: str


def readable_secret(keys: KeyRing, *, send_key: str, body: bytes) -> str:
    """Return the secret of a send: the same again when the same form comes twice.

    The body is part of it, so that nobody who learns a send key makes the same secret.
    """
    message = b"\x1f".join((b"form-secret", send_key.encode(), hashlib.sha256(body).digest()))
    number = int.from_bytes(hmac.digest(keys.derivation, message, hashlib.sha256), "big")
    letters = []
    for _ in range(SECRET_CHARS):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)


def typed_pass(code: str, secret: str) -> Pass:
    """Return what a person typed, as it was given out: spaces, hyphens and case do not matter."""
    bare = "".join(secret.split())[:SECRET_MAX_CHARS]
    grouped = bare.replace("-", "").upper()
    is_ours = len(grouped) == SECRET_CHARS and set(grouped) <= set(ALPHABET)
    return Pass(
        code=normalise_tracking_code(code)[:CODE_MAX_CHARS], secret=grouped if is_ours else bare
    )


def give(response: Response, kind: str, report_pass: Pass) -> None:
    """Put a pass into the browser. A link from another site never carries it (Strict)."""
    text = json.dumps([report_pass.code, report_pass.secret, int(utcnow().timestamp())])
    sealed = seal(_cookie_key(), text.encode(), _place(kind))
    response.set_cookie(
        cookie_name(kind),
        urlsafe_b64encode(sealed).decode(),
        max_age=LIFE_S[kind],
        secure=is_https(),
        httponly=True,
        samesite="Strict",
        path="/",
    )


def held(kind: str) -> Pass | None:
    """Return the pass this browser holds; None for none, a forged one or one that is too old."""
    cookie = request.cookies.get(cookie_name(kind))
    if cookie is None:
        return None
    try:
        text = open_sealed(_cookie_key(), urlsafe_b64decode(cookie), _place(kind))
    except (BadBase64, ValueError, SealBroken):
        return None
    code, secret, given_at_s = json.loads(text)
    if utcnow().timestamp() - given_at_s > LIFE_S[kind]:
        return None
    return Pass(code=code, secret=secret)


def take_back(response: Response, *kinds: str) -> None:
    """Have the browser forget its passes."""
    for kind in kinds:
        response.delete_cookie(
            cookie_name(kind), path="/", secure=is_https(), httponly=True, samesite="Strict"
        )


def _place(kind: str) -> Place:
    return Place(table="cookie", column=kind, row="")


def _cookie_key() -> bytes:
    """Return the key that seals passes: what is left of a cookie in a browser opens nothing."""
    key = f"pass {current_app.config['SECRET_KEY']}".encode()
    return hashlib.sha256(key).digest()
