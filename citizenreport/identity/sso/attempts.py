"""On the way to the provider and back. What is sent along is derived, so that no row holds it."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from citizenreport.identity.sso.models import SsoAttempt
from citizenreport.identity.sso.rules import ATTEMPT_LIVES, AttemptGone


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Attempt:
    """`browser` goes into the browser's cookie; `state` and what follows from it to the provider."""

    state: str
    browser: str
    onward: str
    made_at: datetime
    proving: UUID | None = None

    def nonce(self, keys: KeyRing) -> str:
        """Return what the provider must sign, so that its answer is to this attempt."""
        return _derived(keys, "sso-nonce", self)

    def verifier(self, keys: KeyRing) -> str:
        """Return what shows that whoever brings the code is who asked for it."""
        return _derived(keys, "sso-verifier", self)


def begin(session: Session, *, onward: str, now: datetime, proving: UUID | None = None) -> Attempt:
    """Remember that a browser sets out."""
    state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    attempt = Attempt(state=state, browser=browser, onward=onward, made_at=now, proving=proving)
    session.add(
        SsoAttempt(
            state_hash=_hash(state),
            browser_hash=_hash(browser),
            onward=onward,
            made_at=now,
            proving=proving,
        )
    )
    session.flush()
    return attempt


def take(session: Session, *, state: str, browser: str, now: datetime) -> Attempt:
    """Return the attempt that comes back, and use it up.

    Raises:
        AttemptGone: it never was, was used, is too old, or another browser set out.
    """
    own = delete(SsoAttempt).where(
        SsoAttempt.state_hash == _hash(state),
        SsoAttempt.browser_hash == _hash(browser),
        SsoAttempt.made_at > now - ATTEMPT_LIVES,
    )
    kept = (SsoAttempt.onward, SsoAttempt.made_at, SsoAttempt.proving)
    row = session.execute(own.returning(*kept)).one_or_none()
    if row is None:
        raise AttemptGone
    return Attempt(
        state=state, browser=browser, onward=row.onward, made_at=row.made_at, proving=row.proving
    )


def _derived(keys: KeyRing, purpose: str, attempt: Attempt) -> str:
    digest = keys.fingerprint(purpose, f"{attempt.state}\x1f{attempt.browser}")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
