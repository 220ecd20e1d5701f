"""JSON as RFC 8259 has it. Python's reader takes more, and some of that ends as a 500 later."""

import json
import math
from typing import Any, Final, NoReturn

from flask.json.provider import DefaultJSONProvider

MAX_DEPTH: Final = 32
"""Containers inside containers. Ours nest four deep; Python's own reader gives up near 1,000."""


class StrictJSON(DefaultJSONProvider):
    """Refuses NaN, Infinity, numbers too large for a float, and deep nesting.

    Flask turns the ValueError into 400 before a view sees the body.
    """

    sort_keys = False
    ensure_ascii = True  # a lone surrogate in what was sent must not break the answer

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            value = json.loads(s, parse_constant=_refuse_constant, parse_float=_finite)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        _check_depth(value)
        return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _check_depth(value: object) -> None:
    """Raise ValueError when containers nest deeper than MAX_DEPTH. Level by level, not recursive."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for outer in level for inner in _contents(outer)]
        if not level:
            return
    raise ValueError("nested too deeply")


def _contents(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
