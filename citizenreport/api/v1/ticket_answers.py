"""A ticket as a program of the staff reads it. Never the reporter's contact, never an inner name."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from citizenreport.api.v1.ticket_schemas import SORTS, STEPS, WHOSE
from citizenreport.cities.rules import Aspect, City
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.identity.rules import Actor, Permission
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.rules import Channel
from citizenreport.intake.search import wording_of
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.triage import part_deadlines
from citizenreport.triage.authority import open_steps, parties_of
from citizenreport.triage.desk import DeskTicket
from citizenreport.triage.joint import Part, PartState, parts_of
from citizenreport.triage.models import Ticket
from citizenreport.triage.part_models import PartDeadline
from citizenreport.triage.queries import messages_of, text_of
from citizenreport.triage.queue import DueWhen, QueueRow, QueueWish, Sort
from citizenreport.triage.states import State
from citizenreport.web.paging import CursorInvalid, cursor_of, read_cursor

RANKS = frozenset("1234")
READ = Permission.READ_TICKETS


class FilterUnknown(InvalidInput):
    code = "filter-unknown"
    title = _n("Saringan ini menyebut sesuatu yang tidak ada di kota ini.")


def wish_of(city: City, asked: Mapping[str, Any]) -> QueueWish:
    """Return what a program asks the queue for. Raises FilterUnknown, CursorInvalid, BadWording."""
    sort = SORTS[asked["sort"]]
    for name, known in (
        ("agency", city.agencies),
        ("category", city.categories),
        ("area", city.areas),
    ):
        if name in asked and asked[name] not in known:
            raise FilterUnknown(pointer=f"#/{name}")
    return QueueWish(
        state=State(asked["state"]) if "state" in asked else None,
        agency_code=asked.get("agency"),
        category_code=asked.get("category"),
        aspect=Aspect(asked["aspect"]) if "aspect" in asked else None,
        area_code=asked.get("area"),
        channel=Channel(asked["channel"]) if "channel" in asked else None,
        whose=WHOSE[asked["whose"]] if "whose" in asked else None,
        due=DueWhen(asked["due"]) if "due" in asked else None,
        since=_midnight(city, asked, "since"),
        before=_midnight(city, asked, "until", days_later=1),
        wording=wording_of(asked["words"]) if "words" in asked else None,
        sort=sort,
        after=_read_cursor(asked["after"], sort) if "after" in asked else None,
    )


def cursor_after(row: QueueRow) -> str:
    """Return where the page after a row begins."""
    return cursor_of(
        [part.isoformat() if isinstance(part, datetime) else str(part) for part in row.key]
    )


def listed(row: QueueRow) -> dict[str, Any]:
    """Return a row of the list."""
    return _row(row.ticket, row.tracking_code, part_due_at=row.part_due_at)


def shown(session: Session, city: City, actor: Actor, found: DeskTicket) -> dict[str, Any]:
    """Return everything of one ticket that a key may read."""
    ticket, report = found.ticket, found.report
    events = history(session, StreamKind.TICKET, ticket.id)
    texts = {str(m.id): text_of(m, None) for m in messages_of(session, ticket.id)}
    is_own = actor.may_for(Permission.READ_TICKETS, agency_code=ticket.agency_code)
    deadlines = part_deadlines.of_ticket(session, ticket)
    own_due = [row.due_at for code, row in deadlines.items() if code in actor.agencies(READ)]
    due_at = None if is_own else min([*own_due, ticket.settlement_due_at])
    return _row(ticket, report.tracking_code, part_due_at=due_at) | {
        "description": intake_queries.description_of(report, None),
        "landmark": intake_queries.landmark_of(report, None),
        "position": report.position,
        "answers": intake_queries.answers_of(report, None),
        "photo_count": len(intake_queries.photos_of(session, report.id)),
        "deadlines": ticket,
        "parts": [
            {
                "agency_code": part.agency_code,
                "state": part.state.value,
                "due_at": _due_of_part(ticket, part, deadlines),
            }
            for part in parts_of(events)
        ],
        "steps": _steps(city, actor, ticket),
        "history": [_event(event, texts) for event in events],
    }


def _due_of_part(
    ticket: Ticket, part: Part, deadlines: Mapping[str, PartDeadline]
) -> datetime | None:
    if part.state is not PartState.OPEN:
        return None
    kept = deadlines.get(part.agency_code)
    return kept.due_at if kept else ticket.settlement_due_at


def _row(ticket: Ticket, tracking_code: str, *, part_due_at: datetime | None) -> dict[str, Any]:
    """Return what list and ticket have in common. `part_due_at`: of another agency's ticket."""
    names = "id version state category_code aspect area_code agency_code priority visibility submitted_at"
    return {name: getattr(ticket, name) for name in names.split()} | {
        "url": f"{str(current_app.config['PUBLIC_URL']).rstrip('/')}/api/v1/tickets/{ticket.id}",
        "tracking_code": tracking_code,
        "next_due_at": part_due_at or ticket.next_due_at,
        "is_paused": ticket.paused_at is not None,
        "is_part": part_due_at is not None,
    }


def _steps(city: City, actor: Actor, ticket: Ticket) -> list[str]:
    if not actor.may_for(Permission.MOVE_TICKET, agency_code=ticket.agency_code):
        return []
    steps = open_steps(ticket, parties_of(city, actor, ticket))
    return [step.target.value for step in steps if step.target in STEPS]


def _event(event: Event, texts: Mapping[str, str]) -> dict[str, Any]:
    payload = event.payload
    return {
        "seq": event.seq,
        "at": event.recorded_at,
        "type": event.type,
        "state": payload.get("to") if event.type == "state_changed" else None,
        "agency_code": payload.get("joint_agency_code") or payload.get("agency_code"),
        "text": texts.get(str(payload.get("message_id", ""))) or None,
    }


def _midnight(
    city: City, asked: Mapping[str, Any], name: str, *, days_later: int = 0
) -> datetime | None:
    day = asked.get(name)
    if day is None:
        return None
    if not 2000 <= day.year <= 2200:
        raise FilterUnknown(pointer=f"#/{name}")
    zone = city.calendar.time_zone
    return datetime.combine(day + timedelta(days=days_later), time.min, tzinfo=zone)


def _read_cursor(text: str, sort: Sort) -> tuple[Any, ...]:
    """Return where to go on. Raises CursorInvalid."""
    parts: Sequence[str] = read_cursor(text, parts=2 + (sort is Sort.PRIORITY), pointer="#/after")
    *rank, at_text, id_text = parts
    try:
        at, id_ = datetime.fromisoformat(at_text), UUID(id_text)
    except ValueError as error:
        raise CursorInvalid(pointer="#/after") from error
    if at.tzinfo is None or not RANKS.issuperset(rank):
        raise CursorInvalid(pointer="#/after")
    return (*(int(part) for part in rank), at, id_)
