"""Outlines: structure, place, overlap, gaps."""

import json
from typing import Any

import pytest
from shapely import affinity
from shapely.geometry import mapping, shape

from citizenreport.cities.findings import Severity
from citizenreport.cities.format.geojson import parse_geojson
from tests.rooms.cities.faults import Pack
from tests.shared_data import features_of, shared_data

# Only advice, no fault: winding order (RFC 7946, section 3.1.6: do not refuse), precision, and a
# collection of geometries where a plain one would do.
ADVICE = {
    "bad-polygon-interiorring-rhr",
    "excessive_precision_truncated",
    "geometrycollection_nested",
    "geometrycollection_single",
    "polygon_winding_order",
}


def outlines(pack: Pack) -> Any:
    return json.loads(pack.read("areas.geojson"))


def with_ring(pack: Pack, ring: list[list[float]], *, feature: int = 1) -> Pack:
    collection = outlines(pack)
    collection["features"][feature - 1]["geometry"]["coordinates"] = [ring]
    return pack.write("areas.geojson", json.dumps(collection))


def square(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


@pytest.mark.real_data
def test_every_bad_geojson_of_the_collection_is_refused() -> None:
    files = sorted(shared_data("badinput", "geojsonhint", "bad").glob("*.geojson"))
    assert len(files) > 40
    accepted = {file.stem for file in files if not parse_geojson(file.read_text())[1]}
    assert accepted == ADVICE & {file.stem for file in files}


@pytest.mark.real_data
def test_no_good_geojson_of_the_collection_is_refused() -> None:
    for file in shared_data("badinput", "geojsonhint", "good").glob("*.geojson"):
        assert [fault.message for fault in parse_geojson(file.read_text())[1]] == [], file.name


@pytest.mark.real_data
def test_no_geojson_crashes_the_check(pack: Pack) -> None:
    for file in shared_data("badinput", "geojsonhint").glob("*/*.geojson"):
        pack.write("areas.geojson", file.read_text())
        assert any(finding.file == "areas.geojson" for finding in pack.errors()), file.name


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[" * 100_000, "terlalu dalam"),
        ('{"type": "Point", "coordinates": [NaN, 0]}', "NaN"),
        ('{"type": "Point", "coordinates": [Infinity, 0]}', "Infinity"),
        ('{"type": "Point", "coordinates": [1e999, 0]}', "harus angka"),
        ('{"type": "Point", "coordinates": [' + "9" * 5000 + ", 0]}", "Bukan JSON"),
        ('{"type": "Point", "coordinates": [' + "9" * 400 + ", 0]}", "harus angka"),
        ('{"type": "Point", "type": "Point", "coordinates": [1, 0]}', "dua kali"),
        ('{"type": "MultiPolygon", "coordinates": [[]]}', "kosong"),
        ('{"type": "Point",\n "coordinates": [1, 0', "baris 2"),
    ],
)
def test_json_that_is_none(text: str, word: str) -> None:
    _, faults = parse_geojson(text)
    assert any(word in fault.message for fault in faults)


def test_a_fault_is_placed_at_its_feature(pack: Pack) -> None:
    with_ring(pack, [[110.21, -7.48], [110.22, -7.48], [110.22, -7.47], [110.21, -7.47]], feature=2)
    assert pack.says("areas.geojson:2", "harus sama")
    assert pack.says("areas.csv:4", "Timur", "tidak punya poligon")
    assert len(pack.errors()) == 2


def test_swapped_coordinates_out_of_range_are_recognised(pack: Pack) -> None:
    with_ring(pack, [[lat, lon] for lon, lat in square(110.20, -7.48, 110.21, -7.47)])
    assert pack.says("areas.geojson:1", "tertukar")


def test_swapped_coordinates_within_range_are_recognised_by_the_frame(pack: Pack) -> None:
    pack.change("city.toml", "32749", "32619")
    pack.change("city.toml", "Asia/Jakarta", "America/New_York")
    with_ring(pack, [[lat, lon] for lon, lat in square(-71.1, 42.3, -71.0, 42.4)])
    with_ring(pack, square(-71.0, 42.3, -70.9, 42.4), feature=2)
    assert [f.place for f in pack.errors()] == ["areas.csv:3", "areas.geojson:1"]
    assert pack.says("areas.geojson:1", "tertukar", "-7")


def test_a_swapped_landmark_is_recognised(pack: Pack) -> None:
    pack.add("landmarks.csv", "name,area_code,lon,lat", "Alun-alun,CTH-B,-7.475,110.205")
    assert pack.says("landmarks.csv:2", "bukan derajat")
    pack.write("landmarks.csv", "name,area_code,lon,lat\nAlun-alun,CTH-B,42.3,-71.1\n")
    pack.change("city.toml", "32749", "32619")
    assert pack.says("landmarks.csv:2", "tertukar")


def test_a_bow_tie_is_no_area(pack: Pack) -> None:
    with_ring(
        pack,
        [[110.20, -7.48], [110.21, -7.47], [110.21, -7.48], [110.20, -7.47], [110.20, -7.48]],
    )
    assert pack.says("areas.geojson:1", "tidak sah", "Self-intersection")


def test_degrees_beyond_the_earth(pack: Pack) -> None:
    with_ring(pack, square(180.5, -7.48, 181, -7.47))
    assert pack.says("areas.geojson:1", "di luar bumi")


def test_a_file_in_another_frame_is_refused(pack: Pack) -> None:
    crs = (
        '"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32749"}}, "features"'
    )
    pack.change("areas.geojson", '"features"', crs)
    assert pack.says("areas.geojson", "sistem koordinat lain", "32749")


def test_a_point_is_no_area(pack: Pack) -> None:
    collection = outlines(pack)
    collection["features"][0]["geometry"] = {"type": "Point", "coordinates": [110.2, -7.48]}
    pack.write("areas.geojson", json.dumps(collection))
    assert pack.says("areas.geojson:1", "bukan poligon")


def test_heights_are_dropped_even_where_only_some_positions_have_one(pack: Pack) -> None:
    ring = square(110.20, -7.48, 110.21, -7.47)
    ring[2] = [*ring[2], 380.0]
    assert with_ring(pack, ring).errors() == []


def test_an_outline_without_code_or_with_an_unknown_one(pack: Pack) -> None:
    pack.change("areas.geojson", '{"area_code": "CTH-B"}', '{"code": "CTH-B"}')
    pack.change("areas.geojson", '"CTH-T"', '"CTH-X"')
    assert pack.says("areas.geojson:1", "tidak punya properti area_code")
    assert pack.says("areas.geojson:2", "CTH-X", "tidak ada di areas.csv")
    assert pack.says("areas.csv:3", "Barat", "tidak punya poligon")


def test_overlapping_areas_are_named_with_square_metres_and_a_place(pack: Pack) -> None:
    with_ring(pack, square(110.20, -7.48, 110.2101, -7.47))
    assert pack.says("areas.geojson:2", "CTH-B dan CTH-T", "122", "110.2100")


def test_a_sliver_is_noted_and_not_refused(pack: Pack) -> None:
    with_ring(pack, square(110.20, -7.48, 110.210003, -7.47))  # 0.3 m wide
    assert pack.errors() == []
    assert pack.says("areas.geojson", "1 tumpang tindih tipis", severity=Severity.NOTE)


def test_a_wider_tolerance_accepts_more(pack: Pack) -> None:
    with_ring(pack, square(110.20, -7.48, 110.21003, -7.47))  # 3.3 m wide
    assert pack.says("areas.geojson:2", "bertumpang tindih")
    pack.add("city.toml", "[geometry]", "sliver_tolerance_m = 5")
    assert pack.errors() == []


def hollow(pack: Pack) -> Pack:
    collection = outlines(pack)
    collection["features"][0]["geometry"]["coordinates"].append(
        square(110.203, -7.477, 110.207, -7.473)
    )
    return pack.write("areas.geojson", json.dumps(collection))


def test_a_hole_in_the_city_is_refused_unless_it_is_another_municipality(pack: Pack) -> None:
    assert hollow(pack).says("areas.geojson", "lubang", "bukan wilayah mana pun")
    pack.add("city.toml", "[geometry]", "has_enclaves = true")
    assert pack.errors() == []
    assert pack.says("areas.geojson", "lubang", severity=Severity.NOTE)


def test_areas_are_compared_with_the_outline_of_the_city(pack: Pack) -> None:
    def boundary(east: float) -> str:
        ring = square(110.20, -7.48, east, -7.47)
        feature = {
            "type": "Feature",
            "properties": {"area_code": "CTH"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        return json.dumps({"type": "FeatureCollection", "features": [feature]})

    assert pack.write("boundary.geojson", boundary(110.22)).errors() == []
    assert pack.write("boundary.geojson", boundary(110.225)).says("areas.geojson", "tidak tercakup")
    assert pack.write("boundary.geojson", boundary(110.215)).says("areas.geojson", "di luar kota")


@pytest.mark.parametrize(("official", "severity"), [(2.5, Severity.NOTE), (5, Severity.ERROR)])
def test_a_total_far_from_the_official_area(
    pack: Pack, official: float, severity: Severity
) -> None:
    pack.change("city.toml", "[city]", f"[city]\nofficial_area_km2 = {official}")
    assert pack.says("areas.geojson", "2.44", f"{official:g}", severity=severity)


def test_web_mercator_is_not_metric(pack: Pack) -> None:
    pack.change("city.toml", "metric_crs = 32749", "metric_crs = 3857")
    assert pack.says("city.toml", "EPSG:3857", "1.5 %")


@pytest.mark.real_data
def test_the_repaired_boundaries_of_magelang_pass_and_a_shifted_kelurahan_does_not(
    pack: Pack,
) -> None:
    areas = features_of(shared_data("magelang", "geo", "kelurahan_kemendagri_clean.geojson"))
    rows = ["area_code,level,name,parent_code", "CTH,kota,Kota,"]
    rows += [f"{p['kode_kemendagri']},kelurahan,{p['nama']},CTH" for p, _ in areas]
    pack.write("areas.csv", "\n".join(rows) + "\n")
    pack.change("routing.csv", "parkir-timur-siang,PARKIR,CTH-T,yes,DPU\n", "")

    def collection(shift: float) -> str:
        shifted = {8: affinity.translate(areas[8][1], xoff=shift)}
        features = [
            {
                "type": "Feature",
                "properties": {"area_code": p["kode_kemendagri"]},
                "geometry": mapping(shifted.get(number, geometry)),
            }
            for number, (p, geometry) in enumerate(areas)
        ]
        return json.dumps({"type": "FeatureCollection", "features": features})

    assert pack.write("areas.geojson", collection(0)).errors() == []
    # Westward, into its neighbours: it overlaps them, and opens a gap on its other side.
    words = [str(f) for f in pack.write("areas.geojson", collection(-0.0005)).errors()]
    assert any("bertumpang tindih" in text for text in words)
    assert any("33.71.02.1005" in text for text in words)


def test_the_outline_of_the_example_is_what_was_written(pack: Pack) -> None:
    geometry = shape(outlines(pack)["features"][0]["geometry"])
    assert geometry.bounds == (110.20, -7.48, 110.21, -7.47)
