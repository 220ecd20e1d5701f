"""A proof of work: a moment of the sender's machine instead of a riddle for the sender.

The server picks a number and tells only the beginning of the key derived from it; the client tries
numbers until it meets that key. The server made the key when it asked, so that checking costs one
HMAC. Source: ALTCHA, version 2 (PBKDF2, deterministic mode).
"""

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import altcha

from citizenreport.core.keys import KeyRing
from citizenreport.intake.rules import UsableOnce

HEADER: Final = "X-Proof-Of-Work"
FIELD: Final = "proof"
MAX_CHARS: Final = 4_000

ALGORITHM: Final = "PBKDF2/SHA-256"
COST: Final = 1_000
"""Iterations of one try: a third of a millisecond."""
TRIES: Final = 300
"""Tries that the easiest challenge takes on average, half to one and a half times as many: less
than 0.1 s here, and about 0.3 s in a browser slowed down six times."""
HARDEST: Final = 5
"""Each level takes twice the tries of the one below: the hardest 32 times those of the easiest."""
LIFE: Final = timedelta(hours=1)
LEVELS_FORGIVEN: Final = 2
"""It may have become harder while somebody was writing."""


class Outcome(StrEnum):
    """What a send's proof is worth. Anything but `accepted` counts as no proof, never as an error."""

    ACCEPTED = "accepted"
    MISSING = "missing"
    INVALID = "invalid"
    EXPIRED = "expired"
    TOO_EASY = "too-easy"
    USED = "used"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A checked proof; `usable` when it is accepted."""

    outcome: Outcome
    usable: UsableOnce | None = None


def new_challenge(keys: KeyRing, *, level: int, now: datetime) -> dict[str, Any]:
    """Return a challenge as it is sent. `level`: 0 for the easiest, HARDEST for the hardest."""
    tries = TRIES << min(level, HARDEST)
    challenge = altcha.create_challenge(
        ALGORITHM,
        COST,
        counter=tries // 2 + secrets.randbelow(tries),
        expires_at=now + LIFE,
        data={"level": level},
        hmac_secret=_signing_key(keys),
        hmac_key_secret=_answer_key(keys),
    )
    found: dict[str, Any] = challenge.to_dict()
    return found


def check_proof(keys: KeyRing, sent: str, *, level: int, now: datetime) -> Proof:
    """Say what a sent proof is worth, as long as its challenge was not used before.

    `level`: how hard a challenge would be now.
    """
    if not sent:
        return Proof(outcome=Outcome.MISSING)
    payload = _read(sent)
    if payload is None:
        return Proof(outcome=Outcome.INVALID)
    outcome = _outcome(keys, payload, level=level, now=now)
    if outcome is not Outcome.ACCEPTED:
        return Proof(outcome=outcome)
    mark = keys.fingerprint("used-proof", str(payload.challenge.signature))
    return Proof(outcome=outcome, usable=UsableOnce(mark=mark, expires_at=_expires_at(payload)))


def _outcome(keys: KeyRing, payload: altcha.Payload, *, level: int, now: datetime) -> Outcome:
    result = altcha.verify_solution(payload, _signing_key(keys), hmac_key_secret=_answer_key(keys))
    parameters = payload.challenge.parameters
    if result.expired:
        return Outcome.EXPIRED
    if not result.verified or not parameters.key_signature:
        return Outcome.INVALID
    if _expires_at(payload) <= now:
        return Outcome.EXPIRED
    made_at_level = (parameters.data or {}).get("level", 0)
    if made_at_level + LEVELS_FORGIVEN < min(level, HARDEST):
        return Outcome.TOO_EASY
    return Outcome.ACCEPTED


def _expires_at(payload: altcha.Payload) -> datetime:
    return datetime.fromtimestamp(payload.challenge.parameters.expires_at or 0, UTC)


def _read(sent: str) -> altcha.Payload | None:
    """Return what was sent, as far as it has the shape of a proof; anything may have been."""
    if len(sent) > MAX_CHARS:
        return None
    try:
        body = json.loads(base64.b64decode(sent, validate=True))
        payload = altcha.Payload.from_dict(body)
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    is_whole = isinstance(payload.challenge.signature, str) and isinstance(
        payload.challenge.parameters.expires_at, int
    )
    return payload if is_whole else None


def _signing_key(keys: KeyRing) -> bytes:
    return keys.fingerprint("proof-of-work", "challenge")


def _answer_key(keys: KeyRing) -> bytes:
    return keys.fingerprint("proof-of-work", "answer")
