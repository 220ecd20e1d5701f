"""Which open tickets a change of rules moves, as far as a person may see them."""

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.identity.rules import Actor
from citizenreport.intake.models import Report
from citizenreport.routing.draft_models import RuleMove
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import readable_tickets

LISTED_MAX: Final = 200


class ShownMove(NamedTuple):
    ticket_id: UUID
    tracking_code: str
    source: str
    target: str


class ShownMoves(NamedTuple):
    """`protected_count`: those the reader may not see, as a number only."""

    listed: list[ShownMove]
    more_count: int
    protected_count: int


def shown_moves(session: Session, city: City, actor: Actor, replay_id: UUID) -> ShownMoves:
    """Return the moves of a change: readable tickets by code, the others as a number."""
    readable = (
        readable_tickets(city, actor)
        .join(RuleMove, RuleMove.ticket_id == Ticket.id)
        .join(Report, Report.id == Ticket.report_id)
        .where(RuleMove.replay_id == replay_id)
        .with_only_columns(
            Ticket.id,
            Report.tracking_code,
            RuleMove.from_agency_code,
            RuleMove.to_agency_code,
        )
    )
    total = session.scalar(
        select(func.count()).select_from(RuleMove).where(RuleMove.replay_id == replay_id)
    )
    seen = session.scalar(select(func.count()).select_from(readable.subquery()))
    rows = session.execute(readable.order_by(Ticket.id).limit(LISTED_MAX)).all()
    return ShownMoves(
        listed=[ShownMove(*row) for row in rows],
        more_count=(seen or 0) - len(rows),
        protected_count=(total or 0) - (seen or 0),
    )
