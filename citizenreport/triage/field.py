"""Visits to the place of a ticket: whose tasks there are, and that each visit counts once."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.text import _n
from citizenreport.identity.rules import Actor, Permission
from citizenreport.intake.models import Report
from citizenreport.triage.models import OPEN_STATES_SQL, FieldVisit, Ticket
from citizenreport.triage.queries import readable_tickets
from citizenreport.triage.states import State

MOST_TASKS: Final = 50
OLDEST_ACT: Final = timedelta(days=7)
"""A phone may be without a network for so long; an older time is a clock that goes wrong."""


class VisitIdReused(Conflict):
    code = "visit-id-reused"
    title = _n("Tanda kunjungan ini sudah dipakai. Muat ulang halaman tugasnya, lalu kirim lagi.")


class VisitElsewhere(InvalidInput):
    """The position of a photo or phone lies in another city; `place` names it."""

    code = "visit-elsewhere"
    title = _n("Foto ini diambil di luar kota. Potret di tempat kejadian, atau pilih foto lain.")


class Task(NamedTuple):
    """A ticket to go to, with its report, in one query."""

    ticket: Ticket
    report: Report


def own_tasks(session: Session, city: City, actor: Actor) -> Sequence[Task]:
    """Return the open tickets that are the actor's, the soonest deadline first."""
    return _tasks(session, city, actor, Ticket.assignee_id == actor.staff_id)


def free_tasks(session: Session, city: City, actor: Actor) -> Sequence[Task]:
    """Return work under way at the actor's agencies that nobody has taken; never confidential."""
    return _tasks(
        session,
        city,
        actor,
        Ticket.assignee_id.is_(None)
        & Ticket.agency_code.in_(actor.agencies(Permission.MOVE_TICKET))
        & Ticket.state.in_([State.VERIFIED.value, State.IN_PROGRESS.value, State.SCHEDULED.value])
        & (Ticket.visibility != Visibility.CONFIDENTIAL.value),
    )


def take_in(session: Session, visit: FieldVisit) -> bool:
    """Store a visit; False when the same one was stored before, however close behind.

    Of two sends that cross the second waits here for what becomes of the first.

    Raises:
        VisitIdReused: the id belongs to another visit.
    """
    values = {column.key: getattr(visit, column.key) for column in FieldVisit.__table__.columns}
    statement = insert(FieldVisit).values(values).on_conflict_do_nothing()
    if session.scalar(statement.returning(FieldVisit.id)) is not None:
        return True
    first = session.get_one(FieldVisit, visit.id)
    if (first.ticket_id, first.staff_id) != (visit.ticket_id, visit.staff_id):
        raise VisitIdReused
    return False


def acted_at(given: str, *, now: datetime) -> datetime:
    """Return when the phone says that it was; now when that cannot be."""
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        return now
    return at if at.tzinfo is not None and now - OLDEST_ACT <= at <= now else now


def forget_positions(session: Session, ticket_ids: Collection[UUID]) -> None:
    """Take the places away from the visits to some tickets; that there were visits stays."""
    session.execute(
        update(FieldVisit)
        .where(FieldVisit.ticket_id.in_(ticket_ids))
        .values(position=None, accuracy_m=None)
    )


def _tasks(
    session: Session, city: City, actor: Actor, which: ColumnElement[bool]
) -> Sequence[Task]:
    is_open: ColumnElement[bool] = literal_column(
        OPEN_STATES_SQL.replace("state", "ticket.state", 1)
    )
    query = (
        readable_tickets(city, actor)
        .where(which, is_open)
        .join(Report, Report.id == Ticket.report_id)
        .add_columns(Report)
        .order_by(Ticket.next_due_at, Ticket.id)
        .limit(MOST_TASKS)
    )
    return [Task(*row) for row in session.execute(query)]


def last_visit(session: Session, ticket_id: UUID) -> FieldVisit | None:
    """Return the latest visit to a ticket."""
    query = select(FieldVisit).where(FieldVisit.ticket_id == ticket_id)
    return session.scalar(query.order_by(FieldVisit.received_at.desc()).limit(1))
