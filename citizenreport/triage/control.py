"""What the city desk watches: what lies, what comes back, who is slow, and whether today is usual."""

import statistics
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Integer, case, cast, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from citizenreport.cities.rules import City, Visibility
from citizenreport.identity.rules import Actor
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import listed_tickets, readable_tickets
from citizenreport.triage.states import OPEN, State

WEEKS: Final = 8
SLOWEST: Final = 8
NOTABLE: Final = 5
"""So many reports more or fewer than usual, and half as many again, before a day is called unusual."""
_OPEN: Final = [state.value for state in OPEN]


class Waiting(NamedTuple):
    """Open tickets of one kind. `protected`: confidential ones, of which only state and deadline are known."""

    seen: int
    protected: int


class Lying(NamedTuple):
    unrouted: Waiting
    returned: Waiting
    overdue: Waiting
    contested: Waiting


class SlowAgency(NamedTuple):
    agency_code: str
    overdue: int
    open: int


class Volume(NamedTuple):
    """Reports so far today, and the median until the same hour of the same weekday before."""

    today: int
    usual: float

    @property
    def is_unusual(self) -> bool:
        return abs(self.today - self.usual) >= NOTABLE and (
            self.today >= 1.5 * self.usual or self.usual >= 1.5 * self.today
        )


def lying(session: Session, city: City, actor: Actor, *, now: datetime) -> Lying:
    """Return what lies around, in one query. Of what is confidential no agency is looked at."""
    listed = listed_tickets(city, actor).where(Ticket.state.in_(_OPEN)).subquery()
    readable = readable_tickets(city, actor).with_only_columns(Ticket.id)
    ticket = listed.c
    is_seen = ticket.id.in_(readable)
    is_late = (ticket.next_due_at < now) & ticket.paused_at.is_(None)
    kinds: dict[str, ColumnElement[bool]] = {
        "returned": ticket.state == State.RETURNED.value,
        "overdue": is_late,
        "contested": ticket.state == State.CONTESTED.value,
    }
    # As in the list: whoever asks about an agency learns nothing of what is confidential.
    unrouted = (
        is_seen
        & (ticket.visibility != Visibility.CONFIDENTIAL.value)
        & (ticket.agency_code == city.desk_agency_code)
        & (ticket.state == State.NEW.value)
    )
    columns = [func.count().filter(unrouted)]
    for kind in kinds.values():
        columns += [func.count().filter(kind & is_seen), func.count().filter(kind & ~is_seen)]
    desk, *rest = session.execute(select(*columns).select_from(listed)).one()
    pairs = [Waiting(*rest[i : i + 2]) for i in range(0, len(rest), 2)]
    return Lying(Waiting(desk, 0), *pairs)


def slow_agencies(session: Session, city: City, actor: Actor, *, now: datetime) -> list[SlowAgency]:
    """Return the agencies with most readable tickets past their deadline."""
    late = func.count().filter((Ticket.next_due_at < now) & Ticket.paused_at.is_(None))
    query = (
        readable_tickets(city, actor)
        .where(Ticket.state.in_(_OPEN), Ticket.visibility != Visibility.CONFIDENTIAL.value)
        .with_only_columns(Ticket.agency_code, late, func.count())
        .group_by(Ticket.agency_code)
        .having(late > 0)
        .order_by(late.desc(), Ticket.agency_code)
        .limit(SLOWEST)
    )
    return [SlowAgency(*row) for row in session.execute(query)]


class DayCounts(NamedTuple):
    """What came in on a day: tickets by state as a list by day shows them, parts split off among
    them, and the reports such a list leaves out: confidential ones, and those about the own body.
    """

    by_state: dict[State, int]
    split: int
    unseen: int


def day_counts(session: Session, city: City, actor: Actor, *, now: datetime) -> DayCounts:
    """Return the day's tickets so far, by state."""
    local = now.astimezone(city.calendar.time_zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    listed = listed_tickets(city, actor).where(
        Ticket.submitted_at >= midnight, Ticket.visibility != Visibility.CONFIDENTIAL.value
    )
    found = session.execute(
        listed.with_only_columns(
            Ticket.state, func.count(), func.count(Ticket.split_from_id)
        ).group_by(Ticket.state)
    ).all()
    shown = sum(row[1] for row in found)
    split = sum(row[2] for row in found)
    today = (
        select(func.count())
        .select_from(Ticket)
        .where(Ticket.submitted_at >= midnight, Ticket.split_from_id.is_(None))
    )
    return DayCounts(
        by_state={State(row[0]): row[1] for row in found},
        split=split,
        unseen=(session.scalar(today) or 0) - (shown - split),
    )


def volume(session: Session, city: City, *, now: datetime) -> Volume:
    """Return today's reports beside the usual of the weekday, until the same hour. Counts only."""
    local = now.astimezone(city.calendar.time_zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    week = timedelta(weeks=1)
    spans = [(midnight - k * week, local - k * week) for k in range(WEEKS + 1)]
    which = case(
        *((Ticket.submitted_at.between(start, end), k) for k, (start, end) in enumerate(spans)),
    )
    query = (
        select(cast(which, Integer), func.count())
        .where(Ticket.submitted_at >= spans[-1][0], Ticket.submitted_at <= local)
        .where(which.is_not(None), Ticket.split_from_id.is_(None))
        .group_by(which)
    )
    found = {row[0]: row[1] for row in session.execute(query)}
    return Volume(
        today=found.get(0, 0),
        usual=statistics.median(found.get(k, 0) for k in range(1, WEEKS + 1)),
    )
