"""How much of a composite is choice: other weights, other means, other scales. Pure.

Every weight is halved, kept and doubled, each with each; the mean is arithmetic or geometric; parts are
normalised by the ends of their scales (min-max) or as z-scores over the years. A z-score can be below
zero, of which there is no geometric mean: it is moved to a mean of 100 and a deviation of 10, which
changes no order of arithmetic means. z-scores decide places only, for they are no number from 0 to 100.

Source: OECD and JRC, Handbook on Constructing Composite Indicators (2008), steps 5 to 7 and box 9.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import product
from statistics import fmean, pstdev
from typing import Final

FACTORS: Final = (Fraction(1, 2), Fraction(1), Fraction(2))
"""What each weight is multiplied by, each with each."""
MIN_YEARS_FOR_Z: Final = 3
Z_MEAN, Z_DEVIATION = 100, 10
NINE_PLACES: Final = Decimal("1e-9")
Scores = Mapping[int, Fraction]
"""A composite by year."""


class Normalisation(StrEnum):
    MIN_MAX = "min_max"
    Z_SCORE = "z_score"


class Aggregation(StrEnum):
    ARITHMETIC = "arithmetic"
    GEOMETRIC = "geometric"


class Choice(StrEnum):
    """What is chosen otherwise, all else as proposed; `ALL`: all of it, each with each."""

    WEIGHTS = "weights"
    AGGREGATION = "aggregation"
    NORMALISATION = "normalisation"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """One way to make a composite. `factors`: what each weight is multiplied by, by code."""

    normalisation: Normalisation
    aggregation: Aggregation
    factors: tuple[tuple[str, Fraction], ...]

    def mean(self, parts: Mapping[str, Fraction], weights: Mapping[str, Fraction]) -> Fraction:
        of = {code: weights[code] * factor for code, factor in self.factors}
        is_geometric = self.aggregation is Aggregation.GEOMETRIC
        return geometric_mean(parts, of) if is_geometric else arithmetic_mean(parts, of)

    @property
    def choices(self) -> frozenset[Choice]:
        """Return whose sensitivity it belongs to: where nothing else differs from the proposal."""
        differing = set()
        if any(factor != 1 for _, factor in self.factors):
            differing.add(Choice.WEIGHTS)
        if self.aggregation is not Aggregation.ARITHMETIC:
            differing.add(Choice.AGGREGATION)
        if self.normalisation is not Normalisation.MIN_MAX:
            differing.add(Choice.NORMALISATION)
        one_by_one = {c for c in Choice if differing <= {c}}
        return frozenset(one_by_one | {Choice.ALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Between which values (0 to 100, to a tenth) and places a year lies; place 1 is best."""

    low: Decimal
    high: Decimal
    first: int
    last: int


def combinations_of(codes: Sequence[str], years: int) -> Iterator[Combination]:
    """Yield every way; without z-scores where there are fewer than three years of them."""
    for normalisation, aggregation in product(Normalisation, Aggregation):
        if normalisation is Normalisation.Z_SCORE and years < MIN_YEARS_FOR_Z:
            continue
        for factors in product(FACTORS, repeat=len(codes)):
            yield Combination(
                normalisation=normalisation,
                aggregation=aggregation,
                factors=tuple(zip(codes, factors, strict=True)),
            )


def z_scores(years: Mapping[int, Mapping[str, Fraction]]) -> dict[int, dict[str, Fraction]]:
    """Return each part over the years with a mean of 100 and a deviation of 10.

    A part that never changes tells no year from another: it is 100.
    """
    standard: dict[int, dict[str, Fraction]] = {year: {} for year in years}
    for code in sorted({code for parts in years.values() for code in parts}):
        series = {year: float(parts[code]) for year, parts in years.items()}
        mean, deviation = fmean(series.values()), pstdev(series.values())
        for year, value in series.items():
            z = (value - mean) / deviation if deviation > 0 else 0.0
            standard[year][code] = Z_MEAN + Z_DEVIATION * Fraction(round(z, 9))
    return standard


def arithmetic_mean(parts: Mapping[str, Fraction], weights: Mapping[str, Fraction]) -> Fraction:
    whole = sum(weights.values(), start=Fraction(0))
    return sum((w * parts[code] for code, w in weights.items()), start=Fraction(0)) / whole


def geometric_mean(parts: Mapping[str, Fraction], weights: Mapping[str, Fraction]) -> Fraction:
    """Return the weighted geometric mean to nine places: 0 where a part is 0."""
    if any(parts[code] <= 0 for code in weights):
        return Fraction(0)
    whole = sum(weights.values(), start=Fraction(0))
    logs = (_decimal(w / whole) * _decimal(parts[code]).ln() for code, w in weights.items())
    return Fraction(sum(logs, start=Decimal(0)).exp().quantize(NINE_PLACES))


def spans_of(
    years: Mapping[int, Mapping[str, Fraction]], weights: Mapping[str, Fraction]
) -> dict[int, dict[Choice, Span]]:
    """Return by year, and by what is chosen otherwise, the values and places that come out.

    `years` are parts from 0 to 100, by code, of the years that have all of them.
    """
    scales = {Normalisation.MIN_MAX: years, Normalisation.Z_SCORE: z_scores(years)}
    tried = {
        how: {year: how.mean(parts, weights) for year, parts in scales[how.normalisation].items()}
        for how in combinations_of(list(weights), len(years))
    }
    found: dict[int, dict[Choice, Span]] = {}
    for choice in Choice:
        mine = {how: scores for how, scores in tried.items() if choice in how.choices}
        places = _places(list(mine.values()))
        for year, taken in places.items():
            values = [
                scores[year]
                for how, scores in mine.items()
                if how.normalisation is Normalisation.MIN_MAX
            ]
            found.setdefault(year, {})[choice] = Span(
                low=tenth(min(values)),
                high=tenth(max(values)),
                first=min(taken),
                last=max(taken),
            )
    return found


def _places(tries: Sequence[Scores]) -> dict[int, list[int]]:
    """Return the places of each year over all tries; equal scores share the better place."""
    places: dict[int, list[int]] = {}
    for scores in tries:
        for year, score in scores.items():
            place = 1 + sum(other > score for other in scores.values())
            places.setdefault(year, []).append(place)
    return places


def tenth(value: Fraction) -> Decimal:
    return _decimal(value).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
