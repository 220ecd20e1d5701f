"""Sessions that began at the provider: they end when it says so."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from citizenreport.identity.models import StaffSession
from citizenreport.identity.sessions import token_hash
from citizenreport.identity.sso.models import SsoLink, SsoLogoutToken, SsoSession
from citizenreport.identity.sso.provider import Answered
from citizenreport.identity.sso.tokens import SignedOff

TABLE = "sso_session"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Held:
    """What is known of a session. `refresh_token`: None, the provider gave none."""

    session_id: UUID
    link: SsoLink
    refresh_token: str | None
    confirmed_at: datetime


def note(
    session: Session,
    keys: KeyRing,
    link: SsoLink,
    answered: Answered,
    *,
    token: str,
    recheck: timedelta,
    now: datetime,
) -> None:
    """Remember that the session with this token began at the provider."""
    own = update(StaffSession).where(StaffSession.token_hash == token_hash(token))
    own = own.values(recheck_at=now + recheck)
    session_id: UUID = session.scalars(own.returning(StaffSession.id)).one()
    key_id, sealed = _sealed(keys, session_id, answered.refresh_token)
    session.add(
        SsoSession(
            session_id=session_id,
            link_id=link.id,
            sid_mark=sid_mark(keys, answered.sid) if answered.sid else None,
            key_id=key_id,
            refresh_sealed=sealed,
            confirmed_at=now,
        )
    )
    session.flush()


def held(session: Session, keys: KeyRing, session_id: UUID) -> Held | None:
    """Return what is known of a session; None: it has ended."""
    query = select(SsoSession, SsoLink).join(SsoLink, SsoLink.id == SsoSession.link_id)
    row = session.execute(query.where(SsoSession.session_id == session_id)).one_or_none()
    if row is None:
        return None
    own, link = row
    token = None
    if own.refresh_sealed is not None:
        sealed = bytes(own.refresh_sealed)
        token = keys.unwrap(own.key_id, sealed, row=str(session_id), table=TABLE).decode()
    session.expunge(link)
    return Held(
        session_id=session_id, link=link, refresh_token=token, confirmed_at=own.confirmed_at
    )


def confirm(
    session: Session,
    keys: KeyRing,
    session_id: UUID,
    answered: Answered,
    *,
    recheck: timedelta,
    now: datetime,
) -> None:
    """Remember that the provider said yes, and what to ask it with the next time."""
    values: dict[str, object] = {"confirmed_at": now}
    if answered.refresh_token is not None:
        key_id, sealed = _sealed(keys, session_id, answered.refresh_token)
        values |= {"key_id": key_id, "refresh_sealed": sealed}
    session.execute(update(SsoSession).where(SsoSession.session_id == session_id).values(**values))
    own = update(StaffSession).where(StaffSession.id == session_id)
    session.execute(own.values(recheck_at=now + recheck))


def end_of_link(session: Session, link_id: UUID) -> int:
    """End every session that began by a link; return how many."""
    own = select(SsoSession.session_id).where(SsoSession.link_id == link_id)
    gone = delete(StaffSession).where(StaffSession.id.in_(own)).returning(StaffSession.id)
    return len(session.execute(gone).all())


def end(session: Session, session_id: UUID) -> None:
    """End one session."""
    session.execute(delete(StaffSession).where(StaffSession.id == session_id))


def end_signed_off(
    session: Session, keys: KeyRing, issuer: str, signed_off: SignedOff
) -> int | None:
    """End the sessions a logout token names; None: the token was used before."""
    used = insert(SsoLogoutToken).values(
        token_hash=hashlib.sha256(signed_off.id.encode("utf-8", "surrogatepass")).digest(),
        until=signed_off.until,
    )
    fresh = session.execute(used.on_conflict_do_nothing().returning(SsoLogoutToken.until))
    if fresh.one_or_none() is None:
        return None
    own = select(SsoSession.session_id).join(SsoLink, SsoLink.id == SsoSession.link_id)
    own = own.where(SsoLink.issuer == issuer)
    if signed_off.subject:
        own = own.where(SsoLink.subject == signed_off.subject)
    if signed_off.sid:
        own = own.where(SsoSession.sid_mark == sid_mark(keys, signed_off.sid))
    gone = delete(StaffSession).where(StaffSession.id.in_(own)).returning(StaffSession.id)
    return len(session.execute(gone).all())


def began_at_provider(session: Session, token: str) -> bool:
    """Tell whether the session with this token began at the provider."""
    own = exists().where(
        SsoSession.session_id == StaffSession.id, StaffSession.token_hash == token_hash(token)
    )
    return bool(session.scalar(select(own)))


def sid_mark(keys: KeyRing, sid: str) -> bytes:
    return keys.fingerprint("sso-sid", sid)


def _sealed(keys: KeyRing, session_id: UUID, token: str | None) -> tuple[str | None, bytes | None]:
    if token is None:
        return None, None
    return keys.wrap(token.encode(), row=str(session_id), table=TABLE)
