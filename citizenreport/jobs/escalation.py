"""A confidential ticket that its handlers do not open: the next body is told, code and deadline only.

Each body of the pack's order is told once: the first when the time for the first response is over,
the next after as much time again. Source: protection.md, section 1 (Handlers).
"""

from datetime import datetime

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, HandlerLine
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.jobs.mails import (
    Subject,
    duty_address,
    instant_text,
    post,
    subject_of,
    write_mail,
)
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.messaging.rules import Mail
from citizenreport.messaging.texts import UNOPENED
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party
from citizenreport.web.context import current_city


def escalate_unopened(*, now: datetime | None = None) -> None:
    """Record for each confidential ticket left unopened which body is told next."""
    at = now or utcnow()
    with transaction() as session:
        overdue = triage_queries.confidential_overdue(session, now=at)
    for ticket_id in overdue:
        with transaction() as session:
            ticket = triage_queries.for_system(session, ticket_id)
            if ticket is not None:
                escalate(session, current_city(), ticket, now=at)


def escalate(session: Session, city: City, ticket: Ticket, *, now: datetime) -> None:
    """Record the next step for one ticket, if one is due."""
    if was_opened(session, ticket):
        return
    events = history(session, StreamKind.TICKET, ticket.id)
    told = [event.payload["to"] for event in events if event.type == "escalated"]
    window = ticket.first_response_due_at - ticket.submitted_at
    here_since = max(ticket.submitted_at, events[0].recorded_at)  # an import brings old tickets
    if now <= here_since + (1 + len(told)) * window:
        return
    body = next((code for code in escalation_order(city, ticket) if code not in told), None)
    if body is not None:
        act = Act(parties=frozenset({Party.SYSTEM}), at=now, seen=ticket.version)
        triage.record(session, ticket, "escalated", {"to": body}, act=act)


def was_opened(session: Session, ticket: Ticket) -> bool:
    """Tell whether a handler has read what a confidential ticket is about."""
    reads = history(session, StreamKind.ACCESS, ticket.id)
    return any(read.type == "content_read" for read in reads)


def escalation_order(city: City, ticket: Ticket) -> list[str]:
    """Return who may be told, in the pack's order: never the holder, never the body it is about."""

    def is_other_class(line: HandlerLine) -> bool:
        return line.protection_class.value != ticket.protection_class

    lines = [line for line in city.handlers if line.agency_code == ticket.agency_code]
    if lines:
        order = min(lines, key=is_other_class).escalation
    else:  # confidential by the reporter's wish, at an agency without handlers of its own
        order = tuple(city.conflict_order.values())
    excluded = {ticket.agency_code, ticket.subject_agency_code}
    return [code for code in order if code not in excluded]


def tell_next_body(*, ticket_id: str, seq: int) -> None:
    """Mail the body that an escalation names. Raises NobodyOnDuty."""
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        mail = notice(current_city(), subject) if subject else None
    if mail is not None:
        post(mail)


def notice(city: City, subject: Subject) -> Mail:
    """Write the mail: the code and the deadline."""
    ticket = subject.ticket
    values = {
        "code": subject.report.tracking_code,
        "first_response_due": instant_text(city, ticket.first_response_due_at),
    }
    to = duty_address(city, subject.event.payload["to"], about=ticket.subject_agency_code)
    return write_mail(UNOPENED, values, to=to, purpose="unopened", event=subject.event)
