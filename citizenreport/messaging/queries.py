"""Reading whom we may write to."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing, Place, open_sealed
from citizenreport.messaging.models import ContactCheck, PushWatch, StaffAddress, Subscription
from citizenreport.messaging.rules import PushAddress, SubscriptionChannel


def check_of(session: Session, report_id: UUID) -> ContactCheck | None:
    """Return how things stand with the address of a report's reporter; None before it was asked."""
    return session.get(ContactCheck, report_id)


def check_by_id(session: Session, id_: UUID) -> ContactCheck | None:
    """Return the check that a link is about; None when there has been another address since."""
    query = select(ContactCheck).where(ContactCheck.id == id_).with_for_update()
    return session.scalar(query)


def may_write(check: ContactCheck | None) -> bool:
    """Tell whether the reporter's address was confirmed and mails are still wanted."""
    return check is not None and check.confirmed_at is not None and check.stopped_at is None


def is_answered(check: ContactCheck | None) -> bool:
    """Tell whether the address's owner has said yes or no."""
    return check is not None and not (check.confirmed_at is None and check.stopped_at is None)


def address_hmac(keys: KeyRing, channel: SubscriptionChannel, address: str) -> bytes:
    """Return what an address is looked up by. Capitals do not make another person."""
    return keys.fingerprint(f"{channel.value}-address", address.casefold())


def address_of(keys: KeyRing, row: Subscription | PushWatch | StaffAddress) -> str:
    """Return the address of a subscription or a watch, opened."""
    table = row.__tablename__
    data_key = keys.unwrap(row.key_id, bytes(row.wrapped_key), row=str(row.id), table=table)
    place = Place(table=table, column="address_sealed", row=str(row.id))
    return open_sealed(data_key, bytes(row.address_sealed), place).decode()


def push_address_of(keys: KeyRing, row: Subscription | PushWatch | StaffAddress) -> PushAddress:
    """Return where a browser takes its pushes, opened."""
    return PushAddress(**json.loads(address_of(keys, row)))


def of_browser(session: Session, hmac: bytes) -> list[Subscription | PushWatch]:
    """Return everything that a browser is told of, locked: it is about to change or to go."""
    watches = select(PushWatch).where(PushWatch.address_hmac == hmac).with_for_update()
    areas = select(Subscription).where(Subscription.address_hmac == hmac).with_for_update()
    return [*session.scalars(watches), *session.scalars(areas)]


def subscription(session: Session, id_: UUID) -> Subscription | None:
    """Return a subscription by its id."""
    return session.get(Subscription, id_)


def in_force(session: Session, id_: UUID) -> Subscription | None:
    """Return a subscription that was confirmed and not ended."""
    row = session.get(Subscription, id_)
    return None if row is None or row.confirmed_at is None or row.ended_at is not None else row


def subscriptions_of(
    session: Session, hmac: bytes, *, ended_since: datetime | None = None
) -> Sequence[Subscription]:
    """Return the subscriptions of an address that are in force, oldest first.

    `ended_since`: also those that were ended after that, and can be taken up again.
    """
    is_shown: ColumnElement[bool] = Subscription.ended_at.is_(None)
    if ended_since is not None:
        is_shown |= Subscription.ended_at > ended_since
    query = (
        select(Subscription)
        .where(Subscription.address_hmac == hmac, Subscription.confirmed_at.is_not(None), is_shown)
        .order_by(Subscription.id)
    )
    return session.scalars(query).all()


def maybe_due(session: Session, *, today: date) -> Sequence[Subscription]:
    """Return subscriptions in force that were not told of yesterday yet."""
    yesterday = today - timedelta(days=1)
    query = select(Subscription).where(
        Subscription.confirmed_at.is_not(None),
        Subscription.ended_at.is_(None),
        func.coalesce(Subscription.told_through < yesterday, True),
    )
    return session.scalars(query).all()


def watches_of(session: Session, report_id: UUID) -> Sequence[PushWatch]:
    """Return the browsers that are told of a report."""
    return session.scalars(select(PushWatch).where(PushWatch.report_id == report_id)).all()
