"""Where a member of staff is called: own mail address and browsers, as they entered them. Sealed."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from citizenreport.core.ids import new_id
from citizenreport.core.keys import KeyRing
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.queries import address_hmac, push_address_of
from citizenreport.messaging.rules import (
    STAFF_CONFIRM_WITHIN,
    CheckOver,
    PushAddress,
    SubscriptionChannel,
    normal_address,
)
from citizenreport.messaging.service import sealed_address

BROWSERS_MAX = 5
MAIL, PUSH = SubscriptionChannel.MAIL, SubscriptionChannel.PUSH


def addresses_of(session: Session, staff_ids: Collection[UUID]) -> Sequence[StaffAddress]:
    """Return where these people are called, oldest first: never an address that waits for a yes."""
    query = select(StaffAddress).where(
        StaffAddress.staff_id.in_(staff_ids), StaffAddress.confirmed_at.is_not(None)
    )
    return session.scalars(query.order_by(StaffAddress.id)).all()


def waiting_mail(session: Session, staff_id: UUID) -> StaffAddress | None:
    """Return the mail address of which its owner has not said yet that it is theirs."""
    query = select(StaffAddress).where(
        StaffAddress.staff_id == staff_id,
        StaffAddress.channel == MAIL.value,
        StaffAddress.confirmed_at.is_(None),
    )
    return session.scalar(query)


def asked_mail(session: Session, id_: UUID) -> StaffAddress | None:
    """Return the address that a question is about, locked; None once it was replaced."""
    mine = (StaffAddress.id == id_, StaffAddress.channel == MAIL.value)
    return session.scalar(select(StaffAddress).where(*mine).with_for_update())


def reachable(session: Session, staff_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return who of these people has any address to be called at."""
    if not staff_ids:
        return frozenset()
    query = select(StaffAddress.staff_id).where(
        StaffAddress.staff_id.in_(staff_ids), StaffAddress.confirmed_at.is_not(None)
    )
    return frozenset(session.scalars(query.distinct()))


def set_mail(
    session: Session, keys: KeyRing, staff_id: UUID, address: str, *, now: datetime
) -> None:
    """Have a person called at an address that is known to be theirs; an empty one ends it.

    Raises EmailInvalid.
    """
    row = ask_mail(session, keys, staff_id, address, now=now)
    if row is not None:
        confirm_mail(session, row, now=now)


def ask_mail(
    session: Session, keys: KeyRing, staff_id: UUID, address: str, *, now: datetime
) -> StaffAddress | None:
    """Keep an address that a person entered, and return it if its owner is to be asked.

    Until they say yes the one before goes on to be used. An empty one ends mails at once. Raises
    EmailInvalid.
    """
    wanted = normal_address(address) if address.strip() else None
    mails = (StaffAddress.staff_id == staff_id, StaffAddress.channel == MAIL.value)
    if wanted is None:
        session.execute(delete(StaffAddress).where(*mails))
        return None
    waiting = StaffAddress.confirmed_at.is_(None)
    session.execute(delete(StaffAddress).where(*mails, waiting))
    hmac = address_hmac(keys, MAIL, wanted)
    known = select(StaffAddress.id).where(*mails, StaffAddress.address_hmac == hmac)
    if session.scalar(known) is not None:
        return None
    return _add(session, keys, staff_id, MAIL, wanted, hmac=hmac, now=now)


def confirm_mail(session: Session, row: StaffAddress, *, now: datetime) -> None:
    """Note that an address is its owner's: it takes the place of the one before.

    Raises:
        CheckOver: it was said already, or asked more than two days ago.
    """
    if row.confirmed_at is not None or now - row.created_at > STAFF_CONFIRM_WITHIN:
        raise CheckOver
    others = (
        StaffAddress.staff_id == row.staff_id,
        StaffAddress.channel == MAIL.value,
        StaffAddress.id != row.id,
    )
    session.execute(delete(StaffAddress).where(*others))
    row.confirmed_at = now
    session.flush()


def forget_unconfirmed(session: Session, *, now: datetime) -> None:
    """Delete addresses of which nobody said in time that they are theirs."""
    asked_before = StaffAddress.created_at <= now - STAFF_CONFIRM_WITHIN
    session.execute(delete(StaffAddress).where(StaffAddress.confirmed_at.is_(None), asked_before))


def add_browser(
    session: Session, keys: KeyRing, staff_id: UUID, address: PushAddress, *, now: datetime
) -> None:
    """Have a person called in a browser. A browser calls one person; the oldest of six is dropped."""
    hmac = address_hmac(keys, PUSH, address.endpoint)
    forget_browser(session, hmac)
    text = json.dumps(asdict(address))
    _add(session, keys, staff_id, PUSH, text, hmac=hmac, now=now, confirmed_at=now)
    own = [row for row in addresses_of(session, [staff_id]) if row.channel == PUSH.value]
    for row in own[:-BROWSERS_MAX]:
        session.delete(row)
    session.flush()


def keep_waiting(
    session: Session,
    keys: KeyRing,
    staff_id: UUID,
    channel: SubscriptionChannel,
    address: str,
    *,
    hmac: bytes,
    now: datetime,
) -> StaffAddress:
    """Keep an address that is used once its owner has said yes."""
    return _add(session, keys, staff_id, channel, address, hmac=hmac, now=now)


def forget_browser(session: Session, hmac: bytes) -> None:
    """Call nobody in a browser any more."""
    session.execute(delete(StaffAddress).where(StaffAddress.address_hmac == hmac))


def forget_person(session: Session, staff_id: UUID) -> None:
    """Delete every address of a person who is gone."""
    session.execute(delete(StaffAddress).where(StaffAddress.staff_id == staff_id))


def forget_own_browser(
    session: Session, keys: KeyRing, staff_id: UUID, address: PushAddress
) -> None:
    """Call a person in one of the own browsers no more."""
    hmac = address_hmac(keys, PUSH, address.endpoint)
    own = StaffAddress.staff_id == staff_id
    session.execute(delete(StaffAddress).where(own, StaffAddress.address_hmac == hmac))


def _add(
    session: Session,
    keys: KeyRing,
    staff_id: UUID,
    channel: SubscriptionChannel,
    address: str,
    *,
    hmac: bytes,
    now: datetime,
    confirmed_at: datetime | None = None,
) -> StaffAddress:
    id_ = new_id()
    row = StaffAddress(
        id=id_,
        staff_id=staff_id,
        channel=channel.value,
        address_hmac=hmac,
        created_at=now,
        confirmed_at=confirmed_at,
        **sealed_address(keys, StaffAddress.__tablename__, id_, address),
    )
    session.add(row)
    session.flush()
    return row


def move_browser(session: Session, keys: KeyRing, old: PushAddress, new: PushAddress) -> int:
    """Call a person where the browser says that its calls go from now on; return how many rows.

    It shows that it is the one by the secret of the old address, as for other notices.
    """
    hmac = address_hmac(keys, PUSH, old.endpoint)
    query = select(StaffAddress).where(StaffAddress.address_hmac == hmac).with_for_update()
    row = session.scalar(query)
    if row is None or not compare_digest(push_address_of(keys, row).auth, old.auth):
        return 0
    row.address_hmac = address_hmac(keys, PUSH, new.endpoint)
    text = json.dumps(asdict(new))
    for name, value in sealed_address(keys, StaffAddress.__tablename__, row.id, text).items():
        setattr(row, name, value)
    session.flush()
    return 1
