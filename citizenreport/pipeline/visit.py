"""What comes of going there: done, with photos, or not done, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.geo.position import Position
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.pipeline.handle import move_ticket
from citizenreport.pipeline.resolve import Outcome, resolve
from citizenreport.storage.rules import Storage
from citizenreport.triage import field
from citizenreport.triage import service as triage
from citizenreport.triage.field import VisitElsewhere
from citizenreport.triage.models import FieldVisit, Ticket
from citizenreport.triage.rules import Act, check_reason
from citizenreport.triage.states import State

ON_THE_WAY = {
    State.NEW: State.VERIFIED,
    State.VERIFIED: State.IN_PROGRESS,
    State.SCHEDULED: State.IN_PROGRESS,
    State.CONTESTED: State.IN_PROGRESS,
    State.REOPENED: State.IN_PROGRESS,
}
"""Who was there has seen that it is true and worked on it: these steps are made with the last."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Visit:
    """What an officer says of a visit. `id` was made by the page; `position` only with their yes."""

    id: UUID
    is_done: bool
    reason: str
    acted_at: datetime
    photos: Sequence[PreparedPhoto] = ()
    why_no_photo: str = ""
    position: Position | None = None
    accuracy_m: float | None = None


def check_places(city: City, positions: Sequence[Position]) -> None:
    """Refuse what was not here. Raises VisitElsewhere, naming the neighbour it lies in."""
    for position in positions:
        located = city.area_index.locate(position)
        if located.area_code is None:
            raise VisitElsewhere(pointer="#/photos", place=located.neighbour_name)


def record_visit(
    session: Session,
    city: City,
    keys: KeyRing,
    storage: Storage,
    ticket: Ticket,
    visit: Visit,
    *,
    act: Act,
) -> None:
    """Take in a visit, once: one that came before changes nothing more.

    Raises:
        VisitIdReused: the id belongs to another visit.
        ReasonMissing, TextTooLong, TransitionNotAllowed, TicketChanged.
        As `resolve`.
    """
    assert act.actor_id is not None, "only staff go there"
    row = FieldVisit(
        id=visit.id,
        ticket_id=ticket.id,
        staff_id=act.actor_id,
        is_done=visit.is_done,
        acted_at=visit.acted_at,
        received_at=act.at,
        position=visit.position,
        accuracy_m=visit.accuracy_m,
    )
    if not field.take_in(session, row):
        return
    if visit.is_done:
        _settle(session, city, keys, storage, ticket, visit, act=act)
    else:
        text = check_reason(visit.reason)
        triage.change(session, ticket, act=act)
        message = triage.write(session, ticket, "note", text, act=act, data_key=None)
        payload = {"visit_id": str(visit.id), "message_id": str(message.id)}
        triage.record(session, ticket, "visited", payload, act=act)


def _settle(
    session: Session,
    city: City,
    keys: KeyRing,
    storage: Storage,
    ticket: Ticket,
    visit: Visit,
    *,
    act: Act,
) -> None:
    """Go the steps that are left, and call it settled."""
    while (target := ON_THE_WAY.get(State(ticket.state))) is not None:
        move_ticket(session, city, keys, ticket, target, act=act)
        act = replace(act, seen=ticket.version)
    outcome = Outcome(reason=visit.reason, photos=visit.photos, why_no_photo=visit.why_no_photo)
    resolve(session, city, keys, storage, ticket, outcome, act=act)
