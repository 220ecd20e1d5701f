"""Deadlines: a new pack version may bring a holiday; open tickets are counted anew."""

from typing import Final
from uuid import UUID

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import Unavailable
from citizenreport.core.text import _n
from citizenreport.indicators import service as indicators
from citizenreport.pipeline.release import follow_ticket
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import service as triage
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party
from citizenreport.web.context import current_city, refresh_city

BATCH: Final = 200


class OldCity(Unavailable):
    """This worker has not read the new pack yet; the job is tried again."""

    code = "old-city"
    title = _n("Data kota yang baru belum dimuat.")


def move_deadlines(*, pack_version: int) -> None:
    """Count the deadlines of all open tickets anew. Raises OldCity."""
    refresh_city()
    if current_city().pack_version < pack_version:
        raise OldCity
    after: UUID | None = None
    while True:
        with transaction() as session:
            ids = triage_queries.with_running_clocks(session, after=after, limit=BATCH)
        for ticket_id in ids:
            _move(ticket_id)
        if len(ids) < BATCH:
            break
        after = ids[-1]
    with transaction() as session:
        indicators.outdate(session)  # working days, areas and population may be others, too


def _move(ticket_id: UUID) -> None:
    """Move one ticket's deadlines."""
    city, now = current_city(), utcnow()
    with transaction() as session:
        ticket = triage_queries.for_system(session, ticket_id, wait=True)
        if ticket is None:
            return
        act = Act(parties=frozenset({Party.SYSTEM}), at=now, seen=ticket.version)
        if triage.move_deadlines(session, city, ticket, act=act):
            follow_ticket(session, city, ticket, now=now)
