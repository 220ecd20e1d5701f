"""Recovery codes: ten, 120 random bits each, kept as HMAC under the pepper, each opens once."""

import base64
import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from citizenreport.identity.factor_models import StaffRecoveryCode

CODES: Final = 10
CODE_BYTES: Final = 15
GROUP: Final = 4


def make(session: Session, keys: KeyRing, staff_id: UUID, *, now: datetime) -> list[str]:
    """Return ten new codes, to be shown this once; older ones are worth nothing any more."""
    remove(session, staff_id)
    codes = [base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode() for _ in range(CODES)]
    session.add_all(
        StaffRecoveryCode(code_hash=_hash(keys, staff_id, code), staff_id=staff_id, created_at=now)
        for code in codes
    )
    session.flush()
    return ["-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP)) for code in codes]


def accept(session: Session, keys: KeyRing, staff_id: UUID, code: str, *, now: datetime) -> bool:
    """Tell whether a code is one of the person's unused ones, and use it up."""
    plain = code.replace("-", "").replace(" ", "").upper()
    unused = update(StaffRecoveryCode).where(
        StaffRecoveryCode.code_hash == _hash(keys, staff_id, plain),
        StaffRecoveryCode.used_at.is_(None),
    )
    used = session.execute(unused.values(used_at=now).returning(StaffRecoveryCode.code_hash))
    return used.one_or_none() is not None


def left(session: Session, staff_id: UUID) -> int:
    """Return how many codes a person has not used."""
    query = select(func.count()).where(
        StaffRecoveryCode.staff_id == staff_id, StaffRecoveryCode.used_at.is_(None)
    )
    return session.scalar(query) or 0


def remove(session: Session, staff_id: UUID) -> None:
    """Forget a person's codes."""
    session.execute(delete(StaffRecoveryCode).where(StaffRecoveryCode.staff_id == staff_id))


def _hash(keys: KeyRing, staff_id: UUID, code: str) -> bytes:
    readable = code.encode("utf-8", "replace").decode()  # a lone surrogate is no code of ours
    return keys.fingerprint("staff-recovery", f"{staff_id}:{readable}")
