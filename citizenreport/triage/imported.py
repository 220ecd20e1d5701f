"""Tickets that an import brought and an undo puts aside."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import tuple_, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.identity.rules import Actor
from citizenreport.intake.models import Report
from citizenreport.triage import many, queries
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State

LISTED_MAX: Final = 200


def locked(session: Session, ids: Collection[UUID]) -> Sequence[Ticket]:
    """Return tickets, locked in one order. For the system."""
    return queries.all_for_system(session, ids)


def put_aside(
    session: Session, tickets: Sequence[Ticket], reason_code: str, *, now: datetime
) -> None:
    """Archive tickets wherever they stand: they should never have come in. They join nothing any more.

    Raises:
        TicketChanged: someone was faster at one of them; roll back.
    """
    by_state: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        by_state[ticket.state].append(ticket)
    for state, some in by_state.items():
        seen = [(ticket.id, ticket.version) for ticket in some]
        payload = {"from": state, "to": State.ARCHIVED.value, "reason_code": reason_code}
        session.execute(
            update(Ticket)
            .where(tuple_(Ticket.id, Ticket.version).in_(seen))
            .values(
                state=State.ARCHIVED.value, paused_at=None, resume_state=None, parent_ticket_id=None
            )
            .execution_options(synchronize_session="fetch")
        )
        many.note(session, some, "state_changed", payload, now=now)


class ShownKept(NamedTuple):
    """Tickets that an undo left: those that the reader may see by code, the others as a number."""

    listed: list[tuple[UUID, str]]
    others: int


def shown_kept(session: Session, city: City, actor: Actor, ids: Collection[UUID]) -> ShownKept:
    """Return the tickets that an undo left, as far as a person may see them."""
    if not ids:
        return ShownKept(listed=[], others=0)
    readable = (
        queries.readable_tickets(city, actor)
        .join(Report, Report.id == Ticket.report_id)
        .where(Ticket.id.in_(ids))
        .with_only_columns(Ticket.id, Report.tracking_code)
        .order_by(Ticket.id)
        .limit(LISTED_MAX)
    )
    listed = [(row[0], row[1]) for row in session.execute(readable)]
    return ShownKept(listed=listed, others=len(ids) - len(listed))
