"""What an edit may never do: make a category protect its reporters less (protection.md, section 1). Pure."""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from citizenreport.cities.rules import (
    Category,
    City,
    ProtectionClass,
    PublicPrecision,
)

ACCESS: Final = ("ya", "per_kasus", "tidak")
"""Ordered: later is stricter."""


class Loosened(NamedTuple):
    """A category and the column that would protect less."""

    category_code: str
    column: str


def loosened(before: City, after: City, day: date) -> list[Loosened]:
    """Return what would protect less from a day on than it does in the city before."""
    found = []
    for code, old in before.categories.items():
        periods = [
            period
            for period in after.category_periods.get(code, ())
            if (period.valid_to or date.max) >= day
        ]
        found += [Loosened(code, column) for new in periods for column in _columns(old, new)]
        if old.protection_class is not ProtectionClass.NONE and _ends_sooner(old, periods):
            found.append(Loosened(code, "valid_to"))
    return list(dict.fromkeys(found))


def _columns(old: Category, new: Category) -> Iterator[str]:
    precisions = list(PublicPrecision)
    if new.visibility.strictness < old.visibility.strictness:
        yield "visibility"
    if old.protection_class not in (ProtectionClass.NONE, new.protection_class):
        yield "protection_class"
    if precisions.index(new.public_precision) < precisions.index(old.public_precision):
        yield "public_precision"
    if new.public_photo and not old.public_photo:
        yield "public_photo"
    if ACCESS.index(new.village_access) < ACCESS.index(old.village_access):
        yield "village_access"
    if new.may_be_suggested and not old.may_be_suggested:
        yield "may_be_suggested"


def _ends_sooner(old: Category, periods: list[Category]) -> bool:
    """Who needs a protected category finds it: it does not end while nothing takes its place."""
    last = max((period.valid_to or date.max for period in periods), default=date.min)
    return last < (old.valid_to or date.max)
