"""The one table with confidential incidents, and what may be worked out from counts."""

from itertools import product

import pytest

from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.disclosure.shares import (
    may_show_answers,
    may_show_composite,
    may_show_quantile,
    may_show_rate,
    may_show_share,
)
from citizenreport.disclosure.whole import FINEST, STEPS, WholeYear, whole_year

POLICY = ReleasePolicy()


def year_of(counts: dict[str, int], *, shown: bool = True, before: int = 0) -> WholeYear:
    return whole_year(
        POLICY,
        counts,
        year=2026,
        service_total=100,
        is_service_shown=shown,
        coarsest_before=before,
    )


def numbers(year: WholeYear) -> dict[tuple[str, ...], int | None]:
    return {group.classes: group.count for group in year.groups}


def test_every_step_holds_every_class_once() -> None:
    for step in STEPS:
        assert sorted(c for group in step for c in group) == sorted(FINEST)


def test_groups_large_enough_or_empty_stand_alone() -> None:
    year = year_of({"tolerance": 5, "child": 12})
    assert (year.total, year.step) == (117, 0)
    assert numbers(year)["tolerance",] == 5
    assert numbers(year)["crime",] == 0


def test_one_small_group_merges_all_by_the_same_step() -> None:
    year = year_of({"violence": 7, "child": 2, "tolerance": 5})
    assert numbers(year) == {
        ("tolerance", "private_life"): 5,
        ("violence", "child"): 9,
        ("abuse_of_office", "crime", "none"): 0,
    }


def test_groups_small_even_together_become_one() -> None:
    assert numbers(year_of({"violence": 3, "none": 4})) == {tuple(FINEST): 7}


@pytest.mark.parametrize("few", [1, 4])
def test_few_confidential_incidents_withhold_the_total_too(few: int) -> None:
    year = year_of({"violence": few})
    assert year.total is None
    assert set(numbers(year).values()) == {None}


def test_a_total_that_would_give_the_withheld_service_total_is_withheld() -> None:
    assert year_of({"violence": 9}, shown=False).total is None


def test_a_revision_is_never_finer_than_what_it_replaces() -> None:
    assert year_of({"violence": 9}, before=1).step == 1


def test_no_shown_group_holds_one_to_four() -> None:
    for counts in product((0, 1, 4, 5), repeat=4):
        year = year_of(dict(zip(FINEST, counts, strict=False)))
        for group in year.groups:
            assert group.count is None or group.count == 0 or group.count >= 5


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [(0, 20, True), (4, 20, False), (5, 20, True), (16, 20, False), (20, 20, True)],
)
def test_a_share_needs_both_its_parts(numerator: int, denominator: int, shown: bool) -> None:
    assert may_show_share(POLICY, numerator=numerator, denominator=denominator) is shown


def test_a_rate_goes_with_its_numerator() -> None:
    assert [may_show_rate(POLICY, numerator=n) for n in (0, 1, 4, 5)] == [True, False, False, True]


@pytest.mark.parametrize(
    ("percent", "n", "shown"),
    [
        (50, 9, False),
        (50, 10, True),
        (90, 49, False),
        (90, 50, True),
        (0, 10_000, False),
        (95, 10_000, False),
        (100, 10_000, False),
    ],
)
def test_a_median_needs_ten_and_p90_fifty_and_nothing_lies_beyond(
    percent: int, n: int, shown: bool
) -> None:
    assert may_show_quantile(percent, n=n) is shown


def test_answers_need_ten_and_one_breakdown() -> None:
    assert may_show_answers(n=10, disaggregations=1)
    assert not may_show_answers(n=9, disaggregations=0)
    assert not may_show_answers(n=500, disaggregations=2)


def test_a_composite_with_a_withheld_part_is_withheld() -> None:
    assert may_show_composite(0)
    assert not may_show_composite(1)
