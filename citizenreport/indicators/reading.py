"""Reading very many events, or stored facts, as columns: one statement, whole arrays.

An array comes over the wire as one value of fixed width; row by row, the protocol alone would take
longer than all counting.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg import ClientCursor
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.indicators.rules.columns.facts import PLACED, Facts, WholeFacts, joined
from citizenreport.indicators.rules.columns.instants import (
    REASONS,
    STATES,
    TURNS,
    Ints,
    instant_number,
)
from citizenreport.indicators.rules.columns.log import (
    BITS,
    SEPARATOR,
    Collided,
    Events,
    Step,
    fold_events,
    fold_whole,
)
from citizenreport.indicators.rules.facts import ENDS_PUBLICATION, ERASED_BY_TIME, BrokenStream
from citizenreport.indicators.statements import BOUNDS, LOG, PUBLIC, STORED
from citizenreport.intake.rules import Channel

AT_ONCE: Final = 500_000
"""Reports whose events are held in memory at a time: some 100 bytes for each event."""
HEADER, LENGTH = 20, 4
"""Bytes before the elements of a one-dimensional array, and before each of them."""
OUT_OF_ORDER = "a stream does not count 1, 2, 3"
PLACES_LENGTH = 160
"""Characters a report's kind is padded to: of one length, all are read at once."""
STEPS: Final = {
    "released": Step.RELEASED,
    "replied": Step.REPLIED,
    "joint_closed": Step.PART_CLOSED,
    **dict.fromkeys(sorted(ENDS_PUBLICATION), Step.ENDED),
    "visibility_raised": Step.RAISED,
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
    **BITS,
    **{step.name.lower(): int(step) for step in Step},
    "states": [state.value for state in STATES if state],
    "reasons": [reason.value for reason in REASONS if reason],
    "turns": [turn.value for turn in TURNS],
    "types": list(STEPS),
    "steps": [int(step) for step in STEPS.values()],
    "import": Channel.IMPORT.value,
    "place_keys": list(PLACED),
    "separator": SEPARATOR,
    "places_length": PLACES_LENGTH,
    "erased_by_time": ERASED_BY_TIME,
    "public": Visibility.PUBLIC.value,
    **dict.fromkeys(("after", "until", "ids")),
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
                yield fold_whole(_events(_arrays(session, LOG, given)))
                break
            except Collided:
                continue
        else:
            raise BrokenStream(OUT_OF_ORDER)


def _pieces(session: Session) -> Iterator[dict[str, Any]]:
    [found] = _arrays(session, BOUNDS, {"at_once": AT_ONCE})
    bounds = _uuids(found)
    for after, until in zip([None, *bounds], [*bounds, None], strict=True):
        yield {"after": after, "until": until}


def _folded(session: Session, narrowed: dict[str, Any], *, cut_off: datetime) -> Facts:
    for given in _numberings(session, narrowed, cut_off):
        events = _events(_arrays(session, LOG, given))
        [public] = _arrays(session, PUBLIC, given)
        try:
            return fold_events(
                events, public=np.sort(_numbers(public)), cut_off=instant_number(cut_off)
            )
        except Collided:
            continue
    raise BrokenStream(OUT_OF_ORDER)


def _numberings(
    session: Session, narrowed: dict[str, Any], cut_off: datetime
) -> Iterator[dict[str, Any]]:
    """Yield parameters under which streams are numbered anew: two of one number are that unlikely."""
    session.execute(text("SET LOCAL jit = off"))  # compiling takes longer than running
    session.execute(text("SET LOCAL parallel_tuple_cost = 0"))
    for seed in range(3):
        yield PARAMETERS | narrowed | {"cut_off": cut_off, "seed": seed}


def stored_facts(session: Session, *, cut_off: datetime) -> Facts:
    """Return the reports that are public now as they stood at a cut-off, from the stored facts.

    What has gone on since the cut-off is folded from its stream again. Raises BrokenStream.
    """
    *found, gone_on = _arrays(session, STORED, PARAMETERS | {"cut_off": cut_off})
    stored = _stored(found)
    if not gone_on:
        return stored
    return joined([stored, _folded(session, {"ids": _uuids(gone_on)}, cut_off=cut_off)])


def _stored(found: Sequence[memoryview]) -> Facts:
    places, *rest = found
    instants, (state, reason, outside, demo, *ragged) = rest[: len(INSTANTS)], rest[len(INSTANTS) :]
    settled_of, settled_at, undone_at, undone_by, turned_of, turn, turned_at = ragged
    texts, kind = _texts(places)
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


def _events(found: Sequence[memoryview]) -> Events:
    stream, mark, at, due_at, places, ids = found
    return Events(
        stream=_numbers(stream),
        mark=_numbers(mark),
        at=_numbers(at),
        due_at=_numbers(due_at),
        places=_texts(places),
        ids=_elements(ids, 16),
    )


def _arrays(session: Session, statement: str, given: dict[str, Any]) -> list[memoryview]:
    """Return the one row of a statement as the wire gave it: an array in each column."""
    connection: Any = session.connection().connection.driver_connection
    written = ClientCursor(connection).mogrify(statement, given)  # constants: planned with them
    with connection.cursor(binary=True) as cursor:
        cursor.execute(written)
        result = cursor.pgresult
        return [memoryview(result.get_value(0, n) or b"") for n in range(result.nfields)]


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


def _texts(found: memoryview) -> tuple[list[str], Ints]:
    """Return the different texts of an array, without padding, and which of them each element is."""
    fields = _padded(found)
    if fields is None:
        return _texts_one_by_one(found)
    words = fields.view(np.uint64).reshape(len(fields), -1)
    odd = np.arange(1, 2 * words.shape[1], 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    _, first, which = np.unique(words @ odd, return_index=True, return_inverse=True)
    if (words[first][which] != words).any():  # two texts of one sum
        return _texts_one_by_one(found)
    return [bytes(fields[n]).decode().rstrip() for n in first], which


def _padded(found: memoryview) -> NDArray[np.void] | None:
    """Return the elements where all have the length they were padded to, in bytes too."""
    width = LENGTH + PLACES_LENGTH
    if len(found) <= HEADER or (len(found) - HEADER) % width:
        return None
    lengths = np.frombuffer(found[HEADER:], dtype=np.dtype([("n", ">i4"), ("_", f"V{width - 4}")]))
    return _elements(found, PLACES_LENGTH) if (lengths["n"] == PLACES_LENGTH).all() else None


def _texts_one_by_one(found: memoryview) -> tuple[list[str], Ints]:
    known: dict[bytes, int] = {}
    which, at, whole = [], HEADER, bytes(found)
    while at < len(whole):
        end = at + LENGTH + int.from_bytes(whole[at : at + LENGTH], "big")
        which.append(known.setdefault(whole[at + LENGTH : end], len(known)))
        at = end
    return [text.decode().rstrip() for text in known], np.array(which, dtype=np.int64)
