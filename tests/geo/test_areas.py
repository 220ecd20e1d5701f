import random
from concurrent.futures import ThreadPoolExecutor
from math import isfinite

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.geo.areas import AreaIndex, NeighbourShape
from citizenreport.geo.frame import metric_frame
from citizenreport.geo.position import Position
from tests.shared_data import features_of, rows_of, shared_data

UTM_49S = 32749
CENTRE = Position(lon=110.2177, lat=-7.4797)


def metric_square(west: float, south: float, *, side_m: float = 1000.0) -> shapely.Polygon:
    """A square in degrees whose corner lies `west` and `south` metres from the centre."""
    frame = metric_frame(UTM_49S)
    x, y = frame.to_metres(CENTRE)
    corners = [(0, 0), (side_m, 0), (side_m, side_m), (0, side_m)]
    places = [frame.to_position(x + west + dx, y + south + dy) for dx, dy in corners]
    return shapely.Polygon([(p.lon, p.lat) for p in places])


def at(east_m: float, north_m: float) -> Position:
    frame = metric_frame(UTM_49S)
    x, y = frame.to_metres(CENTRE)
    return frame.to_position(x + east_m, y + north_m)


@pytest.fixture(scope="module")
def two_squares() -> AreaIndex:
    return AreaIndex(
        {"west": metric_square(-1000, 0), "east": metric_square(0, 0)},
        [NeighbourShape(code="n1", name="Beyond", geometry=metric_square(1100, 0))],
        metric_crs=UTM_49S,
    )


@pytest.fixture(scope="module")
def magelang() -> AreaIndex:
    areas = features_of(shared_data("magelang", "geo", "kelurahan_kemendagri_clean.geojson"))
    around = features_of(shared_data("magelang", "geo", "tetangga_desa_kab_magelang.geojson"))
    return AreaIndex(
        {properties["kode_kemendagri"]: geometry for properties, geometry in areas},
        [
            NeighbourShape(code=p["kode_kemendagri"], name=p["nama"], geometry=geometry)
            for p, geometry in around
        ],
        metric_crs=UTM_49S,
    )


def test_a_point_inside_gets_its_area(two_squares: AreaIndex) -> None:
    located = two_squares.locate(at(100, 500))
    assert located.area_code == "east"
    assert located.outside_m == 0
    assert located.neighbour_name is None


def test_a_point_on_a_shared_edge_always_gets_the_same_area() -> None:
    edge = [(110.0, -7.0), (110.0, -7.01)]
    west = shapely.Polygon([*edge, (109.99, -7.01), (109.99, -7.0)])
    east = shapely.Polygon([*edge, (110.01, -7.01), (110.01, -7.0)])
    point = Position(lon=110.0, lat=-7.0)
    one = AreaIndex({"a": west, "b": east}, metric_crs=UTM_49S)
    other = AreaIndex({"b": east, "a": west}, metric_crs=UTM_49S)
    assert one.locate(point).area_code == other.locate(point).area_code == "a"


@pytest.mark.parametrize(
    ("east_m", "area_code"), [(1005, "east"), (1049, "east"), (1051, None), (1060, None)]
)
def test_up_to_fifty_metres_outside_the_nearest_area_is_given(
    two_squares: AreaIndex, east_m: float, area_code: str | None
) -> None:
    located = two_squares.locate(at(east_m, 500))
    assert located.area_code == area_code
    assert located.outside_m == pytest.approx(east_m - 1000, abs=0.05)
    assert located.neighbour_code == "n1"  # within 150 m: named although it does not hold the point


def test_the_tolerance_is_what_the_pack_says() -> None:
    index = AreaIndex({"a": metric_square(0, 0)}, metric_crs=UTM_49S, tolerance_m=0)
    assert index.locate(at(1001, 500)).area_code is None


def test_a_neighbour_that_holds_the_point_is_named(two_squares: AreaIndex) -> None:
    located = two_squares.locate(at(1700, 500))
    assert (located.area_code, located.neighbour_name) == (None, "Beyond")


def test_far_from_every_neighbour_none_is_named(two_squares: AreaIndex) -> None:
    assert two_squares.locate(at(-1300, 500)).neighbour_name is None


def test_on_the_other_side_of_the_earth_the_distance_is_still_finite(
    two_squares: AreaIndex,
) -> None:
    # The projection ends there: both coordinates are infinite.
    located = two_squares.locate(Position(lon=20.0, lat=1.0))
    assert located.area_code is None
    assert 9_000_000 < located.outside_m < 11_000_000


@given(lon=st.floats(-180, 180), lat=st.floats(-90, 90))
def test_any_place_on_earth_gets_an_answer(two_squares: AreaIndex, lon: float, lat: float) -> None:
    located = two_squares.locate(Position(lon=lon, lat=lat))
    assert located.outside_m >= 0
    assert isfinite(located.outside_m)
    assert (located.area_code is None) == (located.outside_m > 50)


def test_many_points_at_once_get_what_each_would_get_alone(two_squares: AreaIndex) -> None:
    draw = random.Random(7)
    places = [at(draw.uniform(-1300, 1300), draw.uniform(-300, 1300)) for _ in range(500)]
    places += [at(0, 500), Position(lon=0, lat=0), Position(lon=-70, lat=89)]
    lon, lat = (np.array([getattr(p, axis) for p in places]) for axis in ("lon", "lat"))
    alone = [two_squares.locate(place) for place in places]
    assert two_squares.locate_all(lon, lat) == alone
    assert {located.area_code for located in alone} == {"west", "east", None}


def test_no_points_at_once_get_no_answers(two_squares: AreaIndex) -> None:
    assert two_squares.locate_all(np.array([]), np.array([])) == []


def test_threads_share_one_index(two_squares: AreaIndex) -> None:
    rng = random.Random(7)
    points = [at(rng.uniform(-1500, 1500), rng.uniform(-500, 1500)) for _ in range(500)]
    alone = [two_squares.locate(point) for point in points]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(two_squares.locate, points)) == alone


@pytest.mark.real_data
def test_the_42_points_of_magelang_fall_where_they_should(magelang: AreaIndex) -> None:
    points = rows_of(shared_data("magelang", "geo", "titik_uji.csv"))
    assert len(points) == 42
    for row in points:
        located = magelang.locate(Position(lon=float(row["lon"]), lat=float(row["lat"])))
        if row["jenis"] == "luar_kota":
            assert located.area_code is None
            assert located.neighbour_code == row["kode_kemendagri_harap"]
            assert located.neighbour_name == row["nama"]
            assert located.outside_m > 50
        else:
            assert located.area_code == row["kode_kemendagri_harap"], row
            assert located.outside_m == 0


@pytest.mark.real_data
@pytest.mark.parametrize("side", ["north", "south", "east", "west"])
@pytest.mark.parametrize("metres", [5, 49, 51, 200])
def test_points_just_outside_magelang_on_every_side(
    magelang: AreaIndex, side: str, metres: int
) -> None:
    frame = metric_frame(UTM_49S)
    city = shapely.union_all([frame.project(magelang.outline(code)) for code in magelang.codes])
    corners = shapely.get_coordinates(city)
    dx, dy = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}[side]
    # Straight out from the outermost corner nothing of the city is nearer than that corner.
    x, y = max(corners, key=lambda corner: corner[0] * dx + corner[1] * dy)
    located = magelang.locate(frame.to_position(x + dx * metres, y + dy * metres))
    assert located.outside_m == pytest.approx(metres, abs=0.05)
    assert (located.area_code is not None) == (metres <= 50)
    assert located.neighbour_code is not None
    assert located.neighbour_code.startswith("33.08.")


@pytest.mark.real_data
def test_yogyakarta_is_far_away_and_no_neighbour_is_named(magelang: AreaIndex) -> None:
    located = magelang.locate(Position(lon=110.3647, lat=-7.8014))
    assert (located.area_code, located.neighbour_code) == (None, None)
    assert located.outside_m == pytest.approx(36_000, rel=0.05)
