"""Writing events."""

import os
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, func, insert, literal, select, tuple_, update
from sqlalchemy.orm import Session

from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import NOT_BEGUN, StreamEnd, expired_end, head, heads_of
from citizenreport.ledger.rules import (
    NONCE_BYTES,
    NewEvent,
    SealedEvent,
    StreamKind,
    seal_event,
)


def append(session: Session, kind: StreamKind, stream_id: UUID, new: NewEvent) -> Event:
    """Add one event at the end of a stream, in the session's transaction.

    Waits for whoever is adding to the same stream; different streams never wait for each other.
    """
    _lock(session, kind, [stream_id])
    last = head(session, kind, stream_id)
    if kind is StreamKind.ACCESS and last == NOT_BEGUN:
        last = expired_end(session, stream_id)
    sealed = _sealed(kind, stream_id, last, new)
    event = Event(**_row(sealed))
    session.add(event)
    session.flush()
    return event


def append_to_all(
    session: Session, kind: StreamKind, stream_ids: Collection[UUID], new: NewEvent
) -> None:
    """Add the same event at the end of many streams at once, locked in one order for everybody."""
    wanted = sorted(set(stream_ids))
    if not wanted:
        return
    _lock(session, kind, wanted)
    known = heads_of(session, kind, wanted)
    sealed = (_sealed(kind, id_, known.get(id_, NOT_BEGUN), new) for id_ in wanted)
    session.execute(insert(Event), [_row(event) for event in sealed])


def _lock(session: Session, kind: StreamKind, stream_ids: Sequence[UUID]) -> None:
    names = func.unnest(literal([f"{kind.value}:{id_}" for id_ in stream_ids], ARRAY(Text)))
    key = func.hashtextextended(names.column_valued("name"), 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def _sealed(kind: StreamKind, stream_id: UUID, last: StreamEnd, new: NewEvent) -> SealedEvent:
    seq, previous = last
    nonce = os.urandom(NONCE_BYTES)
    return seal_event(
        new, kind=kind, stream_id=stream_id, seq=seq + 1, previous=previous, nonce=nonce
    )


def _row(sealed: SealedEvent) -> dict[str, Any]:
    row = {name: getattr(sealed, name) for name in sealed.__dataclass_fields__}
    return row | {"payload": dict(sealed.payload)}


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
