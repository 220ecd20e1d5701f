"""What the staff's pages read: the queue, and a ticket with its report. All from `readable_tickets`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Aspect, City, Visibility
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import Actor
from citizenreport.intake.models import Photo, Report
from citizenreport.intake.rules import Channel
from citizenreport.routing.models import Assignment
from citizenreport.triage.models import OPEN_STATES_SQL, Ticket
from citizenreport.triage.queries import is_readable, listed_tickets, readable_tickets
from citizenreport.triage.rules import TicketNotFound
from citizenreport.triage.states import OPEN, State

PAGE_TICKETS: Final = 25
COUNT_CAP: Final = 1_000
"""Counts stop here and are shown as "1000+": a count must not cost more with every year of tickets."""


class DueWhen(StrEnum):
    """Tickets by their next running clock."""

    OVERDUE = "overdue"
    TODAY = "today"


class Whose(StrEnum):
    """Tickets by the person responsible for them."""

    MINE = "saya"
    NOBODY = "kosong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """Now, and the last instant of the city's day."""

    now: datetime
    day_ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueWish:
    """Which tickets to list. `state` None: every open one. `after`: the last row of the page before.

    Filters that say something about content leave out tickets of which only code and deadline may
    be seen. Confidential ones are found by code, date and category, never by aspect, area or channel.
    """

    state: State | None = None
    agency_code: str | None = None
    category_code: str | None = None
    aspect: Aspect | None = None
    area_code: str | None = None
    channel: Channel | None = None
    whose: Whose | None = None
    due: DueWhen | None = None
    after: tuple[datetime, UUID] | None = None

    @property
    def is_about_content(self) -> bool:
        given = (self.agency_code, self.category_code, self.whose)
        return self.is_about_details or any(value is not None for value in given)

    @property
    def is_about_details(self) -> bool:
        return any(value is not None for value in (self.aspect, self.area_code, self.channel))

    @property
    def newest_first(self) -> bool:
        """What is done is looked up from the end."""
        return self.state is not None and self.state not in OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One ticket of the list. `is_readable` False: show code, state and deadline, nothing else."""

    ticket: Ticket
    tracking_code: str
    is_readable: bool
    assignee: str | None


class DeskTicket(NamedTuple):
    """A ticket with the report and the decision it is about, in one query."""

    ticket: Ticket
    report: Report
    assignment: Assignment


def queue_page(
    session: Session, city: City, actor: Actor, wish: QueueWish, *, at: Instants
) -> tuple[Sequence[QueueRow], bool]:
    """Return a page of the queue, soonest deadline first, and whether there is more."""
    listed = readable_tickets if wish.is_about_content else listed_tickets
    query = listed(city, actor).where(*_conditions(wish, at, actor))
    query = query.join(Report, Report.id == Ticket.report_id)
    query = query.outerjoin(Staff, Staff.id == Ticket.assignee_id)
    if wish.channel is not None:
        query = query.where(Report.channel == wish.channel.value)
    keys = (Ticket.next_due_at, Ticket.id)
    if wish.after is not None:
        after = tuple_(*(literal(value) for value in wish.after))
        query = query.where(tuple_(*keys) < after if wish.newest_first else tuple_(*keys) > after)
    query = query.order_by(*(key.desc() if wish.newest_first else key.asc() for key in keys))
    query = query.add_columns(Report.tracking_code, Staff.name).limit(PAGE_TICKETS + 1)
    found = session.execute(query).all()
    rows = [
        QueueRow(
            ticket=ticket,
            tracking_code=code,
            is_readable=is_readable(city, actor, ticket),
            assignee=name,
        )
        for ticket, code, name in found[:PAGE_TICKETS]
    ]
    return rows, len(found) > PAGE_TICKETS


def queue_counts(
    session: Session, city: City, actor: Actor, *, at: Instants
) -> Mapping[State | DueWhen, int]:
    """Return how many listed tickets there are by open state and by deadline, each up to COUNT_CAP."""
    wishes: dict[State | DueWhen, QueueWish] = {
        **{state: QueueWish(state=state) for state in State if state in OPEN},
        **{due: QueueWish(due=due) for due in DueWhen},
    }
    parts = [
        _capped(listed_tickets(city, actor).where(*_conditions(wish, at, actor)), key)
        for key, wish in wishes.items()
    ]
    counted = {row.key: row.n for row in session.execute(union_all(*parts))}
    return {key: counted[key.value] for key in wishes}


def with_report(session: Session, city: City, actor: Actor, ticket_id: UUID) -> DeskTicket:
    """Return a ticket the actor may read with its report and assignment. Raises TicketNotFound."""
    query = (
        readable_tickets(city, actor)
        .where(Ticket.id == ticket_id)
        .join(Report, Report.id == Ticket.report_id)
        .join(Assignment, Assignment.id == Ticket.assignment_id)
        .add_columns(Report, Assignment)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise TicketNotFound
    return DeskTicket(*row)


def by_tracking_code(session: Session, city: City, actor: Actor, code: str) -> Ticket:
    """Return the first readable ticket of the report with this code. Raises TicketNotFound."""
    query = (
        readable_tickets(city, actor)
        .join(Report, Report.id == Ticket.report_id)
        .where(Report.tracking_code == code)
        .order_by(Ticket.id)
        .limit(1)
    )
    ticket = session.scalar(query)
    if ticket is None:
        raise TicketNotFound
    return ticket


def with_photo(session: Session, city: City, actor: Actor, photo_id: UUID) -> tuple[Ticket, Photo]:
    """Return a photo with a ticket of its report that the actor may read. Raises TicketNotFound."""
    query = (
        readable_tickets(city, actor)
        .join(Photo, Photo.report_id == Ticket.report_id)
        .where(Photo.id == photo_id)
        .order_by(Ticket.id)
        .limit(1)
    )
    row = session.execute(query.add_columns(Photo)).one_or_none()
    if row is None:
        raise TicketNotFound
    return row[0], row[1]


def _conditions(wish: QueueWish, at: Instants, actor: Actor) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wish.state is None:
        # Written out, not bound: only so the planner knows that the index over open tickets will do.
        found.append(literal_column(OPEN_STATES_SQL.replace("state", "ticket.state", 1)))
    else:
        found.append(Ticket.state == wish.state.value)
    if wish.agency_code is not None:
        found.append(Ticket.agency_code == wish.agency_code)
    if wish.category_code is not None:
        found.append(Ticket.category_code == wish.category_code)
    if wish.is_about_details:
        found.append(Ticket.visibility != Visibility.CONFIDENTIAL.value)
    if wish.aspect is not None:
        found.append(Ticket.aspect == wish.aspect.value)
    if wish.area_code is not None:
        found.append(Ticket.area_code == wish.area_code)
    if wish.whose is not None:
        holder = actor.staff_id if wish.whose is Whose.MINE else None
        found.append(Ticket.assignee_id == holder)  # of None SQLAlchemy makes IS NULL
    return found + _due_conditions(wish, at)


def _due_conditions(wish: QueueWish, at: Instants) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wish.due is DueWhen.OVERDUE:
        found += [Ticket.next_due_at < at.now, Ticket.paused_at.is_(None)]
    if wish.due is DueWhen.TODAY:
        found += [Ticket.next_due_at.between(at.now, at.day_ends_at), Ticket.paused_at.is_(None)]
    return found


def _capped(query: Select[tuple[Ticket]], key: StrEnum) -> Select[tuple[str, int]]:
    few = query.with_only_columns(literal(1).label("one")).limit(COUNT_CAP).subquery()
    return select(literal(key.value).label("key"), func.count().label("n")).select_from(few)
