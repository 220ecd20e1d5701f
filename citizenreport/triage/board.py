"""The queue in columns, and where its tickets lie: the same tickets and filters, seen otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, func, select, union_all
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.geo.position import Position
from citizenreport.identity.rules import Actor
from citizenreport.intake.models import Report
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import picked_tickets
from citizenreport.triage.queue import (
    KEY_NAMES,
    Instants,
    QueueRow,
    QueueWish,
    order_keys,
    queue_query,
    row_of,
)
from citizenreport.triage.states import State

COLUMN_TICKETS: Final = 10
MAP_TICKETS: Final = 500
AREA_COUNT_CAP: Final = 5_000
"""Tickets that the table beside the map counts at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The first tickets of one state."""

    rows: Sequence[QueueRow]
    has_more: bool


def board_columns(
    session: Session,
    city: City,
    actor: Actor,
    wish: QueueWish,
    states: Sequence[State],
    *,
    at: Instants,
) -> Mapping[State, Column]:
    """Return the first tickets of each of these states, in the order wished for. One query.

    `wish.after` goes for each column.
    """
    names = KEY_NAMES[-len(order_keys(wish.sort)) :]
    parts = [_first(city, actor, replace(wish, state=state), names, at=at) for state in states]
    picked = union_all(*parts).subquery("first_of_each")
    keys = [picked.c[name] for name in names]
    is_backwards = replace(wish, state=states[0]).is_backwards
    query = (
        picked_tickets(picked)
        .add_columns(
            picked.c.tracking_code, picked.c.assignee, picked.c.is_part, picked.c.part_due_at, *keys
        )
        .order_by(*(key.desc() if is_backwards else key.asc() for key in keys))
    )
    found: dict[State, list[QueueRow]] = {state: [] for state in states}
    for row in session.execute(query):
        found[State(row[0].state)].append(row_of(city, actor, *row))
    return {
        state: Column(rows=rows[:COLUMN_TICKETS], has_more=len(rows) > COLUMN_TICKETS)
        for state, rows in found.items()
    }


def placed_page(
    session: Session, city: City, actor: Actor, wish: QueueWish, *, at: Instants
) -> tuple[Sequence[tuple[QueueRow, Position | None]], QueueRow | None]:
    """Return tickets of the queue with their places, and the last one looked at where there are more.

    Confidential ones are left out, and their places are not read.
    """
    place = case((_is_mappable(), Report.position))
    query = queue_query(city, actor, wish, at=at, most=MAP_TICKETS + 1)
    query = query.join(Report, Report.id == Ticket.report_id).add_columns(place)
    found = session.execute(query.limit(MAP_TICKETS + 1)).all()
    looked_at = [(row_of(city, actor, *row[:-1]), row[-1]) for row in found[:MAP_TICKETS]]
    sealed = Visibility.CONFIDENTIAL.value
    placed = [pair for pair in looked_at if pair[0].ticket.visibility != sealed]
    return placed, looked_at[-1][0] if len(found) > MAP_TICKETS else None


def area_counts(
    session: Session, city: City, actor: Actor, wish: QueueWish, *, at: Instants
) -> Sequence[tuple[str | None, int]]:
    """Return (area, number) of the tickets that the map is about, the busiest area first."""
    tickets = queue_query(city, actor, wish, at=at, most=AREA_COUNT_CAP).where(_is_mappable())
    few = tickets.with_only_columns(Ticket.area_code, maintain_column_froms=True).subquery()
    number = func.count()
    query = select(few.c.area_code, number).group_by(few.c.area_code)
    rows = session.execute(query.order_by(number.desc(), few.c.area_code))
    return [(row[0], row[1]) for row in rows]


def _first(
    city: City, actor: Actor, wish: QueueWish, names: Sequence[str], *, at: Instants
) -> Select[Any]:
    most = COLUMN_TICKETS + 1
    first = queue_query(city, actor, wish, at=at, most=most).limit(most).subquery()
    return select(
        first.c.id.label("ticket_id"),
        first.c.tracking_code,
        first.c.name.label("assignee"),
        first.c.is_part,
        first.c.part_due_at,
        *(first.c[name] for name in names),
    )


def _is_mappable() -> ColumnElement[bool]:
    """Where a confidential ticket lies is told on its own page only, and noted there."""
    return Ticket.visibility != Visibility.CONFIDENTIAL.value
