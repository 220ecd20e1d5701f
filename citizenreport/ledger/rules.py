"""What an event is and how the chain is made. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

FIRST_PREVIOUS_HASH = b"\x00" * 32
NONCE_BYTES = 16
SCHEMA_VERSION = 1

Scalar = str | int | bool | None
Payload = Mapping[str, Scalar | Sequence[str]]
"""Codes, ids, numbers of days. No floats (their text differs), no free text, no personal data."""


class StreamKind(StrEnum):
    """What a stream is about; with the id it names one stream."""

    TICKET = "ticket"
    ACCESS = "access"  # who read the content of a confidential ticket (id: the ticket)
    STAFF = "staff"
    PACK = "pack"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """A fact to be recorded. `occurred_at` is when it was so, `recorded_at` when it was written."""

    type: str
    payload: Payload
    recorded_at: datetime
    occurred_at: datetime
    actor_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEvent:
    """An event at its place in a stream: `hash` covers everything else and `previous_hash`."""

    stream_kind: str
    stream_id: UUID
    seq: int
    recorded_at: datetime
    occurred_at: datetime
    actor_id: UUID | None
    type: str
    schema_version: int
    payload: Payload
    nonce: bytes
    previous_hash: bytes
    hash: bytes


def canonical(value: object) -> bytes:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def instant_text(instant: datetime) -> str:
    """Return an instant as UTC text with microseconds, always of the same length."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def chain_hash(event: SealedEvent) -> bytes:
    """Return SHA-256 over the previous hash and the canonical JSON of all fields but `hash`."""
    body = [
        event.stream_kind,
        str(event.stream_id),
        event.seq,
        instant_text(event.recorded_at),
        instant_text(event.occurred_at),
        str(event.actor_id) if event.actor_id else None,
        event.type,
        event.schema_version,
        event.payload,
        event.nonce.hex(),
    ]
    return hashlib.sha256(event.previous_hash + canonical(body)).digest()


def seal_event(
    new: NewEvent, *, kind: StreamKind, stream_id: UUID, seq: int, previous: bytes, nonce: bytes
) -> SealedEvent:
    """Put a new event at its place in a stream. `nonce` keeps small payloads from being guessed."""
    unsealed = SealedEvent(
        stream_kind=kind.value,
        stream_id=stream_id,
        seq=seq,
        recorded_at=new.recorded_at,
        occurred_at=new.occurred_at,
        actor_id=new.actor_id,
        type=new.type,
        schema_version=SCHEMA_VERSION,
        payload=new.payload,
        nonce=nonce,
        previous_hash=previous,
        hash=b"",
    )
    return replace(unsealed, hash=chain_hash(unsealed))


def leaf(stream_kind: str, stream_id: UUID, seq: int, last_hash: bytes) -> bytes:
    """Return the Merkle leaf of one stream: its last number and hash."""
    text = f"{stream_kind}\x1f{stream_id}\x1f{seq}\x1f{last_hash.hex()}"
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaves in the given order; 32 zero bytes for none.

    Source: RFC 6962 section 2.1 (leaf and node prefixes keep a node from passing for a leaf; an
    odd node goes up unchanged).
    """
    level = list(leaves)
    if not level:
        return bytes(32)
    while len(level) > 1:
        paired = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest()
            for i in range(0, len(level) - 1, 2)
        ]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0]
