"""Which open deadlines a change of the calendar moves, as far as a person may see their tickets."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.identity.rules import Actor
from citizenreport.intake.models import Report
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import readable_tickets, running_clocks
from citizenreport.triage.ticket_clocks import moved_due

LISTED_MAX: Final = 100


class MovedTicket(NamedTuple):
    ticket_id: UUID
    tracking_code: str
    before: datetime
    after: datetime


class DeadlineMoves(NamedTuple):
    """`listed`: by the settlement deadline. `protected_count`: those the reader may not see.

    `kept_count`: tickets whose deadline would come nearer, and therefore stays.
    """

    listed: list[MovedTicket]
    more_count: int
    protected_count: int
    kept_count: int


def deadline_moves(session: Session, city: City, actor: Actor) -> DeadlineMoves:
    """Return what counting the open deadlines anew, by this city's calendar, would do."""
    found, kept = {}, 0
    for ticket in running_clocks(session):
        moved = moved_due(city, ticket)
        kept += moved.is_kept
        if moved.later:
            after = moved.later.get("settlement_due_at", ticket.settlement_due_at)
            found[ticket.id] = (ticket.settlement_due_at, after)
    seen = (
        readable_tickets(city, actor)
        .join(Report, Report.id == Ticket.report_id)
        .where(Ticket.id.in_(found))
        .with_only_columns(Ticket.id, Report.tracking_code)
        .order_by(Ticket.settlement_due_at, Ticket.id)
    )
    rows = session.execute(seen).all() if found else []
    listed = [MovedTicket(id_, code, *found[id_]) for id_, code in rows[:LISTED_MAX]]
    return DeadlineMoves(listed, len(rows) - len(listed), len(found) - len(rows), kept)
