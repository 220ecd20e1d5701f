"""Streams of events to tamper with, and the hands of somebody who owns the database."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.core.ids import new_id
from citizenreport.ledger.queries import as_sealed, history
from citizenreport.ledger.rules import NewEvent, SealedEvent, StreamKind, chain_hash
from citizenreport.ledger.service import append

NOON = datetime(2026, 3, 17, 5, 0, tzinfo=UTC)
LENGTH = 5


def event(number: int = 1, **payload: str | int | bool | None) -> NewEvent:
    at = NOON + timedelta(minutes=number, microseconds=number)
    return NewEvent(
        type="state_changed",
        payload={"from": "new", "nomor": number, "kelurahan": "Jurangombo é", **payload},
        recorded_at=at,
        occurred_at=at,
        actor_id=UUID(int=number),
    )


def a_stream(
    session: Session, *, kind: StreamKind = StreamKind.TICKET, length: int = LENGTH
) -> UUID:
    stream_id = new_id()
    for number in range(1, length + 1):
        append(session, kind, stream_id, event(number))
    return stream_id


def events_of(session: Session, stream_id: UUID) -> list[SealedEvent]:
    session.expire_all()
    return [as_sealed(row) for row in history(session, StreamKind.TICKET, stream_id)]


def rechained(events: list[SealedEvent]) -> Iterator[SealedEvent]:
    """Number and hash events anew: what a careful forger does."""
    previous = bytes(32)
    for seq, old in enumerate(events, start=1):
        unsealed = replace(old, seq=seq, previous_hash=previous)
        new = replace(unsealed, hash=chain_hash(unsealed))
        previous = new.hash
        yield new


def change(session: Session, stream_id: UUID, seq: int, **values: Any) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in values)
    session.execute(
        text(f"UPDATE event SET {columns} WHERE stream_id = :stream AND seq = :at"),
        {"stream": stream_id, "at": seq} | {k: _bound(v) for k, v in values.items()},
    )


def delete(session: Session, stream_id: UUID, where: str = "true") -> None:
    session.execute(
        text(f"DELETE FROM event WHERE stream_id = :stream AND {where}"), {"stream": stream_id}
    )


def rewrite(session: Session, stream_id: UUID, events: list[SealedEvent]) -> None:
    """Replace a stream by these events, as they are."""
    delete(session, stream_id)
    for one in events:
        session.execute(
            text(
                "INSERT INTO event (stream_kind, stream_id, seq, recorded_at, occurred_at,"
                " actor_id, type, schema_version, payload, nonce, previous_hash, hash)"
                " VALUES (:stream_kind, :stream_id, :seq, :recorded_at, :occurred_at,"
                " :actor_id, :type, :schema_version, :payload, :nonce, :previous_hash, :hash)"
            ),
            {name: _bound(getattr(one, name)) for name in SealedEvent.__slots__},
        )


def _bound(value: Any) -> Any:
    return Jsonb(dict(value)) if isinstance(value, Mapping) else value
