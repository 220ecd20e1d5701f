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
from citizenreport.messaging.rules import PushAddress, SubscriptionChannel, normal_address
from citizenreport.messaging.service import sealed_address

BROWSERS_MAX = 5
MAIL, PUSH = SubscriptionChannel.MAIL, SubscriptionChannel.PUSH


def addresses_of(session: Session, staff_ids: Collection[UUID]) -> Sequence[StaffAddress]:
    """Return where these people are called, oldest first."""
    query = select(StaffAddress).where(StaffAddress.staff_id.in_(staff_ids))
    return session.scalars(query.order_by(StaffAddress.id)).all()


def reachable(session: Session, staff_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return who of these people has any address to be called at."""
    if not staff_ids:
        return frozenset()
    query = select(StaffAddress.staff_id).where(StaffAddress.staff_id.in_(staff_ids)).distinct()
    return frozenset(session.scalars(query))


def set_mail(
    session: Session, keys: KeyRing, staff_id: UUID, address: str, *, now: datetime
) -> None:
    """Have a person called by mail at an address; an empty one ends it. Raises EmailInvalid."""
    mails = StaffAddress.channel == MAIL.value
    session.execute(delete(StaffAddress).where(StaffAddress.staff_id == staff_id, mails))
    if address.strip():
        checked = normal_address(address)
        _add(
            session, keys, staff_id, MAIL, checked, hmac=address_hmac(keys, MAIL, checked), now=now
        )


def add_browser(
    session: Session, keys: KeyRing, staff_id: UUID, address: PushAddress, *, now: datetime
) -> None:
    """Have a person called in a browser. A browser calls one person; the oldest of six is dropped."""
    hmac = address_hmac(keys, PUSH, address.endpoint)
    forget_browser(session, hmac)
    text = json.dumps(asdict(address))
    _add(session, keys, staff_id, PUSH, text, hmac=hmac, now=now)
    own = [row for row in addresses_of(session, [staff_id]) if row.channel == PUSH.value]
    for row in own[:-BROWSERS_MAX]:
        session.delete(row)
    session.flush()


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
) -> None:
    id_ = new_id()
    row = StaffAddress(
        id=id_,
        staff_id=staff_id,
        channel=channel.value,
        address_hmac=hmac,
        created_at=now,
        **sealed_address(keys, StaffAddress.__tablename__, id_, address),
    )
    session.add(row)
    session.flush()


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
