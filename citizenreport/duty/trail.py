"""Who changed which shift: each change is an event of its agency's own stream, with ids and times only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.duty.models import DutyShift
from citizenreport.ledger import service as ledger
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import NewEvent, Payload, StreamKind

ADDED: Final = "shift_added"
CHANGED: Final = "shift_changed"
REMOVED: Final = "shift_removed"
PAGE_EVENTS: Final = 50
_NAMESPACE: Final = UUID("6d3a5a0c-3f0e-4f5b-9a64-1f0b0a9b7c11")


def stream_of(agency_code: str) -> UUID:
    """Return the ledger stream that tells how an agency's roster changed."""
    return uuid5(_NAMESPACE, agency_code)


def told(shift: DutyShift) -> Payload:
    """Return a shift as an event holds it."""
    return {
        "agency_code": shift.agency_code,
        "shift_id": str(shift.id),
        "staff_id": str(shift.staff_id),
        "rank": shift.rank,
        "starts_at": shift.starts_at.isoformat(),
        "ends_at": shift.ends_at.isoformat(),
    }


def record(
    session: Session,
    type_: str,
    payload: Payload,
    *,
    by: UUID | None,
    now: datetime,
) -> None:
    """Add what was done to a shift; its agency's roster is locked by the caller."""
    event = NewEvent(type=type_, payload=payload, recorded_at=now, occurred_at=now, actor_id=by)
    ledger.append(session, StreamKind.ROSTER, stream_of(str(payload["agency_code"])), event)


def changed(before: Payload, after: Payload) -> Payload:
    """Return the payload of a change: the shift as it is, and what it was."""
    was = {f"was_{name}": before[name] for name in ("staff_id", "rank", "starts_at", "ends_at")}
    return {**after, **was}


def page(session: Session, agency_code: str, *, before: int | None) -> tuple[Sequence[Event], bool]:
    """Return what was done to an agency's roster, the newest first, and whether there is more.

    `before`: the number of the last event of the page before.
    """
    query = select(Event).where(
        Event.stream_kind == StreamKind.ROSTER.value, Event.stream_id == stream_of(agency_code)
    )
    if before is not None:
        query = query.where(Event.seq < before)
    found = session.scalars(query.order_by(Event.seq.desc()).limit(PAGE_EVENTS + 1)).all()
    return found[:PAGE_EVENTS], len(found) > PAGE_EVENTS
