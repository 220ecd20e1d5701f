"""Showing again who one is, while signed in: the password, counted like a login."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.core.errors import CitizenReportError, TooMany
from citizenreport.core.text import _n
from citizenreport.identity import throttle
from citizenreport.identity.models import Staff, StaffSession
from citizenreport.identity.passwords import HashCost, verify_password
from citizenreport.identity.rules import WrongPassword
from citizenreport.identity.sessions import token_hash

FRESH: Final = timedelta(minutes=5)
"""How long a proof counts for what is asked for twice, a reporter's contact above all."""


class GuessedTooOften(TooMany):
    code = "guessed-too-often"
    title = _n("Terlalu banyak percobaan. Tunggu sebentar, lalu coba lagi.")


def password_fault(
    session: Session, staff: Staff, given: str, *, cost: HashCost, now: datetime
) -> CitizenReportError | None:
    """Return why a password is no proof; None when it is. Raising would undo the failure's count."""
    counted = throttle.mark(session, account=staff.username, place="signed in", now=now)
    wait = throttle.wait_left(session, counted, now=now)
    if wait:
        return GuessedTooOften(retry_after_s=max(1, round(wait.total_seconds())))
    if not verify_password(staff.password_hash, given, cost):
        throttle.count_failure(session, counted, now=now)
        return WrongPassword(pointer="#/current")
    throttle.forget(session, counted)
    return None


def note_proof(session: Session, token: str, *, now: datetime) -> None:
    """Remember that the owner of a session has shown who they are."""
    own = update(StaffSession).where(StaffSession.token_hash == token_hash(token))
    session.execute(own.values(proved_at=now))


def is_fresh(session: Session, token: str, *, now: datetime) -> bool:
    """Tell whether the owner of a session has shown who they are within the last five minutes."""
    query = select(StaffSession.proved_at).where(StaffSession.token_hash == token_hash(token))
    proved_at = session.scalar(query)
    return proved_at is not None and now - proved_at < FRESH
