"""Hashing and Merkle roots, against definitions written down a second time."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.ledger.audit import verify
from citizenreport.ledger.rules import (
    FIRST_PREVIOUS_HASH,
    NewEvent,
    SealedEvent,
    StreamKind,
    canonical,
    chain_hash,
    instant_text,
    merkle_root,
    seal_event,
)

NOON = datetime(2026, 3, 17, 5, 0, tzinfo=UTC)

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
payloads = st.dictionaries(st.text(min_size=1, max_size=10), scalars, max_size=5)


def chain(payloads_: Sequence[dict[str, object]]) -> list[SealedEvent]:
    events: list[SealedEvent] = []
    for seq, payload in enumerate(payloads_, start=1):
        new = NewEvent(
            type="noticed",
            payload=payload,  # type: ignore[arg-type]
            recorded_at=NOON + timedelta(seconds=seq),
            occurred_at=NOON,
        )
        previous = events[-1].hash if events else FIRST_PREVIOUS_HASH
        sealed = seal_event(
            new,
            kind=StreamKind.TICKET,
            stream_id=UUID(int=1),
            seq=seq,
            previous=previous,
            nonce=bytes([seq]) * 16,
        )
        events.append(sealed)
    return events


@given(st.lists(payloads, min_size=1, max_size=6))
def test_a_chain_verifies(given_: list[dict[str, object]]) -> None:
    assert verify(chain(given_), {}).faults == ()


@given(st.lists(payloads, min_size=2, max_size=6), st.data())
def test_no_other_order_verifies(given_: list[dict[str, object]], data: st.DataObject) -> None:
    events = chain(given_)
    shuffled = data.draw(st.permutations(events))
    if list(shuffled) != events:
        assert verify(shuffled, {}).faults


@given(st.lists(payloads, min_size=1, max_size=6), st.data())
def test_no_event_can_be_left_out_before_the_last(
    given_: list[dict[str, object]], data: st.DataObject
) -> None:
    events = chain([*given_, {}])
    gone = data.draw(st.integers(0, len(events) - 2))
    assert verify(events[:gone] + events[gone + 1 :], {}).faults


def test_the_order_of_keys_and_the_time_zone_do_not_matter() -> None:
    assert (
        canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()
    )
    (event,) = chain([{"b": 1, "a": 2}])
    jakarta = timezone(timedelta(hours=7))
    same = replace(
        event, payload={"a": 2, "b": 1}, recorded_at=event.recorded_at.astimezone(jakarta)
    )
    assert chain_hash(same) == event.hash


@given(type_=st.text(max_size=12), kind=st.text(max_size=12), payload=payloads, actor=st.booleans())
def test_an_events_hash_is_over_the_canonical_list_of_its_fields(
    type_: str, kind: str, payload: dict[str, object], actor: bool
) -> None:
    """Also for names with quotes in them, which nobody writes but a forger."""
    (event,) = chain([payload])
    who = UUID(int=7) if actor else None
    event = replace(event, type=type_, stream_kind=kind, actor_id=who)
    fields = [
        kind,
        str(event.stream_id),
        event.seq,
        instant_text(event.recorded_at),
        instant_text(event.occurred_at),
        str(who) if who else None,
        type_,
        event.schema_version,
        payload,
        event.nonce.hex(),
    ]
    whole = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert chain_hash(event) == hashlib.sha256(event.previous_hash + whole.encode()).digest()


def test_canonical_json_refuses_what_json_does_not_know() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        canonical(float("nan"))


def test_instants_have_one_length() -> None:
    assert instant_text(NOON) == "2026-03-17T05:00:00.000000Z"


def test_the_hash_covers_every_field() -> None:
    (event,) = chain([{"a": 1}])
    others = {
        "stream_kind": "access",
        "stream_id": UUID(int=2),
        "seq": 2,
        "recorded_at": NOON + timedelta(microseconds=1),
        "occurred_at": NOON + timedelta(microseconds=1),
        "actor_id": UUID(int=3),
        "type": "other",
        "schema_version": 2,
        "payload": {"a": 2},
        "nonce": bytes(16),
        "previous_hash": b"\x01" * 32,
    }
    assert set(others) == set(SealedEvent.__slots__) - {"hash"}
    for name, value in others.items():
        assert chain_hash(replace(event, **{name: value})) != event.hash, name  # type: ignore[arg-type]


def test_the_hash_is_what_the_documentation_says() -> None:
    (event,) = chain([{"a": 1}])
    body = json.dumps(
        [
            *("ticket", str(UUID(int=1)), 1),
            *("2026-03-17T05:00:01.000000Z", "2026-03-17T05:00:00.000000Z"),
            *(None, "noticed", 1, {"a": 1}, "01" * 16),
        ],
        separators=(",", ":"),
    )
    assert event.hash == hashlib.sha256(bytes(32) + body.encode()).digest()


def reference_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root by the recursive definition of RFC 6962 section 2.1 (leaves are hashed)."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = reference_root(leaves[:split]), reference_root(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40))
def test_the_merkle_root_is_the_one_of_rfc_6962(leaves: list[bytes]) -> None:
    assert merkle_root(leaves) == reference_root(leaves)


def test_the_root_of_nothing_is_zero() -> None:
    assert merkle_root([]) == bytes(32)
