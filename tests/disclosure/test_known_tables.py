"""Real tables with a given solution: nothing can be worked out, and what withholding costs."""

import csv
from collections import Counter

import pytest

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.disclosure.cells import TOTAL, Table
from tests.disclosure.flat import (
    audited,
    cube_of,
    frame_of,
    suppressed,
    task_of,
    whole_table,
)
from tests.disclosure.outsider import Outsider, flat_outsider
from tests.shared_data import rows_of, shared_data

pytestmark = pytest.mark.real_data
ASKED_SHARE = 0.2
"""An outsider must not come nearer to a sensitive count than this share of it."""

Cell = tuple[str, str]
Given = tuple[dict[Cell, int], set[Cell], int]


def given_tables() -> dict[str, tuple[tuple[str, ...], int]]:
    return {
        "z1": (("SSBtools", "z1_expected_maxN3.csv"), 3),
        "council": (("oracle", "boston_2011-07_council_x_dept.csv"), 4),
        "police": (("oracle", "boston_2011-09_police_x_reason12.csv"), 4),
    }


def read(name: str) -> Given:
    """Return the inner counts, the cells that the given solution withholds, what is sensitive."""
    parts, most = given_tables()[name]
    counts: dict[Cell, int] = {}
    withheld: set[Cell] = set()
    for row in rows_of(shared_data("sdc", *parts)):
        first, second, number = (row.get(k) or row[o] for k, o in KEYS)
        cell = (first.replace("Total", TOTAL), second.replace("Total", TOTAL))
        if TOTAL not in cell:
            counts[cell] = int(number)
        if row.get("tau_status") in ("U", "M") or row.get("suppressed_expected") == "True":
            withheld.add(cell)
    return counts, withheld, most


KEYS = (("region", "row"), ("hovedint", "col"), ("freq", "count"))


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("z1", (6, 35), (6, 35)),
        ("council", (12, 1142), (13, 726)),
        ("police", (6, 79), (8, 62)),
    ],
)
def test_no_sensitive_cell_can_be_worked_out(
    name: str, ours: tuple[int, int], theirs: tuple[int, int]
) -> None:
    """Cells and incidents withheld, ours and in the given solution: see docs/figures.md."""
    counts, given, most = read(name)
    policy = ReleasePolicy(sensitive_to=most, at_least=most + 1)
    frame = frame_of(counts)
    table = whole_table(frame, counts)
    task = task_of(frame, [table], cube_of(counts), policy)
    totals, sensitive, withheld = suppressed(task)
    assert sensitive <= withheld
    assert audited(task, [table], withheld).is_safe
    assert (len(given), sum(totals[cell] for cell in given)) == theirs
    assert (len(withheld), sum(totals[cell] for cell in withheld)) == ours
    shown = {cell: n for cell, n in totals.items() if cell not in withheld}
    rows, columns = ({c[axis] for c in counts} for axis in (0, 1))
    outsider, members = flat_outsider(sorted(rows), sorted(columns), shown, TOTAL)
    for cell in sensitive:
        low, high = outsider.interval(members[cell])
        assert low <= 1
        assert high > most
        assert low <= totals[cell] * (1 - ASKED_SHARE)
        assert high >= totals[cell] * (1 + ASKED_SHARE)


def test_two_tables_of_the_same_people_are_protected_together() -> None:
    """Region by sex, by an old and by a new classification of two levels each."""
    with shared_data("sdc", "sdcTable", "microdata2.csv").open(newline="") as file:
        people = list(csv.DictReader(file))
    keys = ("region", "gender", "ecoOld", "ecoNew")
    counts = Counter(tuple(person[key] for key in keys) for person in people)
    classes = {value: value[0] for leaf in counts for value in leaf[2:]}
    frame = frame_of(counts, {value: f"old {c}" for value, c in classes.items()})
    tables = [
        Table(code=key, inner=tuple(sorted({blank(leaf, axis) for leaf in counts})))
        for axis, key in ((3, "old"), (2, "new"))
    ]
    task = task_of(frame, tables, cube_of(counts), ReleasePolicy())
    totals, sensitive, withheld = suppressed(task)
    assert sensitive <= withheld < set(task.cells)
    assert audited(task, tables, withheld).is_safe
    inner = [(table.code, leaf) for table in tables for leaf in table.inner]

    def parts(code: str, cell: tuple[str, ...]) -> list[int]:
        return [
            n
            for n, (own, leaf) in enumerate(inner)
            if own == code
            and all(w in (TOTAL, v, f"old {v[0]}") for w, v in zip(cell, leaf, strict=True))
        ]

    knows = [
        (dict.fromkeys(found, 1.0), totals[cell])
        for cell in task.cells
        if cell not in withheld
        for code in ("old", "new")
        if (found := parts(code, cell)) and sum_of(inner, found, counts) == totals[cell]
    ]
    linked = [cell for cell in task.cells if cell[2] == cell[3] == TOTAL]
    knows += [
        (dict.fromkeys(parts("old", c), 1.0) | dict.fromkeys(parts("new", c), -1.0), 0)
        for c in linked
    ]
    outsider = Outsider([0] * len(inner), knows)
    for cell in sensitive:
        code = "old" if cell[3] == TOTAL else "new"
        low, high = outsider.interval(parts(code, cell))
        assert (low <= 1, high >= 5) == (True, True), cell


def blank(leaf: tuple[str, ...], axis: int) -> tuple[str, ...]:
    return (*leaf[:axis], TOTAL, *leaf[axis + 1 :])


def sum_of(
    inner: list[tuple[str, tuple[str, ...]]],
    places: list[int],
    counts: Counter[tuple[str, ...]],
) -> int:
    """Return what some inner cells hold, from the people themselves."""
    return sum(
        number
        for place in places
        for leaf, number in counts.items()
        if all(w in (TOTAL, v) for w, v in zip(inner[place][1], leaf, strict=True))
    )
