"""What an event is and how the chain is made. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
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
    SNAPSHOT = "snapshot"  # a release of the numbers, and the keys it is signed with
    KEY = "key"  # a program's key: made, ended
    INNOVATION = "innovation"
    ROSTER = "roster"  # who is on duty for an agency
    IMPORT = "import"  # reports of another system taken in: uploaded, tried, imported, undone


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


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical(value: object) -> bytes:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8, no NaN."""
    return _ENCODER.encode(value).encode()


@lru_cache(maxsize=4096)
def instant_text(instant: datetime) -> str:
    """Return an instant as UTC text with microseconds, always of the same length."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def chain_hash(event: SealedEvent) -> bytes:
    """Return SHA-256 over the previous hash and the canonical JSON of all fields but `hash`."""
    return event_hash(
        event,
        kind=event.stream_kind,
        stream_id=str(event.stream_id),
        seq=event.seq,
        payload=canonical(event.payload),
        nonce=event.nonce,
        previous=event.previous_hash,
        schema_version=event.schema_version,
    )


def event_hash(
    fact: NewEvent | SealedEvent,
    *,
    kind: str,
    stream_id: str,
    seq: int,
    payload: bytes,
    nonce: bytes,
    previous: bytes,
    schema_version: int = SCHEMA_VERSION,
) -> bytes:
    """Return the hash of an event at its place; `payload` is canonical JSON.

    Hashed is the canonical JSON of a list. It is written out here, for ids, numbers and instants
    need no escapes; a test holds it to `canonical`.
    """
    actor = f'"{fact.actor_id}"' if fact.actor_id else "null"
    head = (
        f'[{_quoted(kind)},"{stream_id}",{seq},"{instant_text(fact.recorded_at)}",'
        f'"{instant_text(fact.occurred_at)}",{actor},{_quoted(fact.type)},{schema_version},'
    )
    tail = f',"{nonce.hex()}"]'
    return hashlib.sha256(b"".join((previous, head.encode(), payload, tail.encode()))).digest()


@lru_cache(maxsize=256)
def _quoted(text: str) -> str:
    return canonical(text).decode()


def seal_event(
    new: NewEvent, *, kind: StreamKind, stream_id: UUID, seq: int, previous: bytes, nonce: bytes
) -> SealedEvent:
    """Put a new event at its place in a stream. `nonce` keeps small payloads from being guessed."""
    return SealedEvent(
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
        hash=event_hash(
            new,
            kind=kind.value,
            stream_id=str(stream_id),
            seq=seq,
            payload=canonical(new.payload),
            nonce=nonce,
            previous=previous,
        ),
    )


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
