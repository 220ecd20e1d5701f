"""Writing whom we may write to. What came from outside is sealed before it is stored."""

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, date, datetime
from hmac import compare_digest
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.core.ids import new_id
from citizenreport.core.keys import KeyRing, Place, new_data_key, seal
from citizenreport.messaging import queries
from citizenreport.messaging.models import ContactCheck, PushWatch, Subscription
from citizenreport.messaging.rules import (
    CONFIRM_WITHIN,
    ENDED_KEPT,
    SUBSCRIPTIONS_MAX,
    UNCONFIRMED_KEPT,
    WATCHES_MAX,
    CheckOver,
    PushAddress,
    SubscriptionChannel,
    TooManySubscriptions,
    TooManyWatches,
    Wish,
)

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def begin_check(session: Session, report_id: UUID, *, now: datetime) -> bool:
    """Note that the reporter's address is to be confirmed; tell whether this is the first time."""
    statement = insert(ContactCheck).values(report_id=report_id, id=new_id(), asked_at=now)
    begun = session.execute(
        statement.on_conflict_do_nothing(index_elements=["report_id"]).returning(
            ContactCheck.report_id
        )
    )
    return begun.first() is not None


def drop_check(session: Session, report_id: UUID) -> None:
    """Take back that an address is to be confirmed: it was not asked, or there is another."""
    session.execute(delete(ContactCheck).where(ContactCheck.report_id == report_id))


def confirm_contact(session: Session, check: ContactCheck, *, now: datetime) -> bool:
    """Note that the address is the reporter's; False when it was before.

    Raises:
        CheckOver: it was asked more than a week ago.
    """
    if check.confirmed_at is not None:
        return False
    if now - check.asked_at > CONFIRM_WITHIN:
        raise CheckOver
    check.confirmed_at, check.stopped_at = now, None
    session.flush()
    return True


def stop_contact(session: Session, check: ContactCheck, *, at: datetime | None) -> None:
    """End mails about a report, or with None take them up again."""
    check.stopped_at = at
    session.flush()


def ask_for_mails(
    session: Session, keys: KeyRing, address: str, wish: Wish, *, now: datetime
) -> Subscription:
    """Keep a wish that is not confirmed yet. It is a row of its own whoever asks, known or not."""
    return _add(session, keys, SubscriptionChannel.MAIL, address, wish, now=now)


def subscribe_browser(
    session: Session, keys: KeyRing, address: PushAddress, wish: Wish, *, now: datetime
) -> Subscription:
    """Subscribe a browser: its own question to the person was the confirmation.

    Raises:
        TooManySubscriptions: this browser has twenty.
    """
    hmac = queries.address_hmac(keys, SubscriptionChannel.PUSH, address.endpoint)
    for one in queries.subscriptions_of(session, hmac):
        if (one.area_code, one.aspect) == (wish.area_code, wish.aspect):
            session.delete(one)  # its keys may be others by now
    session.flush()
    text = json.dumps(asdict(address))
    row = _add(session, keys, SubscriptionChannel.PUSH, text, wish, now=now, name=address.endpoint)
    return confirm_subscription(session, row, now=now)


def _add(
    session: Session,
    keys: KeyRing,
    channel: SubscriptionChannel,
    address: str,
    wish: Wish,
    *,
    now: datetime,
    name: str | None = None,
) -> Subscription:
    id_ = new_id()
    row = Subscription(
        id=id_,
        channel=channel.value,
        area_code=wish.area_code,
        aspect=wish.aspect,
        frequency=wish.frequency.value,
        language=wish.language,
        address_hmac=queries.address_hmac(keys, channel, name or address),
        created_at=now,
        **sealed_address(keys, Subscription.__tablename__, id_, address),
    )
    session.add(row)
    session.flush()
    return row


def sealed_address(keys: KeyRing, table: str, id_: UUID, address: str) -> dict[str, Any]:
    """Return the columns that hold an address, sealed under a key of its row."""
    data_key = new_data_key()
    key_id, wrapped = keys.wrap(data_key, row=str(id_), table=table)
    place = Place(table=table, column="address_sealed", row=str(id_))
    return {
        "address_sealed": seal(data_key, address.encode(), place),
        "key_id": key_id,
        "wrapped_key": wrapped,
    }


def confirm_subscription(session: Session, row: Subscription, *, now: datetime) -> Subscription:
    """Put a subscription in force; return the row that stands for it.

    One for the same thing stays and takes on how often: links in earlier mails go on to work.

    Raises:
        TooManySubscriptions: the address has twenty others.
    """
    known = queries.subscriptions_of(session, row.address_hmac, ended_since=LONG_AGO)
    others = [one for one in known if one is not row]
    wanted = (row.area_code, row.aspect)
    same = next((one for one in others if (one.area_code, one.aspect) == wanted), None)
    if sum(one.ended_at is None for one in others if one is not same) >= SUBSCRIPTIONS_MAX:
        raise TooManySubscriptions
    kept = same or row
    if same is not None:
        same.frequency, same.language = row.frequency, row.language
        session.delete(row)
    kept.confirmed_at, kept.ended_at = kept.confirmed_at or now, None
    session.flush()
    return kept


def end_subscription(session: Session, row: Subscription, *, at: datetime | None) -> None:
    """End a subscription, or with None take it up again. Two days later it is forgotten."""
    row.ended_at = at
    session.flush()


def told(session: Session, id_: UUID, *, through: date) -> None:
    """Note that a digest has gone out."""
    row = session.get(Subscription, id_, with_for_update=True)
    if row is not None and (row.told_through is None or row.told_through < through):
        row.told_through = through
        session.flush()


def watch(
    session: Session,
    keys: KeyRing,
    report_id: UUID,
    address: PushAddress,
    *,
    language: str,
    now: datetime,
) -> None:
    """Tell a browser of what happens to a report. Asked twice it is told once.

    Raises:
        TooManyWatches: ten browsers are told already.
    """
    hmac = queries.address_hmac(keys, SubscriptionChannel.PUSH, address.endpoint)
    known = queries.watches_of(session, report_id)
    for row in known:
        if row.address_hmac == hmac:
            session.delete(row)
    if sum(row.address_hmac != hmac for row in known) >= WATCHES_MAX:
        raise TooManyWatches
    session.flush()
    id_ = new_id()
    row = PushWatch(
        id=id_,
        report_id=report_id,
        language=language,
        address_hmac=hmac,
        created_at=now,
        **sealed_address(keys, PushWatch.__tablename__, id_, json.dumps(asdict(address))),
    )
    session.add(row)
    session.flush()


def unwatch(session: Session, report_id: UUID) -> None:
    """Tell no browser of a report any more."""
    session.execute(delete(PushWatch).where(PushWatch.report_id == report_id))


def forget_browser(session: Session, hmac: bytes) -> None:
    """Delete everything of a browser whose push service says that it is gone."""
    session.execute(delete(PushWatch).where(PushWatch.address_hmac == hmac))
    session.execute(delete(Subscription).where(Subscription.address_hmac == hmac))


def forget_endpoint(session: Session, keys: KeyRing, address: PushAddress) -> None:
    """Delete everything of a browser that asks for it."""
    forget_browser(session, queries.address_hmac(keys, SubscriptionChannel.PUSH, address.endpoint))


def move_browser(session: Session, keys: KeyRing, old: PushAddress, new: PushAddress) -> int:
    """Write to a browser where its pushes go from now on; return how many rows that concerns.

    The browser shows that it is the one by the secret of the old address: `auth` is known to it,
    to its push service's sender (us) and to nobody else. A row that is there twice then goes.
    """
    hmac = queries.address_hmac(keys, SubscriptionChannel.PUSH, new.endpoint)
    rows = queries.of_browser(
        session, queries.address_hmac(keys, SubscriptionChannel.PUSH, old.endpoint)
    )
    known = {_about(row) for row in queries.of_browser(session, hmac)}
    moved = 0
    for row in rows:
        if not compare_digest(queries.push_address_of(keys, row).auth, old.auth):
            continue
        if _about(row) in known and old.endpoint != new.endpoint:
            session.delete(row)
            continue
        row.address_hmac = hmac
        sealed = sealed_address(keys, row.__tablename__, row.id, json.dumps(asdict(new)))
        for name, value in sealed.items():
            setattr(row, name, value)
        moved += 1
    session.flush()
    return moved


def _about(row: Subscription | PushWatch) -> tuple[object, ...]:
    if isinstance(row, PushWatch):
        return (row.report_id,)
    return (row.area_code, row.aspect)


def forget_reporters(session: Session, report_ids: Collection[UUID]) -> None:
    """Delete that anybody is told of some reports: the persons are erased."""
    for table in (PushWatch, ContactCheck):
        session.execute(delete(table).where(table.report_id.in_(report_ids)))


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete what nobody confirmed and what was ended."""
    stale = or_(
        Subscription.confirmed_at.is_(None) & (Subscription.created_at < now - UNCONFIRMED_KEPT),
        Subscription.ended_at < now - ENDED_KEPT,
    )
    session.execute(delete(Subscription).where(stale))
