"""Scheduling: planned works whose last day is over are taken up again by the system."""

from datetime import datetime
from uuid import UUID

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.pipeline.handle import move_ticket
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State
from citizenreport.triage.work import scheduled_before
from citizenreport.web.context import current_city, current_keys


def take_up_scheduled(*, now: datetime | None = None) -> None:
    """Move scheduled tickets on, the day after their last one, one transaction each."""
    at = now or utcnow()
    with transaction() as session:
        ripe = scheduled_before(session, current_city().local_date(at))
    for ticket_id in ripe:
        _take_up(ticket_id, at)


def _take_up(ticket_id: UUID, at: datetime) -> None:
    """Take up one ticket if it is still scheduled and its last day is over."""
    city = current_city()
    with transaction() as session:
        ticket = triage_queries.for_system(session, ticket_id)
        if ticket is None or ticket.state != State.SCHEDULED.value:
            return
        if ticket.scheduled_until is None or ticket.scheduled_until >= city.local_date(at):
            return
        act = Act(parties=frozenset({Party.SYSTEM}), at=at, seen=ticket.version)
        move_ticket(session, city, current_keys(), ticket, State.IN_PROGRESS, act=act)
