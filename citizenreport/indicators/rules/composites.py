"""One number for an aspect out of several indicators, and how much of it is choice. Pure.

Each part is put on 0 to 100 by the ends of its own scale (min-max, so that a year's number does not
change when another year comes) and averaged by weights. Beside that stands the geometric mean, in which
a good part makes up less for a bad one. What weights, the way of averaging and the way of normalising
decide is told one by one and all together (see `sensitivity.py`). Nothing is computed of a year in
which a part is missing.

Source: OECD and JRC, Handbook on Constructing Composite Indicators (2008), steps 5 to 7.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from citizenreport.indicators.rules.definitions import Definition, Direction, UniverseName
from citizenreport.indicators.rules.imported import SCALES
from citizenreport.indicators.rules.sensitivity import (
    Choice,
    Span,
    arithmetic_mean,
    geometric_mean,
    spans_of,
    tenth,
)

MIN_PARTS: Final = 2
MOST_PARTS: Final = 6
"""More would be too many combinations of weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An indicator in a composite, the ends of its scale, and which end is good."""

    code: str
    weight: Fraction
    low: int
    high: int
    is_more_better: bool

    def normalised(self, value: Decimal) -> Fraction:
        """Return the value between 0 (bad) and 100 (good)."""
        share = 100 * (Fraction(value) - self.low) / (self.high - self.low)
        return share if self.is_more_better else 100 - share


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """One year. `parts` are normalised values by code; those missing are not among them.

    `value` is the weighted arithmetic mean, `geometric` the weighted geometric one; both are None, and
    `spans` empty, where a part is missing, or withheld. `spans` tell by kind of choice between
    which values the composite lies and which places the year has; see `Choice`.
    """

    year: int
    parts: Mapping[str, Decimal]
    missing: tuple[str, ...]
    value: Decimal | None = None
    geometric: Decimal | None = None
    spans: Mapping[Choice, Span] = field(default_factory=dict)


def parts_of(dictionary: Mapping[str, Definition], weights: Mapping[str, int]) -> tuple[Part, ...]:
    """Return the parts that a table of weights names.

    Raises:
        ValueError: too few or too many parts, an unknown one, one without a scale or a direction,
            one that counts reports that are not public, or a weight that is none.
    """
    if not MIN_PARTS <= len(weights) <= MOST_PARTS:
        raise ValueError(f"a composite has {MIN_PARTS} to {MOST_PARTS} parts")
    found = []
    for code, weight in weights.items():
        definition = dictionary.get(code)
        if definition is None or definition.unit not in SCALES:
            raise ValueError(f"{code}: unknown, or without a scale")
        if definition.direction is Direction.NEUTRAL or weight <= 0:
            raise ValueError(f"{code}: no direction, or no weight")
        if definition.universe is UniverseName.WHOLE:
            raise ValueError(f"{code}: counts reports that are not public")
        low, high = SCALES[definition.unit]
        found.append(
            Part(
                code=code,
                weight=Fraction(weight),
                low=low,
                high=high,
                is_more_better=definition.direction is Direction.HIGHER,
            )
        )
    return tuple(found)


def composites(
    parts: Sequence[Part], values: Mapping[int, Mapping[str, Decimal]]
) -> Iterator[Composite]:
    """Yield each year, the newest first; `values` are those of the parts, by year and code."""
    normal = {
        year: {p.code: p.normalised(found[p.code]) for p in parts if p.code in found}
        for year, found in values.items()
    }
    whole = {year: found for year, found in normal.items() if len(found) == len(parts)}
    weights = {part.code: part.weight for part in parts}
    spans = spans_of(whole, weights)
    for year in sorted(values, reverse=True):
        missing = tuple(p.code for p in parts if p.code not in normal[year])
        shown = {code: tenth(value) for code, value in normal[year].items()}
        if missing:
            yield Composite(year=year, parts=shown, missing=missing)
            continue
        yield Composite(
            year=year,
            parts=shown,
            missing=(),
            value=tenth(arithmetic_mean(normal[year], weights)),
            geometric=tenth(geometric_mean(normal[year], weights)),
            spans=spans[year],
        )
