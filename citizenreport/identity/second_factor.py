"""Between the password and being signed in: whether a second factor is asked, and whether it fits."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from citizenreport.core.errors import CitizenReportError, Conflict, InvalidInput
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.identity import recovery, throttle, totp
from citizenreport.identity.factor_models import StaffPasskey, StaffTotp
from citizenreport.identity.models import Staff, StaffSession
from citizenreport.identity.proofs import GuessedTooOften
from citizenreport.identity.rules import Actor
from citizenreport.identity.sessions import renew, token_hash

LOOKS_LIKE_CODE: Final = re.compile(r"\d{6}|[A-Za-z2-7]{4}(-[A-Za-z2-7]{4}){5}")
WAITS: Final = timedelta(minutes=10)
"""How long after the password the second factor may be given."""


class WrongCode(InvalidInput):
    code = "wrong-code"
    title = _n("Kode tidak cocok, atau sudah dipakai. Tunggu kode berikutnya, lalu coba lagi.")


class FactorRequired(Conflict):
    code = "factor-required"
    title = _n("Peran Anda memerlukan langkah kedua. Ganti saja, jangan dimatikan.")


class NoFactor(Conflict):
    code = "no-factor"
    title = _n("Pasang dulu langkah kedua; kode cadangan menyusul.")


def looks_like_code(given: str) -> bool:
    """Tell whether something typed has the form of a code; no password may be that short."""
    return LOOKS_LIKE_CODE.fullmatch(given.strip()) is not None


def has_factor(session: Session, staff_id: UUID) -> bool:
    """Tell whether a person has an authenticator app or a passkey."""
    app = exists().where(StaffTotp.staff_id == staff_id, StaffTotp.confirmed_at.is_not(None))
    passkey = exists().where(StaffPasskey.staff_id == staff_id)
    return bool(session.scalar(select(or_(app, passkey))))


def needs_factor(actor: Actor, roles: Collection[str]) -> bool:
    """Tell whether a person's roles ask for a second factor. Demo accounts are exempt."""
    return not actor.is_demo and any(role.value in roles for role in actor.roles)


def waiting(session: Session, token: str, *, now: datetime) -> Staff | None:
    """Return who has given the password of a session and not yet the second factor."""
    query = (
        select(Staff)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(
            StaffSession.token_hash == token_hash(token),
            StaffSession.awaits_factor,
            StaffSession.created_at > now - WAITS,
            Staff.is_active,
        )
    )
    return session.scalar(query)


def code_fault(
    session: Session, keys: KeyRing, staff: Staff, code: str, *, now: datetime
) -> CitizenReportError | None:
    """Return why a code (of the app, or a recovery code) does not count; None: it does, used up.

    Counted for the account, wherever it comes from: who gets here knows the password already.
    """
    counted = throttle.mark(session, account=staff.username, place="factor", now=now)
    wait = throttle.wait_left(session, counted, now=now)
    if wait:
        return GuessedTooOften(retry_after_s=max(1, round(wait.total_seconds())))
    typed = code.replace(" ", "")
    if totp.accept(session, keys, staff.id, typed, now=now) or recovery.accept(
        session, keys, staff.id, typed, now=now
    ):
        throttle.forget(session, counted)
        return None
    throttle.count_failure(session, counted, now=now)
    return WrongCode(pointer="#/code")


def complete(session: Session, token: str, *, now: datetime) -> str:
    """Let a session that waited in, under a new token."""
    own = update(StaffSession).where(StaffSession.token_hash == token_hash(token))
    session.execute(own.values(awaits_factor=False, proved_at=now, seen_at=now))
    return renew(session, token)


def confirm_app(
    session: Session, keys: KeyRing, staff: Staff, code: str, *, now: datetime
) -> list[str]:
    """Count the new authenticator app from now on; return recovery codes, shown this once.

    Raises:
        WrongCode: the code is not of the app being set up.
    """
    if not totp.confirm(session, keys, staff.id, code.replace(" ", ""), now=now):
        raise WrongCode(pointer="#/code")
    return recovery.make(session, keys, staff.id, now=now)


def remove_all(session: Session, staff_id: UUID) -> None:
    """Forget every factor of a person but the password."""
    totp.remove(session, staff_id)
    recovery.remove(session, staff_id)
    for passkey in session.scalars(select(StaffPasskey).where(StaffPasskey.staff_id == staff_id)):
        session.delete(passkey)
    session.flush()
