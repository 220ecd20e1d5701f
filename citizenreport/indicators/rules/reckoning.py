"""Days and hours of work on a city's calendar, as facts stood just before a cut-off. Pure."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from citizenreport.cities.calendar import deadline_working_days
from citizenreport.cities.rules import Calendar
from citizenreport.indicators.rules.ends import OfficeClock
from citizenreport.indicators.rules.periods import last_day_before


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """Reading facts as they stood just before a cut-off, on a city's calendar."""

    calendar: Calendar
    cut_off: datetime

    @cached_property
    def as_of(self) -> datetime:
        return self.cut_off - timedelta(microseconds=1)

    @cached_property
    def last_day(self) -> date:
        """Return the last day that is counted."""
        return last_day_before(self.cut_off, self.calendar.time_zone)

    @cached_property
    def _ends(self) -> dict[tuple[date, int], datetime]:
        return {}

    @cached_property
    def _days(self) -> "_WorkingDays":
        return _WorkingDays(self.calendar)

    @cached_property
    def _office(self) -> OfficeClock:
        return OfficeClock(self.calendar)

    def minutes(self, start: datetime, end: datetime) -> int:
        """Return the whole minutes of work between two instants; 0 when the second lies before."""
        return self._office.minutes(start, end)

    def day(self, instant: datetime) -> date:
        return instant.astimezone(self.calendar.time_zone).date()

    def end_after(self, day: date, working_days: int) -> datetime:
        """Return when a number of working days after a day are over."""
        end = self._ends.get((day, working_days))
        if end is None:
            start = datetime.combine(day, time.min, self.calendar.time_zone)
            end = deadline_working_days(self.calendar, start, working_days)
            self._ends[day, working_days] = end
        return end

    def end_of(self, day: date) -> datetime:
        """Return the last instant of a day."""
        midnight = datetime.combine(day, time.min, self.calendar.time_zone) + timedelta(days=1)
        return midnight - timedelta(microseconds=1)

    def working_days(self, start: datetime, end: datetime) -> int:
        """Return the working days from one instant's day to the other's; 0 when it lies before."""
        return max(0, self._days.between(self.day(start), self.day(end)))


class _WorkingDays:
    """The working days between two days by two look-ups in a list that grows as needed."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._first = self._last = date(2000, 1, 1)
        self._days: list[date] = []

    def between(self, start_on: date, end_on: date) -> int:
        """Return how many lie after `start_on` up to and including `end_on`; negative backwards."""
        if min(start_on, end_on) < self._first:
            earlier = self._span(min(start_on, end_on), self._first - timedelta(days=1))
            self._days[:0] = earlier
            self._first = min(start_on, end_on)
        if max(start_on, end_on) > self._last:
            self._days += self._span(self._last + timedelta(days=1), max(start_on, end_on))
            self._last = max(start_on, end_on)
        return bisect_right(self._days, end_on) - bisect_right(self._days, start_on)

    def _span(self, first: date, last: date) -> list[date]:
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if self._calendar.is_working_day(day)]
