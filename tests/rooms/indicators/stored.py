"""Tickets in the database whose streams are the made-up ones."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.core.ids import new_id, new_tracking_code
from citizenreport.indicators.rules.facts import Fact, LoggedEvent, fold
from citizenreport.intake.models import Report
from citizenreport.ledger import service as ledger
from citizenreport.ledger.rules import NewEvent, StreamKind
from citizenreport.routing.models import Assignment
from citizenreport.triage.models import Ticket


def store(session: Session, events: list[LoggedEvent]) -> UUID:
    """Store a report with its ticket and its whole stream; return the ticket's id."""
    opened, fact = events[0], fold(events)
    report = Report(
        id=new_id(),
        tracking_code=new_tracking_code(),
        category_code=fact.category_code,
        area_code=fact.area_code,
        position=None,
        submitted_at=opened.recorded_at,
        channel="web",
        pack_version=1,
    )
    session.add(report)
    session.flush()
    assignment = Assignment(
        id=new_id(),
        report_id=report.id,
        agency_code="DLH",
        decided_by="rule",
        rule_id=None,
        pack_version=1,
        inputs={},
        decided_at=opened.recorded_at,
        actor_id=None,
    )
    session.add(assignment)
    session.flush()
    ticket = _ticket(report, assignment, fact)
    session.add(ticket)
    session.flush()
    log(session, ticket.id, events)
    return ticket.id


def _ticket(report: Report, assignment: Assignment, fact: Fact) -> Ticket:
    return Ticket(
        id=new_id(),
        report_id=report.id,
        assignment_id=assignment.id,
        category_code=fact.category_code,
        aspect=fact.aspect,
        area_code=fact.area_code,
        agency_code="DLH",
        visibility=fact.visibility,
        protection_class="none",
        priority="sedang",
        state="new",
        submitted_at=fact.submitted_at,
        first_response_due_at=fact.settlement_due_at,
        verification_due_at=fact.settlement_due_at,
        settlement_due_at=fact.settlement_due_at,
    )


def log(session: Session, ticket_id: UUID, events: Iterable[LoggedEvent]) -> None:
    """Append events to a ticket's stream."""
    for event in events:
        new = NewEvent(
            type=event.type,
            payload=event.payload,
            recorded_at=event.recorded_at,
            occurred_at=event.occurred_at,
        )
        ledger.append(session, StreamKind.TICKET, ticket_id, new)
