"""Reading very many events, or stored facts, as columns: one statement, whole columns.

A column comes over the wire as one value of fixed width; row by row, the protocol alone would take
longer than all counting.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg import ClientCursor
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.indicators.rules.columns.facts import Facts, WholeFacts, joined
from citizenreport.indicators.rules.columns.instants import (
    REASONS,
    STATES,
    TURNS,
    Ints,
    instant_number,
)
from citizenreport.indicators.rules.columns.log import (
    MARKS,
    SEPARATOR,
    Collided,
    Events,
    Step,
    fold_events,
    fold_whole,
)
from citizenreport.indicators.rules.facts import ENDS_PUBLICATION, ERASED_BY_TIME, BrokenStream
from citizenreport.indicators.statements import BOUNDS, LOG, PAGES, PUBLIC, STATE_HASHES, STORED
from citizenreport.intake.rules import Channel

AT_ONCE: Final = 500_000
"""Reports whose events are held in memory at a time: some 100 bytes for each event."""
HEADER = 20
"""Bytes before the elements of a one-dimensional array."""
OUT_OF_ORDER = "a stream does not count 1, 2, 3"
SLICES: Final = 3
"""As many as PostgreSQL's usual processes for one statement: two workers and who gathers."""
SLICED: Final = ("first_row", "row_after")
STEPS: Final = {
    "released": Step.RELEASED,
    "replied": Step.REPLIED,
    "joint_closed": Step.PART_CLOSED,
    **dict.fromkeys(sorted(ENDS_PUBLICATION), Step.ENDED),  # those that are not named themselves
}
INSTANTS: Final = (
    "submitted_at",
    "assigned_at",
    "settlement_due_at",
    "first_responded_at",
    "verified_at",
    "paused_at",
    "exited_at",
)
PARAMETERS: Final[dict[str, Any]] = {
    **MARKS,
    **{step.name.lower(): int(step) for step in Step},
    "states": [state.value for state in STATES if state],
    "reasons": [reason.value for reason in REASONS if reason],
    "turns": [turn.value for turn in TURNS],
    "types": list(STEPS),
    "steps": [int(step) for step in STEPS.values()],
    "import": Channel.IMPORT.value,
    "separator": SEPARATOR,
    "erased_by_time": ERASED_BY_TIME,
    "public": Visibility.PUBLIC.value,
    **dict.fromkeys(("after", "until", "ids", *SLICED)),
}


def facts_of_log(session: Session, *, cut_off: datetime) -> Iterator[Facts]:
    """Yield the reports that are public now as they stood at a cut-off, folded from the whole log.

    So many at a time as fit into memory. Nothing stored but the log and what is public is read.
    Raises BrokenStream.
    """
    for narrowed in _pieces(session):
        yield _folded(session, narrowed, cut_off=cut_off)


def whole_facts(session: Session) -> Iterator[WholeFacts]:
    """Yield all reports as the whole log tells them, many at a time. Raises BrokenStream."""
    for narrowed in _pieces(session):
        for given in _numberings(session, narrowed, datetime.max.replace(tzinfo=UTC)):
            try:
                yield fold_whole(_events(session, given))
                break
            except Collided:
                continue
        else:
            raise BrokenStream(OUT_OF_ORDER)


def _pieces(session: Session) -> Iterator[dict[str, Any]]:
    [[found]] = _rows(session, BOUNDS, {"at_once": AT_ONCE})
    bounds = _uuids(found)
    for after, until in zip([None, *bounds], [*bounds, None], strict=True):
        yield {"after": after, "until": until}


def _folded(session: Session, narrowed: dict[str, Any], *, cut_off: datetime) -> Facts:
    for given in _numberings(session, narrowed, cut_off):
        events = _events(session, given)
        [[public]] = _rows(session, PUBLIC, given)
        try:
            return fold_events(
                events, public=np.sort(_sent([public])), cut_off=instant_number(cut_off)
            )
        except Collided:
            continue
    raise BrokenStream(OUT_OF_ORDER)


def _numberings(
    session: Session, narrowed: dict[str, Any], cut_off: datetime
) -> Iterator[dict[str, Any]]:
    """Yield parameters under which streams are numbered anew: two of one number are that unlikely."""
    session.execute(text("SET LOCAL jit = off"))  # compiling takes longer than running
    for seed in range(3):
        yield PARAMETERS | narrowed | {"cut_off": cut_off, "seed": seed}


def stored_facts(session: Session, *, cut_off: datetime) -> Facts:
    """Return the reports that are public now as they stood at a cut-off, from the stored facts.

    What has gone on since the cut-off is folded from its stream again. Raises BrokenStream.
    """
    [[*found, gone_on]] = _rows(session, STORED, PARAMETERS | {"cut_off": cut_off})
    stored = _stored(found)
    if not gone_on:
        return stored
    return joined([stored, _folded(session, {"ids": _uuids(gone_on)}, cut_off=cut_off)])


def _stored(found: Sequence[memoryview]) -> Facts:
    places, *rest = found
    instants, (state, reason, outside, demo, *ragged) = rest[: len(INSTANTS)], rest[len(INSTANTS) :]
    settled_of, settled_at, undone_at, undone_by, turned_of, turn, turned_at = ragged
    texts, kind = _texts([places])
    return Facts(
        kinds=tuple(tuple(map(json.loads, text.split(SEPARATOR))) for text in texts),
        kind=kind,
        **{name: _numbers(column) for name, column in zip(INSTANTS, instants, strict=True)},
        exit_state=_small_numbers(state),
        exit_reason=_small_numbers(reason),
        is_outside=_small_numbers(outside).astype(bool),
        is_demo=_small_numbers(demo).astype(bool),
        settled_of=_numbers(settled_of),
        settled_at=_numbers(settled_at),
        undone_at=_numbers(undone_at),
        undone_by=_small_numbers(undone_by),
        turned_of=_numbers(turned_of),
        turn=_small_numbers(turn),
        turned_at=_numbers(turned_at),
    )


def _events(session: Session, given: dict[str, Any]) -> Events:
    rows = _rows(session, *_sliced(session, given))
    stream, mark, at, due_at, places, ids = zip(*rows, strict=True)
    [[hashes]] = _rows(session, STATE_HASHES, given)
    return Events(
        stream=_sent(stream),
        mark=_sent(mark),
        at=_sent(at),
        due_at=_sent(due_at),
        places=_texts(places),
        ids=np.frombuffer(b"".join(ids), dtype="V16"),
        hashes=_sent([hashes]),
    )


def _sliced(session: Session, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the statement that reads the events, in slices unless they are found by their ids."""
    if given["ids"] is not None:
        return LOG, given
    [[pages]] = session.execute(text(PAGES)).tuples()
    rows = [f"({pages * number // SLICES},0)" for number in range(1, SLICES)]
    statement, whole = [], given
    for number, bounds in enumerate(zip([None, *rows], [*rows, None], strict=True)):
        names = {name: f"{name}_{number}" for name in SLICED}
        one = LOG
        for name, own in names.items():
            one = one.replace(f"%({name})s", f"%({own})s")
        statement.append(one)
        whole = whole | dict(zip(names.values(), bounds, strict=True))
    return " UNION ALL ".join(statement), whole


def _rows(session: Session, statement: str, given: dict[str, Any]) -> list[list[memoryview]]:
    """Return the rows of a statement as the wire gave them: a whole column in each field."""
    connection: Any = session.connection().connection.driver_connection
    written = ClientCursor(connection).mogrify(statement, given)  # constants: planned with them
    with connection.cursor(binary=True) as cursor:
        cursor.execute(written)
        result = cursor.pgresult
        return [
            [memoryview(result.get_value(row, n) or b"") for n in range(result.nfields)]
            for row in range(result.ntuples)
        ]


def _sent(pieces: Iterable[memoryview]) -> Ints:
    """Return numbers or instants of which each was sent as eight bytes."""
    return np.frombuffer(b"".join(pieces), dtype=">i8").astype(np.int64)


def _elements(found: memoryview, width: int) -> NDArray[np.void]:
    """Return the elements of an array without nulls, all `width` bytes long."""
    kind = np.dtype([("length", ">i4"), ("value", f"V{width}")])
    values: NDArray[np.void] = np.frombuffer(found[HEADER:], dtype=kind)["value"]
    return np.ascontiguousarray(values)


def _numbers(found: memoryview) -> Ints:
    return _elements(found, 8).view(">i8").astype(np.int64)


def _small_numbers(found: memoryview) -> Ints:
    return _elements(found, 4).view(">i4").astype(np.int64)


def _uuids(found: memoryview) -> list[UUID]:
    return [UUID(bytes=bytes(value)) for value in _elements(found, 16)]


def _texts(pieces: Iterable[memoryview]) -> tuple[list[str], Ints]:
    """Return the different lines there are, and which of them each one is."""
    lines = [line for piece in pieces if piece for line in bytes(piece).split(b"\n")]
    known = {line: number for number, line in enumerate(dict.fromkeys(lines))}
    which = np.fromiter(map(known.__getitem__, lines), dtype=np.int64, count=len(lines))
    return [line.decode() for line in known], which
