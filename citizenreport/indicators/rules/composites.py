"""One number for an aspect out of several indicators, and how much of it is choice. Pure.

Each part is put on 0 to 100 by the ends of its own scale (min-max, so that a year's number does not
change when another year comes) and averaged by weights. The same is done with every weight halved,
kept or doubled, and with z-scores over the years instead: the range of values and of places among the
years tells what the choices decide. Nothing is computed of a year in which a part is missing.

Source: OECD and JRC, Handbook on Constructing Composite Indicators (2008), steps 5 to 7.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import product
from statistics import fmean, pstdev
from typing import Final

from citizenreport.indicators.rules.definitions import Definition, Direction
from citizenreport.indicators.rules.imported import SCALES

FACTORS: Final = (Fraction(1, 2), Fraction(1), Fraction(2))
"""What each weight is multiplied by, each with each."""
MIN_PARTS: Final = 2
MIN_YEARS_FOR_Z: Final = 3
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

    `value`, `low` and `high` are None where a part is missing, or withheld. `first` and `last` are
    the places the year has among all years, over all choices; 1 is best.
    """

    year: int
    parts: Mapping[str, Decimal]
    missing: tuple[str, ...]
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    first: int | None = None
    last: int | None = None


def parts_of(dictionary: Mapping[str, Definition], weights: Mapping[str, int]) -> tuple[Part, ...]:
    """Return the parts that a table of weights names.

    Raises:
        ValueError: too few or too many parts, an unknown one, one without a scale or a direction,
            or a weight that is none.
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
    tries = [_scores(parts, whole, factors) for factors in product(FACTORS, repeat=len(parts))]
    base = _scores(parts, whole, (Fraction(1),) * len(parts))
    places = _places(tries + _z_scores(parts, whole))
    for year in sorted(values, reverse=True):
        missing = tuple(p.code for p in parts if p.code not in normal[year])
        shown = {code: _tenth(value) for code, value in normal[year].items()}
        if missing:
            yield Composite(year=year, parts=shown, missing=missing)
            continue
        of_year = [scores[year] for scores in tries]
        yield Composite(
            year=year,
            parts=shown,
            missing=(),
            value=_tenth(base[year]),
            low=_tenth(min(of_year)),
            high=_tenth(max(of_year)),
            first=min(places[year]),
            last=max(places[year]),
        )


def _scores(
    parts: Sequence[Part],
    whole: Mapping[int, Mapping[str, Fraction]],
    factors: Sequence[Fraction],
) -> dict[int, Fraction]:
    weights = {p.code: p.weight * f for p, f in zip(parts, factors, strict=True)}
    total = sum(weights.values())
    return {
        year: Fraction(sum(w * found[code] for code, w in weights.items())) / total
        for year, found in whole.items()
    }


def _z_scores(
    parts: Sequence[Part], whole: Mapping[int, Mapping[str, Fraction]]
) -> list[dict[int, Fraction]]:
    """Return the same tries over z-scores; none with fewer than three years.

    A part that never changes tells no year from another: its z-score is 0.
    """
    if len(whole) < MIN_YEARS_FOR_Z:
        return []
    standard: dict[int, dict[str, Fraction]] = {year: {} for year in whole}
    for part in parts:
        series = {year: float(found[part.code]) for year, found in whole.items()}
        mean, deviation = fmean(series.values()), pstdev(series.values())
        for year, value in series.items():
            z = (value - mean) / deviation if deviation > 0 else 0.0
            standard[year][part.code] = Fraction(round(z, 9))
    return [_scores(parts, standard, factors) for factors in product(FACTORS, repeat=len(parts))]


def _places(tries: Sequence[Mapping[int, Fraction]]) -> dict[int, list[int]]:
    """Return the places of each year over all tries; equal scores share the better place."""
    places: dict[int, list[int]] = {}
    for scores in tries:
        for year, score in scores.items():
            place = 1 + sum(other > score for other in scores.values())
            places.setdefault(year, []).append(place)
    return places


def _tenth(value: Fraction) -> Decimal:
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return number.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
