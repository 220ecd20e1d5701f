"""What outsiders know, and the tables they can believe. Pure.

One world is one kind of outsider before the truth of one release: what earlier releases have told, what this
one would tell, and how far each sensitive cell must be left open.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.disclosure.cells import Cell, Count, Frame, Release, tally
from citizenreport.disclosure.equations import Sum, sums
from citizenreport.disclosure.programs import Column, Program, Row, solve


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be released now, after which earlier releases of the same year.

    `cells` are all cells that are linked, the margins of every table among them; `candidates`
    those this release could show.
    """

    frame: Frame
    policy: ReleasePolicy
    cells: tuple[Cell, ...]
    candidates: frozenset[Cell]
    now: Release
    earlier: tuple[Release, ...] = ()
    views: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An outsider must be able to believe a cell as low as `low` and as high as `high`."""

    index: int
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What one kind of outsider knows of one release's truth, by index of the cell.

    `fixed` is known from earlier releases; `tied` becomes known when this release shows it.
    `is_now`: this release is of the same truth, so what it withholds tells of it too. A restricted
    count between the two `sensitive` is.
    """

    totals: tuple[int, ...]
    floors: tuple[int, ...]
    fixed: frozenset[int]
    tied: frozenset[int]
    sums: tuple[Sum, ...]
    wanted: tuple[Wanted, ...]
    ceiling: int
    sensitive: tuple[int, int]
    is_now: bool

    def is_sensitive(self, index: int, number: int) -> bool:
        return self.sensitive[0] <= number - self.floors[index] <= self.sensitive[1]


Witness = tuple[int, ...]


def worlds_of(task: Task) -> tuple[World, ...]:
    """Return what each kind of outsider knows of this release's truth and of each earlier one's."""
    found: list[World] = []
    links = tuple(sums(task.frame, task.cells))
    counts = {
        release.name: tally(task.frame, release.cube, task.cells, views=task.views)
        for release in (task.now, *task.earlier)
    }
    for release in (task.now, *task.earlier):
        for view in range(task.views):
            world = _world(task, counts, release, view, links)
            if not any(_is_alike(world, other) for other in found):
                found.append(world)
    return tuple(_with_wanted(task.policy, world) for world in found)


def _is_alike(one: World, other: World) -> bool:
    return (one.totals, one.floors) == (other.totals, other.floors)


def _world(
    task: Task,
    counts: Mapping[str, Mapping[Cell, Count]],
    release: Release,
    view: int,
    links: tuple[Sum, ...],
) -> World:
    own = counts[release.name]

    def agrees(cell: Cell, other: Release) -> bool:
        return own[cell].total == counts[other.name][cell].total

    fixed = {
        n
        for n, cell in enumerate(task.cells)
        for other in task.earlier
        if cell in other.shown and agrees(cell, other)
    }
    tied = {
        n
        for n, cell in enumerate(task.cells)
        if n not in fixed and cell in task.candidates and agrees(cell, task.now)
    }
    return World(
        totals=tuple(own[cell].total for cell in task.cells),
        floors=tuple(own[cell].public[view] for cell in task.cells),
        fixed=frozenset(fixed),
        tied=frozenset(tied),
        sums=links,
        wanted=(),
        ceiling=2 * max((count.total for count in own.values()), default=0) + 100,
        sensitive=(task.policy.sensitive_from, task.policy.sensitive_to),
        is_now=release.cube == task.now.cube,
    )


def _with_wanted(policy: ReleasePolicy, world: World) -> World:
    """Ask for the policy's interval, or for what earlier releases have left of it."""
    asked = tuple(
        Wanted(index=n, low=floor + policy.at_most, high=floor + policy.at_least)
        for n, (total, floor) in enumerate(zip(world.totals, world.floors, strict=True))
        if policy.is_sensitive(total - floor)
    )
    world = replace(world, wanted=asked)
    if not world.fixed:
        return world
    pool = Pool(world)
    pool.add(*extremes(world, world.fixed))
    left = tuple(
        Wanted(
            index=one.index,
            low=_reach(world, pool, one.index, one.low, is_upper=False),
            high=_reach(world, pool, one.index, one.high, is_upper=True),
        )
        for one in asked
    )
    return replace(world, wanted=left)


def _reach(world: World, pool: "Pool", index: int, goal: int, *, is_upper: bool) -> int:
    """Return the goal, or how near to it an outsider may believe while this release is silent."""
    truth = world.totals[index]
    for step in range(goal, truth, -1) if is_upper else range(goal, truth):
        question = Goal(index=index, number=step, is_upper=is_upper)
        if pool.first(world.fixed, question) or witness(world, world.fixed, question):
            return step
    return truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """That a cell holds at least, or at most, a number, while one of the `reasons` is sensitive.

    Without a sensitive cell among them nothing would be withheld. Empty: nothing is asked of them.
    """

    index: int
    number: int
    is_upper: bool
    reasons: frozenset[int] = frozenset()


def groups(world: World, known: Collection[int]) -> tuple[int, ...]:
    """Return a number for every cell: cells that hang together by what is not known have the same.

    What is known hangs together with nothing: -1.
    """
    found = [-1 if n in known else n for n in range(len(world.totals))]

    def root(n: int) -> int:
        while found[n] != n:
            found[n] = found[found[n]]
            n = found[n]
        return n

    for link in world.sums:
        open_cells = [n for n in (link.whole, *link.parts) if found[n] >= 0]
        for n in open_cells[1:]:
            found[root(n)] = root(open_cells[0])
    return tuple(n if n < 0 else root(n) for n in found)


def reasons_for(
    world: World, group: tuple[int, ...], index: int, withheld: Collection[int]
) -> frozenset[int]:
    """Return of which withheld cells, in the group of a cell, one must be sensitive."""
    cells = frozenset(n for n in withheld if group[n] == group[index] >= 0)
    is_told = world.is_now and any(world.is_sensitive(n, world.totals[n]) for n in cells)
    return cells if is_told else frozenset()


def witness(world: World, known: Collection[int], goal: Goal) -> Witness | None:
    """Return a table that an outsider cannot rule out and in which a cell reaches the goal."""
    program = Program(columns=believable(world, known), rows=equations(world.sums))
    aim(program, goal)
    give_reasons(program, world, goal.reasons, {})
    answer = solve(program)
    if answer is None:
        return None
    return tuple(round(value) for value in answer[: len(world.totals)])


def give_reasons(
    program: Program, world: World, reasons: frozenset[int], switches: Mapping[int, int]
) -> None:
    """Ask for a sensitive cell among the reasons; one with a switch only where the switch is on."""
    least, most = world.sensitive
    signs: dict[int, int] = {}
    for n in sorted(reasons):
        sign = signs[n] = program.add(Column(low=0, high=1))
        floor, slack = world.floors[n], world.ceiling
        program.rows += (
            Row(weights={n: 1, sign: -least}, low=min(floor, world.totals[n]), high=10 * slack),
            Row(weights={n: 1, sign: slack}, low=-slack, high=floor + most + slack),
        )
        if n in switches:
            program.rows.append(Row(weights={sign: 1, switches[n]: -1}, low=-1, high=0))
    if signs:
        program.rows.append(Row(weights=dict.fromkeys(signs.values(), 1), low=1, high=len(signs)))


class Pool:
    """Tables found so far that agree with every sum of a world: one may answer many questions."""

    def __init__(self, world: World) -> None:
        self._totals = np.array(world.totals)
        self._floors = np.array(world.floors)
        self._least, self._most = world.sensitive
        self._found = np.empty((0, len(world.totals)), dtype=np.int64)

    def add(self, *found: Witness) -> None:
        self._found = np.vstack([self._found, *(np.array(one)[None, :] for one in found)])

    def first(self, known: Collection[int], goal: Goal) -> Witness | None:
        """Return the first that agrees with what is known, and reaches the goal."""
        column = self._found[:, goal.index]
        rows = np.flatnonzero(column >= goal.number if goal.is_upper else column <= goal.number)
        fixed = np.array(sorted(known), dtype=np.int64)
        rows = rows[(self._found[np.ix_(rows, fixed)] == self._totals[fixed]).all(axis=1)]
        if goal.reasons:
            cells = np.array(sorted(goal.reasons))
            hidden = self._found[np.ix_(rows, cells)] - self._floors[cells]
            rows = rows[((hidden >= self._least) & (hidden <= self._most)).any(axis=1)]
        return tuple(self._found[rows[0]].tolist()) if len(rows) else None


def extremes(world: World, known: Collection[int]) -> list[Witness]:
    """Return tables in which all sensitive cells together are as low, and as high, as they can be."""
    found: list[Witness] = []
    goals = {wanted.index for wanted in world.wanted}
    for sign in (1.0, -1.0):
        columns = [
            Column(low=c.low, high=c.high, cost=sign if n in goals else 0.0)
            for n, c in enumerate(believable(world, known))
        ]
        answer = solve(Program(columns=columns, rows=equations(world.sums)))
        if answer is not None:
            found.append(tuple(round(value) for value in answer))
    return found


def believable(world: World, known: Collection[int]) -> list[Column]:
    return [
        Column(low=total, high=total)
        if n in known
        else Column(low=min(floor, total), high=world.ceiling)
        for n, (total, floor) in enumerate(zip(world.totals, world.floors, strict=True))
    ]


def equations(links: Iterable[Sum], offset: int = 0) -> list[Row]:
    return [
        Row(weights={link.whole + offset: 1} | {part + offset: -1 for part in link.parts})
        for link in links
    ]


def aim(program: Program, goal: Goal) -> None:
    column = program.columns[goal.index]
    low, high = column.low, column.high
    low, high = (max(low, goal.number), high) if goal.is_upper else (low, min(high, goal.number))
    program.columns[goal.index] = Column(low=low, high=high, is_integer=column.is_integer)
