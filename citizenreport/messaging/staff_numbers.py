"""Numbers at which staff get short messages: used once their owner has entered the code sent there.

The code is derived from the row, so that it is stored nowhere and asked again it is the same one.
"""

from datetime import datetime
from hmac import compare_digest
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.queries import address_hmac
from citizenreport.messaging.rules import STAFF_CONFIRM_WITHIN, SubscriptionChannel
from citizenreport.messaging.staff import keep_waiting
from citizenreport.messaging.staff_rules import normal_messenger_address

MESSENGER: Final = SubscriptionChannel.MESSENGER
CODE_DIGITS: Final = 6
TRIES_MAX: Final = 5


class NumberCodeWrong(InvalidInput):
    code = "number-code-wrong"
    title = _n("Kode tidak cocok. Periksa lagi pesan terakhir di ponsel Anda.")


class NumberNotAsked(Conflict):
    code = "number-not-asked"
    title = _n("Kode ini tidak berlaku lagi. Simpan nomornya sekali lagi untuk mendapat kode baru.")


def ask_number(
    session: Session, keys: KeyRing, staff_id: UUID, address: str, *, now: datetime
) -> StaffAddress | None:
    """Keep a number that a person entered, and return it if a code is to be sent there.

    Until the code is entered the number before goes on to be used. An empty one ends messages at
    once. Raises MessengerAddressWrong.
    """
    wanted = normal_messenger_address(address) if address.strip() else ""
    if not wanted:
        session.execute(delete(StaffAddress).where(*_own(staff_id)))
        return None
    hmac = address_hmac(keys, MESSENGER, wanted)
    known = select(StaffAddress).where(*_own(staff_id), StaffAddress.address_hmac == hmac)
    row = session.scalar(known)
    others = delete(StaffAddress).where(*_own(staff_id), StaffAddress.confirmed_at.is_(None))
    if row is not None:
        session.execute(others.where(StaffAddress.id != row.id))
        return None
    session.execute(others)
    return keep_waiting(session, keys, staff_id, MESSENGER, wanted, hmac=hmac, now=now)


def waiting_number(session: Session, staff_id: UUID) -> StaffAddress | None:
    """Return the number whose code was not entered yet, locked."""
    query = select(StaffAddress).where(*_own(staff_id), StaffAddress.confirmed_at.is_(None))
    return session.scalar(query.with_for_update())


def code_of(keys: KeyRing, row: StaffAddress) -> str:
    """Return the code that is sent to a number: six digits."""
    number = int.from_bytes(keys.fingerprint("messenger-code", str(row.id))[:8], "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def try_code(session: Session, keys: KeyRing, staff_id: UUID, code: str, *, now: datetime) -> bool:
    """Tell whether this is the code, and use the number from now on; the fifth wrong one ends it.

    A wrong one is counted: commit it. Raises NumberNotAsked.
    """
    row = waiting_number(session, staff_id)
    if row is None or now - row.created_at > STAFF_CONFIRM_WITHIN:
        raise NumberNotAsked
    given = "".join(code.split())
    if not compare_digest(given.encode(), code_of(keys, row).encode()):
        row.tries += 1
        if row.tries >= TRIES_MAX:
            session.delete(row)
        session.flush()
        return False
    session.execute(delete(StaffAddress).where(*_own(staff_id), StaffAddress.id != row.id))
    row.confirmed_at = now
    session.flush()
    return True


def set_number(
    session: Session, keys: KeyRing, staff_id: UUID, address: str, *, now: datetime
) -> None:
    """Have a person told at a number that is known to be theirs; an empty one ends it.

    Raises MessengerAddressWrong.
    """
    row = ask_number(session, keys, staff_id, address, now=now)
    if row is not None:
        try_code(session, keys, staff_id, code_of(keys, row), now=now)


def _own(staff_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (StaffAddress.staff_id == staff_id, StaffAddress.channel == MESSENGER.value)
