"""The auditor's equations over the innermost counts of linked tables, and its integer bounds. Pure but for a clock."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from time import monotonic
from typing import Final

import highspy
import numpy as np

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.disclosure.cells import Band, Cell, Cube, Frame, Table
from citizenreport.disclosure.quiet import QuietHighs

SLACK: Final = 1e-6
Equation = tuple[dict[int, float], float, float]
"""Weights by innermost count, and the bounds of their sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The least and the greatest restricted count of a cell; None: not proven."""

    low: int | None
    high: int | None

    @property
    def is_proven(self) -> bool:
        return self.low is not None and self.high is not None

    def allows(self, policy: ReleasePolicy) -> bool:
        return (
            self.low is not None
            and self.high is not None
            and self.low <= policy.at_most
            and self.high >= policy.at_least
        )


class Blocks:
    """The innermost counts of every table, numbered; and what any cell is in terms of them."""

    def __init__(self, frame: Frame, tables: Sequence[Table]) -> None:
        self._inner: list[Cell] = []
        self._sets: list[dict[Cell, list[int]]] = []  # per block: what each cell is the sum of
        for table in tables:
            sets: dict[Cell, list[int]] = {}
            for leaf in table.inner:
                self._inner.append(leaf)
                for cell in containing(frame, leaf):
                    sets.setdefault(cell, []).append(len(self._inner) - 1)
            self._sets.append(sets)
        self._frame = frame
        self._cells = sorted({cell for sets in self._sets for cell in sets})
        self._counts: dict[tuple[int, int], dict[Cell, int]] = {}

    def __len__(self) -> int:
        return len(self._inner)

    def members(self, cell: Cell) -> Iterator[list[int]]:
        """Yield, per block that can tell, the innermost counts that a cell is the sum of."""
        for sets in self._sets:
            if cell in sets:
                yield sets[cell]

    def bundles(self, known: Collection[Cell]) -> dict[Cell, int]:
        """Return which cells hang together by what is not known: those with the same number."""
        names = {cell: n for n, cell in enumerate(self._cells) if cell not in known}
        for sets in self._sets:
            for family in self._families(sets):
                numbers = {names[cell] for cell in family if cell in names}
                if len(numbers) > 1:
                    least = min(numbers)
                    names = {c: least if n in numbers else n for c, n in names.items()}
        return names

    def _families(self, sets: dict[Cell, list[int]]) -> Iterable[list[Cell]]:
        """Return each cell with what it is split into along one dimension, within a block."""
        found: dict[tuple[Cell, int], list[Cell]] = {}
        for cell in sets:
            for axis, dimension in enumerate(self._frame.dimensions):
                value = dimension.parents.get(cell[axis])
                while value is not None:
                    above = (*cell[:axis], value, *cell[axis + 1 :])
                    if above in sets:
                        found.setdefault((above, axis), [above]).append(cell)
                        break
                    value = dimension.parents.get(value)
        return found.values()

    def totals(self, cube: Cube) -> dict[Cell, int]:
        return self._counted(cube, -1)

    def public(self, cube: Cube, view: int) -> dict[Cell, int]:
        return self._counted(cube, view)

    def _counted(self, cube: Cube, view: int) -> dict[Cell, int]:
        """Return a number per cell; the cubes of an exam live as long as it does."""
        known = self._counts.get((id(cube), view))
        if known is not None:
            return known
        found = dict.fromkeys(self._cells, 0)
        for leaf, count in cube.items():
            number = count.total if view < 0 else count.public[view]
            for cell in containing(self._frame, leaf):
                if number and cell in found:
                    found[cell] += number
        self._counts[id(cube), view] = found
        return found

    def floors(self, cube: Cube, view: int) -> list[int]:
        """Return how many of each innermost count everybody sees."""
        public = self.public(cube, view)
        return [public[leaf] for leaf in self._inner]

    def alike(self) -> Iterator[Equation]:
        """Yield that two blocks count alike what both can tell."""
        for one, other in combinations(self._sets, 2):
            for cell in sorted(one.keys() & other.keys()):
                weights = dict.fromkeys(one[cell], 1.0)
                for index in other[cell]:
                    weights[index] = weights.get(index, 0.0) - 1.0
                yield weights, 0.0, 0.0

    def is_exactly(self, cell: Cell, number: int) -> Iterator[Equation]:
        for indexes in self.members(cell):
            yield dict.fromkeys(indexes, 1.0), float(number), float(number)

    def holds(self, band: Band) -> Iterator[Equation]:
        """Yield that withheld cells hold a share of a table: 100 · part ≥ low · whole, and so on."""
        for sets in self._sets:
            if band.total not in sets or not all(cell in sets for cell in band.withheld):
                continue
            part: dict[int, float] = {}
            for cell in band.withheld:
                for index in sets[cell]:
                    part[index] = part.get(index, 0.0) + 100.0
            for share, low, high in (
                (band.low, 0.0, float("inf")),
                (band.high, float("-inf"), 0.0),
            ):
                weights = dict(part)
                for index in sets[band.total]:
                    weights[index] = weights.get(index, 0.0) - share
                yield weights, low, high


def containing(frame: Frame, leaf: Cell) -> Iterator[Cell]:
    """Yield every cell that an innermost count is part of, itself too."""
    found: list[Cell] = [()]
    for dimension, value in zip(frame.dimensions, leaf, strict=True):
        line = [value]
        while line[-1] in dimension.parents:
            line.append(dimension.parents[line[-1]])
        found = [(*head, step) for head in found for step in line]
    yield from found


class Bounds:
    """Least and greatest values by integer programs over one set of equations."""

    def __init__(
        self,
        blocks: Blocks,
        *,
        floors: Sequence[int],
        most: int,
        equations: Iterable[Equation],
        deadline: float,
    ) -> None:
        self._blocks = blocks
        self._deadline = deadline
        self._solver = QuietHighs()  # type: ignore[no-untyped-call]
        self._ceiling = 2 * most + 1_000
        self.asked = 0
        for option, value in (
            ("threads", 1),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 0.0),
        ):
            self._solver.setOptionValue(option, value)
        self._add_counts(floors)
        for weights, low, high in equations:
            kept = {index: weight for index, weight in weights.items() if weight}
            indexes = np.array(list(kept), dtype=np.int32)
            values = np.array(list(kept.values()), dtype=np.double)
            self._solver.addRow(low, high, len(kept), indexes, values)

    def _add_counts(self, floors: Sequence[int]) -> None:
        """No count is below what everybody sees; none is without end, so that each has a greatest."""
        size = len(floors)
        ceiling = self._ceiling
        indexes = np.arange(size, dtype=np.int32)
        self._solver.addVars(
            size, np.array(floors, dtype=np.double), np.full(size, ceiling, dtype=np.double)
        )
        kinds = np.full(size, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        self._solver.changeColsIntegrality(size, indexes, kinds)

    def one_of(
        self, cells: Sequence[Cell], public: Mapping[Cell, int], policy: ReleasePolicy
    ) -> None:
        """Rule out what holds no sensitive count among some cells."""
        first = self._solver.getNumCol()
        size = len(cells)
        ones = np.ones(size, dtype=np.double)
        self._solver.addVars(size, ones - 1, ones)
        marks = np.arange(first, first + size, dtype=np.int32)
        kinds = np.full(size, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        self._solver.changeColsIntegrality(size, marks, kinds)
        self._solver.addRow(1, size, size, marks, ones)
        for cell, mark in zip(cells, marks, strict=True):
            members = next(self._blocks.members(cell))
            indexes = np.array([*members, mark], dtype=np.int32)
            sums = np.ones(len(indexes), dtype=np.double)
            sums[-1] = -policy.sensitive_from
            self._solver.addRow(public[cell], float("inf"), len(indexes), indexes, sums)
            sums[-1] = self._ceiling
            most = public[cell] + policy.sensitive_to + self._ceiling
            self._solver.addRow(float("-inf"), most, len(indexes), indexes, sums)

    def of(self, cell: Cell, public: int) -> Interval:
        """Return the interval of a cell's restricted count."""
        members = next(self._blocks.members(cell))
        low = self._extreme(members, highspy.ObjSense.kMinimize)
        high = self._extreme(members, highspy.ObjSense.kMaximize)
        return Interval(
            low=None if low is None else low - public, high=None if high is None else high - public
        )

    def _extreme(self, members: Sequence[int], sense: highspy.ObjSense) -> int | None:
        left = self._deadline - monotonic()
        if left <= 0:
            return None
        size = self._solver.getNumCol()
        costs = np.zeros(size, dtype=np.double)
        costs[list(members)] = 1.0
        self._solver.changeColsCost(size, np.arange(size, dtype=np.int32), costs)
        self._solver.changeObjectiveSense(sense)
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + left)
        self._solver.run()
        self.asked += 1
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        info = self._solver.getInfo()
        value = float(info.objective_function_value)
        if abs(value - round(value)) > SLACK or abs(info.mip_gap) > SLACK:
            return None
        return round(value)
