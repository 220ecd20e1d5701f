"""Reading rosters, calls, and what was told of deadlines."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from citizenreport.cities.rules import City
from citizenreport.duty.models import DeadlineNotice, DutyCall, DutyShift
from citizenreport.duty.shifts import ShiftNotFound, Span
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import Actor
from citizenreport.intake.models import Report
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import listed_tickets

WAITING_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCall:
    """A call with the names of whom it went to and who answered."""

    call: DutyCall
    person: str | None
    answered_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCall:
    """A call that nobody has answered yet, as a list shows it."""

    call: DutyCall
    ticket: Ticket
    tracking_code: str
    person: str | None


def last_steps(
    session: Session, ticket_ids: Collection[UUID], *, part_of: str = ""
) -> dict[tuple[UUID, datetime], int]:
    """Return the latest step taken for each deadline of these tickets, or of one agency's parts."""
    query = (
        select(DeadlineNotice.ticket_id, DeadlineNotice.due_at, func.max(DeadlineNotice.step))
        .where(DeadlineNotice.ticket_id.in_(ticket_ids), DeadlineNotice.part_agency_code == part_of)
        .group_by(DeadlineNotice.ticket_id, DeadlineNotice.due_at)
    )
    return {(ticket_id, due_at): step for ticket_id, due_at, step in session.execute(query)}


def shifts_between(session: Session, agency_code: str, span: Span) -> Sequence[DutyShift]:
    """Return the shifts of an agency that touch a time, in order of time and rank."""
    query = select(DutyShift).where(
        DutyShift.agency_code == agency_code,
        DutyShift.ends_at > span.starts_at,
        DutyShift.starts_at < span.ends_at,
    )
    return session.scalars(query.order_by(DutyShift.starts_at, DutyShift.rank)).all()


def shifts_at(session: Session, agency_code: str, now: datetime) -> Sequence[DutyShift]:
    """Return who is on duty for an agency at an instant: first the person, then the substitutes."""
    query = select(DutyShift).where(
        DutyShift.agency_code == agency_code,
        DutyShift.starts_at <= now,
        DutyShift.ends_at > now,
    )
    return session.scalars(query.order_by(DutyShift.rank, DutyShift.id)).all()


def shift_of(session: Session, shift_id: UUID, *, agencies: Collection[str]) -> DutyShift:
    """Return a shift of one of these agencies. Raises ShiftNotFound, the same for none."""
    query = select(DutyShift).where(DutyShift.id == shift_id, DutyShift.agency_code.in_(agencies))
    shift = session.scalar(query)
    if shift is None:
        raise ShiftNotFound
    return shift


def call_by_id(session: Session, call_id: UUID) -> DutyCall | None:
    """Return a call; None when there is none."""
    return session.get(DutyCall, call_id)


def with_ticket(session: Session, call_id: UUID) -> tuple[DutyCall, Ticket, str] | None:
    """Return a call with its ticket and code, for the question whether somebody may answer it."""
    query = (
        select(DutyCall, Ticket, Report.tracking_code)
        .join(Ticket, Ticket.id == DutyCall.ticket_id)
        .join(Report, Report.id == Ticket.report_id)
        .where(DutyCall.id == call_id)
    )
    row = session.execute(query).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def round_of(session: Session, ticket_id: UUID, round_seq: int) -> Sequence[DutyCall]:
    """Return the calls of one round, the first one first."""
    query = select(DutyCall).where(DutyCall.ticket_id == ticket_id, DutyCall.round_seq == round_seq)
    return session.scalars(query.order_by(DutyCall.step)).all()


def calls_of(session: Session, ticket_id: UUID) -> list[NamedCall]:
    """Return all calls of a ticket with names, the first one first. One query."""
    called, answered = aliased(Staff), aliased(Staff)
    query = (
        select(DutyCall, called.name, answered.name)
        .outerjoin(called, called.id == DutyCall.staff_id)
        .outerjoin(answered, answered.id == DutyCall.acknowledged_by)
        .where(DutyCall.ticket_id == ticket_id)
        .order_by(DutyCall.id)
    )
    return [
        NamedCall(call=call, person=person, answered_by=answered_by)
        for call, person, answered_by in session.execute(query)
    ]


def waiting_call(session: Session, ticket_id: UUID) -> DutyCall | None:
    """Return and lock the call of a ticket that nobody has answered yet."""
    query = select(DutyCall).where(DutyCall.ticket_id == ticket_id, DutyCall.ended_at.is_(None))
    return session.scalar(query.with_for_update())


def waiting_ids(session: Session) -> Sequence[UUID]:
    """Return the tickets with a call that waits, the oldest call first. For the system."""
    query = select(DutyCall.ticket_id).where(DutyCall.ended_at.is_(None))
    return session.scalars(query.order_by(DutyCall.called_at)).all()


def unanswered(session: Session) -> Sequence[DutyCall]:
    """Return the calls that went to everybody and are nobody's."""
    query = select(DutyCall).where(DutyCall.ended_at.is_(None), DutyCall.next_at.is_(None))
    return session.scalars(query.order_by(DutyCall.called_at)).all()


def waiting_calls(session: Session, city: City, actor: Actor) -> list[WaitingCall]:
    """Return the calls that wait among the tickets a person's queue lists, the oldest first."""
    query = (
        listed_tickets(city, actor)
        .join(DutyCall, DutyCall.ticket_id == Ticket.id)
        .join(Report, Report.id == Ticket.report_id)
        .outerjoin(Staff, Staff.id == DutyCall.staff_id)
        .where(DutyCall.ended_at.is_(None))
        .add_columns(DutyCall, Report.tracking_code, Staff.name)
        .order_by(DutyCall.called_at)
        .limit(WAITING_SHOWN)
    )
    return [
        WaitingCall(call=call, ticket=ticket, tracking_code=code, person=person)
        for ticket, call, code, person in session.execute(query)
    ]
