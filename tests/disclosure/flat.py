"""Tables of a few dimensions with a total each, to try suppression and the auditor on."""

from collections.abc import Iterable, Mapping
from itertools import product

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.disclosure.auditor import Exam, Proof, audit
from citizenreport.disclosure.cells import (
    TOTAL,
    Cell,
    Count,
    Dimension,
    Frame,
    Release,
    Table,
    tally,
)
from citizenreport.disclosure.suppression import withhold
from citizenreport.disclosure.worlds import Task

Counts = Mapping[tuple[str, ...], int]


def frame_of(counts: Counts, parents: Mapping[str, str] | None = None) -> Frame:
    """Return a frame with every value below the total, or below what `parents` says."""
    given = dict(parents or {})
    axes = len(next(iter(counts)))
    dimensions = []
    for axis in range(axes):
        values = {leaf[axis] for leaf in counts}
        found = {value: given.get(value, TOTAL) for value in values}
        found |= dict.fromkeys(set(found.values()) - {TOTAL}, TOTAL)
        dimensions.append(Dimension(code=str(axis), parents=found))
    return Frame(dimensions=tuple(dimensions))


def whole_table(frame: Frame, counts: Counts, code: str = "table") -> Table:
    """Return the table of all combinations of innermost values."""
    values = [sorted({leaf[axis] for leaf in counts}) for axis in range(len(frame.dimensions))]
    return Table(code=code, inner=tuple(product(*values)))


def cube_of(counts: Counts, public: Counts | None = None) -> dict[Cell, Count]:
    shown = public or {}
    return {
        leaf: Count(total=number + shown.get(leaf, 0), public=(shown.get(leaf, 0),))
        for leaf, number in counts.items()
    }


def task_of(
    frame: Frame, tables: Iterable[Table], cube: Mapping[Cell, Count], policy: ReleasePolicy
) -> Task:
    cells = tuple(sorted({cell for table in tables for cell in table.cells(frame)}))
    now = Release(name="now", cube=cube, shown=frozenset())
    return Task(frame=frame, policy=policy, cells=cells, candidates=frozenset(cells), now=now)


def suppressed(task: Task) -> tuple[dict[Cell, int], frozenset[Cell], frozenset[Cell]]:
    """Return all counts, the sensitive cells, and what is withheld."""
    counts = tally(task.frame, task.now.cube, task.cells, views=1)
    sensitive = frozenset(
        cell for cell, count in counts.items() if task.policy.is_sensitive(count.restricted(0))
    )
    return {c: n.total for c, n in counts.items()}, sensitive, withhold(task)


def audited(task: Task, tables: Iterable[Table], withheld: frozenset[Cell]) -> Proof:
    shown = frozenset(task.cells) - withheld
    now = Release(name="now", cube=task.now.cube, shown=shown, withheld=withheld)
    return audit(Exam(frame=task.frame, policy=task.policy, tables=tuple(tables), now=now))
