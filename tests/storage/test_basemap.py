"""Which files become the streets of the city, and that they do so whole or not at all."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from pmtiles.tile import Compression, TileType

from citizenreport.storage import basemap
from citizenreport.storage.basemap import NAME, install, installed_in, read_basemap
from citizenreport.storage.pmtiles import BasemapInvalid
from tests.tiles import MAGELANG, make_pmtiles


def cut(path: Path) -> Path:
    path.write_bytes(make_pmtiles(path).read_bytes()[:-10])
    return path


def written(content: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return make


def huge(path: Path) -> Path:
    make_pmtiles(path)
    with path.open("rb+") as file:
        file.truncate(basemap.MAX_BYTES + 1)  # a hole: it takes no room
    return path


def of_version(number: int) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        content = bytearray(make_pmtiles(path).read_bytes())
        content[7] = number
        path.write_bytes(content)
        return path

    return make


def with_broken_metadata(path: Path) -> Path:
    content = bytearray(make_pmtiles(path).read_bytes())
    (at,) = struct.unpack_from("<Q", content, 24)
    content[at : at + 4] = b"ABCD"
    path.write_bytes(content)
    return path


REFUSED = {
    "empty": (written(b""), "bukan berkas PMTiles"),
    "a picture": (written(b"\x89PNG" + bytes(500)), "bukan berkas PMTiles"),
    "only the magic": (written(b"PMTiles\x03"), "bukan berkas PMTiles"),
    "version 2": (of_version(2), "versi 3"),
    "cut off": (cut, "terpotong"),
    "too large": (huge, "2 GB"),
    "broken metadata": (with_broken_metadata, "rusak"),
    "pictures": (lambda path: make_pmtiles(path, tile_type=TileType.PNG), "gambar"),
    "brotli": (lambda path: make_pmtiles(path, tile_compression=Compression.BROTLI), "gzip"),
    "too much metadata": (
        lambda path: make_pmtiles(path, metadata={"attribution": "a" * 2_000_000}),
        "terlalu panjang",
    ),
    "another city": (lambda path: make_pmtiles(path, bounds=(-71.2, 42.2, -70.9, 42.4)), "kota"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_used_is_refused_and_changes_nothing(
    tmp_path: Path, name: str
) -> None:
    make, words = REFUSED[name]
    folder = tmp_path / "basemap"
    before = install(make_pmtiles(tmp_path / "good.pmtiles"), folder, city_bounds=MAGELANG)
    with pytest.raises(BasemapInvalid, match=words):
        install(make(tmp_path / "bad.pmtiles"), folder, city_bounds=MAGELANG)
    assert installed_in(folder) == before
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_what_is_installed_says_what_it_is(tmp_path: Path) -> None:
    found = install(make_pmtiles(tmp_path / "good.pmtiles"), tmp_path / "new", city_bounds=MAGELANG)
    assert found.credit == "© OpenStreetMap"
    assert (found.header.min_zoom, found.header.max_zoom) == (0, 1)
    assert (found.header.west, found.header.north) == (MAGELANG[0], MAGELANG[3])


def test_a_file_without_attribution_has_no_credit(tmp_path: Path) -> None:
    assert read_basemap(make_pmtiles(tmp_path / "a.pmtiles", metadata={})).credit == ""


@pytest.mark.parametrize("attribution", [["a"], 7, None])
def test_an_attribution_of_another_kind_is_none(tmp_path: Path, attribution: object) -> None:
    path = make_pmtiles(tmp_path / "a.pmtiles", metadata={"attribution": attribution})
    assert read_basemap(path).credit == ""


def test_an_installed_file_that_broke_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"PMTiles")
    assert installed_in(tmp_path) is None
