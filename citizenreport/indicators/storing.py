"""Writing very many facts as whole arrays: what `reading.py` does, the other way round."""

import json
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.pq import ExecStatus
from sqlalchemy.orm import Session

from citizenreport.indicators.rules.columns.facts import WholeFacts
from citizenreport.indicators.rules.columns.instants import REASONS, STATES, TURNS, Ints
from citizenreport.indicators.statements import STORE

OIDS: Final = {"text": 25, "int8": 20, "timestamptz": 1184, "uuid": 2950}
"""PostgreSQL's numbers of types; fixed for ever."""


def store_facts(session: Session, whole: WholeFacts) -> int:
    """Write facts of reports of which none is stored, and return how many.

    Raises:
        RuntimeError: the database refused them.
    """
    facts = whole.facts
    settled = (facts.settled_of, facts.settled_at, facts.undone_at, facts.undone_by)
    given = [
        _texts([state.value for state in STATES if state]),
        _texts([turn.value for turn in TURNS]),
        _texts([reason.value for reason in REASONS if reason]),
        _texts([json.dumps(kind) for kind in facts.kinds]),
        _array("uuid", whole.ids),
        _array("int8", _big_endian(whole.last_seq)),
        _array("int8", _big_endian(facts.kind)),
        *map(_instants, (facts.submitted_at, facts.assigned_at, facts.settlement_due_at)),
        *map(_instants, (facts.first_responded_at, facts.verified_at, facts.paused_at)),
        _instants(facts.exited_at),
        *(one(c) for one, c in zip((_ints, _instants, _instants, _ints), settled, strict=True)),
        *map(_ints, (facts.turned_of, facts.turn)),
        _instants(facts.turned_at),
        *map(_ints, (facts.exit_state, facts.exit_reason)),
        _instants(whole.released_at),
        *map(_ints, (facts.is_outside.astype(np.int64), facts.is_demo.astype(np.int64))),
    ]
    connection: Connection[Any] | Any = session.connection().connection.driver_connection
    with connection.lock:
        result = connection.pgconn.exec_params(
            STORE.encode(), given, param_formats=[1] * len(given)
        )
    if result.status != ExecStatus.COMMAND_OK:
        raise RuntimeError(result.error_message.decode(errors="replace"))
    return len(facts)


def _big_endian(numbers: Ints) -> NDArray[Any]:
    return numbers.astype(">i8")


def _ints(numbers: Ints) -> bytes:
    return _array("int8", _big_endian(numbers))


def _instants(numbers: Ints) -> bytes:
    return _array("timestamptz", _big_endian(numbers))


def _array(kind: str, elements: NDArray[Any]) -> bytes:
    """Return elements of one width as PostgreSQL's binary form of an array without nulls."""
    width = elements.dtype.itemsize
    rows = np.empty(len(elements), dtype=[("length", ">i4"), ("value", elements.dtype)])
    rows["length"], rows["value"] = width, elements
    return _head(kind, len(elements)) + rows.tobytes()


def _texts(values: list[str]) -> bytes:
    written = [value.encode() for value in values]
    body = b"".join(len(value).to_bytes(4, "big") + value for value in written)
    return _head("text", len(written)) + body


def _head(kind: str, count: int) -> bytes:
    return np.array([1, 0, OIDS[kind], count, 1], dtype=">i4").tobytes()
