"""The follow-up of a mediation: its handlers' office is told on the day, by the code only."""

from datetime import datetime
from uuid import UUID

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.jobs.mails import (
    Subject,
    console_link,
    duty_address,
    post,
    subject_of,
    write_mail,
)
from citizenreport.messaging.rules import Mail
from citizenreport.messaging.texts import FOLLOW_UP_DUE
from citizenreport.triage import mediation
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import service as triage
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party
from citizenreport.web.context import current_city


def remind_of_follow_ups(*, now: datetime | None = None) -> None:
    """Record for each follow-up whose day has come that its office is told, once."""
    at = now or utcnow()
    with transaction() as session:
        due = mediation.due_for_reminder(session, current_city().local_date(at))
    for ticket_id in due:
        _remind(ticket_id, at)


def _remind(ticket_id: UUID, at: datetime) -> None:
    with transaction() as session:
        ticket = triage_queries.for_system(session, ticket_id)
        if ticket is None:
            return
        if mediation.remind(session, ticket, current_city().local_date(at), now=at):
            act = Act(parties=frozenset({Party.SYSTEM}), at=at, seen=ticket.version)
            triage.record(session, ticket, "follow_up_due", {}, act=act)


def tell_of_follow_up(*, ticket_id: str, seq: int) -> None:
    """Mail the office that holds the ticket. Raises NobodyOnDuty."""
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        if subject is None:
            return
        mail = follow_up_mail(current_city(), subject)
    post(mail)


def follow_up_mail(city: City, subject: Subject) -> Mail:
    """Write the mail: the code, and nothing of what it is about."""
    ticket = subject.ticket
    values: dict[str, object] = {"code": subject.report.tracking_code, "link": console_link()}
    to = duty_address(city, ticket.agency_code, about=ticket.subject_agency_code)
    return write_mail(FOLLOW_UP_DUE, values, to=to, purpose="follow-up", event=subject.event)
