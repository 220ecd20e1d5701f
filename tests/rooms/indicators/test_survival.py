from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from citizenreport.indicators.rules.survival import Waits, quantile, survival

waits_drawn = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=80)


def waits_of(drawn: list[tuple[int, bool]]) -> Waits:
    return Waits(
        ended=Counter(days for days, is_over in drawn if is_over),
        censored=Counter(days for days, is_over in drawn if not is_over),
    )


@given(drawn=waits_drawn)
def test_the_curve_is_that_of_lifelines(drawn: list[tuple[int, bool]]) -> None:
    days, ended = zip(*drawn, strict=True)
    theirs = KaplanMeierFitter().fit(days, ended).survival_function_["KM_estimate"]
    for day, share in survival(waits_of(drawn)):
        assert float(share) == pytest.approx(float(theirs.loc[day]), abs=1e-12)


@given(drawn=waits_drawn, more=waits_drawn)
def test_waits_add_up(drawn: list[tuple[int, bool]], more: list[tuple[int, bool]]) -> None:
    assert waits_of(drawn) + waits_of(more) == waits_of(drawn + more)


def test_exactly_half_is_the_median() -> None:
    assert str(quantile(waits_of([(1, True), (5, True)]), Fraction(1, 2))) == "1"


def test_what_is_not_reached_is_longer_than_the_longest_wait_seen() -> None:
    assert str(quantile(waits_of([(1, True), (7, False), (9, False)]), Fraction(1, 2))) == "> 9"


def test_who_is_cut_off_was_at_risk_on_that_day() -> None:
    # One of three ends on day 2, on which another is cut off: 2/3 wait on, not 1/2.
    assert list(survival(waits_of([(2, True), (2, False), (3, False)]))) == [(2, Fraction(2, 3))]


def test_without_any_wait_there_is_no_quantile() -> None:
    assert quantile(Waits(), Fraction(1, 2)) is None
