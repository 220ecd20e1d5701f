"""The queue of the staff: which tickets to list, in which order, and how many there are."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Aspect, City, Visibility
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import Actor, Permission
from citizenreport.intake.models import Report
from citizenreport.intake.rules import Channel
from citizenreport.intake.search import Wording, is_about
from citizenreport.triage.models import OPEN_STATES_SQL, PRIORITY_RANK_SQL, Ticket
from citizenreport.triage.part_models import PartDeadline
from citizenreport.triage.queries import (
    is_readable,
    joined_tickets,
    listed_tickets,
    only_joined_tickets,
    own_tickets,
    picked_tickets,
    readable_tickets,
)
from citizenreport.triage.states import OPEN, State

PAGE_TICKETS: Final = 25
KEY_NAMES: Final = ("rank_key", "at_key", "id_key")
NO_DEADLINE: Final = cast(null(), DateTime(timezone=True))
Listing = Callable[[City, Actor], Select[tuple[Ticket]]]
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
    JOINED = "bersama"  # other agencies' tickets of which the own one has a part


class Sort(StrEnum):
    """What comes first. The deadline decides among tickets of one priority."""

    DEADLINE = "tenggat"
    PRIORITY = "prioritas"
    NEWEST = "terbaru"
    OLDEST = "terlama"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """Now, and the last instant of the city's day."""

    now: datetime
    day_ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueWish:
    """Which tickets to list. `state` None: every open one. `after`: the sort key of the last row of
    the page before. `since` and `before`: when they came in, the second instant not included.

    Filters that say something about content leave out tickets of which only code and deadline may
    be seen. Confidential ones are found by code, date and category, never by their text, aspect,
    area or channel. `search_id` names the row that keeps the words.
    """

    state: State | None = None
    agency_code: str | None = None
    category_code: str | None = None
    aspect: Aspect | None = None
    area_code: str | None = None
    channel: Channel | None = None
    whose: Whose | None = None
    due: DueWhen | None = None
    since: datetime | None = None
    before: datetime | None = None
    wording: Wording | None = None
    search_id: UUID | None = None
    sort: Sort = Sort.DEADLINE
    after: tuple[Any, ...] | None = None

    @property
    def is_about_content(self) -> bool:
        given = (
            *(self.agency_code, self.category_code, self.whose, self.since, self.before),
            self.wording,
        )
        is_ordered_by_it = self.sort is Sort.PRIORITY  # a place in that order tells the priority
        return (
            self.is_about_details or is_ordered_by_it or any(value is not None for value in given)
        )

    @property
    def is_about_details(self) -> bool:
        """Whether it asks for what nobody finds a confidential ticket by."""
        has_words = self.wording is not None and self.wording.code is None
        given = (self.aspect, self.area_code, self.channel)
        return has_words or any(value is not None for value in given)

    @property
    def is_backwards(self) -> bool:
        """Newest first, and what is done is looked up from the end."""
        is_done = self.state is not None and self.state not in OPEN
        return self.sort is Sort.NEWEST or (self.sort is Sort.DEADLINE and is_done)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One ticket of the list. `is_readable` False: show code, state and deadline, nothing else."""

    ticket: Ticket
    tracking_code: str
    is_readable: bool
    assignee: str | None
    key: tuple[Any, ...]
    is_part: bool = False  # another agency's ticket, of which an own part is open
    part_due_at: datetime | None = None  # until when the part is to be done


def queue_page(
    session: Session, city: City, actor: Actor, wish: QueueWish, *, at: Instants
) -> tuple[Sequence[QueueRow], bool]:
    """Return a page of the queue in the order wished for, and whether there is more."""
    query = queue_query(city, actor, wish, at=at, most=PAGE_TICKETS + 1).limit(PAGE_TICKETS + 1)
    found = session.execute(query).all()
    rows = [row_of(city, actor, *row) for row in found[:PAGE_TICKETS]]
    return rows, len(found) > PAGE_TICKETS


def queue_query(
    city: City, actor: Actor, wish: QueueWish, *, at: Instants, most: int | None = None
) -> Select[Any]:
    """Return the listed tickets in order, as `row_of` takes them.

    Own tickets, and among them those of others of which a part is asked: each kind is found by an
    index of its own, in order, and no more than `most` of it. A part has until its own deadline, else
    until the settlement; the other clocks are those of the agency that leads.
    """
    kinds = [
        _of_kind(tickets(city, actor), wish, at, actor, is_part=is_part, most=most)
        for tickets, is_part in _listed(wish, actor)
    ]
    picked = (kinds[0] if len(kinds) == 1 else union_all(*kinds)).subquery("picked")
    keys = [picked.c[name] for name in KEY_NAMES[-len(order_keys(wish.sort)) :]]
    query = picked_tickets(picked).outerjoin(Staff, Staff.id == Ticket.assignee_id)
    query = query.order_by(*(key.desc() if wish.is_backwards else key.asc() for key in keys))
    return query.add_columns(
        picked.c.tracking_code, Staff.name, picked.c.is_part, picked.c.part_due_at, *keys
    )


def _of_kind(
    tickets: Select[tuple[Ticket]],
    wish: QueueWish,
    at: Instants,
    actor: Actor,
    *,
    is_part: bool,
    most: int | None,
) -> Select[Any]:
    """Return the ids, codes and sort keys of one kind of tickets, in order."""
    query = tickets.where(*_conditions(wish, at, actor, is_part=is_part))
    query = query.join(Report, Report.id == Ticket.report_id)
    if wish.channel is not None:
        query = query.where(Report.channel == wish.channel.value)
    if wish.wording is not None:
        query = query.where(is_about(wish.wording))
    keys = order_keys(wish.sort, part_of=actor if is_part else None)
    if wish.after is not None:
        here = tuple_(*keys)
        after = tuple_(*(literal(value) for value in wish.after))
        query = query.where(here < after if wish.is_backwards else here > after)
    query = query.order_by(*(key.desc() if wish.is_backwards else key.asc() for key in keys))
    named = (
        key.label(name) for key, name in zip(reversed(keys), reversed(KEY_NAMES), strict=False)
    )
    return query.limit(most).with_only_columns(
        Ticket.id.label("ticket_id"),
        Report.tracking_code,
        literal(is_part).label("is_part"),
        (_part_due(actor) if is_part else NO_DEADLINE).label("part_due_at"),
        *named,
        maintain_column_froms=True,
    )


def _listed(wish: QueueWish, actor: Actor) -> list[tuple[Listing, bool]]:
    """Return which tickets a wish is about, and which of them for a part only."""
    if wish.whose is Whose.JOINED:
        return [(joined_tickets, True)]
    own: Listing = own_tickets if wish.is_about_content else listed_tickets
    is_open = wish.state is None or wish.state in OPEN
    if wish.whose is None and is_open and _may_have_parts(actor):
        return [(own, False), (only_joined_tickets, True)]
    return [(own, False)]


def _may_have_parts(actor: Actor) -> bool:
    return bool(actor.agencies(Permission.READ_TICKETS) or actor.handled)


def row_of(
    city: City,
    actor: Actor,
    ticket: Ticket,
    code: str,
    assignee: str | None,
    is_part: bool,
    part_due_at: datetime | None,
    *key: Any,
) -> QueueRow:
    """Return a row of the queue, told whether this person may read the ticket."""
    return QueueRow(
        ticket=ticket,
        tracking_code=code,
        is_readable=is_readable(city, actor, ticket),
        assignee=assignee,
        is_part=is_part,
        part_due_at=part_due_at,
        key=key,
    )


def chosen_rows(
    session: Session, city: City, actor: Actor, ticket_ids: Collection[UUID]
) -> Sequence[tuple[Ticket, str]]:
    """Return those of some tickets that the actor may read, with their tracking codes."""
    query = readable_tickets(city, actor).join(Report, Report.id == Ticket.report_id)
    query = query.where(Ticket.id.in_(ticket_ids)).add_columns(Report.tracking_code)
    return [(row[0], row[1]) for row in session.execute(query.order_by(Ticket.id))]


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
    if _may_have_parts(actor):
        parts += _counted_parts(city, actor, at)
    counted = Counter[str]()
    for row in session.execute(union_all(*parts)):
        counted[row.key] += row.n
    return {key: min(counted[key.value], COUNT_CAP) for key in wishes}


def _counted_parts(city: City, actor: Actor, at: Instants) -> list[Select[tuple[str, int]]]:
    """Return the counts of open parts by state and by deadline; an agency has few at a time."""

    def listed(wish: QueueWish) -> Select[tuple[Ticket]]:
        conditions = _conditions(wish, at, actor, is_part=True)
        return only_joined_tickets(city, actor).where(*conditions)

    by_state = listed(QueueWish()).with_only_columns(
        Ticket.state.label("key"), func.count().label("n")
    )
    return [
        by_state.group_by(Ticket.state),
        *(_capped(listed(QueueWish(due=due)), due) for due in DueWhen),
    ]


def _conditions(
    wish: QueueWish, at: Instants, actor: Actor, *, is_part: bool = False
) -> list[ColumnElement[bool]]:
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
    if wish.whose in (Whose.MINE, Whose.NOBODY):
        found.append(_is_held(wish.whose, actor))
    return found + _time_conditions(wish, at, _due(part_of=actor if is_part else None))


def _is_held(whose: Whose, actor: Actor) -> ColumnElement[bool]:
    """Tell of tickets that nobody works on, or the actor: for those they stand in for, too."""
    if whose is Whose.NOBODY:
        return Ticket.assignee_id.is_(None)
    if not actor.stands_in_for:
        return Ticket.assignee_id == actor.staff_id
    return Ticket.assignee_id.in_([actor.staff_id, *(id_ for id_, _ in actor.stands_in_for)])


def _time_conditions(
    wish: QueueWish, at: Instants, due: ColumnElement[datetime]
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wish.since is not None:
        found.append(Ticket.submitted_at >= wish.since)
    if wish.before is not None:
        found.append(Ticket.submitted_at < wish.before)
    if wish.due is DueWhen.OVERDUE:
        found += [due < at.now, Ticket.paused_at.is_(None)]
    if wish.due is DueWhen.TODAY:
        found += [due.between(at.now, at.day_ends_at), Ticket.paused_at.is_(None)]
    return found


def _due(*, part_of: Actor | None) -> ColumnElement[datetime]:
    return Ticket.next_due_at if part_of is None else _part_due(part_of)  # type: ignore[return-value]


def _part_due(actor: Actor) -> ColumnElement[datetime]:
    """Until when the actor's agencies have their open parts of a ticket: the first of them."""
    own = (
        select(func.min(PartDeadline.due_at))
        .where(
            PartDeadline.ticket_id == Ticket.id,
            PartDeadline.agency_code.in_(actor.agencies(Permission.READ_TICKETS)),
            PartDeadline.agency_code == Ticket.joint_agency_codes.any_(),
        )
        .correlate(Ticket)
        .scalar_subquery()
    )
    return func.least(own, Ticket.settlement_due_at)


def order_keys(sort: Sort, *, part_of: Actor | None = None) -> tuple[ColumnElement[Any], ...]:
    """Return what the list is ordered by; for own tickets an index begins with the same.

    `part_of`: for the parts that this person's agencies have.
    """
    due = _due(part_of=part_of)
    if sort is Sort.PRIORITY:
        rank: ColumnElement[int] = literal_column(PRIORITY_RANK_SQL, Integer)
        return (rank, due, Ticket.id)  # type: ignore[return-value]
    if sort is Sort.DEADLINE:
        return (due, Ticket.id)  # type: ignore[return-value]
    return (Ticket.submitted_at, Ticket.id)  # type: ignore[return-value]


def _capped(query: Select[tuple[Ticket]], key: StrEnum) -> Select[tuple[str, int]]:
    few = query.with_only_columns(literal(1).label("one")).limit(COUNT_CAP).subquery()
    return select(literal(key.value).label("key"), func.count().label("n")).select_from(few)
