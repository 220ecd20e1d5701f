"""Noting the same of many tickets at once: acts of the system itself."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import tuple_, update
from sqlalchemy.orm import Session

from citizenreport.ledger import service as ledger
from citizenreport.ledger.rules import NewEvent, Payload, StreamKind
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import TicketChanged


def note(
    session: Session,
    tickets: Sequence[Ticket],
    type_: str,
    payload: Payload,
    *,
    now: datetime,
) -> None:
    """Raise the version of each ticket, and add the same event to each one's stream.

    Raises:
        TicketChanged: someone was faster at one of them; roll back.
    """
    if not tickets:
        return
    seen = [(ticket.id, ticket.version) for ticket in tickets]
    statement = (
        update(Ticket)
        .where(tuple_(Ticket.id, Ticket.version).in_(seen))
        .values(version=Ticket.version + 1)
        .returning(Ticket)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if len(session.scalars(statement).all()) != len(seen):
        raise TicketChanged
    event = NewEvent(type=type_, payload=payload, recorded_at=now, occurred_at=now)
    ledger.append_to_all(session, StreamKind.TICKET, [id_ for id_, _ in seen], event)


def forget_areas(session: Session, tickets: Sequence[Ticket]) -> None:
    """Take away where tickets count; their versions are raised by the note that follows."""
    ids = [ticket.id for ticket in tickets]
    forgotten = update(Ticket).where(Ticket.id.in_(ids)).values(area_code=None)
    session.execute(forgotten.execution_options(synchronize_session=False))
