"""Identifiers: the ones people read aloud, and the ones only the database sees."""

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0/O, 1/I/L: read over the phone
TRACKING_CODE_CHARS = 10
# A letter for each byte; bytes beyond the last whole alphabet go, so that all are equally likely.
_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_LEFT_OVER = bytes(range(256 - 256 % len(ALPHABET), 256))
CODE_CHARACTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def new_tracking_code() -> str:
    """Return ten random characters of a 31-letter alphabet (49 bits); the only public id of a report."""
    code = b""
    while len(code) < TRACKING_CODE_CHARS:
        code += secrets.token_bytes(16).translate(_LETTERS, _LEFT_OVER)
    return code[:TRACKING_CODE_CHARS].decode()


def normalise_tracking_code(text: str) -> str:
    """Return what a person typed as a code: upper case, without spaces, hyphens and the like.

    What no code holds is left out: it would not fit, and PostgreSQL takes no NUL.
    """
    return "".join(character for character in text.upper() if character in CODE_CHARACTERS)


def new_id() -> UUID:
    """Return a time-ordered key (RFC 9562 version 7). Never public: it tells when a row was made."""
    return uuid7()


def new_public_id() -> str:
    """Return 128 random bits as 22 URL-safe characters, for things that are seen outside."""
    return secrets.token_urlsafe(16)
