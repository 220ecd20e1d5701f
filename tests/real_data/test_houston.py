"""Houston's potholes 2012 to 2015: days overdue, and a frame in feet."""

import csv
import gzip
import statistics
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from shapely import box
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.geo.frame import metres_between
from citizenreport.geo.position import Position
from citizenreport.pipeline.import_ import judge
from citizenreport.pipeline.importing.cells import Row
from citizenreport.pipeline.importing.files import Form, opened
from citizenreport.pipeline.importing.mapping import read_mapping
from citizenreport.pipeline.importing.run import Run
from citizenreport.web.context import current_storage
from tests.imports import import_file, loaded
from tests.made_cities import city_of
from tests.real_data.imported import Rows, gz_rows, imported
from tests.shared_data import shared_data

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("houston")]

ZONE = ZoneInfo("America/Chicago")
YEARS = (2012, 2013, 2014, 2015)
MAPPING = """
source = "houston-311"
time_zone = "America/Chicago"
empty = ["Unknown"]
[external_id]
column = "CASE NUMBER"
[category]
default = "OTHER"
[position]
lon = "LONGITUDE"
lat = "LATITUDE"
outside = "keep"
[times]
submitted = "SR CREATE DATE"
closed = "DATE CLOSED"
deadline = "DUE DATE"
"""


def path_of(year: int) -> Path:
    return shared_data("reports", "houston", f"potholePiped{year}.csv.gz")


@pytest.fixture(scope="module")
def city(stored: Session) -> City:
    made = city_of(
        {"HOUSTON": box(-96.0, 29.3, -94.8, 30.4)}, metric_crs=32615, zone="America/Chicago"
    )
    return loaded(stored, made)


@pytest.fixture(scope="module")
def cases() -> Rows:
    return [row for year in YEARS for row in gz_rows(path_of(year))]


def test_days_overdue_equal_the_citys_in_every_row(
    stored: Session, city: City, keys: KeyRing, cases: Rows, tmp_path: Path
) -> None:
    """All four years in one file, in which two cases come twice: a repeat changes nothing."""
    path = tmp_path / "potholes.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as file:
        lines = csv.DictWriter(file, cases[0])
        lines.writeheader()
        lines.writerows(cases)
    run, rejected = import_file(path, MAPPING, city, keys)
    assert rejected == []
    assert (run.tally.added, run.tally.unchanged, run.tally.updated) == (26_139, 2, 0)
    found = imported(stored, "houston-311")
    for case in cases:
        ticket = found[case["CASE NUMBER"]].ticket
        assert ticket.settled_at is not None
        # The city counts on the clock on the wall, where a day in November has 24 hours too.
        overdue = wall_clock(ticket.settled_at) - wall_clock(ticket.settlement_due_at)
        assert overdue.total_seconds() / 86_400 == pytest.approx(float(case["OVERDUE"]), abs=0.02)


def wall_clock(instant: datetime) -> datetime:
    return instant.astimezone(ZONE).replace(tzinfo=None)


def test_feet_of_the_texan_frame_fall_where_the_degrees_say(city: City, keys: KeyRing) -> None:
    feet = MAPPING.replace('lon = "LONGITUDE"', 'lon = "x"\ncrs = "EPSG:2278"')
    mapping = read_mapping(feet.replace('lat = "LATITUDE"', 'lat = "y"'), city)
    with opened(path_of(2012), Form()) as source:
        run = Run(city=city, keys=keys, storage=current_storage(), mapping=mapping)
        placed, rejected = judge(run, source.rows, now=utcnow())
    assert rejected == []
    apart = [
        metres_between(one.position, degrees)
        for one in placed
        if one.position is not None and (degrees := degrees_of(one.facts.row)) is not None
    ]
    assert len(apart) > 2_500
    # In most rows the city's degrees were made from its feet; in the others it moved the point.
    assert statistics.median(apart) < 0.01


def degrees_of(row: Row) -> Position | None:
    lon, lat = str(row.cells["LONGITUDE"]), str(row.cells["LATITUDE"])
    return Position(lon=float(lon), lat=float(lat)) if lon not in ("", "Unknown") else None
