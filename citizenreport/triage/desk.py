"""What the staff's pages read of one ticket with its report. All from `readable_tickets`."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.identity.rules import Actor
from citizenreport.intake.models import Photo, Report, ReportKey
from citizenreport.routing.models import Assignment
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import readable_tickets
from citizenreport.triage.rules import TicketNotFound


class DeskTicket(NamedTuple):
    """A ticket with the report and the decision it is about, in one query."""

    ticket: Ticket
    report: Report
    assignment: Assignment
    key: ReportKey | None  # of a report of which something is sealed


def with_report(session: Session, city: City, actor: Actor, ticket_id: UUID) -> DeskTicket:
    """Return a ticket the actor may read with its report and assignment. Raises TicketNotFound."""
    query = (
        readable_tickets(city, actor)
        .where(Ticket.id == ticket_id)
        .join(Report, Report.id == Ticket.report_id)
        .join(Assignment, Assignment.id == Ticket.assignment_id)
        .outerjoin(ReportKey, ReportKey.report_id == Report.id)
        .add_columns(Report, Assignment, ReportKey)
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
