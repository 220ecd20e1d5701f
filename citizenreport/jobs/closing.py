"""Closing: a resolved ticket that nobody contested in time is closed by the system."""

from datetime import datetime, timedelta
from uuid import UUID

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.pipeline.handle import move_ticket
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.clocks import contest_ends_at
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State
from citizenreport.web.context import current_city, current_keys


def close_uncontested(*, now: datetime | None = None) -> None:
    """Close what was resolved longer ago than the contest window, one transaction each."""
    at = now or utcnow()
    with transaction() as session:
        window = timedelta(days=current_city().contest_days)
        ripe = triage_queries.settled_before(session, at - window)
    for ticket_id in ripe:
        _close(ticket_id, at)


def _close(ticket_id: UUID, at: datetime) -> None:
    """Close one ticket if it is still resolved and its last day is over."""
    city = current_city()
    with transaction() as session:
        ticket = triage_queries.for_system(session, ticket_id)
        if ticket is None or ticket.state != State.RESOLVED.value or ticket.settled_at is None:
            return
        ends_at = contest_ends_at(city.calendar, ticket.settled_at, contest_days=city.contest_days)
        if at > ends_at:
            act = Act(parties=frozenset({Party.SYSTEM}), at=at, seen=ticket.version)
            move_ticket(session, city, current_keys(), ticket, State.CLOSED, act=act)
