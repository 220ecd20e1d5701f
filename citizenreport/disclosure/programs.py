"""Integer programs for suppression, on HiGHS: one thread, one seed, no clock, so that the same
question gets the same answer on every machine. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from citizenreport.disclosure.quiet import QuietHighs

SEED = 1
MAX_NODES = 5_000
"""Where a search for the cheapest answer stops and takes the best so far. Never a time."""
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`low` ≤ Σ weight · column ≤ `high`."""

    weights: Mapping[int, int]
    low: float = 0
    high: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    low: float
    high: float
    cost: float = 0
    is_integer: bool = True


@dataclass(slots=True)
class Program:
    """Find the cheapest columns within their bounds and the rows."""

    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def add(self, *columns: Column) -> int:
        """Add columns; return the index of the first."""
        self.columns += columns
        return len(self.columns) - len(columns)


def solve(program: Program) -> list[float] | None:
    """Return the columns of the best answer; None when there is none."""
    solver = _solver(program.columns, program.rows)
    solver.run()
    return values_of(solver)


def values_of(solver: highspy.Highs) -> list[float] | None:
    """Return the columns of the answer just found; None when there is none."""
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return list(solver.getSolution().col_value)


def _solver(columns: Sequence[Column], rows: Iterable[Row]) -> highspy.Highs:
    solver = QuietHighs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("threads", 1),
        ("random_seed", SEED),
        ("mip_max_nodes", MAX_NODES),
        ("mip_rel_gap", 0.0),
    ):
        solver.setOptionValue(option, value)
    nothing = np.empty(0)
    solver.addCols(
        len(columns),
        np.array([c.cost for c in columns], dtype=np.double),
        np.array([c.low for c in columns], dtype=np.double),
        np.array([c.high for c in columns], dtype=np.double),
        0,
        np.zeros(len(columns), dtype=np.int32),
        nothing.astype(np.int32),
        nothing,
    )
    _add_rows(solver, list(rows))
    whole = [n for n, c in enumerate(columns) if c.is_integer]
    kinds = np.full(len(whole), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
    solver.changeColsIntegrality(len(whole), np.array(whole, dtype=np.int32), kinds)
    return solver


def _add_rows(solver: highspy.Highs, rows: Sequence[Row]) -> None:
    lengths = [len(row.weights) for row in rows]
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]) if rows else np.empty(0)
    solver.addRows(
        len(rows),
        np.array([row.low for row in rows], dtype=np.double),
        np.array([row.high for row in rows], dtype=np.double),
        sum(lengths),
        starts.astype(np.int32),
        np.array([index for row in rows for index in row.weights], dtype=np.int32),
        np.array([w for row in rows for w in row.weights.values()], dtype=np.double),
    )
