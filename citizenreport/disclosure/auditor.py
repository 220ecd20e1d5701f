"""What an outsider can work out, by code that shares nothing with suppression. Pure but for a clock.

Suppression reasons over cells and the sums among them. The auditor reasons over the innermost
counts of every table, block by block: whatever any release shows is an equation over them, and what two
blocks both count they must count alike. Whoever knows the policy knows too that this release withholds nothing without a reason: among
withheld cells that hang together at least one is sensitive. Then it asks, of each sensitive cell of each release, for the
least and the greatest whole number that no outsider can rule out. A gap, a time-out, or one cell too narrow: not safe.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from time import monotonic
from typing import Final

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.disclosure.audit_bounds import Blocks, Bounds, Equation, Interval
from citizenreport.disclosure.cells import Cell, Cube, Frame, Release, Table

TIME_LIMIT_S: Final = 600.0


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
    blocks: Blocks
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
        blocks: Blocks,
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
        is_told = exam.now in releases and exam.now.cube == truth.cube
        self._withheld = exam.now.withheld if is_told else frozenset[Cell]()
        self._solvers: dict[int, Bounds] = {}

    @property
    def asked(self) -> int:
        return sum(solver.asked for solver in self._solvers.values())

    def interval(self, cell: Cell) -> Interval:
        bundle = self._bundles.get(cell, -1)
        solver = self._solvers.get(bundle)
        if solver is None:
            solver = self._solvers[bundle] = Bounds(
                self._blocks,
                floors=self._floors,
                most=max(self._totals.values(), default=0),
                equations=self._equations,
                deadline=self._deadline,
            )
            reasons = sorted(c for c in self._withheld if self._bundles.get(c) == bundle)
            if any(self._is_sensitive(c) for c in reasons):
                solver.one_of(reasons, self._public, self._exam.policy)
        return solver.of(cell, self._public[cell])

    def _is_sensitive(self, cell: Cell) -> bool:
        return self._exam.policy.is_sensitive(self._totals[cell] - self._public[cell])


def _told(blocks: Blocks, truth: Release, release: Release) -> Iterator[Cell]:
    """Yield the cells whose number a release tells for the truth of another.

    A cell it shows with the same number is taken as known: that nothing changed is the likeliest
    thing to believe. What changed in between is not known.
    """
    own, theirs = blocks.totals(truth.cube), blocks.totals(release.cube)
    yield from (c for c in sorted(release.shown) if c in own and own[c] == theirs[c])


def _known(blocks: Blocks, truth: Release, releases: Iterable[Release]) -> Iterator[Equation]:
    """Yield what releases tell of one release's truth."""
    own = blocks.totals(truth.cube)
    for release in releases:
        for cell in _told(blocks, truth, release):
            yield from blocks.is_exactly(cell, own[cell])
        if release.cube == truth.cube:
            for band in release.bands:
                yield from blocks.holds(band)
