"""Sessions: rows on the server, so that ending one works at once. The cookie holds a random token."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from citizenreport.identity import queries, throttle
from citizenreport.identity.models import StaffSession
from citizenreport.identity.rules import ABSOLUTE, IDLE, Actor, SessionNotFound, is_session_alive
from citizenreport.identity.sso.models import SsoAttempt, SsoLogoutToken
from citizenreport.identity.sso.rules import ATTEMPT_LIVES

SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use of a session is kept: one write a minute, not one a request."""
ASK_AGAIN: Final = timedelta(minutes=1)
"""One request asks the sign-on provider about a session; the others wait so long before they do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """Whose session a token is. `recheck`: this session, when its provider must be asked now."""

    actor: Actor
    recheck: UUID | None


def start(
    session: Session, staff_id: UUID, *, browser: str, now: datetime, awaits_factor: bool = False
) -> str:
    """Open a session and return its token. One that `awaits_factor` opens nothing yet."""
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_hash=token_hash(token),
            staff_id=staff_id,
            created_at=now,
            seen_at=now,
            proved_at=now,
            browser=browser,
            awaits_factor=awaits_factor,
        )
    )
    session.flush()
    return token


def resume(session: Session, token: str, *, demo_allowed: bool, now: datetime) -> Actor | None:
    """Return whose session a token is, and note that it was used; None: sign in again."""
    found = resumed(session, token, demo_allowed=demo_allowed, now=now)
    return found.actor if found else None


def resumed(
    session: Session, token: str, *, demo_allowed: bool, now: datetime, is_attended: bool = True
) -> Resumed | None:
    """Return as `resume` does, and whether the session's sign-on provider must be asked.

    `is_attended` False: a page asks by itself, which is no use of the session.
    """
    hashed = token_hash(token)
    found = queries.open_session(session, hashed, now=now)
    if found is None or (found.actor.is_demo and not demo_allowed):
        return None
    if not is_session_alive(created_at=found.created_at, seen_at=found.seen_at, now=now):
        return None
    if is_attended and now - found.seen_at >= SEEN_EVERY:
        used = update(StaffSession).where(StaffSession.token_hash == hashed)
        session.execute(used.values(seen_at=now))
    is_ours = found.recheck_at is not None and _take_recheck(
        session, found.id, seen=found.recheck_at, now=now
    )
    return Resumed(actor=found.actor, recheck=found.id if is_ours else None)


def _take_recheck(session: Session, session_id: UUID, *, seen: datetime, now: datetime) -> bool:
    """Tell whether it falls to this request to ask the provider: to one of several at once."""
    if seen > now:
        return False
    due = update(StaffSession).where(StaffSession.id == session_id, StaffSession.recheck_at == seen)
    taken = session.execute(due.values(recheck_at=now + ASK_AGAIN).returning(StaffSession.id))
    return taken.one_or_none() is not None


def renew(session: Session, token: str) -> str:
    """Give a session another token; it stays as old as it is. The old token is worth nothing."""
    fresh = secrets.token_urlsafe(32)
    same = update(StaffSession).where(StaffSession.token_hash == token_hash(token))
    session.execute(same.values(token_hash=token_hash(fresh)))
    return fresh


def logout(session: Session, token: str) -> None:
    """End one session, on the server: the cookie is worth nothing from now on."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash(token)))


def find_id(session: Session, token: str) -> UUID | None:
    """Return the id of the session with this token, if there is one."""
    query = select(StaffSession.id).where(StaffSession.token_hash == token_hash(token))
    return session.scalar(query)


def open_sessions(session: Session, staff_id: UUID, *, now: datetime) -> Sequence[StaffSession]:
    """Return a person's living sessions, the one used last first."""
    query = select(StaffSession).where(
        StaffSession.staff_id == staff_id,
        StaffSession.awaits_factor.is_(False),
        StaffSession.seen_at > now - IDLE,
        StaffSession.created_at > now - ABSOLUTE,
    )
    return session.scalars(query.order_by(StaffSession.seen_at.desc())).all()


def id_of(session: Session, token: str) -> UUID:
    """Return the id of a living session, which renewing does not change."""
    query = select(StaffSession.id).where(StaffSession.token_hash == token_hash(token))
    return session.scalars(query).one()


def end_session(session: Session, staff_id: UUID, session_id: UUID) -> None:
    """End one of a person's own sessions. Raises SessionNotFound, the same for somebody else's."""
    own = delete(StaffSession).where(
        StaffSession.id == session_id, StaffSession.staff_id == staff_id
    )
    if session.execute(own.returning(StaffSession.id)).one_or_none() is None:
        raise SessionNotFound


def end_others(session: Session, staff_id: UUID, *, token: str) -> None:
    """End every session of a person but the one with this token."""
    others = StaffSession.token_hash != token_hash(token)
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id, others))
    session.flush()


def end_sessions(session: Session, staff_id: UUID) -> None:
    """End every session of a person."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
    session.flush()


def sweep(session: Session, *, now: datetime) -> None:
    """Delete dead sessions, and counts and day keys older than 24 hours. A job runs it hourly."""
    dead = (StaffSession.seen_at <= now - IDLE) | (StaffSession.created_at <= now - ABSOLUTE)
    session.execute(delete(StaffSession).where(dead))
    session.execute(delete(SsoAttempt).where(SsoAttempt.made_at <= now - ATTEMPT_LIVES))
    session.execute(delete(SsoLogoutToken).where(SsoLogoutToken.until <= now))
    throttle.sweep(session, now=now)


def token_hash(token: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
