"""Small PMTiles files, made with the library of the format's own authors."""

import gzip
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

MAGELANG = (110.20, -7.52, 110.24, -7.44)
QUARTERS = ((0, 0), (0, 1), (1, 0), (1, 1))
CREDIT = '<a href="https://www.openstreetmap.org/copyright">© OpenStreetMap</a>'


def earth_tile() -> bytes:
    """A vector tile that is land all over, in the layer that basemaps have for it.

    Source: Mapbox Vector Tile specification 2.1.
    """
    corners = bytes(
        [9, 0, 0, 26, 128, 64, 0, 0, 128, 64, 255, 63, 0, 15]
    )  # 4,096 right, down, left
    feature = b"\x18\x03" + _field(4, corners)
    layer = b"\x78\x02" + _field(1, b"earth") + _field(2, feature) + b"\x28\x80\x20"
    return _field(3, layer)


def make_pmtiles(path: Path, *, bounds: tuple[float, ...] = MAGELANG, **header: Any) -> Path:
    """Write a file with tiles of land for the whole world, at zooms 0 and 1."""
    west, south, east, north = (round(edge * 10_000_000) for edge in bounds)
    metadata = header.pop("metadata", {"name": "jalan", "attribution": CREDIT})
    with path.open("wb") as file:
        writer = Writer(file)
        for tile in sorted(
            [zxy_to_tileid(0, 0, 0), *(zxy_to_tileid(1, x, y) for x, y in QUARTERS)]
        ):
            # Equal tiles would be one entry, of which the library counts the first zoom only.
            writer.write_tile(tile, gzip.compress(earth_tile(), mtime=tile))
        facts = {
            "tile_type": TileType.MVT,
            "tile_compression": Compression.GZIP,
            "min_lon_e7": west,
            "min_lat_e7": south,
            "max_lon_e7": east,
            "max_lat_e7": north,
            "center_zoom": 0,
            "center_lon_e7": (west + east) // 2,
            "center_lat_e7": (south + north) // 2,
        }
        writer.finalize(facts | header, metadata)
    return path


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited field of a protocol buffer."""
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content
