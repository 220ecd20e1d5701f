"""Composites: their parts decide, choices are shown, nothing without all of them."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gmean, zscore

from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.definitions.composites import all_composites
from citizenreport.indicators.rules.composites import Composite, Part, composites, parts_of
from citizenreport.indicators.rules.sensitivity import Choice

ONE = Part(code="A", weight=Fraction(1), low=0, high=100, is_more_better=True)
OTHER = Part(code="B", weight=Fraction(1), low=1, high=7, is_more_better=True)


def of(**values: str) -> dict[str, Decimal]:
    return {code: Decimal(value) for code, value in values.items()}


def places(one: Composite) -> tuple[int, int]:
    """Return the best and the worst place over all choices."""
    span = one.spans[Choice.ALL]
    return span.first, span.last


def test_a_part_lies_between_the_ends_of_its_scale() -> None:
    less = Part(code="C", weight=Fraction(1), low=0, high=100, is_more_better=False)
    assert OTHER.normalised(Decimal("5.5")) == 75
    assert less.normalised(Decimal(20)) == 80
    (year,) = composites([ONE, OTHER], {2024: of(A="50", B="5.5")})
    assert year.value == Decimal("62.5")
    assert year.parts == {"A": Decimal("50.0"), "B": Decimal("75.0")}


def test_each_kind_of_choice_has_a_range_of_its_own() -> None:
    (year,) = composites([ONE, OTHER], {2024: of(A="0", B="7")})
    assert (year.value, year.geometric) == (Decimal("50.0"), Decimal("0.0"))
    assert {choice: (span.low, span.high) for choice, span in year.spans.items()} == {
        Choice.WEIGHTS: (Decimal("20.0"), Decimal("80.0")),
        Choice.AGGREGATION: (Decimal("0.0"), Decimal("50.0")),
        Choice.NORMALISATION: (Decimal("50.0"), Decimal("50.0")),
        Choice.ALL: (Decimal("0.0"), Decimal("80.0")),
    }


def test_the_geometric_mean_forgives_less() -> None:
    """Worked by another program."""
    three = [replace(ONE, code=code, weight=Fraction(n)) for code, n in (("A", 1), ("B", 2))]
    (year,) = composites(three, {2024: of(A="90", B="30")})
    assert year.value == Decimal("50.0")
    assert float(year.geometric or 0) == round(float(gmean([90, 30], weights=[1, 2])), 1)


def test_nothing_is_computed_of_a_year_without_a_part() -> None:
    found = {
        c.year: c for c in composites([ONE, OTHER], {2023: of(A="10"), 2024: of(A="1", B="2")})
    }
    assert (found[2023].value, found[2023].geometric, found[2023].spans) == (None, None, {})
    assert found[2023].missing == ("B",)
    assert found[2023].parts == {"A": Decimal("10.0")}
    assert places(found[2024]) == (1, 1)


def test_places_vary_where_the_choice_decides() -> None:
    values = {2022: of(A="90", B="2"), 2023: of(A="40", B="6"), 2024: of(A="95", B="6.5")}
    found = {c.year: c for c in composites([ONE, OTHER], values)}
    assert places(found[2024]) == (1, 1)
    assert places(found[2022]) == (2, 3)
    assert places(found[2023]) == (2, 3)


def test_z_scores_can_turn_an_order_that_the_scale_gives() -> None:
    """A moves by points of a hundred, B by a hair; the z-scores weigh both alike."""
    values = {2022: of(A="10", B="4.02"), 2023: of(A="60", B="4.00"), 2024: of(A="52", B="4.03")}
    a, b = (zscore([float(values[y][c]) for y in values]) for c in "AB")
    by_z = dict(zip(values, a + b, strict=True))
    assert by_z[2024] > by_z[2023]
    found = {c.year: c for c in composites([ONE, OTHER], values)}
    assert found[2023].value is not None
    assert found[2024].value is not None
    assert found[2023].value > found[2024].value
    assert places(found[2023])[0] == places(found[2024])[0] == 1
    only_weights = found[2024].spans[Choice.WEIGHTS]
    only_scale = found[2024].spans[Choice.NORMALISATION]
    assert only_scale.first == 1
    assert (found[2023].spans[Choice.NORMALISATION].last, only_weights.first) == (2, 2)


@given(
    st.dictionaries(
        st.integers(2015, 2026),
        st.fixed_dictionaries(
            {}, optional={"A": st.integers(0, 100), "B": st.decimals(1, 7, places=2)}
        ),
    )
)
def test_a_value_lies_in_its_range_and_places_among_the_whole_years(
    given_: dict[int, dict[str, Decimal]],
) -> None:
    values = {year: {c: Decimal(v) for c, v in row.items()} for year, row in given_.items()}
    found = list(composites([ONE, OTHER], values))
    whole = sum(len(row) == 2 for row in values.values())
    assert [c.year for c in found] == sorted(values, reverse=True)
    for one in found:
        if one.value is None:
            assert one.missing
            continue
        assert one.geometric is not None
        assert one.geometric <= one.value
        all_ = one.spans[Choice.ALL]
        for span in one.spans.values():
            assert 0 <= all_.low <= span.low <= one.value <= span.high <= all_.high <= 100
            assert 1 <= all_.first <= span.first <= span.last <= all_.last <= whole


@pytest.mark.parametrize(
    "weights",
    [
        {"I06": 1},
        {"I06": 1, "I99": 1},
        {"I06": 1, "R01": 1},  # more complaints are neither good nor bad
        {"I06": 1, "I03": 1},  # days have no scale
        {"I06": 1, "I18": 0},
        {f"X{n}": 1 for n in range(7)},
    ],
    ids=["alone", "unknown", "neutral", "unscaled", "weightless", "many"],
)
def test_what_is_no_composite_is_refused(weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"composite|:"):
        parts_of(all_definitions(), weights)


def test_each_aspect_has_one_of_parts_with_yearly_city_values() -> None:
    assert set(all_composites()) == {"aman", "nyaman", "toleransi", "harmoni"}
    for parts in all_composites().values():
        for part in parts:
            assert "tahun" in all_definitions()[part.code].disaggregations
