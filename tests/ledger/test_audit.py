"""Tampering by whoever owns the database: changed, missing, truncated, reordered, missing streams."""

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from citizenreport.core.ids import new_id
from citizenreport.ledger.audit import Audit, verify
from citizenreport.ledger.checkpoints import (
    BadCheckpoint,
    finish_file,
    heads_after,
    latest_number,
    make,
    read_files,
    start_file,
)
from citizenreport.ledger.queries import walk
from citizenreport.ledger.rules import StreamKind, canonical
from citizenreport.ledger.service import append
from tests.ledger.streams import (
    LENGTH,
    NOON,
    a_stream,
    change,
    delete,
    event,
    events_of,
    rechained,
    rewrite,
)

Owner = Callable[[], AbstractContextManager[None]]

KEY = Ed25519PrivateKey.generate()


class Auditor:
    """Keeps checkpoint files in a folder, and audits with or without them."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session = session
        self.folder = folder

    def checkpoint(self) -> Path:
        row, content = make(self.session, KEY, now=NOON)
        return finish_file(start_file(self.folder, row.number, content))

    def audit(self) -> Audit:
        self.session.expire_all()
        return verify(
            walk(self.session), heads_after(read_files(self.folder, lambda _: KEY.public_key()))
        )

    def kinds(self) -> set[str]:
        return {fault.kind for fault in self.audit().faults}

    def kinds_without_files(self) -> set[str]:
        self.session.expire_all()
        return {fault.kind for fault in verify(walk(self.session), {}).faults}


@pytest.fixture
def auditor(session: Session, tmp_path: Path) -> Auditor:
    return Auditor(session, tmp_path / "checkpoints")


@pytest.fixture
def stream(session: Session, auditor: Auditor) -> UUID:
    """One of five streams, with a checkpoint over all."""
    streams = [a_stream(session) for _ in range(4)]
    a_stream(session, kind=StreamKind.ACCESS)
    auditor.checkpoint()
    return streams[1]


def test_an_untouched_ledger_has_no_fault(auditor: Auditor, stream: UUID) -> None:
    result = auditor.audit()
    assert result.faults == ()
    assert (result.events, result.streams) == (5 * LENGTH, 5)


@pytest.mark.parametrize(
    "values",
    [
        {"payload": {"from": "verified"}},
        {"type": "replied"},
        {"actor_id": UUID(int=99)},
        {"actor_id": None},
        {"recorded_at": NOON},
        {"occurred_at": NOON},
        {"schema_version": 2},
        {"nonce": b"\x00" * 16},
        {"hash": b"\x00" * 32},
        {"previous_hash": b"\x00" * 32},
    ],
    ids=lambda values: next(iter(values)),
)
@pytest.mark.parametrize("seq", [2, LENGTH])
def test_a_changed_event_is_found(
    auditor: Auditor, stream: UUID, as_owner: Owner, values: dict[str, Any], seq: int
) -> None:
    with as_owner():
        change(auditor.session, stream, seq, **values)
    faults = auditor.audit().faults
    assert {fault.stream_id for fault in faults} == {stream}
    assert (faults[0].kind, faults[0].seq) == ("changed", seq)


def test_a_missing_event_is_found(auditor: Auditor, stream: UUID, as_owner: Owner) -> None:
    with as_owner():
        delete(auditor.session, stream, "seq = 3")
    faults = auditor.audit().faults
    assert (faults[0].kind, faults[0].seq) == ("missing", 4)


def test_a_missing_first_event_is_found(auditor: Auditor, stream: UUID, as_owner: Owner) -> None:
    with as_owner():
        delete(auditor.session, stream, "seq = 1")
    assert "missing" in auditor.kinds()


def test_a_truncated_stream_is_found_with_a_checkpoint_only(
    auditor: Auditor, stream: UUID, as_owner: Owner
) -> None:
    with as_owner():
        delete(auditor.session, stream, f"seq = {LENGTH}")
    assert auditor.kinds_without_files() == set()
    (fault,) = auditor.audit().faults
    assert (fault.kind, fault.stream_id, fault.seq) == ("truncated", stream, LENGTH - 1)


def test_a_missing_stream_is_found_with_a_checkpoint_only(
    auditor: Auditor, stream: UUID, as_owner: Owner
) -> None:
    with as_owner():
        delete(auditor.session, stream)
    assert auditor.kinds_without_files() == set()
    (fault,) = auditor.audit().faults
    assert (fault.kind, fault.stream_id) == ("missing-stream", stream)


def test_swapped_events_are_found(auditor: Auditor, stream: UUID, as_owner: Owner) -> None:
    events = events_of(auditor.session, stream)
    events[1], events[2] = replace(events[2], seq=2), replace(events[1], seq=3)
    with as_owner():
        rewrite(auditor.session, stream, events)
    assert auditor.kinds() == {"changed", "reordered"}


def test_events_reordered_and_hashed_one_by_one_are_found(
    auditor: Auditor, stream: UUID, as_owner: Owner
) -> None:
    """Each event fits its own hash; only the links between them tell."""
    events = events_of(auditor.session, stream)
    moved = list(rechained([events[0], events[2], events[1], *events[3:]]))
    with as_owner():
        rewrite(auditor.session, stream, [*moved[:3], *events[3:]])
    assert auditor.kinds_without_files() == {"reordered"}
    assert auditor.kinds() == {"reordered"}


def test_a_stream_forged_whole_is_found_with_a_checkpoint_only(
    auditor: Auditor, stream: UUID, as_owner: Owner
) -> None:
    events = events_of(auditor.session, stream)
    events[1] = replace(events[1], payload={"from": "verified"})
    with as_owner():
        rewrite(auditor.session, stream, list(rechained(events)))
    assert auditor.kinds_without_files() == set()
    (fault,) = auditor.audit().faults
    assert (fault.kind, fault.stream_id, fault.seq) == ("changed", stream, LENGTH)


def test_an_event_cut_out_of_a_stream_forged_whole_is_found_with_a_checkpoint_only(
    auditor: Auditor, stream: UUID, as_owner: Owner
) -> None:
    events = events_of(auditor.session, stream)
    with as_owner():
        rewrite(auditor.session, stream, list(rechained([*events[:2], *events[3:]])))
    assert auditor.kinds_without_files() == set()
    assert auditor.kinds() == {"truncated"}


def test_a_forged_stream_that_went_on_is_found(
    auditor: Auditor, stream: UUID, as_owner: Owner
) -> None:
    append(auditor.session, StreamKind.TICKET, stream, event(LENGTH + 1))
    events = events_of(auditor.session, stream)
    events[0] = replace(events[0], actor_id=UUID(int=7))
    with as_owner():
        rewrite(auditor.session, stream, list(rechained(events)))
    assert auditor.kinds() == {"changed"}


def test_what_came_after_the_checkpoint_is_no_fault(auditor: Auditor, stream: UUID) -> None:
    append(auditor.session, StreamKind.TICKET, stream, event(LENGTH + 1))
    a_stream(auditor.session)
    assert auditor.audit().faults == ()


def test_many_checkpoints_give_the_heads_of_the_last(
    auditor: Auditor, stream: UUID, as_owner: Owner
) -> None:
    for number in range(3):
        append(auditor.session, StreamKind.TICKET, stream, event(LENGTH + 1 + number))
        auditor.checkpoint()
    assert latest_number(auditor.session) == 4
    assert auditor.audit().faults == ()
    with as_owner():
        delete(auditor.session, stream, f"seq = {LENGTH + 3}")
    assert auditor.kinds() == {"truncated"}


def test_a_checkpoint_writes_only_what_changed(auditor: Auditor, stream: UUID) -> None:
    append(auditor.session, StreamKind.TICKET, stream, event(LENGTH + 1))
    body = json.loads(auditor.checkpoint().read_text())
    assert [(kind, id_, seq) for kind, id_, seq, _ in body["changed"]] == [
        ("ticket", str(stream), LENGTH + 1)
    ]
    assert body["statement"]["stream_count"] == 5


class TestFiles:
    """The files themselves: signed, chained, and of no use when somebody has been at them."""

    def trusted(self, auditor: Auditor) -> bool:
        try:
            heads_after(read_files(auditor.folder, lambda _: KEY.public_key()))
        except BadCheckpoint:
            return False
        return True

    @pytest.fixture
    def paths(self, auditor: Auditor, stream: UUID) -> list[Path]:
        for number in (1, 2):
            append(auditor.session, StreamKind.TICKET, stream, event(LENGTH + number))
            auditor.checkpoint()
        assert self.trusted(auditor)
        return sorted(auditor.folder.glob("*.json"))

    def edit(self, path: Path, act: Callable[[dict[str, Any]], object]) -> None:
        body = json.loads(path.read_text())
        act(body)
        path.write_text(json.dumps(body))

    def test_a_changed_statement(self, auditor: Auditor, paths: list[Path]) -> None:
        self.edit(paths[1], lambda body: body["statement"].update(stream_count=4))
        assert not self.trusted(auditor)

    def test_a_changed_head(self, auditor: Auditor, paths: list[Path]) -> None:
        self.edit(paths[1], lambda body: body["changed"][0].__setitem__(2, 5))
        assert not self.trusted(auditor)

    def test_a_head_left_out(self, auditor: Auditor, paths: list[Path]) -> None:
        self.edit(paths[0], lambda body: body["changed"].pop())
        assert not self.trusted(auditor)

    def test_a_file_between_is_gone(self, auditor: Auditor, paths: list[Path]) -> None:
        paths[1].unlink()
        assert not self.trusted(auditor)

    def test_the_first_file_is_gone(self, auditor: Auditor, paths: list[Path]) -> None:
        paths[0].unlink()
        assert not self.trusted(auditor)

    def test_a_file_of_another_key(self, auditor: Auditor, paths: list[Path]) -> None:
        other = Ed25519PrivateKey.generate().public_key()
        with pytest.raises(BadCheckpoint):
            read_files(auditor.folder, lambda _: other)

    def test_a_root_that_does_not_fit(self, auditor: Auditor, paths: list[Path]) -> None:
        """Signed by somebody who has the key, and still not what the lists give."""
        body = json.loads(paths[2].read_text())
        body["statement"]["root"] = "00" * 32
        signature = KEY.sign(canonical(body["statement"]))
        body["signature"] = base64.b64encode(signature).decode()
        paths[2].write_text(json.dumps(body))
        assert len(read_files(auditor.folder, lambda _: KEY.public_key())) == 3
        assert not self.trusted(auditor)

    @pytest.mark.parametrize("content", ["", "{}", "[]", '{"statement": 1}', "\x00"])
    def test_rubbish(self, auditor: Auditor, paths: list[Path], content: str) -> None:
        paths[1].write_text(content)
        assert not self.trusted(auditor)

    def test_a_half_written_file_is_not_a_checkpoint(
        self, auditor: Auditor, paths: list[Path]
    ) -> None:
        paths[0].with_name("checkpoint-000004.partial").write_text("{")
        assert self.trusted(auditor)


def test_streams_of_the_same_id_and_another_kind_are_two(session: Session) -> None:
    id_ = new_id()
    append(session, StreamKind.TICKET, id_, event(1))
    append(session, StreamKind.ACCESS, id_, event(1))
    result = verify(walk(session), {})
    assert (result.streams, result.faults) == (2, ())
