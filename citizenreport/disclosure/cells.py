"""Cells of tables that belong together: what each counts, and which sums of which. Pure.

A cell names one value per dimension of its frame; TOTAL where it is not broken down by it. So the
same count in two tables is the same cell, and tables that share a margin are linked by it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Final

TOTAL: Final = "total"
Cell = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many incidents a cell holds, and how many of them are public.

    `public` has one number for each kind of outsider: who reads the public list today, and who has
    kept it from the beginning. What is not public is restricted.
    """

    total: int = 0
    public: tuple[int, ...] = (0,)

    def restricted(self, view: int) -> int:
        return self.total - self.public[view]

    def __add__(self, other: "Count") -> "Count":
        views = zip(self.public, other.public, strict=True)
        return Count(total=self.total + other.total, public=tuple(a + b for a, b in views))


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """One way of breaking down. `parents`: the value a value is part of; TOTAL is on top."""

    code: str
    parents: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for value in sorted(self.parents):
            found[self.parents[value]].append(value)
        return {value: tuple(parts) for value, parts in found.items()}

    @cached_property
    def _lines(self) -> dict[str, tuple[str, ...]]:
        return {}

    def line(self, value: str) -> tuple[str, ...]:
        """Return a value and all it is part of, TOTAL last."""
        known = self._lines.get(value)
        if known is None:
            parent = self.parents.get(value)
            known = (value,) if parent is None else (value, *self.line(parent))
            self._lines[value] = known
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The dimensions that cells are named by, in order."""

    dimensions: tuple[Dimension, ...]

    def above(self, cell: Cell) -> Iterator[Cell]:
        """Yield a cell and every cell it is part of."""
        yield from product(*(d.line(v) for d, v in zip(self.dimensions, cell, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Inner cells that together hold every incident once; the margins come with them."""

    code: str
    inner: tuple[Cell, ...]

    def cells(self, frame: Frame) -> tuple[Cell, ...]:
        """Return all cells with their margins, sorted."""
        return tuple(sorted({above for cell in self.inner for above in frame.above(cell)}))


Cube = Mapping[Cell, Count]
"""Incidents by all dimensions at once; cells without any are left out."""


def tally(frame: Frame, cube: Cube, wanted: Iterable[Cell], *, views: int) -> dict[Cell, Count]:
    """Return the count of each wanted cell."""
    totals = {cell: [0] * (views + 1) for cell in wanted}
    for leaf, count in cube.items():
        for cell in frame.above(leaf):
            sums = totals.get(cell)
            if sums is not None:
                sums[0] += count.total
                for view, public in enumerate(count.public, start=1):
                    sums[view] += public
    return {cell: Count(total=s[0], public=tuple(s[1:])) for cell, s in totals.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """That the withheld cells of a table hold a share of its incidents: `low` to `high` per cent."""

    withheld: frozenset[Cell]
    total: Cell
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release: what was true at its cut-off, what it shows, and what it could show but withholds."""

    name: str
    cube: Cube
    shown: frozenset[Cell]
    withheld: frozenset[Cell] = frozenset()
    bands: tuple[Band, ...] = ()
