"""Codes of an authenticator app. Source: RFC 6238 (30 s, six digits); RFC 4226 section 7.4.

A code is taken one step early or late, and each only once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from citizenreport.core.ids import new_id
from citizenreport.core.keys import KeyRing
from citizenreport.identity.factor_models import StaffTotp

STEP_S: Final = 30
DRIFT: Final = (-1, 0, 1)
DIGITS: Final = 6
TABLE: Final = "staff_totp"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Enrolment:
    """A secret that waits for its first code: as text to type, as address for a QR code."""

    secret: str
    address: str


def begin(session: Session, keys: KeyRing, staff_id: UUID, *, now: datetime) -> None:
    """Make a secret that counts once a code of it is given; the one in use stays until then."""
    session.execute(
        delete(StaffTotp).where(StaffTotp.staff_id == staff_id, StaffTotp.confirmed_at.is_(None))
    )
    id_ = new_id()
    key_id, sealed = keys.wrap(pyotp.random_base32().encode(), row=str(id_), table=TABLE)
    session.add(
        StaffTotp(id=id_, staff_id=staff_id, key_id=key_id, secret_sealed=sealed, created_at=now)
    )
    session.flush()


def enrolment(
    session: Session, keys: KeyRing, staff_id: UUID, *, username: str, issuer: str
) -> Enrolment | None:
    """Return the secret that waits for its first code, if there is one."""
    row = _waiting(session, staff_id)
    if row is None:
        return None
    secret = _secret(keys, row)
    address = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)
    return Enrolment(secret=secret, address=address)


def confirm(session: Session, keys: KeyRing, staff_id: UUID, code: str, *, now: datetime) -> bool:
    """Count the waiting secret from now on, in place of an older one, if the code fits it."""
    row = _waiting(session, staff_id)
    if row is None or not _take(session, keys, row, code, now=now):
        return False
    session.execute(delete(StaffTotp).where(StaffTotp.staff_id == staff_id, StaffTotp.id != row.id))
    row.confirmed_at = now
    session.flush()
    return True


def accept(session: Session, keys: KeyRing, staff_id: UUID, code: str, *, now: datetime) -> bool:
    """Tell whether a code is right and new, and use it up."""
    query = select(StaffTotp).where(
        StaffTotp.staff_id == staff_id, StaffTotp.confirmed_at.is_not(None)
    )
    row = session.scalar(query)
    return row is not None and _take(session, keys, row, code, now=now)


def is_set_up(session: Session, staff_id: UUID) -> bool:
    """Tell whether a person has an authenticator app."""
    query = select(StaffTotp.id).where(
        StaffTotp.staff_id == staff_id, StaffTotp.confirmed_at.is_not(None)
    )
    return session.scalar(query) is not None


def remove(session: Session, staff_id: UUID) -> None:
    """Forget a person's authenticator app."""
    session.execute(delete(StaffTotp).where(StaffTotp.staff_id == staff_id))


def _take(session: Session, keys: KeyRing, row: StaffTotp, code: str, *, now: datetime) -> bool:
    """Use up the step a code belongs to. Two that send the same code at once: one is refused."""
    if not (len(code) == DIGITS and code.isascii() and code.isdigit()):
        return False
    totp = pyotp.TOTP(_secret(keys, row))
    now_step = int(now.timestamp()) // STEP_S
    for step in (now_step + drift for drift in DRIFT):
        if pyotp.utils.strings_equal(totp.generate_otp(step), code):
            newer = update(StaffTotp).where(StaffTotp.id == row.id, StaffTotp.last_step < step)
            taken = session.execute(newer.values(last_step=step).returning(StaffTotp.id))
            return taken.one_or_none() is not None
    return False


def _waiting(session: Session, staff_id: UUID) -> StaffTotp | None:
    query = select(StaffTotp).where(
        StaffTotp.staff_id == staff_id, StaffTotp.confirmed_at.is_(None)
    )
    return session.scalar(query)


def _secret(keys: KeyRing, row: StaffTotp) -> str:
    return keys.unwrap(row.key_id, row.secret_sealed, row=str(row.id), table=TABLE).decode()
