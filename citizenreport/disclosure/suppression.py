"""Which cells to withhold, so that sums give no sensitive count away. Pure and deterministic.

First every sensitive cell; then, one sensitive cell after the other, the cheapest further cells
without which it could be worked out; last, whatever turned out not to be needed is shown again.
Whether that is enough is not decided here but by the auditor, with code of its own.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.disclosure.cells import Cell, Count, Frame, Release, tally
from citizenreport.disclosure.equations import Sum, sums
from citizenreport.disclosure.programs import Column, Program, Row, solve

ZERO_COST = 3
"""What a cell without restricted reports costs more: zeros are shown unless there is no other way."""
HALF = 0.5


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
    """

    totals: tuple[int, ...]
    floors: tuple[int, ...]
    fixed: frozenset[int]
    tied: frozenset[int]
    sums: tuple[Sum, ...]
    wanted: tuple[Wanted, ...]
    ceiling: int


Witness = tuple[int, ...]
Question = tuple[int, Wanted, bool]
"""A world's number, what is wanted in it, and whether it is the upper end."""


def withhold(task: Task) -> frozenset[Cell]:
    """Return the candidates to withhold. The same task gives the same answer."""
    counts = tally(task.frame, task.now.cube, task.cells, views=task.views)
    worlds = worlds_of(task)
    primary = frozenset(n for n, cell in enumerate(task.cells) if _is_primary(task, counts, cell))
    costs = {n: _cost(counts[cell]) for n, cell in enumerate(task.cells) if cell in task.candidates}
    orders: tuple[Callable[[Question], tuple[int, ...]], ...] = (_smallest_first, _largest_first)
    pools = [Pool(world) for world in worlds]
    found = [
        Search(worlds=worlds, pools=pools, primary=primary, costs=costs).run(order)
        for order in orders
    ]
    best = min(found, key=lambda indexes: (sum(costs[n] for n in indexes), sorted(indexes)))
    return frozenset(task.cells[n] for n in best)


def _is_primary(task: Task, counts: Mapping[Cell, Count], cell: Cell) -> bool:
    return cell in task.candidates and is_sensitive(task.policy, counts[cell])


def is_sensitive(policy: ReleasePolicy, count: Count) -> bool:
    """Say whether a cell could tell of somebody to any kind of outsider."""
    return any(policy.is_sensitive(count.restricted(v)) for v in range(len(count.public)))


def _cost(count: Count) -> int:
    """Every cell costs something, large ones a little more."""
    is_zero = all(count.restricted(view) == 0 for view in range(len(count.public)))
    return 2 + (count.total + 1).bit_length() + (ZERO_COST if is_zero else 0)


def _smallest_first(question: Question) -> tuple[int, ...]:
    number, wanted, is_upper = question
    return (number, wanted.high, wanted.index, is_upper)


def _largest_first(question: Question) -> tuple[int, ...]:
    number, wanted, is_upper = question
    return (number, -wanted.high, -wanted.index, is_upper)


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
            if world not in found:
                found.append(world)
    return tuple(found)


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
    world = World(
        totals=tuple(own[cell].total for cell in task.cells),
        floors=tuple(own[cell].public[view] for cell in task.cells),
        fixed=frozenset(fixed),
        tied=frozenset(tied),
        sums=links,
        wanted=(),
        ceiling=2 * max((count.total for count in own.values()), default=0) + 100,
    )
    return _with_wanted(task.policy, world)


def _with_wanted(policy: ReleasePolicy, world: World) -> World:
    """Ask for the policy's interval, or for what earlier releases have left of it."""
    wanted: list[Wanted] = []
    for n, (total, floor) in enumerate(zip(world.totals, world.floors, strict=True)):
        if not policy.is_sensitive(total - floor):
            continue
        low = _reach(world, n, floor + policy.at_most, is_upper=False)
        high = _reach(world, n, floor + policy.at_least, is_upper=True)
        wanted.append(Wanted(index=n, low=low, high=high))
    return World(
        totals=world.totals,
        floors=world.floors,
        fixed=world.fixed,
        tied=world.tied,
        sums=world.sums,
        wanted=tuple(wanted),
        ceiling=world.ceiling,
    )


def _reach(world: World, index: int, goal: int, *, is_upper: bool) -> int:
    """Return the goal, or how near to it this release's silence would still leave an outsider."""
    if not world.fixed or witness(world, world.fixed, index, goal, is_upper=is_upper):
        return goal
    steps = range(goal - 1, world.totals[index], -1) if is_upper else range(goal + 1, goal + 100)
    for step in steps:
        if witness(world, world.fixed, index, step, is_upper=is_upper):
            return step
    return world.totals[index]


def witness(
    world: World, known: Collection[int], index: int, goal: int, *, is_upper: bool
) -> Witness | None:
    """Return a table that an outsider cannot rule out and in which a cell reaches the goal."""
    program = Program(columns=_believable(world, known), rows=_equations(world.sums))
    _aim(program, index, goal, is_upper=is_upper)
    answer = solve(program)
    return None if answer is None else tuple(round(value) for value in answer)


class Pool:
    """Tables found so far that agree with every sum of a world: one may answer many questions."""

    def __init__(self, world: World) -> None:
        self._totals = np.array(world.totals)
        self._found = np.empty((0, len(world.totals)), dtype=np.int64)

    def add(self, *found: Witness) -> None:
        self._found = np.vstack([self._found, *(np.array(one)[None, :] for one in found)])

    def first(
        self, known: Collection[int], index: int, goal: int, *, is_upper: bool
    ) -> Witness | None:
        """Return the first that agrees with what is known and reaches the goal."""
        column = self._found[:, index]
        rows = np.flatnonzero(column >= goal if is_upper else column <= goal)
        fixed = np.array(sorted(known), dtype=np.int64)
        agrees = (self._found[np.ix_(rows, fixed)] == self._totals[fixed]).all(axis=1)
        fitting = rows[agrees]
        return tuple(self._found[fitting[0]].tolist()) if len(fitting) else None


def extremes(world: World, known: Collection[int]) -> list[Witness]:
    """Return tables in which all sensitive cells together are as low, and as high, as they can be."""
    found: list[Witness] = []
    goals = {wanted.index: wanted for wanted in world.wanted}
    for sign in (1.0, -1.0):
        columns = [
            Column(low=c.low, high=c.high, cost=sign if n in goals else 0.0)
            for n, c in enumerate(_believable(world, known))
        ]
        answer = solve(Program(columns=columns, rows=_equations(world.sums)))
        if answer is not None:
            found.append(tuple(round(value) for value in answer))
    return found


def _believable(world: World, known: Collection[int]) -> list[Column]:
    return [
        Column(low=total, high=total)
        if n in known
        else Column(low=min(floor, total), high=world.ceiling)
        for n, (total, floor) in enumerate(zip(world.totals, world.floors, strict=True))
    ]


def _equations(links: Iterable[Sum], offset: int = 0) -> list[Row]:
    return [
        Row(weights={link.whole + offset: 1} | {part + offset: -1 for part in link.parts})
        for link in links
    ]


def _aim(program: Program, index: int, goal: int, *, is_upper: bool) -> None:
    column = program.columns[index]
    program.columns[index] = (
        Column(low=max(column.low, goal), high=column.high)
        if is_upper
        else Column(low=column.low, high=min(column.high, goal))
    )


@dataclass(slots=True, kw_only=True)
class Search:
    """One way through the sensitive cells. What is withheld only grows until `_tidy`."""

    worlds: Sequence[World]
    pools: Sequence[Pool]
    primary: frozenset[int]
    costs: Mapping[int, int]
    withheld: set[int] = field(default_factory=set)
    proofs: dict[Question, Witness] = field(default_factory=dict)

    def run(self, order: Callable[[Question], tuple[int, ...]]) -> frozenset[int]:
        self.withheld = set(self.primary)
        for number, (world, pool) in enumerate(zip(self.worlds, self.pools, strict=True)):
            pool.add(*extremes(world, self._known(number)))
        questions = [
            (number, wanted, is_upper)
            for number, world in enumerate(self.worlds)
            for wanted in world.wanted
            for is_upper in (False, True)
        ]
        for question in sorted(questions, key=order):
            if not self._is_answered(question):
                self._extend(question)
        self._tidy()
        return frozenset(self.withheld)

    def _known(self, number: int) -> frozenset[int]:
        world = self.worlds[number]
        return world.fixed | (world.tied - self.withheld)

    def _is_answered(self, question: Question) -> bool:
        number, wanted, is_upper = question
        goal = wanted.high if is_upper else wanted.low
        world = self.worlds[number]
        known = self._known(number)
        pool = self.pools[number]
        found = pool.first(known, wanted.index, goal, is_upper=is_upper)
        if found is None:
            found = witness(world, known, wanted.index, goal, is_upper=is_upper)
            if found is not None:
                pool.add(found)
        if found is not None:
            self.proofs[question] = found
        return found is not None

    def _extend(self, question: Question) -> None:
        number, wanted, is_upper = question
        goal = wanted.high if is_upper else wanted.low
        world = self.worlds[number]
        reach = 2 * max(1, abs(goal - world.totals[wanted.index]))
        for most in (reach, world.ceiling):
            for is_integer in (False, True):
                more = self._cheapest(number, wanted.index, goal, is_upper, most, is_integer)
                if more is None:
                    break
                before = set(self.withheld)
                self.withheld |= more
                if self._is_answered(question):
                    return
                self.withheld = before
        self.withheld |= set(self.costs)  # nothing less will do: the auditor has the last word

    def _cheapest(
        self, number: int, index: int, goal: int, is_upper: bool, most: int, is_integer: bool
    ) -> set[int] | None:
        """Return the cheapest further cells to withhold for one end of one cell's interval."""
        world = self.worlds[number]
        known = self._known(number)
        choices = sorted(known - world.fixed)
        columns = [
            Column(low=c.low, high=c.high, is_integer=is_integer)
            for c in _believable(world, world.fixed)
        ]
        program = Program(columns=columns, rows=_equations(world.sums))
        for n in choices:
            total, floor = world.totals[n], world.floors[n]
            down, up = min(most, total - floor), min(most, world.ceiling - total)
            columns[n] = Column(low=total - down, high=total + up, is_integer=is_integer)
            switch = program.add(Column(low=0, high=1, cost=self.costs[n]))
            program.rows += (
                Row(weights={n: 1, switch: -up}, low=-world.ceiling, high=total),
                Row(weights={n: 1, switch: down}, low=total, high=2 * world.ceiling),
            )
        _aim(program, index, goal, is_upper=is_upper)
        answer = solve(program)
        if answer is None:
            return None
        switches = answer[len(world.totals) :]
        return {n for n, switch in zip(choices, switches, strict=True) if switch > HALF}

    def _tidy(self) -> None:
        """Show again what no sensitive cell needs, the dearest first."""
        extra = sorted(self.withheld - self.primary, key=lambda n: (-self.costs[n], n))
        for n in extra:
            self.withheld.discard(n)
            before = dict(self.proofs)
            if not all(self._is_answered(q) for q in self._leaning_on(n)):
                self.withheld.add(n)
                self.proofs = before

    def _leaning_on(self, index: int) -> list[Question]:
        """Return the questions whose proof changes a cell; without a proof: all of them."""
        found: list[Question] = []
        for number, world in enumerate(self.worlds):
            if index not in world.tied:
                continue
            for wanted in world.wanted:
                for is_upper in (False, True):
                    question = (number, wanted, is_upper)
                    proof = self.proofs.get(question)
                    if proof is None or proof[index] != world.totals[index]:
                        found.append(question)
        return found
