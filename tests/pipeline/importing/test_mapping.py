"""A mapping file is read whole: everything wrong is told at once, unknown keys included."""

import pytest
from shapely import box

from citizenreport.cities.rules import City
from citizenreport.pipeline.importing.mapping import MappingInvalid, read_mapping
from tests.made_cities import category, city_of

LEAST = """
source = "old-system"
[external_id]
column = "id"
[category]
column = "kind"
[times]
submitted = "opened"
closed = "closed"
"""


@pytest.fixture(scope="module")
def city() -> City:
    return city_of(
        {"A": box(110, -8, 111, -7)},
        metric_crs=32749,
        zone="Asia/Jakarta",
        categories=[category("LAMP")],
    )


def faults(text: str, city: City) -> list[str]:
    with pytest.raises(MappingInvalid) as found:
        read_mapping(text, city)
    return sorted(found.value.faults)


def test_the_least_mapping_takes_the_citys_zone_and_language(city: City) -> None:
    mapping = read_mapping(LEAST, city)
    assert mapping.source == "old-system"
    assert mapping.locale == "id"
    assert mapping.times["submitted"].formats == ("iso",)
    assert mapping.times["submitted"].zone is city.calendar.time_zone
    assert mapping.columns == ["id", "kind", "opened", "closed"]


def test_an_empty_mapping_names_everything_that_is_missing(city: City) -> None:
    found = faults("", city)
    assert [fault.split(":")[0] for fault in found] == [
        "category",
        "external_id",
        "source",
        "status",
        "times.submitted",
    ]


def test_everything_wrong_is_told_at_once(city: City) -> None:
    text = """
source = "Has Spaces"
typo = 1
time_zone = "Mars/Olympus"
encoding = "utf-99"
[external_id]
column = "id"
colum = "id"
[category]
column = "kind"
values = { light = "LAMP", hole = "POTHOLE" }
[position]
lon = "x"
crs = "EPSG:0"
outside = "maybe"
default_points = [[1]]
[times]
submitted = { column = "opened", format = "yesterday" }
finished = "closed"
[status]
column = "state"
values = { done = "finished" }
[agency]
default = "NOBODY"
"""
    found = faults(text, city)
    assert [fault.split(":")[0] for fault in found] == [
        "agency.values",
        "category.values",
        "encoding",
        "external_id.colum",
        "position.crs",
        "position.default_points",
        "position.outside",
        "position",
        "source",
        "status.values",
        "time_zone",
        "times.finished",
        "times.submitted.format",
        "typo",
    ]


def test_broken_toml_is_refused_with_its_line(city: City) -> None:
    assert "line 2" in faults('source = "x"\n[times\n', city)[0]


@pytest.mark.parametrize(
    "way", ['wkt = "shape"\nlon = "x"\nlat = "y"', 'geometry = true\nwkt = "shape"', 'lat = "y"']
)
def test_a_position_is_given_in_one_way(city: City, way: str) -> None:
    assert faults(f"{LEAST}[position]\n{way}\n", city) == [
        "position: tulis lon dan lat, atau wkt, atau geometry = true; hanya satu cara"
    ]
