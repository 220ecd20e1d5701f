"""How long something took in hours of work, where some wait on and some end another way. Pure.

Source: Kaplan and Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958);
Aalen and Johansen, An empirical transition matrix for non-homogeneous Markov chains based on
censored observations, Scand. J. Statistics 5 (1978).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from citizenreport.cities.rules import Calendar

EVENT: Final = "event"
CENSORED: Final = "censored"
MINUTES_PER_HOUR: Final = 60
ONE: Final = 10**60
"""Shares are whole numbers of this: the same on every machine, far finer than any decimal shown."""
TOLERANCE: Final = 10**30
MEDIAN_FROM, NINETIETH_FROM = 10, 50
"""How many there must be for a median, and for a 90th percentile. Source: protection.md, section 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How often something ended after so many minutes of work, by how: `event`, `censored`, or the
    state in which it ended another way.
    """

    counts: Counter[tuple[int, str]] = field(default_factory=Counter)

    def __add__(self, other: "Ends") -> "Ends":
        return Ends(counts=self.counts + other.counts)

    @property
    def count(self) -> int:
        return self.counts.total()

    def by_kind(self) -> Counter[str]:
        """Return how many ended each way."""
        totals: Counter[str] = Counter()
        for (_, kind), count in self.counts.items():
            totals[kind] += count
        return totals

    def final_shares(self) -> dict[str, Decimal]:
        return final_shares(self)

    def hours_words(self, share: Fraction, *, least: int) -> str | None:
        return hours_words(self, share, least=least)


def incidence(ends: Ends) -> dict[str, list[tuple[int, int]]]:
    """Return of each end the share that ended so by then, as steps (minutes, share times `ONE`).

    The Aalen–Johansen estimate. What ended on a minute counts before what was cut off on it.
    """
    steps: dict[str, list[tuple[int, int]]] = {}
    shares: Counter[str] = Counter()
    at_risk, still = ends.count, ONE
    for minutes, here in _by_minute(ends):
        ended = {kind: n for kind, n in sorted(here.items()) if kind != CENSORED}
        for kind, number in ended.items():
            shares[kind] += still * number // at_risk
            steps.setdefault(kind, []).append((minutes, shares[kind]))
        still = still * (at_risk - sum(ended.values())) // at_risk
        at_risk -= here.total()
    return steps


def still_waiting(ends: Ends) -> Iterator[tuple[int, int]]:
    """Yield (minutes, share times `ONE` that has not had the event by then) where it drops.

    The Kaplan–Meier estimate: what ended another way is cut off there.
    """
    at_risk, share = ends.count, ONE
    for minutes, here in _by_minute(ends):
        if here[EVENT]:
            share = share * (at_risk - here[EVENT]) // at_risk
            yield minutes, share
        at_risk -= here.total()


def _by_minute(ends: Ends) -> Iterator[tuple[int, Counter[str]]]:
    found: dict[int, Counter[str]] = {}
    for (minutes, kind), count in ends.counts.items():
        found.setdefault(minutes, Counter())[kind] += count
    yield from sorted(found.items())


def final_shares(ends: Ends) -> dict[str, Decimal]:
    """Return of each way of ending the share that ended so by the last minute, per hundred.

    One decimal, half up.
    """
    return {
        kind: (Decimal(steps[-1][1] * 100) / ONE).quantize(Decimal("0.1"), ROUND_HALF_UP)
        for kind, steps in incidence(ends).items()
    }


def hours_words(ends: Ends, share: Fraction, *, least: int) -> str | None:
    """Return after how many hours of work a share had the event ("> x" where it is not reached).

    None where fewer than `least` are counted. Hours to one decimal, half up.
    """
    if ends.count < least:
        return None
    left = ONE - ONE * share.numerator // share.denominator + TOLERANCE
    for minutes, waiting in still_waiting(ends):
        if waiting <= left:
            return hours_of(minutes)
    return f"> {hours_of(max(minutes for minutes, _ in ends.counts))}"


def hours_of(minutes: int) -> str:
    """Return minutes as hours with one decimal, half up."""
    tenths = (minutes * 20 + MINUTES_PER_HOUR) // (2 * MINUTES_PER_HOUR)
    return f"{tenths // 10}.{tenths % 10}"


class OfficeClock:
    """Minutes of work between two instants: the hours in which the city's offices are open."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._opens = time.fromisoformat(calendar.office_opens)
        self._span = _seconds(time.fromisoformat(calendar.office_closes)) - _seconds(self._opens)
        self._before: dict[date, int] = {}
        self._first = date(2000, 1, 1)

    def minutes(self, start: datetime, end: datetime) -> int:
        """Return the whole minutes of work from one instant to the other; 0 when it lies before."""
        return max(0, (self._position(end) - self._position(start)) // 60)

    def _position(self, instant: datetime) -> int:
        """Return the seconds of work since a fixed day."""
        local = instant.astimezone(self._calendar.time_zone)
        into = 0
        if self._calendar.is_working_day(local.date()):
            into = min(max(_seconds(local.time()) - _seconds(self._opens), 0), self._span)
        return self._days_before(local.date()) * self._span + into

    def _days_before(self, day: date) -> int:
        """Return the working days from the first known day up to, and without, this one."""
        if day < self._first:
            return -sum(
                self._calendar.is_working_day(day + timedelta(days=n))
                for n in range((self._first - day).days)
            )
        if not self._before:
            self._before[self._first] = 0
        last = max(self._before) if day not in self._before else day
        while last < day:
            count = self._before[last] + self._calendar.is_working_day(last)
            last += timedelta(days=1)
            self._before[last] = count
        return self._before[day]


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second
