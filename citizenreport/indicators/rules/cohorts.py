"""Which cohort a ticket counts in, and as what. Pure.

Everything counted adds up: a quarter is the sum of its months, the city the sum of its kelurahan
and of "not stated". So one fact is counted once, in its month and smallest area.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property

from citizenreport.cities.calendar import deadline_working_days
from citizenreport.cities.rules import (
    Aspect,
    Calendar,
    City,
    ComplaintClass,
    PublicPrecision,
    Visibility,
)
from citizenreport.disclosure.rules import counting_area
from citizenreport.indicators.rules.facts import Fact, exit_as_of, is_valid, settled_as_of
from citizenreport.indicators.rules.periods import PeriodKind, containing, last_day_before
from citizenreport.indicators.rules.survival import Waits
from citizenreport.triage.states import State

SETTLED_WITHIN = 60
"""Working days. Source: indicators.csv I01; Perpres 76/2013 (60 days from a complete file)."""
ANSWERED_WITHIN = 5
"""Working days. Source: indicators.csv I04."""
CONTESTED_WITHIN = 10
"""Calendar days. Source: indicators.csv I14."""
COMPLAINTS = frozenset({ComplaintClass.SUPERVISORY.value, ComplaintClass.ORDINARY.value})
SHOWN_APART = frozenset({State.REFERRED.value, State.ARCHIVED.value, State.EMERGENCY.value})
NUMERATOR, DENOMINATOR = "numerator", "denominator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was counted in one cell; tallies add up."""

    counts: Counter[str] = field(default_factory=Counter)
    waits: Waits = field(default_factory=Waits)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(counts=self.counts + other.counts, waits=self.waits + other.waits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where something is counted: first day of the month, smallest area (None: not stated)."""

    code: str
    month_on: date
    area_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One ticket in one cohort: its day, and what it counts as (`marks`, or a wait in days)."""

    code: str
    day: date
    marks: tuple[str, ...] = ()
    wait: int | None = None
    is_wait_over: bool = False


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


def is_public(fact: Fact, cut_off: datetime) -> bool:
    """Say whether a ticket belongs to the public universe: released by then, and public still."""
    return (
        fact.released_at is not None
        and fact.released_at < cut_off
        and fact.visibility == Visibility.PUBLIC.value
    )


def public_area(city: City, fact: Fact) -> str | None:
    """Return the smallest area a public report is counted in: never finer than what it shows.

    A category without a public place counts as "not stated". Source: protection.md, sections 3, 4.
    """
    category = city.categories.get(fact.category_code)
    if category is None or category.public_precision is PublicPrecision.NONE:
        return None
    return counting_area(city, fact.area_code)


def tally_public(city: City, facts: Iterable[Fact], *, cut_off: datetime) -> dict[Cell, Tally]:
    """Count all facts of the public universe, each in its month and smallest area."""
    reckoning = Reckoning(calendar=city.calendar, cut_off=cut_off)
    cells: dict[Cell, Tally] = {}
    for fact in facts:
        if not is_public(fact, cut_off):
            continue
        area_code = public_area(city, fact)
        for entry in entries(reckoning, fact):
            month_on = containing(entry.day, PeriodKind.MONTH).start_on
            cell = Cell(code=entry.code, month_on=month_on, area_code=area_code)
            tally = cells.get(cell)
            if tally is None:
                tally = cells[cell] = Tally()
            _count(tally, entry, is_demo=fact.is_demo)
    return cells


def _count(tally: Tally, entry: Entry, *, is_demo: bool) -> None:
    tally.counts.update(entry.marks)
    if is_demo:
        tally.counts["demo"] += 1
    if entry.wait is not None:
        waits = tally.waits.ended if entry.is_wait_over else tally.waits.censored
        waits[entry.wait] += 1


def entries(reckoning: Reckoning, fact: Fact) -> Iterator[Entry]:
    """Yield what one ticket counts as, in each indicator."""
    if fact.submitted_at > reckoning.as_of or not is_valid(fact, reckoning.as_of):
        return
    yield _settlement(reckoning, fact)
    yield from _timeliness(reckoning, fact)
    yield _verification(reckoning, fact)
    yield from _response(reckoning, fact)
    yield from _contests(reckoning, fact)
    if fact.complaint_class in COMPLAINTS:
        yield _year_end(reckoning, fact)
        if fact.aspect == Aspect.SAFETY.value:
            yield Entry(code="I05", day=reckoning.day(fact.submitted_at), marks=(NUMERATOR,))


def _settlement(reckoning: Reckoning, fact: Fact) -> Entry:
    """I01: settled within 60 working days of receipt, as it stood when they were over."""
    marks = [DENOMINATOR]
    day = reckoning.day(fact.submitted_at)
    state = exit_as_of(fact, reckoning.as_of)
    if state in SHOWN_APART:
        marks.append(state)
    elif settled_as_of(fact, min(reckoning.as_of, reckoning.end_after(day, SETTLED_WITHIN))):
        marks.append(NUMERATOR)
    return Entry(code="I01", day=day, marks=tuple(marks))


def _timeliness(reckoning: Reckoning, fact: Fact) -> Iterator[Entry]:
    """I02: of those whose deadline has come, settled by then.

    Who left before the deadline has none any more; while the reporter is waited for it stands
    still. Open past the deadline is late.
    """
    due_at = fact.settlement_due_at
    if due_at > reckoning.as_of:
        return
    day = reckoning.day(due_at)
    state = exit_as_of(fact, due_at)
    if state is not None:
        if state in SHOWN_APART:
            yield Entry(code="I02", day=day, marks=(state,))
    elif fact.paused_at is not None and fact.paused_at <= min(due_at, reckoning.as_of):
        yield Entry(code="I02", day=day, marks=("paused",))
    elif _is_on_time(reckoning, fact):
        yield Entry(code="I02", day=day, marks=(DENOMINATOR, NUMERATOR))
    else:
        yield Entry(code="I02", day=day, marks=(DENOMINATOR,))


def _is_on_time(reckoning: Reckoning, fact: Fact) -> bool:
    settled_at = settled_as_of(fact, reckoning.as_of)
    return settled_at is not None and settled_at <= fact.settlement_due_at


def _verification(reckoning: Reckoning, fact: Fact) -> Entry:
    """I03: working days from submission to the first verification, or to where it is cut off."""
    ends = [at for at in (fact.verified_at, fact.exited_at) if at and at <= reckoning.as_of]
    is_over = fact.verified_at in ends
    return Entry(
        code="I03",
        day=reckoning.day(fact.submitted_at),
        marks=() if ends else ("waiting",),
        wait=reckoning.working_days(fact.submitted_at, min(ends, default=reckoning.as_of)),
        is_wait_over=is_over,
    )


def _response(reckoning: Reckoning, fact: Fact) -> Iterator[Entry]:
    """I04: answered within five working days of the assignment in force."""
    if fact.assigned_at > reckoning.as_of:
        return
    answered_at = fact.first_responded_at
    marks = [DENOMINATOR]
    if (
        answered_at is not None
        and answered_at <= reckoning.as_of
        and reckoning.working_days(fact.assigned_at, answered_at) <= ANSWERED_WITHIN
    ):
        marks.append(NUMERATOR)
    yield Entry(code="I04", day=reckoning.day(fact.assigned_at), marks=tuple(marks))


def _contests(reckoning: Reckoning, fact: Fact) -> Iterator[Entry]:
    """I14: each settlement whose ten days are over, and whether it was undone in them.

    Settled again after that, it is another settlement with ten days of its own.
    """
    for settlement in fact.settlements:
        day = reckoning.day(settlement.settled_at)
        ends_at = reckoning.end_of(day + timedelta(days=CONTESTED_WITHIN))
        if ends_at > reckoning.as_of:
            continue
        is_undone = settlement.undone_at is not None and settlement.undone_at <= ends_at
        marks = (DENOMINATOR, NUMERATOR) if is_undone else (DENOMINATOR,)
        yield Entry(code="I14", day=day, marks=marks)


def _year_end(reckoning: Reckoning, fact: Fact) -> Entry:
    """I22: settled on 31 December of the year it came in, or at the cut-off before that."""
    day = reckoning.day(fact.submitted_at)
    at = min(reckoning.as_of, reckoning.end_of(containing(day, PeriodKind.YEAR).end_on))
    is_settled = settled_as_of(fact, at) and exit_as_of(fact, reckoning.as_of) not in SHOWN_APART
    marks = (DENOMINATOR, NUMERATOR) if is_settled else (DENOMINATOR,)
    return Entry(code="I22", day=day, marks=marks)
