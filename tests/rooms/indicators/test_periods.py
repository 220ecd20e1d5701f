from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.indicators.rules.periods import (
    PeriodInvalid,
    PeriodKind,
    containing,
    last_day_before,
    midnight_before,
    parse_period,
)
from tests.rooms.indicators.histories import WIB, wib

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))


@given(day=days, kind=st.sampled_from(PeriodKind))
def test_periods_of_a_kind_cover_every_day_once(day: date, kind: PeriodKind) -> None:
    period = containing(day, kind)
    assert period.start_on <= day <= period.end_on
    assert containing(period.end_on, kind) == period
    assert containing(period.end_on + timedelta(days=1), kind) != period
    assert parse_period(period.code) == period


@given(day=days)
def test_a_month_lies_in_one_quarter_and_one_year(day: date) -> None:
    month = containing(day, PeriodKind.MONTH)
    for kind in (PeriodKind.QUARTER, PeriodKind.YEAR):
        around = containing(day, kind)
        assert around.start_on <= month.start_on
        assert month.end_on <= around.end_on


@pytest.mark.parametrize(
    "code",
    ["", "26", "2026-13", "2026-00", "2026-Q5", "2026-Q0", "Q1-2026", "2026-7", "٢٠٢٦", "0000"],
)
def test_what_names_no_period_is_refused(code: str) -> None:
    with pytest.raises(PeriodInvalid):
        parse_period(code)


def test_a_cut_off_is_a_local_midnight_and_the_day_before_it_the_last() -> None:
    cut_off = midnight_before(wib("2026-07-01T06:59"), WIB)
    assert cut_off == wib("2026-07-01T00:00")
    assert midnight_before(cut_off, WIB) == cut_off
    assert last_day_before(cut_off, WIB) == date(2026, 6, 30)
