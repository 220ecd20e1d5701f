"""Counting columns of facts into cells. Pure.

Each indicator says here in whole columns what `cohorts.py` and `flows.py` say of one report, where
their sources are told.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import numpy as np

from citizenreport.cities.rules import City
from citizenreport.indicators.rules.cohorts import (
    ANSWERED_WITHIN,
    COMPLAINTS,
    COMPLAINTS_ABOUT,
    CONTESTED_WITHIN,
    DENOMINATOR,
    NUMERATOR,
    SETTLED_WITHIN,
    SHOWN_APART,
    Cell,
    Tally,
    public_area_of,
)
from citizenreport.indicators.rules.columns.days import DAY, Days
from citizenreport.indicators.rules.columns.durations import KINDS
from citizenreport.indicators.rules.columns.facts import PLACED, Facts
from citizenreport.indicators.rules.columns.instants import (
    HOW,
    HOW_OF_STATE,
    NEVER,
    STATES,
    TURNS,
    Flags,
    Ints,
    instant_number,
    instant_of,
)
from citizenreport.indicators.rules.ends import CENSORED, EVENT
from citizenreport.indicators.rules.facts import Turn
from citizenreport.indicators.rules.flows import (
    CONTESTED,
    FIRST_ANSWER,
    HAND_OVERS,
    REOPENED,
    RETURNED,
    SETTLEMENT,
    STILL_LATE,
    TIME_LOST,
    TOGETHER,
    VERIFICATION,
)
from citizenreport.indicators.rules.survival import Waits
from citizenreport.triage.states import State

COUNTED: Final = frozenset(
    {
        *("I01", "I02", "I03", "I04", "I14", "I22", *COMPLAINTS_ABOUT.values()),
        *(FIRST_ANSWER, VERIFICATION, SETTLEMENT, STILL_LATE),
        *(HAND_OVERS, RETURNED, TOGETHER, TIME_LOST, CONTESTED, REOPENED),
    }
)
"""What is counted here; anything else is counted report by report."""
Marks = Mapping[str, Flags | Ints]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Reports (by place; one may come more than once) in one cohort, each on its day.

    `marks` say of each how often it counts as what; `wait` its working days, `end` how it ended.
    """

    code: str
    of: Ints
    day: Ints
    marks: Marks = field(default_factory=dict)
    wait: Ints | None = None
    is_wait_over: Flags | None = None
    end: Ints | None = None


def tally_columns(city: City, pieces: Iterable[Facts], *, cut_off: datetime) -> dict[Cell, Tally]:
    """Count facts of the public universe, each in its month and smallest area.

    The same cells as `tally_public` gives for the same reports.
    """
    cells: dict[Cell, Tally] = {}
    for facts in pieces:
        if len(facts) == 0:
            continue
        counting = _Counting(city, facts, cut_off)
        for column in counting.columns():
            counting.add(cells, column)
    return cells


class _Counting:
    def __init__(self, city: City, facts: Facts, cut_off: datetime) -> None:
        self.facts = facts
        self.as_of = instant_number(cut_off) - 1
        self.days = _days(city, facts, self.as_of)
        self.areas, of_kind = _areas(city, facts)
        self.area = of_kind[facts.kind]
        self.day = self.days.day(facts.submitted_at)
        self.exit = facts.exit_as_of(self.as_of)
        self.here = facts.submitted_at <= self.as_of
        self.valid = self.here & self._is_valid()

    def _is_valid(self) -> Flags:
        state = self.exit
        never = (state == _number(State.DUPLICATE)) | (state > 0) & (self.facts.exit_reason > 0)
        unseen = (state == _number(State.WITHDRAWN)) & (self.facts.verified_at == NEVER)
        is_valid: Flags = ~self.facts.is_outside & ~never & ~unseen
        return is_valid

    def _kind_is(self, field_name: str, wanted: frozenset[str]) -> Flags:
        place = PLACED.index(field_name)
        return np.array([kind[place] in wanted for kind in self.facts.kinds])[self.facts.kind]

    def columns(self) -> Iterator[Column]:
        for counted in (
            self._spans,
            self._settlement,
            self._timeliness,
            self._verification,
            self._response,
            self._contests,
            self._turns,
            self._complaints,
        ):
            yield from counted()

    def _column(self, code: str, where: Flags, day: Ints, marks: Marks) -> Column:
        of = np.flatnonzero(where)
        return Column(
            code=code, of=of, day=day[of], marks={name: mark[of] for name, mark in marks.items()}
        )

    def _share(self, code: str, where: Flags, day: Ints, is_met: Flags) -> Column:
        return self._column(code, where, day, {DENOMINATOR: where, NUMERATOR: is_met})

    def _settlement(self) -> Iterator[Column]:
        apart = self._apart(self.exit)
        until = np.minimum(self.days.end_after(self.day, SETTLED_WITHIN), self.as_of)
        settled = (self.facts.settled_as_of(until) != NEVER) & ~np.logical_or.reduce(
            list(apart.values())
        )
        yield self._column(
            "I01", self.valid, self.day, {DENOMINATOR: self.valid, NUMERATOR: settled} | apart
        )

    def _apart(self, state: Ints) -> dict[str, Flags]:
        return {name: state == _number(State(name)) for name in sorted(SHOWN_APART)}

    def _timeliness(self) -> Iterator[Column]:
        facts, as_of = self.facts, self.as_of
        due = facts.settlement_due_at
        day = self.days.day(due)
        has_come = self.valid & (due <= as_of)
        left = facts.exit_as_of(due)
        apart = self._apart(left)
        is_apart = np.logical_or.reduce(list(apart.values()))
        paused = (left == 0) & (facts.paused_at <= np.minimum(due, as_of))
        counted = has_come & (left == 0) & ~paused
        settled_at = facts.settled_as_of(as_of)
        on_time = counted & (settled_at != NEVER) & (settled_at <= due)
        marks = {"paused": paused, DENOMINATOR: counted, NUMERATOR: on_time} | apart
        yield self._column("I02", has_come & (is_apart | paused | counted), day, marks)
        late = (settled_at == NEVER) & (self.exit == 0)
        yield self._share(STILL_LATE, counted, day, late)

    def _verification(self) -> Iterator[Column]:
        facts, as_of = self.facts, self.as_of
        verified = np.where(facts.verified_at <= as_of, facts.verified_at, NEVER)
        exited = np.where(facts.exited_at <= as_of, facts.exited_at, NEVER)
        ends = np.minimum(verified, exited)
        waits = ends == NEVER
        of = np.flatnonzero(self.valid)
        end_on = self.days.day(np.where(waits, as_of, ends))
        yield Column(
            code="I03",
            of=of,
            day=self.day[of],
            marks={"waiting": waits[of]},
            wait=self.days.working_days(self.day, end_on)[of],
            is_wait_over=(verified != NEVER)[of],
        )

    def _response(self) -> Iterator[Column]:
        facts, as_of = self.facts, self.as_of
        day = self.days.day(facts.assigned_at)
        answered = facts.first_responded_at <= as_of
        answered_on = self.days.day(np.where(answered, facts.first_responded_at, as_of))
        within = answered & (self.days.working_days(day, answered_on) <= ANSWERED_WITHIN)
        yield self._share("I04", self.valid & (facts.assigned_at <= as_of), day, within)

    def _contests(self) -> Iterator[Column]:
        facts = self.facts
        day = self.days.day(facts.settled_at)
        ends_at = self.days.end_of(day + CONTESTED_WITHIN)
        counted = self.valid[facts.settled_of] & (ends_at <= self.as_of)
        undone = facts.undone_at <= ends_at
        of = facts.settled_of[counted]
        for code, met in (
            ("I14", undone),
            (CONTESTED, undone & (facts.undone_by == _number(State.CONTESTED))),
            (REOPENED, undone & (facts.undone_by == _number(State.REOPENED))),
        ):
            ones = np.ones(len(of), dtype=bool)
            marks = {DENOMINATOR: ones, NUMERATOR: met[counted]}
            yield Column(code=code, of=of, day=day[counted], marks=marks)

    def _turns(self) -> Iterator[Column]:
        facts, as_of, valid = self.facts, self.as_of, self.valid
        handed = facts.turns_until(TURNS.index(Turn.HANDED_OVER), as_of)
        marks: Marks = {DENOMINATOR: valid, NUMERATOR: handed}
        yield self._column(HAND_OVERS, valid, self.day, marks)
        yield self._time_lost(valid & (handed > 0))
        returned = facts.turns_until(TURNS.index(Turn.RETURNED), as_of) > 0
        yield self._share(RETURNED, valid, self.day, returned)
        settled_at = facts.settled_as_of(as_of)
        until = np.where(settled_at == NEVER, -NEVER, settled_at)
        together = facts.turns_until(TURNS.index(Turn.PART_CLOSED), until) > 0
        yield self._share(TOGETHER, valid & (settled_at != NEVER), self.day, together)

    def _time_lost(self, where: Flags) -> Column:
        """Return the minutes of work until the last hand-over."""
        facts = self.facts
        done = (facts.turn == TURNS.index(Turn.HANDED_OVER)) & (facts.turned_at <= self.as_of)
        last_at = np.full(len(facts), -NEVER, dtype=np.int64)
        np.maximum.at(last_at, facts.turned_of[done], facts.turned_at[done])
        of = np.flatnonzero(where)
        minutes = self.days.minutes(facts.submitted_at[of], last_at[of])
        end = minutes * KINDS + HOW.index(EVENT)
        return Column(code=TIME_LOST, of=of, day=self.day[of], end=end)

    def _spans(self) -> Iterator[Column]:
        facts, as_of = self.facts, self.as_of
        has_left = self.exit > 0
        of = np.flatnonzero(self.here & ~facts.is_outside & ~(has_left & (facts.exit_reason > 0)))
        left_at = np.where(has_left, facts.exited_at, as_of)
        otherwise = np.where(has_left, HOW_OF_STATE[self.exit], HOW.index(CENSORED))
        settled_at = np.full(len(facts), NEVER, dtype=np.int64)
        settled_at[facts.settled_of[::-1]] = facts.settled_at[::-1]  # the first stays
        for code, event_at in (
            (FIRST_ANSWER, facts.first_responded_at),
            (VERIFICATION, facts.verified_at),
            (SETTLEMENT, settled_at),
        ):
            is_event = event_at <= np.minimum(left_at, as_of)
            end = np.where(is_event, event_at, left_at)
            how = np.where(is_event, HOW.index(EVENT), otherwise)
            minutes = self.days.minutes(facts.submitted_at[of], end[of])
            yield Column(
                code=code,
                of=of,
                day=self.day[of],
                marks={"waiting": (how == HOW.index(CENSORED))[of]},
                end=minutes * KINDS + how[of],
            )

    def _complaints(self) -> Iterator[Column]:
        complaints = self.valid & self._kind_is("complaint_class", COMPLAINTS)
        at = np.minimum(self.days.year_end[self.day], self.as_of)
        apart = np.logical_or.reduce(list(self._apart(self.exit).values()))
        settled = (self.facts.settled_as_of(at) != NEVER) & ~apart
        yield self._share("I22", complaints, self.day, settled)
        for aspect, code in COMPLAINTS_ABOUT.items():
            about = complaints & self._kind_is("aspect", frozenset({aspect}))
            yield self._column(code, about, self.day, {NUMERATOR: about})

    def add(self, cells: dict[Cell, Tally], column: Column) -> None:
        """Add a column to the cells its reports lie in."""
        if not len(column.of):
            return
        width = len(self.areas)
        key = self.days.month[column.day] * width + self.area[column.of]
        found, where = _distinct(key)
        here = [self._cell(cells, column.code, int(k)) for k in found]
        marks = dict(column.marks) | {"demo": self.facts.is_demo[column.of]}
        for name, mark in marks.items():
            counts = np.bincount(where, weights=mark, minlength=len(found))
            for tally, count in zip(here, counts.tolist(), strict=True):
                if count:
                    tally.counts[name] += int(count)
        if column.wait is not None and column.is_wait_over is not None:
            _add_waits(here, where, column.wait, column.is_wait_over)
        if column.end is not None:
            order = np.argsort(where.astype(np.min_scalar_type(len(here))), kind="stable")
            pieces = np.split(column.end[order], np.cumsum(np.bincount(where))[:-1])
            for tally, piece in zip(here, pieces, strict=True):
                tally.end_columns.pieces.append(piece)

    def _cell(self, cells: dict[Cell, Tally], code: str, key: int) -> Tally:
        month, area = divmod(key, len(self.areas))
        month_on = date(month // 12, month % 12 + 1, 1)
        return cells.setdefault(
            Cell(code=code, month_on=month_on, area_code=self.areas[area]), Tally()
        )


def _distinct(keys: Ints) -> tuple[Ints, Ints]:
    """Return the different keys in order, and which of them each is; they lie close together."""
    least = keys.min()
    place = keys - least
    is_there = np.bincount(place) > 0
    number = np.cumsum(is_there) - 1
    return np.flatnonzero(is_there) + least, number[place]


def _add_waits(here: list[Tally], where: Ints, wait: Ints, is_over: Flags) -> None:
    width = int(wait.max(initial=0)) + 1
    pick: Callable[[Waits], Counter[int]]
    for flag, pick in ((is_over, _ended), (~is_over, _censored)):
        found, counts = np.unique(where[flag] * width + wait[flag], return_counts=True)
        for key, count in zip(found.tolist(), counts.tolist(), strict=True):
            pick(here[key // width].waits)[key % width] += count


def _ended(waits: Waits) -> Counter[int]:
    return waits.ended


def _censored(waits: Waits) -> Counter[int]:
    return waits.censored


def _number(state: State) -> int:
    return STATES.index(state)


def _days(city: City, facts: Facts, as_of: int) -> Days:
    """Return the days from the first that anything counted lies on."""
    columns = (
        *(facts.submitted_at, facts.assigned_at, facts.settlement_due_at, facts.exited_at),
        *(facts.first_responded_at, facts.verified_at, facts.settled_at, facts.turned_at),
    )
    first = min([as_of, *(int(column.min()) for column in columns if len(column))])
    zone = city.calendar.time_zone
    last = instant_of(as_of).astimezone(zone).date()
    return Days(city.calendar, instant_of(first - DAY).astimezone(zone).date(), last)


def _areas(city: City, facts: Facts) -> tuple[list[str | None], Ints]:
    """Return the areas there are, and which of them each kind of report is counted in."""
    category, area = PLACED.index("category_code"), PLACED.index("area_code")
    found: dict[str | None, int] = {}
    places = [
        found.setdefault(public_area_of(city, kind[category], kind[area]), len(found))
        for kind in facts.kinds
    ]
    return list(found), np.array(places, dtype=np.int64)
