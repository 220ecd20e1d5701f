"""The history of a record: events, and the words beside them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.identity.rules import Actor
from citizenreport.ledger.rules import NewEvent, Payload, StreamKind
from citizenreport.ledger.service import append
from citizenreport.programme.faults import InnovationNotEditable, InnovationNotYours
from citizenreport.programme.models import Innovation, InnovationNote
from citizenreport.programme.queries import sides_of
from citizenreport.programme.rules import EDITABLE, Phase, Side


def note(
    session: Session,
    innovation_id: UUID,
    type_: str,
    payload: Payload,
    *,
    actor: Actor,
    now: datetime,
    text: str = "",
) -> None:
    """Record an event of an innovation; its words in a row beside it."""
    new = NewEvent(
        type=f"innovation_{type_}",
        payload=payload,
        recorded_at=now,
        occurred_at=now,
        actor_id=actor.staff_id,
    )
    event = append(session, StreamKind.INNOVATION, innovation_id, new)
    if text.strip():
        session.add(InnovationNote(innovation_id=innovation_id, seq=event.seq, text=text.strip()))
    session.flush()


def check_editable(city: City, actor: Actor, innovation: Innovation) -> None:
    """Check that a person may write a record now. Raises InnovationNotYours, InnovationNotEditable."""
    if Side.AGENCY not in sides_of(city, actor, innovation.agency_code):
        raise InnovationNotYours
    if Phase(innovation.phase) not in EDITABLE:
        raise InnovationNotEditable
