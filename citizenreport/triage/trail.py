"""What happened to tickets and who read them, for whoever oversees the agencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select, tuple_
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.identity.api_keys import ApiKey
from citizenreport.identity.models import Staff
from citizenreport.identity.queries import PROGRAM
from citizenreport.identity.rules import Actor
from citizenreport.intake.models import Report
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import is_not_about

PAGE_ENTRIES: Final = 50
KINDS: Final = (StreamKind.TICKET.value, StreamKind.ACCESS.value)

Key = tuple[datetime, str, UUID, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailWish:
    """What is looked for. `since` and `before` bound when it was recorded; `after`: the next page."""

    ticket_id: UUID | None = None
    staff_id: UUID | None = None
    type: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    after: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event, how far its ticket is protected, and the name of who did it."""

    event: Event
    visibility: str
    tracking_code: str
    name: str | None

    @property
    def key(self) -> Key:
        event = self.event
        return event.recorded_at, event.stream_kind, event.stream_id, event.seq


def trail_page(
    session: Session, city: City, actor: Actor, wish: TrailWish
) -> tuple[list[Entry], bool]:
    """Return a page of what was recorded, the newest first, and whether there is more.

    Of a ticket that is about the reader's own body there is nothing, as if it did not exist.
    """
    name = func.coalesce(Staff.name, literal(PROGRAM) + ApiKey.name)
    keys = (Event.recorded_at, Event.stream_kind, Event.stream_id, Event.seq)
    query = (
        select(Event, Ticket.visibility, Report.tracking_code, name)
        .join(Ticket, Ticket.id == Event.stream_id)
        .join(Report, Report.id == Ticket.report_id)
        .outerjoin(Staff, Staff.id == Event.actor_id)
        .outerjoin(ApiKey, ApiKey.id == Event.actor_id)
        .where(Event.stream_kind.in_(KINDS), is_not_about(city, actor), *_conditions(wish))
        .order_by(*(key.desc() for key in keys))
        .limit(PAGE_ENTRIES + 1)
    )
    if wish.after is not None:
        query = query.where(tuple_(*keys) < tuple_(*map(literal, wish.after)))
    found = [
        Entry(event=event, visibility=visibility, tracking_code=code, name=name)
        for event, visibility, code, name in session.execute(query)
    ]
    return found[:PAGE_ENTRIES], len(found) > PAGE_ENTRIES


def tickets_of_code(session: Session, city: City, actor: Actor, code: str) -> Sequence[UUID]:
    """Return the tickets of a report by its tracking code, the first one first; none if unseen."""
    query = (
        select(Ticket.id)
        .join(Report, Report.id == Ticket.report_id)
        .where(Report.tracking_code == code, is_not_about(city, actor))
        .order_by(Ticket.submitted_at, Ticket.id)
    )
    return session.scalars(query).all()


def staff_of_username(session: Session, username: str) -> UUID | None:
    return session.scalar(select(Staff.id).where(Staff.username == username))


def _conditions(wish: TrailWish) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wish.ticket_id is not None:
        found.append(Event.stream_id == wish.ticket_id)
    if wish.staff_id is not None:
        found.append(Event.actor_id == wish.staff_id)
    if wish.type is not None:
        found.append(Event.type == wish.type)
    if wish.since is not None:
        found.append(Event.recorded_at >= wish.since)
    if wish.before is not None:
        found.append(Event.recorded_at < wish.before)
    return found
