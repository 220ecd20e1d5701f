"""Proving that nothing was changed, removed, cut off or reordered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from citizenreport.ledger.rules import FIRST_PREVIOUS_HASH, SealedEvent, StreamKind, chain_hash

NOTHING_EXPIRED: Final[Mapping[UUID, tuple[int, bytes]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with one stream. `kind` is stable: changed, missing, truncated,
    reordered, missing-stream.
    """

    kind: str
    stream_kind: str
    stream_id: UUID
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was looked at, and what is wrong."""

    events: int
    streams: int
    faults: tuple[Fault, ...]


def verify(
    events: Iterable[SealedEvent],
    known_heads: dict[tuple[str, UUID], tuple[int, bytes]],
    expired: Mapping[UUID, tuple[int, bytes]] = NOTHING_EXPIRED,
) -> Audit:
    """Walk all events in (kind, id, seq) order and compare with the heads of a checkpoint.

    `expired`: where access logs ended that went with their time, as events of their tickets say;
    such a log may be gone, or go on from there.

    The chain alone finds changed, missing and reordered events inside a stream; only a checkpoint
    kept outside finds a stream that was cut off at its end, rewritten whole, or removed.
    """
    faults: list[Fault] = []
    streams: set[tuple[str, UUID]] = set()
    current: tuple[str, UUID] | None = None
    expected_seq, previous, count = 1, FIRST_PREVIOUS_HASH, 0
    remaining = {
        stream: end for stream, end in known_heads.items() if not _has_expired(stream, end, expired)
    }

    def close(stream: tuple[str, UUID] | None, last_seq: int) -> None:
        if stream is not None and stream in remaining:
            seq, _ = remaining.pop(stream)
            if seq > last_seq:
                faults.append(_fault("truncated", stream, last_seq))

    for event in events:
        stream = (event.stream_kind, event.stream_id)
        if stream != current:
            close(current, expected_seq - 1)
            current = stream
            expected_seq, previous = _beginning(event, expired)
            streams.add(stream)
        count += 1
        kind = _check(event, expected_seq, previous, remaining.get(stream))
        if kind:
            faults.append(_fault(kind, stream, event.seq))
        expected_seq, previous = event.seq + 1, event.hash
    close(current, expected_seq - 1)
    faults += [_fault("missing-stream", stream, 0) for stream in remaining]
    return Audit(events=count, streams=len(streams), faults=tuple(faults))


def _has_expired(
    stream: tuple[str, UUID], end: tuple[int, bytes], expired: Mapping[UUID, tuple[int, bytes]]
) -> bool:
    """Tell whether all that a checkpoint knew of a stream was in a log that has expired."""
    gone = expired.get(stream[1]) if stream[0] == StreamKind.ACCESS.value else None
    return gone is not None and (end[0] < gone[0] or end == gone)


def _beginning(event: SealedEvent, expired: Mapping[UUID, tuple[int, bytes]]) -> tuple[int, bytes]:
    """Return which number and previous hash the first event of a stream has to have."""
    gone = expired.get(event.stream_id) if event.stream_kind == StreamKind.ACCESS.value else None
    if gone is None or event.seq == 1:
        return 1, FIRST_PREVIOUS_HASH
    return gone[0] + 1, gone[1]


def _check(
    event: SealedEvent, expected_seq: int, previous: bytes, known: tuple[int, bytes] | None
) -> str | None:
    """Return what is wrong with one event, or None."""
    if event.seq != expected_seq:
        return "missing"
    if chain_hash(event) != event.hash:
        return "changed"
    if event.previous_hash != previous:
        return "reordered"
    if known is not None and event.seq == known[0] and event.hash != known[1]:
        return "changed"
    return None


def _fault(kind: str, stream: tuple[str, UUID], seq: int) -> Fault:
    return Fault(kind=kind, stream_kind=stream[0], stream_id=stream[1], seq=seq)
