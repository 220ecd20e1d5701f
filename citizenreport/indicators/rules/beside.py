"""What is counted by place, channel or month of a questionnaire, not ticket by ticket. Pure.

C01, C02: areas and channels reached. U01: problems that come back. P01, P02: the feeling of safety.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from citizenreport.cities.rules import AreaLevel, City
from citizenreport.indicators.rules.cohorts import DENOMINATOR, Cell, Tally
from citizenreport.indicators.rules.definitions import Versions, version_on
from citizenreport.indicators.rules.periods import Period, PeriodKind, containing
from citizenreport.indicators.rules.reckoning import Reckoning
from citizenreport.indicators.rules.values import Value, ValueStatus, rounded
from citizenreport.surveys.rules.pulse import Question, shown_cells

AREAS_REACHED: Final = "C01"
CHANNELS: Final = "C02"
COMING_BACK: Final = "U01"
PULSE: Final[Mapping[Question, str]] = {Question.DAY: "P01", Question.DARK: "P02"}
COMES_BACK_WITHIN: Final = 90
"""Calendar days after which a problem at the same place counts as another one."""
CELL_M: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCount:
    """What was counted of reports received in a local month."""

    month_on: date
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What a month's questionnaire gave for the whole city. Shares and points are per hundred."""

    month_on: date
    question: Question
    n: int
    share: Decimal
    standard_error: Decimal
    effective_n: Decimal
    is_weighted: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """For whom, by which definitions and until when values are made."""

    city: City
    dictionary: Mapping[str, Versions]
    reckoning: Reckoning

    def value(
        self,
        code: str,
        period: Period,
        numerator: int,
        denominator: int | None,
        *,
        number: Decimal | None,
        is_final: bool | None = None,
        extra: Mapping[str, Any],
    ) -> Value:
        """Return a value of the whole city; final once the period is over, if nothing is said."""
        is_over = self.reckoning.end_of(period.end_on) < self.reckoning.cut_off
        final = is_over if is_final is None else is_final
        return Value(
            code=code,
            version=version_on(self.dictionary[code], period.end_on).version,
            period=period,
            area_code=self.city.city_code,
            area_level=AreaLevel.CITY.value,
            numerator=numerator,
            denominator=denominator,
            value=number,
            status=ValueStatus.FINAL if final else ValueStatus.PROVISIONAL,
            extra=extra,
        )

    def share(self, code: str, period: Period, numerator: int, denominator: int) -> Value:
        decimals = version_on(self.dictionary[code], period.end_on).decimals
        number = rounded(numerator * 100, denominator, decimals)
        return self.value(code, period, numerator, denominator, number=number, extra={})


def areas_reached(beside: Beside, cells: Mapping[Cell, Tally]) -> Iterator[Value]:
    """Yield C01 of each period in which anything was reported; nothing for a city without parts."""
    parts = [a for a in beside.city.areas.values() if a.level is AreaLevel.VILLAGE]
    seen: dict[Period, set[str]] = {}
    for cell, tally in cells.items():
        if cell.code != "I01" or not tally.counts[DENOMINATOR]:
            continue
        for kind in PeriodKind:
            reached = seen.setdefault(containing(cell.month_on, kind), set())
            if cell.area_code is not None:
                reached.add(cell.area_code)
    if parts:
        for period in sorted(seen):
            yield beside.share(AREAS_REACHED, period, len(seen[period]), len(parts))


def channels_used(beside: Beside, counts: Mapping[int, Mapping[str, int]]) -> Iterator[Value]:
    """Yield C02 from how many reports came in a year through which channel.

    A channel is named where it has ten, and what is left unnamed is nobody or ten.
    """
    for year in sorted(counts):
        by_channel = counts[year]
        total = sum(by_channel.values())
        shown = shown_cells(by_channel, total=total)
        period = Period(start_on=date(year, 1, 1), kind=PeriodKind.YEAR)
        shares = {name: str(rounded(by_channel[name] * 100, total, 1)) for name in sorted(shown)}
        yield beside.value(
            CHANNELS,
            period,
            len(shown),
            total,
            number=Decimal(len(shown)),
            extra={"channels": shares},
        )


def coming_back(beside: Beside, months: Iterable[MonthCount]) -> Iterator[Value]:
    """Yield U01 of each period in which anything with a place was reported."""
    summed: dict[Period, tuple[int, int]] = {}
    for month in months:
        for kind in PeriodKind:
            period = containing(month.month_on, kind)
            part, whole = summed.get(period, (0, 0))
            summed[period] = (part + month.numerator, whole + month.denominator)
    for period in sorted(summed):
        yield beside.share(COMING_BACK, period, *summed[period])


def pulse_values(beside: Beside, pulses: Iterable[Pulse]) -> Iterator[Value]:
    """Yield P01 and P02: no denominator, so that nobody reads a confidence interval into it."""
    for pulse in pulses:
        yield beside.value(
            PULSE[pulse.question],
            Period(start_on=pulse.month_on, kind=PeriodKind.MONTH),
            pulse.n,
            None,
            number=pulse.share,
            is_final=True,
            extra={
                "counting_error": str(pulse.standard_error),
                "effective_n": str(pulse.effective_n),
                **({"weighted_by_sex": True} if pulse.is_weighted else {}),
                **({"demo": pulse.n} if pulse.is_demo else {}),
            },
        )
