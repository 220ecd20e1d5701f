"""I09: the value of the satisfaction survey by year, for the city. Pure.

Only quarters count whose answers can no longer change, and only together with enough of them
(`publishable`): a figure that moved by an answer would tell what was answered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from citizenreport.cities.rules import AreaLevel, City
from citizenreport.indicators.rules.definitions import Versions, version_on
from citizenreport.indicators.rules.periods import (
    Period,
    PeriodKind,
    containing,
    last_day_before,
)
from citizenreport.indicators.rules.values import Value, ValueStatus
from citizenreport.surveys.rules.satisfaction import (
    Satisfaction,
    Scores,
    by_quarter,
    publishable,
    satisfaction,
)

CODE: Final = "I09"


@dataclass(frozen=True, slots=True, kw_only=True)
class Respondent:
    """One answer of the reporter of a public report."""

    answered_on: date
    scores: Scores
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything I09 is computed from: the answers, and the days on which reports were settled
    whose reporters could answer.
    """

    respondents: Sequence[Respondent]
    settled_on: Sequence[date]


def counted_until(city: City, *, cut_off: datetime) -> date:
    """Return the first day that is not counted yet: the quarter before it can no longer change."""
    last_day = last_day_before(cut_off, city.calendar.time_zone)
    first_open = last_day - timedelta(days=city.survey_change_days) + timedelta(days=1)
    return containing(first_open, PeriodKind.QUARTER).start_on


def satisfaction_values(
    city: City, versions: Versions, asked: Asked, *, cut_off: datetime
) -> Iterator[Value]:
    """Yield the value of each year in which enough have answered."""
    until = counted_until(city, cut_off=cut_off)
    counted = [r for r in asked.respondents if r.answered_on < until]
    settled_on = [day for day in asked.settled_on if day < until]
    for year in sorted({r.answered_on.year for r in counted}):
        batch = publishable(
            by_quarter([(r.answered_on, r.scores) for r in counted], settled_on, year=year)
        )
        if not batch.answers:
            continue
        period = Period(start_on=date(year, 1, 1), kind=PeriodKind.YEAR)
        found = satisfaction(batch.answers, invited=batch.invited)
        demo = sum(r.is_demo for r in counted if r.answered_on.year == year)
        yield Value(
            code=CODE,
            version=version_on(versions, period.end_on).version,
            period=period,
            area_code=city.city_code,
            area_level=AreaLevel.CITY.value,
            numerator=found.answered,
            denominator=found.invited,
            value=found.value,
            status=ValueStatus.FINAL if period.end_on < until else ValueStatus.PROVISIONAL,
            extra=_details(found) | ({"demo": demo} if demo else {}),
        )


def _details(found: Satisfaction) -> dict[str, Any]:
    details: dict[str, Any] = {
        "interval_low": str(found.low),
        "interval_high": str(found.high),
        "elements": {element.value: str(mean) for element, mean in found.means.items()},
    }
    if found.grade is not None:
        details["grade"] = found.grade.value
    if found.response_rate is not None:
        details["response_rate"] = str(found.response_rate)
    return details
