"""Whether a ticket is still as somebody saw it."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.identity.rules import Actor
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import readable_tickets
from citizenreport.triage.rules import TicketNotFound


def state_of(session: Session, city: City, actor: Actor, ticket_id: UUID) -> tuple[Ticket, int]:
    """Return a ticket the actor may read and the number of its last event. One query.

    Raises:
        TicketNotFound: no such ticket, or not for this person.
    """
    last = (
        select(func.max(Event.seq))
        .where(Event.stream_kind == StreamKind.TICKET.value, Event.stream_id == Ticket.id)
        .correlate(Ticket)
        .scalar_subquery()
    )
    query = readable_tickets(city, actor).where(Ticket.id == ticket_id).add_columns(last)
    row = session.execute(query).one_or_none()
    if row is None:
        raise TicketNotFound
    return row[0], row[1] or 0
