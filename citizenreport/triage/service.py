"""Carrying a ticket: every act locks it by its version and leaves one event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Category, City, Visibility
from citizenreport.core.ids import new_id
from citizenreport.core.keys import Place, seal
from citizenreport.ledger import service as ledger
from citizenreport.ledger.rules import NewEvent, Payload, StreamKind
from citizenreport.triage.clocks import Deadlines, deadlines
from citizenreport.triage.models import Message, Ticket
from citizenreport.triage.part_deadlines import move_by
from citizenreport.triage.rules import (
    Act,
    TicketChanged,
    check_reply,
    check_resumed,
    check_return,
    check_transition,
    parts_ended,
    told_area,
)
from citizenreport.triage.states import Party, State
from citizenreport.triage.ticket_clocks import clock_values, moved_due

FIRST_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """The row of a new ticket, its first event, and the deadlines that are told to the reporter."""

    id: UUID
    row: dict[str, Any]
    opened: NewEvent
    deadlines: Deadlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a ticket is opened with. `aspect`, class and priority come from the category."""

    report_id: UUID
    assignment_id: UUID
    agency_code: str
    area_code: str | None
    subject_agency_code: str | None
    visibility: Visibility
    channel: str
    is_demo: bool
    occurred_at: datetime
    decided_by: str
    rule_id: str | None
    is_outside: bool = False  # a place outside the city, taken in to be referred
    due: Deadlines | None = None  # None: the city's own clocks
    has_fixed_deadlines: bool = False
    taken_by: UUID | None = None  # who of the staff took it for somebody
    needs_check: bool = False  # it came in a way that moderators should look at twice


def make_ticket(city: City, category: Category, opening: Opening, *, now: datetime) -> NewTicket:
    """Make a ticket in state `new` with its three clocks running."""
    ticket_id = new_id()
    due = opening.due or deadlines(
        city.calendar, category, priority=category.priority, submitted_at=now
    )
    row = {
        "id": ticket_id,
        "report_id": opening.report_id,
        "assignment_id": opening.assignment_id,
        "category_code": category.category_code,
        "aspect": category.aspect.value,
        "area_code": opening.area_code,
        "agency_code": opening.agency_code,
        "subject_agency_code": opening.subject_agency_code,
        "visibility": opening.visibility.value,
        "protection_class": category.protection_class.value,
        "priority": category.priority.value,
        "state": State.NEW.value,
        "version": FIRST_VERSION,
        "submitted_at": now,
        "first_response_due_at": due.first_response_due_at,
        "verification_due_at": due.verification_due_at,
        "settlement_due_at": due.settlement_due_at,
        "paused_days_before_verification": 0,
        "paused_days_after_verification": 0,
        "return_count": 0,
        "has_fixed_deadlines": opening.has_fixed_deadlines,
        "needs_check": opening.needs_check,
        "is_demo": opening.is_demo,
    }
    return NewTicket(
        id=ticket_id, row=row, opened=_opened(city, row, opening, now=now), deadlines=due
    )


def _opened(city: City, row: dict[str, Any], opening: Opening, *, now: datetime) -> NewEvent:
    category = city.categories[row["category_code"]]
    payload: Payload = {
        "report_id": str(opening.report_id),
        "category_code": row["category_code"],
        "aspect": row["aspect"],
        "complaint_class": category.complaint_class.value,
        "area_code": told_area(row["visibility"], row["area_code"]),
        "agency_code": row["agency_code"],
        "decided_by": opening.decided_by,
        "rule_id": opening.rule_id,
        "pack_version": city.pack_version,
        "visibility": row["visibility"],
        "protection_class": row["protection_class"],
        "priority": row["priority"],
        "channel": opening.channel,
        "is_outside": opening.is_outside,
        "submitted_at": row["submitted_at"].isoformat(),
        "first_response_due_at": row["first_response_due_at"].isoformat(),
        "verification_due_at": row["verification_due_at"].isoformat(),
        "settlement_due_at": row["settlement_due_at"].isoformat(),
        "has_fixed_deadlines": row["has_fixed_deadlines"],
        "is_demo": opening.is_demo,
    }
    return NewEvent(
        type="opened",
        payload=payload,
        recorded_at=now,
        occurred_at=opening.occurred_at,
        actor_id=opening.taken_by,
    )


def open_beside(session: Session, new: NewTicket, ticket: Ticket, *, act: Act) -> Ticket:
    """Store a ticket that was split off another one of the same report, and its first event."""
    session.execute(insert(Ticket).values(**new.row, split_from_id=ticket.id))
    payload = {**new.opened.payload, "split_from_ticket_id": str(ticket.id)}
    opened = replace(new.opened, payload=payload, actor_id=act.actor_id)
    ledger.append(session, StreamKind.TICKET, new.id, opened)
    return session.get_one(Ticket, new.id)


def change(session: Session, ticket: Ticket, *, act: Act, **values: object) -> None:
    """Write to a ticket that is still at the version the actor saw; lock it until commit.

    Raises:
        TicketChanged: someone was faster; nothing was written.
    """
    statement = (
        update(Ticket)
        .where(Ticket.id == ticket.id, Ticket.version == act.seen)
        .values(version=Ticket.version + 1, **values)
        .returning(Ticket)
        # The row comes back into the ticket at hand: no second question to the database.
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if session.scalar(statement) is None:
        raise TicketChanged


def record(session: Session, ticket: Ticket, type_: str, payload: Payload, *, act: Act) -> None:
    """Add an event to a ticket's stream."""
    event = NewEvent(
        type=type_,
        payload=payload,
        recorded_at=act.at,
        occurred_at=act.at,
        actor_id=act.actor_id,
    )
    ledger.append(session, StreamKind.TICKET, ticket.id, event)


def record_ended_parts(
    session: Session, ticket: Ticket, agency_codes: Iterable[str], *, act: Act
) -> None:
    """Note whose parts of a ticket ended before they were done."""
    for code in agency_codes:
        record(session, ticket, "joint_taken_back", {"joint_agency_code": code}, act=act)


def record_reading(session: Session, ticket: Ticket, *, actor_id: UUID, now: datetime) -> None:
    """Note that someone read the content of a protected ticket: chained, and without the content."""
    event = NewEvent(
        type="content_read",
        payload={"ticket_version": ticket.version},
        recorded_at=now,
        occurred_at=now,
        actor_id=actor_id,
    )
    ledger.append(session, StreamKind.ACCESS, ticket.id, event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What some steps carry: the last day of planned works; the kind of reason for archiving."""

    until_on: date | None = None
    reason_code: str | None = None


NOTHING_BESIDE = Beside()


def move(
    session: Session,
    city: City,
    ticket: Ticket,
    target: State,
    *,
    act: Act,
    reason: str = "",
    data_key: bytes | None = None,
    beside: Beside = NOTHING_BESIDE,
) -> None:
    """Make one transition of the state machine, with its clocks, reason and event.

    Raises:
        TransitionNotAllowed, TransitionNotYours, AssignmentBinds, PartsOpen, ReasonMissing,
        TextTooLong, TicketChanged.
    """
    source = State(ticket.state)
    check_transition(source, target, act, reason=reason)
    check_resumed(source, target, ticket.resume_state)
    check_return(target, ticket.return_count)
    values = clock_values(city, ticket, source, target, now=act.at)
    values |= _end_values(source, target, act)
    ended_parts = parts_ended(target, ticket.joint_agency_codes)
    if ended_parts:
        values["joint_agency_codes"] = []
    if beside.until_on is not None:
        values["scheduled_until"] = beside.until_on
    waited = ticket.paused_days_before_verification + ticket.paused_days_after_verification
    change(session, ticket, act=act, state=target.value, **values)
    waited_now = ticket.paused_days_before_verification + ticket.paused_days_after_verification
    move_by(session, city, ticket, waited_now - waited)
    payload: dict[str, Any] = {"from": source.value, "to": target.value}
    if reason.strip():
        message = write(session, ticket, "reason", reason.strip(), act=act, data_key=data_key)
        message.state = target.value
        payload["message_id"] = str(message.id)
    if beside.reason_code is not None:
        payload["reason_code"] = beside.reason_code
    if beside.until_on is not None:
        payload["until_on"] = beside.until_on.isoformat()
    if "settlement_due_at" in values:
        payload["settlement_due_at"] = ticket.settlement_due_at.isoformat()
    record(session, ticket, "state_changed", payload, act=act)
    record_ended_parts(session, ticket, ended_parts, act=act)


def _end_values(source: State, target: State, act: Act) -> dict[str, object]:
    if target is State.RESOLVED:
        return {"settled_at": act.at}
    if target is State.CLOSED:
        how = "confirmed" if Party.REPORTER in act.parties else "automatic"
        return {"closed_at": act.at, "closed_how": how}
    if source in (State.RESOLVED, State.CLOSED):  # contested or reopened: not settled after all
        return {"settled_at": None, "closed_at": None, "closed_how": None}
    return {}


def write(
    session: Session,
    ticket: Ticket,
    kind: str,
    text: str,
    *,
    act: Act,
    data_key: bytes | None,
) -> Message:
    """Keep a text beside the event that tells of it; sealed on a confidential ticket."""
    message_id = new_id()
    sealed: bytes | None = None
    if ticket.visibility == Visibility.CONFIDENTIAL.value:
        assert data_key is not None, "a confidential report always has a data key"
        place = Place(table="message", column="text_sealed", row=str(message_id))
        sealed = seal(data_key, text.encode(), place)
    message = Message(
        id=message_id,
        ticket_id=ticket.id,
        kind=kind,
        author_id=act.actor_id,
        text=None if sealed else text,
        text_sealed=sealed,
        written_at=act.at,
    )
    session.add(message)
    session.flush()
    return message


def reply(
    session: Session,
    ticket: Ticket,
    text: str,
    *,
    act: Act,
    data_key: bytes | None = None,
) -> Message:
    """Answer the reporter. Counts as first response. Raises TextMissing, TextTooLong, TicketChanged."""
    checked = check_reply(text)
    change(
        session,
        ticket,
        act=act,
        first_responded_at=func.coalesce(Ticket.first_responded_at, act.at),
    )
    message = write(session, ticket, "reply", checked, act=act, data_key=data_key)
    record(session, ticket, "replied", {"message_id": str(message.id)}, act=act)
    return message


def assign(
    session: Session,
    ticket: Ticket,
    *,
    agency_code: str,
    assignment_id: UUID,
    decided_by: str,
    act: Act,
) -> None:
    """Hand a ticket to another agency; its own part in it, if it had one, ends. Raises TicketChanged."""
    before, parts = ticket.agency_code, ticket.joint_agency_codes
    change(
        session,
        ticket,
        act=act,
        agency_code=agency_code,
        assignment_id=assignment_id,
        assignee_id=None,
        joint_agency_codes=[code for code in parts if code != agency_code],
    )
    ended = {agency_code}.intersection(parts)
    payload: Payload = {"from": before, "agency_code": agency_code, "decided_by": decided_by}
    record(session, ticket, "assigned", payload, act=act)
    record_ended_parts(session, ticket, ended, act=act)


def move_deadlines(session: Session, city: City, ticket: Ticket, *, act: Act) -> bool:
    """Move an open ticket's deadlines after a holiday was decreed; tell whether one moved.

    What was promised holds: where a holiday was taken back, no deadline comes nearer.
    """
    later = moved_due(city, ticket).later
    if not later:
        return False
    change(session, ticket, act=act, **later)
    payload: Payload = {
        "verification_due_at": ticket.verification_due_at.isoformat(),
        "settlement_due_at": ticket.settlement_due_at.isoformat(),
        "pack_version": city.pack_version,
    }
    record(session, ticket, "deadlines_moved", payload, act=act)
    return True


def part_duplicates(session: Session, ticket: Ticket) -> None:
    """Part a ticket from duplicates of another visibility: a join never crosses it. The log keeps
    that they were joined.
    """
    others = update(Ticket).where(
        Ticket.parent_ticket_id == ticket.id, Ticket.visibility != ticket.visibility
    )
    session.execute(others.values(parent_ticket_id=None))


def pass_duplicates_on(session: Session, ticket: Ticket, parent: Ticket) -> Sequence[Ticket]:
    """Join the duplicates of a ticket with another one; return them."""
    children = (
        update(Ticket)
        .where(Ticket.parent_ticket_id == ticket.id, Ticket.visibility == parent.visibility)
        .values(parent_ticket_id=parent.id, version=Ticket.version + 1)
        .returning(Ticket)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalars(children).all()


def seal_messages(session: Session, ticket: Ticket, data_key: bytes) -> None:
    """Seal everything written on a ticket that has become confidential."""
    for message in session.scalars(select(Message).where(Message.ticket_id == ticket.id)):
        if message.text is not None:
            place = Place(table="message", column="text_sealed", row=str(message.id))
            message.text_sealed = seal(data_key, message.text.encode(), place)
            message.text = None
    session.flush()
