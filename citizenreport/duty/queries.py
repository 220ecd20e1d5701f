"""Reading rosters, and what was told of deadlines."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.duty.models import DeadlineNotice, DutyShift
from citizenreport.duty.shifts import ShiftNotFound, Span


def last_steps(session: Session, ticket_ids: Collection[UUID]) -> dict[tuple[UUID, datetime], int]:
    """Return the latest step taken for each deadline of these tickets."""
    query = (
        select(DeadlineNotice.ticket_id, DeadlineNotice.due_at, func.max(DeadlineNotice.step))
        .where(DeadlineNotice.ticket_id.in_(ticket_ids))
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
