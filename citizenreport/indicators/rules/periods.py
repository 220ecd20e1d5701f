"""Months, quarters and years of a city. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n


class PeriodKind(StrEnum):
    MONTH = "bulan"
    QUARTER = "triwulan"
    YEAR = "tahun"


MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


class PeriodInvalid(InvalidInput):
    code = "period-invalid"
    title = _n("Tulis periode sebagai 2026, 2026-Q3 atau 2026-07.")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Period:
    """A span of whole months that begins on `start_on` (its first day)."""

    start_on: date
    kind: PeriodKind

    @property
    def end_on(self) -> date:
        """Return the last day; it belongs to the period."""
        months = self.start_on.month - 1 + MONTHS[self.kind]
        return date(self.start_on.year + months // 12, months % 12 + 1, 1) - timedelta(days=1)

    @property
    def code(self) -> str:
        """Return it as 2026, 2026-Q3 or 2026-07: sorts by time within a kind."""
        year, month = self.start_on.year, self.start_on.month
        if self.kind is PeriodKind.YEAR:
            return f"{year:04}"
        if self.kind is PeriodKind.QUARTER:
            return f"{year:04}-Q{(month + 2) // 3}"
        return f"{year:04}-{month:02}"


def containing(day: date, kind: PeriodKind) -> Period:
    """Return the period of a kind that a day lies in."""
    length = MONTHS[kind]
    month = (day.month - 1) // length * length + 1
    return Period(start_on=date(day.year, month, 1), kind=kind)


def parse_period(code: str) -> Period:
    """Return the period a code names. Raises PeriodInvalid."""
    kinds = {4: PeriodKind.YEAR, 7: PeriodKind.MONTH}
    try:
        kind = PeriodKind.QUARTER if "Q" in code else kinds[len(code)]
        year = int(code[:4])
        month = 1 if kind is PeriodKind.YEAR else int(code[-1:] if "Q" in code else code[5:])
        if kind is PeriodKind.QUARTER:
            month = month * 3 - 2
        period = Period(start_on=date(year, month, 1), kind=kind)
    except (KeyError, ValueError) as error:
        raise PeriodInvalid(pointer="#/period") from error
    if period.code != code:
        raise PeriodInvalid(pointer="#/period")
    return period


def midnight_before(instant: datetime, time_zone: ZoneInfo) -> datetime:
    """Return the last local midnight at or before an instant, in UTC: where whole days end."""
    day = instant.astimezone(time_zone).date()
    return datetime.combine(day, time.min, tzinfo=time_zone).astimezone(UTC)


def last_day_before(cut_off: datetime, time_zone: ZoneInfo) -> date:
    """Return the last local day of which something lies before the cut-off."""
    return (cut_off - timedelta(microseconds=1)).astimezone(time_zone).date()
