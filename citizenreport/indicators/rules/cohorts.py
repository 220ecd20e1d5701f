"""Which cohort a ticket counts in, and as what. Pure.

Everything counted adds up: a quarter is the sum of its months, the city the sum of its kelurahan
and of "not stated". So one fact is counted once, in its month and smallest area.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from citizenreport.cities.rules import (
    Aspect,
    City,
    ComplaintClass,
    PublicPrecision,
    Visibility,
)
from citizenreport.disclosure.rules import counting_area
from citizenreport.indicators.rules import flows
from citizenreport.indicators.rules.columns.durations import EndColumns
from citizenreport.indicators.rules.ends import CENSORED, EVENT, Ends
from citizenreport.indicators.rules.facts import (
    Fact,
    Turn,
    exit_as_of,
    is_valid,
    settled_as_of,
)
from citizenreport.indicators.rules.periods import PeriodKind, containing
from citizenreport.indicators.rules.reckoning import Reckoning
from citizenreport.indicators.rules.survival import Waits
from citizenreport.triage.states import State

SETTLED_WITHIN = 60
"""Working days. Source: indicators.csv I01; Perpres 76/2013 (60 days from a complete file)."""
ANSWERED_WITHIN = 5
"""Working days. Source: indicators.csv I04."""
CONTESTED_WITHIN = 10
"""Calendar days. Source: indicators.csv I14."""
COMPLAINTS = frozenset({ComplaintClass.SUPERVISORY.value, ComplaintClass.ORDINARY.value})
COMPLAINTS_ABOUT: Mapping[str, str] = {
    Aspect.SAFETY.value: "I05",
    Aspect.COMFORT.value: "R01",
    Aspect.TOLERANCE.value: "R02",
    Aspect.HARMONY.value: "R03",
}
SHOWN_APART = frozenset({State.REFERRED.value, State.ARCHIVED.value, State.EMERGENCY.value})
NUMERATOR, DENOMINATOR = "numerator", "denominator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was counted in one cell; tallies add up."""

    counts: Counter[str] = field(default_factory=Counter)
    waits: Waits = field(default_factory=Waits)
    ends: Ends = field(default_factory=Ends)
    end_columns: EndColumns = field(default_factory=EndColumns)  # instead of `ends`, of very many

    def take(self, other: "Tally") -> None:
        """Add what another cell has; most have only some of it."""
        self.counts.update(other.counts)
        if other.waits.ended or other.waits.censored:
            self.waits.ended.update(other.waits.ended)
            self.waits.censored.update(other.waits.censored)
        if other.ends.counts:
            self.ends.counts.update(other.ends.counts)
        self.end_columns.pieces.extend(other.end_columns.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where something is counted: first day of the month, smallest area (None: not stated)."""

    code: str
    month_on: date
    area_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One ticket in one cohort: its day, and what it counts as (`marks`, a wait in days, or an end)."""

    code: str
    day: date
    marks: tuple[str, ...] = ()
    wait: int | None = None
    is_wait_over: bool = False
    end: tuple[int, str] | None = None  # minutes of work, and how it ended


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
    return public_area_of(city, fact.category_code, fact.area_code)


def public_area_of(city: City, category_code: str | None, area_code: str | None) -> str | None:
    """Return the smallest area a public report of a category in an area is counted in."""
    category = city.categories.get(category_code or "")
    if category is None or category.public_precision is PublicPrecision.NONE:
        return None
    return counting_area(city, area_code)


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
    if entry.end is not None:
        tally.ends.counts[entry.end] += 1


def entries(reckoning: Reckoning, fact: Fact) -> Iterator[Entry]:
    """Yield what one ticket counts as, in each indicator."""
    if fact.submitted_at > reckoning.as_of:
        return
    yield from _spans(reckoning, fact)
    if not is_valid(fact, reckoning.as_of):
        return
    yield _settlement(reckoning, fact)
    yield from _timeliness(reckoning, fact)
    yield _verification(reckoning, fact)
    yield from _response(reckoning, fact)
    yield from _contests(reckoning, fact)
    yield from _turns(reckoning, fact)
    if fact.complaint_class in COMPLAINTS:
        yield _year_end(reckoning, fact)
        if fact.aspect in COMPLAINTS_ABOUT:
            day = reckoning.day(fact.submitted_at)
            yield Entry(code=COMPLAINTS_ABOUT[fact.aspect], day=day, marks=(NUMERATOR,))


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
    else:
        yield _share("I02", day, is_met=_is_on_time(reckoning, fact))
        yield _share(flows.STILL_LATE, day, is_met=flows.is_still_late(fact, reckoning.as_of))


def _share(code: str, day: date, *, is_met: bool) -> Entry:
    return Entry(code=code, day=day, marks=(DENOMINATOR, NUMERATOR) if is_met else (DENOMINATOR,))


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
        yield _share("I14", day, is_met=is_undone)
        how = flows.undone_how(settlement) if is_undone else None
        for code in (flows.CONTESTED, flows.REOPENED):
            yield _share(code, day, is_met=how == code)


def _turns(reckoning: Reckoning, fact: Fact) -> Iterator[Entry]:
    """H01 to H04: what agencies did with one another about reports received in the period."""
    day, as_of = reckoning.day(fact.submitted_at), reckoning.as_of
    handed_over = flows.turns_until(fact, Turn.HANDED_OVER, as_of)
    marks = (DENOMINATOR, *([NUMERATOR] * handed_over))
    yield Entry(code=flows.HAND_OVERS, day=day, marks=marks)
    if handed_over:
        last_at = flows.last_turn(fact, Turn.HANDED_OVER, as_of)
        minutes = reckoning.minutes(fact.submitted_at, last_at)
        yield Entry(code=flows.TIME_LOST, day=day, end=(minutes, EVENT))
    is_returned = flows.turns_until(fact, Turn.RETURNED, as_of) > 0
    yield _share(flows.RETURNED, day, is_met=is_returned)
    is_together = flows.settled_together(fact, as_of)
    if is_together is not None:
        yield _share(flows.TOGETHER, day, is_met=is_together)


def _spans(reckoning: Reckoning, fact: Fact) -> Iterator[Entry]:
    """W01 to W03: minutes of work from receipt to an event, to another end, or to the cut-off."""
    day = reckoning.day(fact.submitted_at)
    for span in flows.spans(fact, reckoning.as_of):
        minutes = reckoning.minutes(span.start, span.end)
        marks = ("waiting",) if span.how == CENSORED else ()
        yield Entry(code=span.code, day=day, marks=marks, end=(minutes, span.how))


def _year_end(reckoning: Reckoning, fact: Fact) -> Entry:
    """I22: settled on 31 December of the year it came in, or at the cut-off before that."""
    day = reckoning.day(fact.submitted_at)
    at = min(reckoning.as_of, reckoning.end_of(containing(day, PeriodKind.YEAR).end_on))
    is_settled = settled_as_of(fact, at) and exit_as_of(fact, reckoning.as_of) not in SHOWN_APART
    marks = (DENOMINATOR, NUMERATOR) if is_settled else (DENOMINATOR,)
    return Entry(code="I22", day=day, marks=marks)
