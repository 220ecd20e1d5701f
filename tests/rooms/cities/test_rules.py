from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.cities.rules import RoutingRow, can_overlap, is_valid_on, specificity

ROW = RoutingRow(rule_id="r1", category_code="LAMP", agency_code="DLH")

rows = st.builds(
    RoutingRow,
    rule_id=st.just("r"),
    category_code=st.sampled_from(["LAMP", "ROAD"]),
    agency_code=st.just("DLH"),
    area_code=st.sampled_from([None, "a", "b"]),
    answers=st.sampled_from([(), (("q", "1"),), (("q", "2"),), (("p", "1"), ("q", "1"))]),
    office_hours=st.sampled_from([None, True, False]),
    valid_from=st.sampled_from([None, date(2026, 1, 1), date(2027, 1, 1)]),
    valid_to=st.sampled_from([None, date(2027, 6, 30), date(2028, 1, 1)]),
)


def test_every_condition_counts_one() -> None:
    assert specificity(ROW) == 0
    full = replace(ROW, area_code="a", answers=(("q", "1"), ("p", "2")), office_hours=False)
    assert specificity(full) == 4


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ({}, {"area_code": "a"}, True),
        ({"area_code": "a"}, {"area_code": "b"}, False),
        ({"area_code": "a"}, {"answers": (("q", "1"),)}, True),
        ({"answers": (("q", "1"),)}, {"answers": (("q", "2"),)}, False),
        ({"answers": (("q", "1"),)}, {"answers": (("p", "2"),)}, True),
        ({"office_hours": True}, {"office_hours": False}, False),
        ({"category_code": "ROAD"}, {}, False),
        ({"valid_to": date(2026, 6, 30)}, {"valid_from": date(2026, 7, 1)}, False),
        ({"valid_to": date(2026, 7, 1)}, {"valid_from": date(2026, 7, 1)}, True),
    ],
)
def test_rows_overlap_when_one_report_could_match_both(
    one: dict[str, object], other: dict[str, object], verdict: bool
) -> None:
    assert can_overlap(replace(ROW, **one), replace(ROW, **other)) is verdict


def test_two_answers_to_a_question_with_many_answers_do_not_exclude_each_other() -> None:
    one, other = replace(ROW, answers=(("q", "1"),)), replace(ROW, answers=(("q", "2"),))
    assert can_overlap(one, other, multiple={"q"})


@given(one=rows, other=rows)
def test_overlap_is_symmetric(one: RoutingRow, other: RoutingRow) -> None:
    assert can_overlap(one, other) is can_overlap(other, one)


def test_first_and_last_day_belong_to_the_validity() -> None:
    row = replace(ROW, valid_from=date(2026, 1, 1), valid_to=date(2026, 1, 31))
    assert [is_valid_on(row, date(2026, 1, day)) for day in (1, 31)] == [True, True]
    assert not is_valid_on(row, date(2025, 12, 31))
    assert not is_valid_on(row, date(2026, 2, 1))
