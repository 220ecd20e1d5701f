"""JSON as RFC 8259 has it. Python's reader takes more, and some of that ends as a 500 later."""

import json
import math
from typing import Any, Final, NoReturn

from flask.json.provider import DefaultJSONProvider

from citizenreport.core.text import _n

MAX_DEPTH: Final = 32
"""Containers inside containers. Ours nest four deep; Python's own reader gives up near 1,000."""

TOO_DEEP: Final = _n("Susunannya terlalu dalam: paling banyak 32 tingkat.")
NOT_A_NUMBER: Final = _n("NaN, Infinity, dan angka yang terlalu besar bukan JSON.")
NAMED_TWICE: Final = _n("Satu objek memuat nama yang sama dua kali. Sebut setiap nama sekali saja.")


class RefusedJSON(ValueError):
    """What Python would read and we do not. `detail`: why, in Indonesian."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class StrictJSON(DefaultJSONProvider):
    """Refuses NaN, Infinity, numbers too large for a float, a name given twice, and deep nesting.

    Flask turns the ValueError into 400 before a view sees the body.
    """

    sort_keys = False
    ensure_ascii = True  # a lone surrogate in what was sent must not break the answer

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            value = json.loads(
                s,
                parse_constant=_refuse_constant,
                parse_float=_finite,
                object_pairs_hook=_unambiguous,
            )
        except RecursionError as error:
            raise RefusedJSON(TOO_DEEP) from error
        _check_depth(value)
        return value


def _refuse_constant(_: str) -> NoReturn:
    raise RefusedJSON(NOT_A_NUMBER)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise RefusedJSON(NOT_A_NUMBER)
    return number


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose names differ. Of two equal ones each reader takes another value."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RefusedJSON(NAMED_TWICE)
    return found


def _check_depth(value: object) -> None:
    """Raise ValueError when containers nest deeper than MAX_DEPTH. Level by level, not recursive."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for outer in level for inner in _contents(outer)]
        if not level:
            return
    raise RefusedJSON(TOO_DEEP)


def _contents(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
