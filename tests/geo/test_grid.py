from math import hypot, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.geo.frame import is_in_metres, metres_between, metric_frame, scale_error
from citizenreport.geo.grid import cell_centre
from citizenreport.geo.position import Position

UTM_49S = 32749
in_magelang = st.builds(
    lambda lon, lat: Position(lon=lon, lat=lat),
    st.floats(110.19, 110.24),
    st.floats(-7.51, -7.43),
)


@given(position=in_magelang)
def test_the_centre_is_at_most_half_a_diagonal_away(position: Position) -> None:
    centre = cell_centre(position, metric_crs=UTM_49S)
    assert metres_between(position, centre) <= hypot(50, 50) * 1.001


@given(position=in_magelang)
def test_the_centre_of_the_centre_is_itself(position: Position) -> None:
    centre = cell_centre(position, metric_crs=UTM_49S)
    assert cell_centre(centre, metric_crs=UTM_49S) == centre


@given(
    column=st.integers(4110, 4160),
    row=st.integers(91690, 91780),
    places=st.lists(st.tuples(st.floats(0.1, 99.9), st.floats(0.1, 99.9)), min_size=2, max_size=5),
)
def test_all_places_of_a_cell_become_the_same_point(
    column: int, row: int, places: list[tuple[float, float]]
) -> None:
    frame = metric_frame(UTM_49S)
    inside = [frame.to_position(column * 100 + dx, row * 100 + dy) for dx, dy in places]
    assert len({cell_centre(position, metric_crs=UTM_49S) for position in inside}) == 1


def test_neighbouring_cells_are_a_hundred_metres_apart() -> None:
    frame = metric_frame(UTM_49S)
    one = cell_centre(frame.to_position(412_099, 9_172_050), metric_crs=UTM_49S)
    other = cell_centre(frame.to_position(412_101, 9_172_050), metric_crs=UTM_49S)
    assert metres_between(one, other) == pytest.approx(100, rel=0.001)


def test_a_place_the_frame_does_not_reach_is_refused() -> None:
    with pytest.raises(ValueError, match="reach"):
        cell_centre(Position(lon=21.0, lat=0.0), metric_crs=UTM_49S)


def test_web_mercator_metres_are_not_metres() -> None:
    boston = Position(lon=-71.06, lat=42.36)
    assert scale_error(3857, boston) > 0.2
    assert scale_error(32619, boston) < 0.001


@pytest.mark.parametrize(("epsg", "verdict"), [(32749, True), (4326, False), (2249, False)])
def test_only_frames_in_metres_are_metric(epsg: int, verdict: bool) -> None:
    assert is_in_metres(epsg) is verdict


def test_a_frame_made_for_another_place_is_never_right() -> None:
    # On the other side of the earth its metres happen to be metres again.
    assert scale_error(32619, Position(lon=110.21, lat=-7.48)) == inf
