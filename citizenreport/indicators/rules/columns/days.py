"""Days and hours of work of many instants at once, on a city's calendar. Pure.

What `reckoning.py` says of one instant, said of a column of them.
"""

from datetime import date, datetime, time, timedelta

import numpy as np

from citizenreport.cities.rules import Calendar
from citizenreport.indicators.rules.columns.instants import (
    NEVER,
    Flags,
    Ints,
    instant_number,
    instant_of,
)

DAY = 86_400_000_000
SECOND = 1_000_000
AFTER = 500
"""Days beyond the last one that is asked for: deadlines lie there."""


class Days:
    """A calendar from one day on; days are numbered from it."""

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        self._calendar = calendar
        count = (last - first).days + AFTER
        self.days = [first + timedelta(days=n) for n in range(count)]
        zone = calendar.time_zone
        self._midnights = np.array(
            [instant_number(datetime.combine(day, time.min, zone)) for day in self.days],
            dtype=np.int64,
        )
        self._next_midnights = np.r_[self._midnights[1:], NEVER]
        self._evenings = np.array(
            [instant_number(datetime.combine(day, time(23, 59, 59), zone)) for day in self.days],
            dtype=np.int64,
        )
        self._works = np.array([calendar.is_working_day(day) for day in self.days])
        self._until = np.cumsum(self._works)
        self._working = np.flatnonzero(self._works)
        self.month = np.array([day.year * 12 + day.month - 1 for day in self.days], dtype=np.int64)
        years = {day.year for day in self.days}
        ends = {year: instant_number(datetime(year + 1, 1, 1, tzinfo=zone)) - 1 for year in years}
        self.year_end = np.array([ends[day.year] for day in self.days], dtype=np.int64)
        opens, closes = (
            _seconds(time.fromisoformat(text))
            for text in (calendar.office_opens, calendar.office_closes)
        )
        self._opens, self._span = opens, closes - opens

    def day(self, at: Ints) -> Ints:
        """Return the local day of each instant: as if all had 24 hours, then put right."""
        midnights = self._midnights
        within = np.clip(at, midnights[0], midnights[-1])
        day: Ints = np.minimum((within - midnights[0]) // DAY, len(midnights) - 1)
        day -= within < midnights[day]
        day += within >= self._next_midnights[day]
        return day

    def end_after(self, day: Ints, working_days: int) -> Ints:
        """Return when a number of working days after each day are over."""
        ends: Ints = self._evenings[self._working[self._until[day] + working_days - 1]]
        return ends

    def end_of(self, day: Ints) -> Ints:
        """Return the last instant of each day."""
        ends: Ints = self._midnights[day + 1] - 1
        return ends

    def working_days(self, start_on: Ints, end_on: Ints) -> Ints:
        """Return the working days from each day to another; 0 when it lies before."""
        days: Ints = np.maximum(self._until[end_on] - self._until[start_on], 0)
        return days

    def minutes(self, start: Ints, end: Ints) -> Ints:
        """Return the whole minutes of work between instants; 0 when the second lies before."""
        minutes: Ints = np.maximum((self._position(end) - self._position(start)) // 60, 0)
        return minutes

    def _position(self, at: Ints) -> Ints:
        """Return the seconds of work since the first day."""
        day = self.day(at)
        clock = (at - self._midnights[day]) // SECOND
        odd = np.flatnonzero(self._is_odd(day))  # the clock was put forward or back that day
        for place in odd:
            local = instant_of(at[place]).astimezone(self._calendar.time_zone)
            clock[place] = _seconds(local.time())
        into = np.where(self._works[day], np.clip(clock - self._opens, 0, self._span), 0)
        seconds: Ints = (self._until[day] - self._works[day]) * self._span + into
        return seconds

    def _is_odd(self, day: Ints) -> Flags:
        is_odd: Flags = self._midnights[day + 1] - self._midnights[day] != DAY
        return is_odd


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second
