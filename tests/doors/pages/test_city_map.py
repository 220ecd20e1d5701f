"""What a map is drawn from: the city, its areas, and streets by ranges."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from shapely.geometry import Point, shape
from werkzeug.test import TestResponse

from citizenreport.cities.ground import bounds_of, ground_of
from citizenreport.cities.rules import City, Landmark
from citizenreport.storage.basemap import NAME, install
from tests.scenes import PANJANG
from tests.tiles import make_pmtiles

STREETS = "/peta/jalan.pmtiles"


@pytest.fixture
def file(
    client: FlaskClient, magelang: City, settings: dict[str, object], tmp_path: Path
) -> Iterator[bytes]:
    """Streets that are installed, and what is in the file."""
    source = make_pmtiles(tmp_path / "jalan.pmtiles")
    folder = Path(str(settings["BASEMAP_DIR"]))
    install(source, folder, city_bounds=bounds_of(magelang))
    yield source.read_bytes()
    (folder / NAME).unlink()


def ask(client: FlaskClient, range_: str, **headers: str) -> TestResponse:
    return client.get(STREETS, buffered=True, headers={"Range": range_, **headers})


def test_areas_keep_their_place_and_their_name_lies_inside(magelang: City) -> None:
    ground = ground_of(magelang)
    features = ground["features"]
    assert isinstance(features, list)
    assert len(features) == 17
    for feature in features:
        drawn, told = shape(feature["geometry"]), feature["properties"]
        assert drawn.is_valid
        assert drawn.contains(Point(told["label"]))
        (code,) = (a.area_code for a in magelang.areas.values() if a.name == told["name"])
        real = magelang.area_index.outline(code)
        assert drawn.symmetric_difference(real).area < 0.02 * real.area


def test_landmarks_with_a_place_are_on_the_ground(magelang: City) -> None:
    landmarks = (
        Landmark(name="Alun-alun", area_code="33.71.03.1005", position=PANJANG),
        Landmark(name="Tanpa titik", area_code="33.71.03.1005"),
    )
    features = ground_of(replace(magelang, landmarks=landmarks))["features"]
    assert isinstance(features, list)
    assert [f for f in features if f["properties"]["kind"] == "landmark"] == [
        {
            "type": "Feature",
            "properties": {"kind": "landmark", "name": "Alun-alun"},
            "geometry": {"type": "Point", "coordinates": [PANJANG.lon, PANJANG.lat]},
        }
    ]


def test_the_ground_is_kept_for_ever_under_the_address_of_its_version(
    client: FlaskClient, magelang: City
) -> None:
    told = client.get("/peta/kota.json").get_json()
    assert told["bounds"] == pytest.approx(bounds_of(magelang))
    assert told["streets"] is None
    kept = client.get(told["ground"])
    assert "immutable" in kept.headers["Cache-Control"]
    assert kept.mimetype == "application/geo+json"
    assert "immutable" not in client.get("/peta/dasar.json?v=lama").headers["Cache-Control"]
    again = client.get("/peta/dasar.json", headers={"If-None-Match": kept.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_words_of_the_map_are_in_the_language_of_the_page(
    client: FlaskClient, magelang: City
) -> None:
    words = client.get("/peta/kota.json?lang=en").get_json()["words"]
    assert words["zoom_in"] == "Zoom in"


def test_the_style_exists(client: FlaskClient, magelang: City) -> None:
    style = client.get(client.get("/peta/kota.json").get_json()["style"], buffered=True)
    assert style.status_code == 200
    assert ".leaflet-pane" in style.text


def test_without_streets_there_are_none(client: FlaskClient, magelang: City) -> None:
    assert client.get(STREETS).status_code == 404


def test_streets_are_sent_whole_with_a_name_for_this_version(
    client: FlaskClient, file: bytes
) -> None:
    told = client.get("/peta/kota.json").get_json()
    assert told["credits"][0] == {
        "text": "© OpenStreetMap",
        "url": "https://www.openstreetmap.org/copyright",
    }
    answer = client.get(told["streets"]["url"], buffered=True)
    assert (answer.status_code, answer.data) == (200, file)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "max-age=86400" in answer.headers["Cache-Control"]
    same = client.get(STREETS, buffered=True, headers={"If-None-Match": answer.headers["ETag"]})
    assert same.status_code == 304


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-126", 0, 127), ("bytes=-5", -5, None), ("bytes=9-", 9, None)],
)
def test_a_range_is_sent_as_it_was_asked_for(
    client: FlaskClient, file: bytes, asked: str, start: int, end: int | None
) -> None:
    answer = ask(client, asked)
    assert answer.status_code == 206
    assert answer.data == file[start:end]
    assert answer.headers["Content-Range"].endswith(f"/{len(file)}")
    assert answer.headers["Content-Length"] == str(len(answer.data))


@pytest.mark.parametrize(
    "asked", ["bytes=999999999-", "bytes=0-1,5-6", "bytes=abc", "bytes=-", "bytes=9-2"]
)
def test_a_range_that_cannot_be_sent_is_refused_with_the_length(
    client: FlaskClient, file: bytes, asked: str
) -> None:
    answer = ask(client, asked)
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(file)}"
    assert "Bagian berkas yang diminta tidak ada." in answer.text


def test_a_range_in_another_unit_is_ignored(client: FlaskClient, file: bytes) -> None:
    answer = ask(client, "tiles=0-1")
    assert (answer.status_code, answer.data) == (200, file)


def test_a_range_of_another_version_brings_the_whole_file(client: FlaskClient, file: bytes) -> None:
    tag = client.get(STREETS, buffered=True).headers["ETag"]
    assert ask(client, "bytes=0-9", **{"If-Range": tag}).status_code == 206
    other = ask(client, "bytes=0-9", **{"If-Range": '"lama"'})
    assert (other.status_code, other.data) == (200, file)


def test_a_new_file_has_another_address(
    client: FlaskClient, magelang: City, file: bytes, settings: dict[str, object], tmp_path: Path
) -> None:
    before = client.get("/peta/kota.json").get_json()["streets"]["url"]
    source = make_pmtiles(tmp_path / "baru.pmtiles", metadata={"name": "baru"})
    install(source, Path(str(settings["BASEMAP_DIR"])), city_bounds=bounds_of(magelang))
    assert client.get("/peta/kota.json").get_json()["streets"]["url"] != before
