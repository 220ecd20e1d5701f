"""Which cells to withhold, so that sums give no sensitive count away. Pure and deterministic.

First every sensitive cell; then, one sensitive cell after the other, the cheapest further cells
without which it could be worked out; last, whatever turned out not to be needed is shown again.
Whether that is enough is not decided here but by the auditor, with code of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.disclosure.cells import Cell, Count, tally
from citizenreport.disclosure.programs import Column, Program, Row, solve
from citizenreport.disclosure.worlds import (
    Pool,
    Task,
    Wanted,
    Witness,
    World,
    aim,
    believable,
    equations,
    extremes,
    witness,
    worlds_of,
)

ZERO_COST = 3
"""What a cell without restricted reports costs more: zeros are shown unless there is no other way."""
HALF = 0.5


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
            for c in believable(world, world.fixed)
        ]
        program = Program(columns=columns, rows=equations(world.sums))
        for n in choices:
            total, floor = world.totals[n], world.floors[n]
            down, up = min(most, total - floor), min(most, world.ceiling - total)
            columns[n] = Column(low=total - down, high=total + up, is_integer=is_integer)
            switch = program.add(Column(low=0, high=1, cost=self.costs[n]))
            program.rows += (
                Row(weights={n: 1, switch: -up}, low=-world.ceiling, high=total),
                Row(weights={n: 1, switch: down}, low=total, high=2 * world.ceiling),
            )
        aim(program, index, goal, is_upper=is_upper)
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
