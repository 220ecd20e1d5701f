"""I13: in how many neighbourhoods (RW) somebody took part, by year, for the city. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from citizenreport.cities.rules import AreaLevel, City
from citizenreport.indicators.rules.cohorts import is_public, public_area
from citizenreport.indicators.rules.definitions import Versions, version_on
from citizenreport.indicators.rules.facts import Fact, is_valid
from citizenreport.indicators.rules.periods import Period, PeriodKind, containing
from citizenreport.indicators.rules.reckoning import Reckoning
from citizenreport.indicators.rules.values import Value, ValueStatus, rounded

CODE: Final = "I13"
NUMBER: Final = re.compile(r"\d{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingPart:
    """A public report of which somebody said the RW."""

    fact: Fact
    neighbourhood: str


def neighbourhood_number(text: str) -> int | None:
    """Return the number of an RW as people write it ("RW 03", "3"); None where there is not one."""
    numbers = {int(found) for found in NUMBER.findall(text)}
    return numbers.pop() if len(numbers) == 1 and 0 not in numbers else None


def coverage_values(
    city: City, versions: Versions, reports: Iterable[TakingPart], *, cut_off: datetime
) -> Iterator[Value]:
    """Yield the share of each year with any such report; nothing where the city's RW are unknown.

    A number of more RW than there are is no share: the value is then withheld as "beyond".
    """
    area = city.areas.get(city.city_code)
    total = area.neighbourhoods if area else None
    if not total:
        return
    reckoning = Reckoning(calendar=city.calendar, cut_off=cut_off)
    seen: dict[Period, set[tuple[str, int]]] = {}
    for report in reports:
        place = _place(city, reckoning, report)
        if place is not None:
            day = reckoning.day(report.fact.submitted_at)
            seen.setdefault(containing(day, PeriodKind.YEAR), set()).add(place)
    for period in sorted(seen):
        yield _value(city, versions, period, len(seen[period]), total, reckoning)


def _place(city: City, reckoning: Reckoning, report: TakingPart) -> tuple[str, int] | None:
    fact = report.fact
    if fact.submitted_at > reckoning.as_of or not is_public(fact, reckoning.cut_off):
        return None
    area_code = public_area(city, fact)
    number = neighbourhood_number(report.neighbourhood)
    if area_code is None or number is None or not is_valid(fact, reckoning.as_of):
        return None
    return area_code, number


def _value(
    city: City,
    versions: Versions,
    period: Period,
    count: int,
    total: int,
    reckoning: Reckoning,
) -> Value:
    is_beyond = count > total
    definition = version_on(versions, period.end_on)
    return Value(
        code=CODE,
        version=definition.version,
        period=period,
        area_code=city.city_code,
        area_level=AreaLevel.CITY.value,
        numerator=count,
        denominator=total,
        value=None if is_beyond else rounded(count * 100, total, definition.decimals),
        status=ValueStatus.FINAL
        if reckoning.end_of(period.end_on) < reckoning.cut_off
        else ValueStatus.PROVISIONAL,
        extra={"missing": "beyond"} if is_beyond else {},
    )
