"""From what was counted to what is published, for every period and area. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from math import sqrt
from typing import Any

from citizenreport.cities.rules import Area, AreaLevel, City, Population
from citizenreport.indicators.rules.cohorts import DENOMINATOR, NUMERATOR, Cell, Tally
from citizenreport.indicators.rules.columns.durations import EndColumns
from citizenreport.indicators.rules.definitions import (
    Definition,
    Unit,
    UniverseName,
    Versions,
    version_on,
)
from citizenreport.indicators.rules.ends import (
    CENSORED,
    EVENT,
    MEDIAN_FROM,
    NINETIETH_FROM,
    Ends,
)
from citizenreport.indicators.rules.periods import Period, PeriodKind, containing
from citizenreport.indicators.rules.reckoning import Reckoning
from citizenreport.indicators.rules.survival import Waits, quantile

NOT_STATED = "tidak_disebut"
"""Code and level of the row for reports without an area: with it the areas sum to the city."""
POPULATION_MAX_AGE_YEARS = 2
"""Source: indicators.csv I05."""
MEDIAN, NINETIETH = Fraction(1, 2), Fraction(9, 10)
NOT_FROM_TICKETS = frozenset({"C01", "C02", "I13", "U01"})
"""Computed of reports, but not by adding up tickets (see `coverage.py`, `beside.py`)."""
WILSON_Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""


class ValueStatus(StrEnum):
    PROVISIONAL = "provisional"  # the cohort is not old enough yet
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One published number with everything that makes it a claim.

    `value` is None where there is nothing to divide by or a quantile was not reached: `extra` says
    which. Shares are per hundred, rates per thousand, waits in working days.
    """

    code: str
    version: int
    period: Period
    area_code: str
    area_level: str
    numerator: int
    denominator: int | None
    value: Decimal | None
    status: ValueStatus
    extra: Mapping[str, Any] = field(default_factory=dict)


Roll = dict[tuple[str, Period, str], Tally]


def values(
    city: City,
    dictionary: Mapping[str, Versions],
    cells: Mapping[Cell, Tally],
    *,
    cut_off: datetime,
) -> Iterator[Value]:
    """Yield the value of every indicator computed from reports, for all areas and each period with any report.

    Each by the version of its definition that holds for the period.
    """
    reckoning = Reckoning(calendar=city.calendar, cut_off=cut_off)
    rolled = roll_up(city, cells)
    places, nothing = _places(city), Tally()
    for period in sorted({period for _, period, _ in rolled}):
        for definition in (version_on(versions, period.end_on) for versions in dictionary.values()):
            if not _is_shown(definition, period):
                continue
            for area_code, area in places.items():
                if not _is_broken_down_to(definition, area):
                    continue
                tally = rolled.get((definition.code, period, area_code), nothing)
                yield value_of(reckoning, definition, period, area, tally)


def from_reports(dictionary: Mapping[str, Versions]) -> set[str]:
    """Return the indicators that are computed by adding up reports."""
    return {
        code
        for code, versions in dictionary.items()
        if any(v.is_computed and v.universe is UniverseName.PUBLIC for v in versions)
    } - NOT_FROM_TICKETS


def _is_shown(definition: Definition, period: Period) -> bool:
    """Say whether this service computes an indicator from reports, for a kind of period."""
    is_public = definition.is_computed and definition.universe is UniverseName.PUBLIC
    is_ours = is_public and definition.code not in NOT_FROM_TICKETS
    return is_ours and period.kind.value in definition.disaggregations


def _is_broken_down_to(definition: Definition, area: Area | None) -> bool:
    """Say whether an indicator is given for a level; "not stated" stands beside the smallest."""
    level = area.level if area else AreaLevel.VILLAGE
    return level.value in definition.disaggregations


def roll_up(city: City, cells: Mapping[Cell, Tally]) -> Roll:
    """Sum months to quarters and years, the smallest areas to those they lie in and to the city."""
    rolled: defaultdict[tuple[str, Period, str], Tally] = defaultdict(Tally)
    periods = {
        month: [containing(month, kind) for kind in PeriodKind]
        for month in {cell.month_on for cell in cells}
    }
    chains = {code: chain_of(city, code) for code in {cell.area_code for cell in cells}}
    for cell, tally in cells.items():
        for period in periods[cell.month_on]:
            for area_code in chains[cell.area_code]:
                rolled[cell.code, period, area_code].take(tally)
    return dict(rolled)


def chain_of(city: City, area_code: str | None) -> tuple[str, ...]:
    """Return the areas something counts in: the smallest, those around it, the city last."""
    if area_code is None:
        return (NOT_STATED, city.city_code)
    chain = [area_code]
    parent = city.areas[area_code].parent_code
    while parent is not None and parent in city.areas:
        chain.append(parent)
        parent = city.areas[parent].parent_code
    return tuple(chain) if chain[-1] == city.city_code else (*chain, city.city_code)


def _places(city: City) -> dict[str, Area | None]:
    """Return every area by code, the city among them, and "not stated" (None)."""
    places: dict[str, Area | None] = {
        city.city_code: Area(area_code=city.city_code, level=AreaLevel.CITY, name=city.name)
    }
    places |= dict(sorted(city.areas.items()))
    return places | {NOT_STATED: None}


def value_of(
    reckoning: Reckoning, definition: Definition, period: Period, area: Area | None, tally: Tally
) -> Value:
    """Return the value of one cell."""
    if definition.unit is Unit.WORKING_DAYS:
        number, numerator, denominator, extra = _wait(tally.waits)
    elif definition.unit is Unit.WORKING_HOURS:
        number, numerator, denominator, extra = _duration(
            tally.end_columns if tally.end_columns.pieces else tally.ends
        )
    elif definition.unit is Unit.PER_REPORT:
        numerator, denominator = tally.counts[NUMERATOR], tally.counts[DENOMINATOR]
        number, extra = rounded(numerator, denominator, definition.decimals), {}
    elif definition.unit is Unit.PER_1000:
        number, numerator, denominator, extra = _rate(definition, period, area, tally)
    else:
        number, numerator, denominator, extra = _share(definition, tally)
    extra |= {k: n for k, n in sorted(tally.counts.items()) if k not in (NUMERATOR, DENOMINATOR)}
    return Value(
        code=definition.code,
        version=definition.version,
        period=period,
        area_code=area.area_code if area else NOT_STATED,
        area_level=area.level.value if area else NOT_STATED,
        numerator=numerator,
        denominator=denominator,
        value=number,
        status=_status(reckoning, definition, period, tally),
        extra=extra,
    )


Parts = tuple[Decimal | None, int, int | None, dict[str, Any]]


def _share(definition: Definition, tally: Tally) -> Parts:
    numerator, denominator = tally.counts[NUMERATOR], tally.counts[DENOMINATOR]
    number = rounded(numerator * 100, denominator, definition.decimals)
    return number, numerator, denominator, {}


def _rate(definition: Definition, period: Period, area: Area | None, tally: Tally) -> Parts:
    numerator = tally.counts[NUMERATOR]
    population = population_for(area, period) if area else None
    if population is None:
        return None, numerator, None, {"missing": "population"}
    number = rounded(numerator * 1000, population.persons, definition.decimals)
    extra = {"population_year": population.year, "population_source": population.source}
    return number, numerator, population.persons, extra


def _wait(waits: Waits) -> Parts:
    extra: dict[str, Any] = {"censored": waits.censored.total()}
    median, ninetieth = quantile(waits, MEDIAN), quantile(waits, NINETIETH)
    if median is None or ninetieth is None:
        return None, 0, 0, extra
    extra |= {"median": str(median), "p90": str(ninetieth)}
    number = Decimal(median.days) if median.is_reached else None
    return number, waits.ended.total(), waits.count, extra


def _duration(ends: Ends | EndColumns) -> Parts:
    """Median and 90th percentile by Kaplan–Meier; how all ended by Aalen–Johansen, in per cent."""
    kinds = ends.by_kind()
    extra: dict[str, Any] = {"censored": kinds.pop(CENSORED, 0)}
    extra |= {f"ended_{kind}": n for kind, n in sorted(kinds.items()) if kind != EVENT}
    extra |= {f"share_{kind}": str(share) for kind, share in sorted(ends.final_shares().items())}
    median = ends.hours_words(MEDIAN, least=MEDIAN_FROM)
    ninetieth = ends.hours_words(NINETIETH, least=NINETIETH_FROM)
    extra |= {k: v for k, v in (("median", median), ("p90", ninetieth)) if v is not None}
    number = Decimal(median) if median is not None and not median.startswith(">") else None
    return number, kinds[EVENT], ends.count, extra


def rounded(numerator: int, denominator: int, decimals: int) -> Decimal | None:
    """Return the ratio to a number of decimals, half away from zero; None without a denominator."""
    if denominator == 0:
        return None
    scale = Decimal(1).scaleb(-decimals)
    return (Decimal(numerator) / Decimal(denominator)).quantize(scale, rounding=ROUND_HALF_UP)


def population_for(area: Area, period: Period) -> Population | None:
    """Return the latest population of an area that is at most two years older than the period."""
    year = period.end_on.year
    usable = [p for p in area.populations if 0 <= year - p.year <= POPULATION_MAX_AGE_YEARS]
    return max(usable, key=lambda population: population.year, default=None)


def _status(
    reckoning: Reckoning, definition: Definition, period: Period, tally: Tally
) -> ValueStatus:
    """Return final once the period is over and every report in it could be followed long enough.

    A wait is followed until none still waits, a deadline until no clock stands still.
    """
    followed_until = reckoning.end_after(period.end_on, definition.follow_up_working_days)
    is_open = bool(tally.counts["paused"]) or bool(tally.counts["waiting"])
    is_final = followed_until < reckoning.cut_off and not is_open
    return ValueStatus.FINAL if is_final else ValueStatus.PROVISIONAL


def wilson(numerator: int, denominator: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share, in per cent; None without a denominator.

    Source: Wilson, Probable inference, the law of succession, and statistical inference,
    JASA 22 (1927).
    """
    if denominator == 0:
        return None
    share, z2 = numerator / denominator, WILSON_Z**2
    middle = share + z2 / (2 * denominator)
    spread = WILSON_Z * sqrt(share * (1 - share) / denominator + z2 / (4 * denominator**2))
    scale = 100 / (1 + z2 / denominator)
    return max(0.0, (middle - spread) * scale), min(100.0, (middle + spread) * scale)
