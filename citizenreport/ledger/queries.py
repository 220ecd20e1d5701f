"""Reading the ledger."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from citizenreport.ledger.models import Checkpoint, Event
from citizenreport.ledger.rules import FIRST_PREVIOUS_HASH, SealedEvent, StreamKind

Head = tuple[str, UUID, int, bytes]
"""(stream kind, stream id, last seq, last hash)."""

StreamEnd = tuple[int, bytes]
"""(last seq, last hash)."""

NOT_BEGUN: Final[StreamEnd] = (0, FIRST_PREVIOUS_HASH)


def history(session: Session, kind: StreamKind, stream_id: UUID) -> Sequence[Event]:
    """Return a stream's events, oldest first."""
    query = (
        select(Event)
        .where(Event.stream_kind == kind.value, Event.stream_id == stream_id)
        .order_by(Event.seq)
    )
    return session.scalars(query).all()


def head(session: Session, kind: StreamKind, stream_id: UUID) -> StreamEnd:
    """Return (last seq, last hash) of a stream; (0, zero bytes) for one that has not begun."""
    query = (
        select(Event.seq, Event.hash)
        .where(Event.stream_kind == kind.value, Event.stream_id == stream_id)
        .order_by(Event.seq.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return (row.seq, bytes(row.hash)) if row else NOT_BEGUN


def expired_end(session: Session, ticket_id: UUID) -> StreamEnd:
    """Return where the access log of a ticket ended when it expired; as not begun if it has not."""
    query = (
        select(Event.payload)
        .where(
            Event.stream_kind == StreamKind.TICKET.value,
            Event.stream_id == ticket_id,
            Event.type == "access_log_expired",
        )
        .order_by(Event.seq.desc())
        .limit(1)
    )
    said = session.scalar(query)
    return (int(said["last_seq"]), bytes.fromhex(said["last_hash"])) if said else NOT_BEGUN


def heads_of(
    session: Session, kind: StreamKind, stream_ids: Collection[UUID]
) -> dict[UUID, StreamEnd]:
    """Return the ends of some streams; one that has not begun is not in it."""
    query = (
        select(Event.stream_id, Event.seq, Event.hash)
        .distinct(Event.stream_id)
        .where(Event.stream_kind == kind.value, Event.stream_id.in_(stream_ids))
        .order_by(Event.stream_id, Event.seq.desc())
    )
    return {id_: (seq, bytes(hash_)) for id_, seq, hash_ in session.execute(query)}


def heads(session: Session) -> list[Head]:
    """Return the head of every stream in (kind, id) order: one index scan."""
    rows = session.execute(
        text(
            "SELECT DISTINCT ON (stream_kind, stream_id) stream_kind, stream_id, seq, hash"
            " FROM event ORDER BY stream_kind, stream_id, seq DESC"
        )
    )
    return [(kind, stream_id, seq, bytes(hash_)) for kind, stream_id, seq, hash_ in rows]


def walk(session: Session) -> Iterator[SealedEvent]:
    """Yield every event of every stream in (kind, id, seq) order, in constant memory."""
    query = (
        select(Event)
        .order_by(Event.stream_kind, Event.stream_id, Event.seq)
        .execution_options(yield_per=2_000, stream_results=True)
    )
    for row in session.scalars(query):
        yield as_sealed(row)


def latest_checkpoint(session: Session) -> Checkpoint | None:
    return session.scalar(select(Checkpoint).order_by(Checkpoint.number.desc()).limit(1))


def undispatched(session: Session, *, limit: int) -> Sequence[Event]:
    """Return and lock the oldest events that have not been turned into work yet.

    Those another worker holds are left out; one that was committed late is found all the same.
    """
    query = (
        select(Event)
        .where(Event.dispatched_at.is_(None))
        .order_by(Event.recorded_at, Event.stream_id, Event.seq)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).all()


def as_sealed(row: Event) -> SealedEvent:
    """Return an event as the value its hash was made of."""
    return SealedEvent(
        stream_kind=row.stream_kind,
        stream_id=row.stream_id,
        seq=row.seq,
        recorded_at=row.recorded_at,
        occurred_at=row.occurred_at,
        actor_id=row.actor_id,
        type=row.type,
        schema_version=row.schema_version,
        payload=row.payload,
        nonce=bytes(row.nonce),
        previous_hash=bytes(row.previous_hash),
        hash=bytes(row.hash),
    )
