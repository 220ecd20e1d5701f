"""Small random tables against every table there is: brute force knows no solver."""

from collections.abc import Collection, Mapping
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.disclosure.cells import TOTAL
from tests.disclosure.flat import (
    audited,
    cube_of,
    frame_of,
    suppressed,
    task_of,
    whole_table,
)

Grid = dict[tuple[str, str], int]
HIGHEST = 12
"""Restricted counts are tried up to here: the tables hold up to 6, and 5 more are enough."""


def grid(rows: int, columns: int, most: int) -> st.SearchStrategy[Grid]:
    cells = [(f"r{r}", f"c{c}") for r in range(rows) for c in range(columns)]
    numbers = st.lists(st.integers(0, most), min_size=len(cells), max_size=len(cells))
    return numbers.map(lambda found: dict(zip(cells, found, strict=True)))


def members_of(cells: list[tuple[str, str]], cell: tuple[str, str]) -> list[int]:
    return [
        n
        for n, leaf in enumerate(cells)
        if all(w in (TOTAL, v) for w, v in zip(cell, leaf, strict=True))
    ]


def believable(inner: Grid, shown: Mapping[tuple[str, str], int]) -> np.ndarray:
    """Return every table of counts up to HIGHEST that agrees with what is shown, one a row."""
    cells = sorted(inner)
    axes = [np.array([shown[cell]]) if cell in shown else np.arange(HIGHEST + 1) for cell in cells]
    worlds = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
    for cell, number in shown.items():
        worlds = worlds[worlds[:, members_of(cells, cell)].sum(axis=1) == number]
    return worlds


def lines(inner: Grid) -> list[set[tuple[str, str]]]:
    """Return every row and column with its total, as an outsider adds them up."""
    rows, columns = ({cell[axis] for cell in inner} | {TOTAL} for axis in (0, 1))
    return [{(r, c) for c in columns} for r in rows] + [{(r, c) for r in rows} for c in columns]


def together(inner: Grid, withheld: Collection[tuple[str, str]], cell: tuple[str, str]) -> set:
    """Return the withheld cells that hang together with one."""
    found = {cell}
    while more := {
        other
        for line in lines(inner)
        if line & found
        for other in line & set(withheld)
        if other not in found
    }:
        found |= more
    return found


def is_hidden(
    worlds: np.ndarray, inner: Grid, withheld: Collection[tuple[str, str]], cell: tuple[str, str]
) -> bool:
    """Say whether a cell may be 1 or less, and 5 or more, where somebody is a reason to withhold."""
    cells = sorted(inner)
    if cell in withheld:
        others = [
            worlds[:, members_of(cells, c)].sum(axis=1) for c in together(inner, withheld, cell)
        ]
        worlds = worlds[np.any([(other >= 1) & (other <= 4) for other in others], axis=0)]
    found = worlds[:, members_of(cells, cell)].sum(axis=1)
    return bool(found.min() <= 1 and found.max() >= 5)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(restricted=grid(2, 3, 6), public=grid(2, 3, 3))
def test_no_table_tells_a_sensitive_count(restricted: Grid, public: Grid) -> None:
    frame = frame_of(restricted)
    table = whole_table(frame, restricted)
    task = task_of(frame, [table], cube_of(restricted, public), ReleasePolicy())
    totals, sensitive, withheld = suppressed(task)
    assert sensitive <= withheld
    cells = sorted(restricted)
    secret = {
        cell: number - sum(public[cells[n]] for n in members_of(cells, cell))
        for cell, number in totals.items()
        if cell not in withheld
    }
    worlds = believable(restricted, secret)
    for cell in sensitive:
        assert is_hidden(worlds, restricted, withheld, cell), (cell, secret)
    assert audited(task, [table], withheld).is_safe


@settings(max_examples=60, deadline=None, derandomize=True)
@given(restricted=grid(2, 2, 6), seed=st.integers(0, 10_000))
def test_the_auditor_says_of_any_pattern_what_brute_force_says(restricted: Grid, seed: int) -> None:
    frame = frame_of(restricted)
    table = whole_table(frame, restricted)
    task = task_of(frame, [table], cube_of(restricted), ReleasePolicy())
    totals, sensitive, _ = suppressed(task)
    random = Random(seed)
    withheld = frozenset(cell for cell in task.cells if random.random() < 0.6)
    shown = {cell: number for cell, number in totals.items() if cell not in withheld}
    worlds = believable(restricted, shown)
    hidden = all(is_hidden(worlds, restricted, withheld, cell) for cell in sensitive)
    assert audited(task, [table], withheld).is_safe is hidden


@pytest.mark.parametrize("seed", range(12))
def test_the_cost_on_small_tables_is_near_the_best_there_is(seed: int) -> None:
    """The cost against the best of all patterns: at most two cells more, and mostly none."""
    random = Random(seed)
    restricted = {
        (f"r{r}", f"c{c}"): random.choice([0, 2, 7, 9, 11]) for r in range(2) for c in range(3)
    }
    frame = frame_of(restricted)
    table = whole_table(frame, restricted)
    task = task_of(frame, [table], cube_of(restricted), ReleasePolicy())
    _, sensitive, withheld = suppressed(task)
    extra = sorted(set(task.cells) - sensitive)
    fewest = next(
        size
        for size in range(len(extra) + 1)
        if any(
            audited(task, [table], sensitive | set(more)).is_safe
            for more in combinations(extra, size)
        )
    )
    assert len(withheld) - len(sensitive) <= fewest + 2


def test_a_cell_without_restricted_reports_is_shown_when_nothing_needs_it() -> None:
    restricted = {("r0", "c0"): 0, ("r0", "c1"): 9, ("r1", "c0"): 8, ("r1", "c1"): 7}
    frame = frame_of(restricted)
    table = whole_table(frame, restricted)
    _, _, withheld = suppressed(task_of(frame, [table], cube_of(restricted), ReleasePolicy()))
    assert withheld == frozenset()


def test_the_same_table_is_withheld_the_same_way_again() -> None:
    random = Random(5)
    restricted = {(f"r{r}", f"c{c}"): random.randint(0, 9) for r in range(6) for c in range(6)}
    frame = frame_of(restricted)
    task = task_of(frame, [whole_table(frame, restricted)], cube_of(restricted), ReleasePolicy())
    assert suppressed(task)[2] == suppressed(task)[2]


def test_knowing_that_something_is_withheld_for_a_reason_does_not_help() -> None:
    """2 + 3 = 5: sums allow 0 to 5, but at 0 and 5 nothing would have been withheld."""
    restricted = {("r0", "c0"): 2, ("r1", "c0"): 3, ("r0", "c1"): 40, ("r1", "c1"): 50}
    frame = frame_of(restricted)
    table = whole_table(frame, restricted)
    task = task_of(frame, [table], cube_of(restricted), ReleasePolicy())
    pair = frozenset({("r0", "c0"), ("r1", "c0"), ("r0", TOTAL), ("r1", TOTAL)})
    proof = audited(task, [table], pair)
    assert not proof.is_safe
    assert set(proof.too_narrow) == {("r0", "c0"), ("r1", "c0")}
    _, _, withheld = suppressed(task)
    assert audited(task, [table], withheld).is_safe
