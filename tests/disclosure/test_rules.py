"""Visibility only ever gets stricter; places come out as exact as the category allows."""

from dataclasses import replace
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.cities.rules import City, PublicPrecision, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.disclosure.rules import (
    NotStricter,
    check_raise,
    initial_visibility,
    published_instant,
    published_place,
    stricter,
)
from citizenreport.geo.position import Position

visibilities = st.sampled_from(list(Visibility))
HERE = Position(lon=110.22199, lat=-7.478474)
AREA = "33.71.03.1005"


@given(first=visibilities, second=visibilities | st.none())
def test_a_wish_never_loosens(first: Visibility, second: Visibility | None) -> None:
    assert stricter(first, second).strictness >= first.strictness


@given(current=visibilities, wanted=visibilities)
def test_only_a_stricter_visibility_is_taken(current: Visibility, wanted: Visibility) -> None:
    if wanted.strictness > current.strictness:
        check_raise(current, wanted)
    else:
        with pytest.raises(NotStricter):
            check_raise(current, wanted)


def test_the_category_decides_when_the_reporter_wishes_nothing(city: City) -> None:
    for category in city.categories.values():
        assert initial_visibility(category, None) is category.visibility
        assert initial_visibility(category, Visibility.CONFIDENTIAL) is Visibility.CONFIDENTIAL


@pytest.mark.parametrize(
    ("precision", "has_point", "has_area"),
    [
        (PublicPrecision.EXACT, True, True),
        (PublicPrecision.GRID_100M, True, True),
        (PublicPrecision.AREA, False, True),
        (PublicPrecision.NONE, False, False),
    ],
)
def test_a_place_is_published_as_exactly_as_the_category_allows(
    city: City, precision: PublicPrecision, has_point: bool, has_area: bool
) -> None:
    category = replace(city.categories["A04"], public_precision=precision)
    place = published_place(city, category, position=HERE, area_code=AREA)
    assert (place.position is not None, place.area_code is not None) == (has_point, has_area)


def test_the_grid_gives_one_point_for_a_cell_and_not_the_true_one(city: City) -> None:
    category = replace(city.categories["A04"], public_precision=PublicPrecision.GRID_100M)
    near = Position(lon=HERE.lon + 0.00001, lat=HERE.lat)
    first = published_place(city, category, position=HERE, area_code=AREA).position
    second = published_place(city, category, position=near, area_code=AREA).position
    assert first == second
    assert first is not None
    assert not (
        isclose(first.lon, HERE.lon, abs_tol=1e-9) and isclose(first.lat, HERE.lat, abs_tol=1e-9)
    )


def test_the_hour_is_told_only_where_the_place_is(city: City) -> None:
    now = utcnow()
    for category in city.categories.values():
        told = published_instant(category, now)
        assert (told is not None) == (category.public_precision is PublicPrecision.EXACT)


def test_no_protected_category_publishes_anything_of_its_place(city: City) -> None:
    for category in city.categories.values():
        if category.visibility is not Visibility.PUBLIC:
            place = published_place(city, category, position=HERE, area_code=AREA)
            if category.visibility is Visibility.CONFIDENTIAL:
                assert place.position is None
                assert place.area_code is None
