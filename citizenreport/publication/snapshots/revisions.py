"""What changed between two snapshots of one period. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

KEY: Final = ("universe", "indicator_code", "period", "area_code")
TOLD: Final = (
    "value",
    "numerator",
    "denominator",
    "status",
    "definition_version",
    "details",
    "is_suppressed",
)
Told = Mapping[str, Any]


def changes_between(before: Iterable[Told], after: Iterable[Told]) -> list[dict[str, Any]]:
    """Return which numbers differ, in the order of their keys: what each was and is.

    None stands for a number that one of the two does not have.
    """
    old, new = _by_key(before), _by_key(after)
    return [
        {**dict(zip(KEY, key, strict=True)), "before": old.get(key), "after": new.get(key)}
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]


def _by_key(rows: Iterable[Told]) -> dict[tuple[str, ...], dict[str, Any]]:
    return {
        tuple(str(row[name]) for name in KEY): {name: row[name] for name in TOLD} for row in rows
    }
