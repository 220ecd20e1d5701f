"""Which cells to withhold, so that sums give no sensitive count away. Pure and deterministic.

First every sensitive cell; then, one sensitive cell after the other, the cheapest further cells
without which it could be worked out; last, whatever turned out not to be needed is shown again.
Whether that is enough is not decided here but by the auditor, with code of its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.disclosure.cells import Cell, Count, tally
from citizenreport.disclosure.programs import Column, Program, Row, solve
from citizenreport.disclosure.worlds import (
    Goal,
    Pool,
    Task,
    Wanted,
    World,
    aim,
    believable,
    equations,
    extremes,
    give_reasons,
    groups,
    reasons_for,
    witness,
    worlds_of,
)

ZERO_COST = 3
"""What a cell without restricted reports costs more: zeros are shown unless there is no other way."""
HALF = 0.5
STEPS = 4
"""How often a group is made larger for want of a reason in it, before everything is withheld."""


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


def is_sensitive(policy: ReleasePolicy, count: Count) -> bool:
    """Say whether a cell could tell of somebody to any kind of outsider."""
    return any(policy.is_sensitive(count.restricted(v)) for v in range(len(count.public)))


def _is_primary(task: Task, counts: Mapping[Cell, Count], cell: Cell) -> bool:
    return cell in task.candidates and is_sensitive(task.policy, counts[cell])


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


@dataclass(slots=True, kw_only=True)
class Search:
    """One way through the sensitive cells. What is withheld only grows until `_tidy`."""

    worlds: Sequence[World]
    pools: Sequence[Pool]
    primary: frozenset[int]
    costs: Mapping[int, int]
    withheld: set[int] = field(default_factory=set)
    _groups: dict[tuple[int, frozenset[int]], tuple[int, ...]] = field(default_factory=dict)

    def run(self, order: Callable[[Question], tuple[int, ...]]) -> frozenset[int]:
        self.withheld = set(self.primary)
        for number, (world, pool) in enumerate(zip(self.worlds, self.pools, strict=True)):
            pool.add(*extremes(world, self._known(number)))
        for question in sorted(self._questions(), key=order):
            if not self._is_answered(question):
                self._extend(question)
        self._tidy()
        return frozenset(self.withheld)

    def _known(self, number: int) -> frozenset[int]:
        world = self.worlds[number]
        return world.fixed | (world.tied - self.withheld)

    def _goal(self, question: Question, known: frozenset[int]) -> Goal:
        number, wanted, is_upper = question
        world = self.worlds[number]
        group = self._groups.get((number, known))
        if group is None:
            group = self._groups[number, known] = groups(world, known)
        return Goal(
            index=wanted.index,
            number=wanted.high if is_upper else wanted.low,
            is_upper=is_upper,
            reasons=reasons_for(world, group, wanted.index, self.withheld),
        )

    def _is_answered(self, question: Question) -> bool:
        number = question[0]
        known = self._known(number)
        goal = self._goal(question, known)
        if self.pools[number].first(known, goal) is not None:
            return True
        found = witness(self.worlds[number], known, goal)
        if found is not None:
            self.pools[number].add(found)
        return found is not None

    def _extend(self, question: Question) -> None:
        """Withhold more until a question is answered: with a reason near by, else step by step."""
        number, wanted, is_upper = question
        world = self.worlds[number]
        goal = wanted.high if is_upper else wanted.low
        reach = 2 * max(1, abs(goal - world.totals[wanted.index]))
        for _ in range(STEPS):
            for most in (reach, world.ceiling):
                for is_integer in (False, True):
                    if self._try(question, most, is_integer=is_integer):
                        return
            more = self._cheapest(question, world.ceiling, is_integer=True, needs_reason=False)
            if not more:
                break
            self.withheld |= more
            if self._is_answered(question):
                return
        self.withheld |= set(self.costs)  # nothing less will do: the auditor has the last word

    def _try(self, question: Question, most: int, *, is_integer: bool) -> bool:
        more = self._cheapest(question, most, is_integer=is_integer, needs_reason=True)
        if not more:
            return False
        before = set(self.withheld)
        self.withheld |= more
        if self._is_answered(question):
            return True
        self.withheld = before
        return False

    def _cheapest(
        self, question: Question, most: int, *, is_integer: bool, needs_reason: bool
    ) -> set[int] | None:
        """Return the cheapest further cells to withhold for one end of one cell's interval."""
        world = self.worlds[question[0]]
        known = self._known(question[0])
        goal = self._goal(question, known)
        choices = sorted(known - world.fixed)
        columns = [
            Column(low=c.low, high=c.high, is_integer=is_integer)
            for c in believable(world, world.fixed)
        ]
        program = Program(columns=columns, rows=equations(world.sums))
        switches: dict[int, int] = {}
        for n in choices:
            total, floor = world.totals[n], world.floors[n]
            down, up = min(most, total - floor), min(most, world.ceiling - total)
            columns[n] = Column(low=total - down, high=total + up, is_integer=is_integer)
            switch = switches[n] = program.add(Column(low=0, high=1, cost=self.costs[n]))
            program.rows += (
                Row(weights={n: 1, switch: -up}, low=-world.ceiling, high=total),
                Row(weights={n: 1, switch: down}, low=total, high=2 * world.ceiling),
            )
        aim(program, goal)
        if needs_reason and goal.reasons:
            give_reasons(program, world, goal.reasons | self._beside(question, known), switches)
        answer = solve(program)
        if answer is None:
            return None
        return {n for n, switch in switches.items() if answer[switch] > HALF}

    def _beside(self, question: Question, known: frozenset[int]) -> frozenset[int]:
        """Return what hangs together with a cell as soon as it is withheld too."""
        number, wanted, _ = question
        world = self.worlds[number]
        group = self._groups[number, known]
        near: set[int] = set()
        for link in world.sums:
            cells = (link.whole, *link.parts)
            if any(group[n] == group[wanted.index] for n in cells):
                near.update(cells)
        return frozenset(near & known & world.tied)

    def _tidy(self) -> None:
        """Show again what no sensitive cell needs, the dearest first."""
        extra = sorted(self.withheld - self.primary, key=lambda n: (-self.costs[n], n))
        for n in extra:
            self.withheld.discard(n)
            if not all(self._is_answered(question) for question in self._questions_about(n)):
                self.withheld.add(n)

    def _questions_about(self, index: int) -> Iterator[Question]:
        """Yield the questions of every world in which showing a cell tells something."""
        return (
            question for question in self._questions() if index in self.worlds[question[0]].tied
        )

    def _questions(self) -> Iterator[Question]:
        for number, world in enumerate(self.worlds):
            for wanted in world.wanted:
                yield number, wanted, False
                yield number, wanted, True
