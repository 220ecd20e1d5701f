"""Writing events."""

import os
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session

from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import head
from citizenreport.ledger.rules import NONCE_BYTES, NewEvent, StreamKind, seal_event


def append(session: Session, kind: StreamKind, stream_id: UUID, new: NewEvent) -> Event:
    """Add one event at the end of a stream, in the session's transaction.

    Waits for whoever is adding to the same stream; different streams never wait for each other.
    """
    key = func.hashtextextended(f"{kind.value}:{stream_id}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))
    seq, previous = head(session, kind, stream_id)
    sealed = seal_event(
        new,
        kind=kind,
        stream_id=stream_id,
        seq=seq + 1,
        previous=previous,
        nonce=os.urandom(NONCE_BYTES),
    )
    event = Event(
        stream_kind=sealed.stream_kind,
        stream_id=sealed.stream_id,
        seq=sealed.seq,
        recorded_at=sealed.recorded_at,
        occurred_at=sealed.occurred_at,
        actor_id=sealed.actor_id,
        type=sealed.type,
        schema_version=sealed.schema_version,
        payload=dict(sealed.payload),
        nonce=sealed.nonce,
        previous_hash=sealed.previous_hash,
        hash=sealed.hash,
    )
    session.add(event)
    session.flush()
    return event


def mark_dispatched(session: Session, events: Sequence[Event], *, now: datetime) -> None:
    """Note that these events have been turned into work, in the transaction that did it."""
    keys = [(event.stream_kind, event.stream_id, event.seq) for event in events]
    statement = (
        update(Event)
        .where(tuple_(Event.stream_kind, Event.stream_id, Event.seq).in_(keys))
        .values(dispatched_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(statement)
