"""What an outsider can work out, by code that shares nothing with suppression. Pure but for a clock.

Suppression reasons over cells and the sums among them. The auditor reasons over the innermost
counts of every table, block by block: whatever any release shows is an equation over them, and what two
blocks both count they must count alike. Whoever knows the policy knows too that nothing is withheld without a reason: among
withheld cells that hang together at least one is sensitive. Then it asks, of each sensitive cell of each release, for the
least and the greatest whole number that no outsider can rule out. A gap, a time-out, or one cell too narrow: not safe.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import combinations
from time import monotonic
from typing import Final

import highspy
import numpy as np

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.disclosure.cells import Band, Cell, Cube, Frame, Release, Table

TIME_LIMIT_S: Final = 600.0
SLACK: Final = 1e-6
Equation = tuple[dict[int, float], float, float]
"""Weights by innermost count, and the bounds of their sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """Everything that is public once `now` is: the tables, and each earlier release of the year."""

    frame: Frame
    policy: ReleasePolicy
    tables: tuple[Table, ...]
    now: Release
    earlier: tuple[Release, ...] = ()
    views: int = 1
    time_limit_s: float = TIME_LIMIT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was checked, without a single value. `is_safe` only when everything was proven.

    `exposed_before`: sensitive cells that earlier releases and the public list had given away
    already, and of which this release gives no more.
    """

    is_safe: bool
    sensitive: int
    programs: int
    releases: int
    unproven: int
    too_narrow: tuple[Cell, ...]  # never leaves the house
    exposed_before: int
    seconds: float
    solver: str


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


def audit(exam: Exam) -> Proof:
    """Return whether the release may leave, with what was proven."""
    started = monotonic()
    blocks = Blocks(exam.frame, exam.tables)
    room = _Room(exam, blocks, deadline=started + exam.time_limit_s)
    for truth in _truths(exam):
        for view in range(exam.views):
            room.examine(truth, view)
    return Proof(
        is_safe=not room.too_narrow and not room.unproven,
        sensitive=room.sensitive,
        programs=room.programs,
        releases=1 + len(exam.earlier),
        unproven=room.unproven,
        too_narrow=tuple(room.too_narrow),
        exposed_before=room.exposed_before,
        seconds=round(monotonic() - started, 3),
        solver=f"HiGHS {version('highspy')}",
    )


def _truths(exam: Exam) -> Iterator[Release]:
    """Yield the releases that differ in what was true; this one stands for those like it."""
    seen: list[Cube] = []
    for release in (exam.now, *exam.earlier):
        if release.cube not in seen:
            seen.append(release.cube)
            yield release


@dataclass(slots=True)
class _Room:
    exam: Exam
    blocks: "Blocks"
    deadline: float
    sensitive: int = 0
    programs: int = 0
    unproven: int = 0
    exposed_before: int = 0
    too_narrow: list[Cell] = field(default_factory=list)

    def examine(self, truth: Release, view: int) -> None:
        """Check every sensitive cell of one release's truth for one kind of outsider."""
        blocks = self.blocks
        totals = blocks.totals(truth.cube)
        public = blocks.public(truth.cube, view)
        sensitive = [
            cell
            for cell in sorted(totals)
            if self.exam.policy.is_sensitive(totals[cell] - public[cell])
        ]
        self.sensitive += len(sensitive)
        if not sensitive:
            return
        every = (self.exam.now, *self.exam.earlier)
        after = _Sight(self.exam, blocks, truth, view, every, self.deadline)
        before = _Sight(self.exam, blocks, truth, view, self.exam.earlier, self.deadline)
        for cell in sensitive:
            interval = after.interval(cell)
            if not interval.is_proven:
                self.unproven += 1
            elif not interval.allows(self.exam.policy):
                self._compare(cell, interval, before.interval(cell))
        self.programs += after.asked + before.asked

    def _compare(self, cell: Cell, after: Interval, before: Interval) -> None:
        """A cell that was given away before is none of this release's doing, if it adds nothing."""
        if before.is_proven and not before.allows(self.exam.policy) and before == after:
            self.exposed_before += 1
        else:
            self.too_narrow.append(cell)


class _Sight:
    """What one kind of outsider makes of some releases to learn the truth of one of them."""

    def __init__(
        self,
        exam: Exam,
        blocks: "Blocks",
        truth: Release,
        view: int,
        releases: Sequence[Release],
        deadline: float,
    ) -> None:
        self._exam, self._blocks, self._deadline = exam, blocks, deadline
        self._totals = blocks.totals(truth.cube)
        self._public = blocks.public(truth.cube, view)
        self._floors = blocks.floors(truth.cube, view)
        self._equations = [*blocks.alike(), *_known(blocks, truth, releases)]
        known = {cell for release in releases for cell in _told(blocks, truth, release)}
        self._bundles = blocks.bundles(known)
        self._patterns = [r.withheld for r in releases if r.cube == truth.cube and r.withheld]
        self._solvers: dict[int, _Bounds] = {}

    @property
    def asked(self) -> int:
        return sum(solver.asked for solver in self._solvers.values())

    def interval(self, cell: Cell) -> Interval:
        bundle = self._bundles.get(cell, -1)
        solver = self._solvers.get(bundle)
        if solver is None:
            solver = self._solvers[bundle] = _Bounds(
                self._blocks,
                floors=self._floors,
                most=max(self._totals.values(), default=0),
                equations=self._equations,
                deadline=self._deadline,
            )
            for reasons in self._reasons(bundle):
                solver.one_of(reasons, self._public, self._exam.policy)
        return solver.of(cell, self._public[cell])

    def _reasons(self, bundle: int) -> Iterator[list[Cell]]:
        """Yield the withheld cells of a bundle, release by release; true ones have a reason."""
        for pattern in self._patterns:
            cells = sorted(c for c in pattern if self._bundles.get(c) == bundle)
            if any(self._is_sensitive(cell) for cell in cells):
                yield cells

    def _is_sensitive(self, cell: Cell) -> bool:
        return self._exam.policy.is_sensitive(self._totals[cell] - self._public[cell])


def _told(blocks: "Blocks", truth: Release, release: Release) -> Iterator[Cell]:
    """Yield the cells whose number a release tells for the truth of another.

    A cell it shows with the same number is taken as known: that nothing changed is the likeliest
    thing to believe. What changed in between is not known.
    """
    own, theirs = blocks.totals(truth.cube), blocks.totals(release.cube)
    yield from (c for c in sorted(release.shown) if c in own and own[c] == theirs[c])


def _known(blocks: "Blocks", truth: Release, releases: Iterable[Release]) -> Iterator[Equation]:
    """Yield what releases tell of one release's truth."""
    own = blocks.totals(truth.cube)
    for release in releases:
        for cell in _told(blocks, truth, release):
            yield from blocks.is_exactly(cell, own[cell])
        if release.cube == truth.cube:
            for band in release.bands:
                yield from blocks.holds(band)


class Blocks:
    """The innermost counts of every table, numbered; and what any cell is in terms of them."""

    def __init__(self, frame: Frame, tables: Sequence[Table]) -> None:
        self._inner: list[Cell] = []
        self._sets: list[dict[Cell, list[int]]] = []  # per block: what each cell is the sum of
        for table in tables:
            sets: dict[Cell, list[int]] = {}
            for leaf in table.inner:
                self._inner.append(leaf)
                for cell in _containing(frame, leaf):
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
            for cell in _containing(self._frame, leaf):
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


def _containing(frame: Frame, leaf: Cell) -> Iterator[Cell]:
    """Yield every cell that an innermost count is part of, itself too."""
    found: list[Cell] = [()]
    for dimension, value in zip(frame.dimensions, leaf, strict=True):
        line = [value]
        while line[-1] in dimension.parents:
            line.append(dimension.parents[line[-1]])
        found = [(*head, step) for head in found for step in line]
    yield from found


class _Bounds:
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
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self._ceiling = 2 * most + 1_000
        self.asked = 0
        for option, value in (
            ("output_flag", False),
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
