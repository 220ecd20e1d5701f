"""Before a release: who asked for it, who agrees that it goes out, and from when.

Agreeing is not signing: the service has no signing key. The release command signs what two people
have agreed to, once its time has come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.ids import new_id
from citizenreport.core.queue import enqueue
from citizenreport.core.text import _n
from citizenreport.indicators.rules.periods import Period, PeriodKind, containing, last_day_before
from citizenreport.publication.snapshots.acts import check_prepared, tell
from citizenreport.publication.snapshots.models import (
    Snapshot,
    SnapshotOrder,
    SnapshotSignOff,
)
from citizenreport.publication.snapshots.queries import published_among, snapshot_of
from citizenreport.publication.snapshots.rules import (
    LENGTHS,
    SIGNERS,
    SnapshotState,
    check_period,
)

SHOWN_PERIODS: Final = 12
REASON_CHARS: Final = 1_000


class SignedOffAlready(Conflict):
    """The second agreement is another person's."""

    code = "release-signed-off-already"
    title = _n("Anda sudah menyetujui rilis ini. Persetujuan kedua harus dari orang lain.")


class TimePassed(InvalidInput):
    code = "release-time-passed"
    title = _n("Waktu terbit harus di masa depan.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A period of the calendar: when it is planned to go out, and whether it has."""

    period: Period
    planned_at: datetime
    is_published: bool


def order(
    session: Session, city: City, period: Period, *, reason: str, by: UUID, now: datetime
) -> SnapshotOrder:
    """Ask for a snapshot; the worker prepares it. Raises PeriodNotOver."""
    zone = city.calendar.time_zone
    midnight = datetime.combine(city.local_date(now), datetime.min.time(), tzinfo=zone)
    check_period(period, last_day=last_day_before(midnight, zone))
    row = SnapshotOrder(
        id=new_id(),
        period_kind=period.kind.value,
        period_start_on=period.start_on,
        reason=reason.strip()[:REASON_CHARS],
        asked_by=by,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    enqueue(session, "prepare_snapshot", order_id=str(row.id))
    return row


def open_orders(session: Session) -> Sequence[SnapshotOrder]:
    """Return what was asked for and is not prepared: being worked on, or gone wrong; newest first."""
    row = SnapshotOrder
    query = select(row).where(row.number.is_(None)).order_by(row.asked_at.desc()).limit(5)
    return session.scalars(query).all()


def sign_off(session: Session, number: int, *, by: UUID, now: datetime) -> int:
    """Agree that a prepared snapshot goes out; return how many have.

    Raises:
        SnapshotNotFound, SnapshotSettled, SignedOffAlready
    """
    row = snapshot_of(session, number, lock=True)
    check_prepared(row)
    if session.get(SnapshotSignOff, (number, by)) is not None:
        raise SignedOffAlready(number=number)
    session.add(SnapshotSignOff(number=number, staff_id=by, signed_off_at=now))
    session.flush()
    tell(session, row, "snapshot_signed_off", now=now, actor_id=by)
    return len(sign_offs_of(session, number))


def sign_offs_of(session: Session, number: int) -> Sequence[SnapshotSignOff]:
    """Return who agreed, in their order."""
    row = SnapshotSignOff
    query = select(row).where(row.number == number).order_by(row.signed_off_at, row.staff_id)
    return session.scalars(query).all()


def awaiting_agreement(session: Session) -> Sequence[tuple[Snapshot, int]]:
    """Return prepared snapshots with how many have agreed, where that is not enough yet."""
    row = Snapshot
    agreed = (
        select(func.count())
        .select_from(SnapshotSignOff)
        .where(SnapshotSignOff.number == row.number)
        .scalar_subquery()
    )
    query = select(row, agreed).where(row.state == SnapshotState.PREPARED.value, agreed < SIGNERS)
    return session.execute(query.order_by(row.number)).tuples().all()


def schedule(
    session: Session, number: int, *, publish_from: datetime, by: UUID, now: datetime
) -> None:
    """Set from when a prepared snapshot may go out. Raises SnapshotSettled, TimePassed."""
    row = snapshot_of(session, number, lock=True)
    check_prepared(row)
    if publish_from <= now:
        raise TimePassed(pointer="#/publish_from")
    row.publish_from = publish_from
    session.flush()
    tell(session, row, "snapshot_scheduled", now=now, actor_id=by)


def due(session: Session, *, now: datetime) -> list[int]:
    """Return the prepared snapshots that two people have agreed to and whose time has come."""
    agreed = (
        select(SnapshotSignOff.number)
        .group_by(SnapshotSignOff.number)
        .having(func.count() >= SIGNERS)
    )
    query = select(Snapshot.number).where(
        Snapshot.state == SnapshotState.PREPARED.value,
        Snapshot.number.in_(agreed),
        Snapshot.publish_from.is_(None) | (Snapshot.publish_from <= now),
    )
    return list(session.scalars(query.order_by(Snapshot.number)))


def calendar(session: Session, city: City, *, today: date) -> list[Planned]:
    """Return the last periods that are over, the latest planned first, and whether they are out."""
    found = _planned(session, city, _last_over(today))
    return sorted(found, key=lambda one: (one.planned_at, one.period.kind), reverse=True)


def outstanding(session: Session, city: City, *, today: date) -> list[Planned]:
    """Return the periods that run or are over and have no release yet, the first planned first."""
    running = [containing(today, kind) for kind in PeriodKind]
    found = _planned(session, city, [*_last_over(today), *running])
    waiting = [one for one in found if not one.is_published]
    return sorted(waiting, key=lambda one: (one.planned_at, one.period.kind))


def _planned(session: Session, city: City, periods: Sequence[Period]) -> list[Planned]:
    published = published_among(session, periods)
    return [
        Planned(
            period=period,
            planned_at=city.releases.planned_at(
                period.end_on, months=LENGTHS[period.kind], zone=city.calendar.time_zone
            ),
            is_published=period in published,
        )
        for period in periods
    ]


def _last_over(today: date) -> list[Period]:
    lengths = ((PeriodKind.MONTH, 3), (PeriodKind.QUARTER, 3), (PeriodKind.YEAR, 2))
    return [period for kind, many in lengths for period in _over(kind, many, today)]


def _over(kind: PeriodKind, many: int, today: date) -> list[Period]:
    """Return the last so many periods of a kind that ended before a day, the latest first."""
    found: list[Period] = []
    day = today
    for _ in range(many):
        day = containing(day, kind).start_on.replace(day=1)
        day = date.fromordinal(day.toordinal() - 1)
        found.append(containing(day, kind))
    return found
