"""Small PMTiles files, made with the library of the format's own authors."""

import gzip
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

MAGELANG = (110.20, -7.52, 110.24, -7.44)
CREDIT = '<a href="https://www.openstreetmap.org/copyright">© OpenStreetMap</a>'


def street_tile() -> bytes:
    """A vector tile with one road across it, in the layer and fields that basemaps have.

    Source: Mapbox Vector Tile specification 2.1.
    """
    line = bytes([9, 0, 128, 32, 10, 128, 64, 0])  # move to (0, 2048), line by (4096, 0)
    feature = _field(2, bytes([0, 0])) + b"\x18\x02" + _field(4, line)
    value = _field(1, b"major_road")
    layer = (
        b"\x78\x02"
        + _field(1, b"roads")
        + _field(2, feature)
        + _field(3, b"kind")
        + _field(4, value)
        + b"\x28\x80\x20"
    )
    return _field(3, layer)


def make_pmtiles(path: Path, *, bounds: tuple[float, ...] = MAGELANG, **header: Any) -> Path:
    """Write a file with one tile for the whole world at zoom 0."""
    west, south, east, north = (round(edge * 10_000_000) for edge in bounds)
    metadata = header.pop("metadata", {"name": "jalan", "attribution": CREDIT})
    with path.open("wb") as file:
        writer = Writer(file)
        writer.write_tile(zxy_to_tileid(0, 0, 0), gzip.compress(street_tile()))
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
