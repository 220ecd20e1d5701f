"""Zürich: 62,245 reports in Swiss metres, and a GeoPackage of districts."""

import gzip
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from tests.imports import import_file, loaded
from tests.made_cities import category, city_of
from tests.real_data.imported import Rows, gz_rows, imported
from tests.shared_data import shared_data

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("zurich")]

KINDS = {
    "Abfall/Sammelstelle": "WASTE",
    "Signalisation/Lichtsignal": "SIGNAL",
    "Strasse/Trottoir/Platz": "ROAD",
    "Beleuchtung/Uhren": "LIGHT",
}
MAPPING = """
source = "zueri-wie-neu"
time_zone = "Europe/Zurich"
locale = "de"
[external_id]
row_number = true
[category]
column = "service_code"
values = { "Abfall/Sammelstelle" = "WASTE", "Signalisation/Lichtsignal" = "SIGNAL", \
"Strasse/Trottoir/Platz" = "ROAD", "Beleuchtung/Uhren" = "LIGHT" }
default = "OTHER"
[position]
lon = "e"
lat = "n"
crs = "EPSG:2056"
outside = "keep"
[times]
submitted = { column = "date", format = "%Y-%m-%d" }
[status]
default = "new"
"""


@pytest.fixture(scope="module")
def districts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, shapely.Geometry]:
    """The districts by name, in Swiss metres."""
    packed = shared_data("reports", "zurich", "districts.gpkg.gz")
    plain = tmp_path_factory.mktemp("zurich") / "districts.gpkg"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    _, _, shapes, (names,) = pyogrio.raw.read(plain, columns=["name"])
    by_name: dict[str, list[shapely.Geometry]] = {}
    for name, shape in zip(names, shapely.from_wkb(shapes), strict=True):
        by_name.setdefault(str(name), []).append(shape)
    return {name: shapely.union_all(parts) for name, parts in by_name.items()}


@pytest.fixture(scope="module")
def city(stored: Session, districts: dict[str, shapely.Geometry]) -> City:
    to_degrees = Transformer.from_crs(2056, 4326, always_xy=True).transform
    made = city_of(
        {
            name: shapely.transform(shape, to_degrees, interleaved=False)  # type: ignore[type-var]
            for name, shape in districts.items()
        },
        metric_crs=2056,
        zone="Europe/Zurich",
        categories=[category(code) for code in KINDS.values()],
    )
    return loaded(stored, made)


@pytest.fixture(scope="module")
def rows() -> Rows:
    return gz_rows(shared_data("reports", "zurich", "reports_cleaned.csv.gz"))


def test_all_reports_arrive_in_the_district_that_holds_them(
    stored: Session,
    city: City,
    keys: KeyRing,
    rows: Rows,
    districts: dict[str, shapely.Geometry],
) -> None:
    """Compared with the districts in Swiss metres, where nothing was projected there and back."""
    path = shared_data("reports", "zurich", "reports_cleaned.csv.gz")
    run, rejected = import_file(path, MAPPING, city, keys)
    assert (run.tally.added, rejected) == (62_245, [])
    query = text(
        "SELECT external_id, area_code, outside_m, category_code FROM report"
        " WHERE external_source = 'zueri-wie-neu'"
    )
    found = {number: tuple(others) for number, *others in stored.execute(query)}
    assert len(found) == 62_245
    points = shapely.points([(float(row["e"]), float(row["n"])) for row in rows])
    names = list(districts)
    which, holding = shapely.STRtree(list(districts.values())).query(points, predicate="within")
    expected = {int(point): names[area] for point, area in zip(which, holding, strict=True)}
    differing = 0
    for index, row in enumerate(rows):
        area_code, outside_m, category_code = found[str(index + 1)]
        assert category_code == KINDS.get(row["service_code"], "OTHER")
        if outside_m == 0:
            differing += area_code != expected.get(index)
        else:
            assert index not in expected or outside_m < 0.01
    assert differing <= 5  # on a border, to the last digit


def test_a_geopackage_gives_what_the_csv_gives(
    stored: Session, city: City, keys: KeyRing, rows: Rows, tmp_path: Path
) -> None:
    some = rows[:3_000]
    path = tmp_path / "reports.gpkg"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapely.points([(float(r["e"]), float(r["n"])) for r in some])),
        [np.array([r[name] for r in some], dtype=object) for name in ("date", "service_code")],
        ["date", "service_code"],
        geometry_type="Point",
        crs="EPSG:2056",
        driver="GPKG",
    )
    mapping = MAPPING.replace('"zueri-wie-neu"', '"zueri-geopackage"')
    mapping = mapping.replace('lon = "e"\nlat = "n"\ncrs = "EPSG:2056"', "geometry = true")
    import_file(path, mapping, city, keys)
    assert len(imported(stored, "zueri-geopackage")) == 3_000
    differing = stored.scalar(
        text(
            "SELECT count(*) FROM report a JOIN report b USING (external_id)"
            " WHERE a.external_source = 'zueri-geopackage' AND b.external_source = 'zueri-wie-neu'"
            " AND (a.area_code IS DISTINCT FROM b.area_code OR a.category_code <> b.category_code"
            " OR a.submitted_at <> b.submitted_at OR ST_Distance(a.position, b.position) > 0.01)"
        )
    )
    assert differing == 0
