"""Reads what a PMTiles file says about itself. Pure.

Source: PMTiles specification, version 3: a header of 127 bytes, then metadata as JSON.
"""

import json
import struct
import zlib
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n

HEADER_BYTES: Final = 127
MAGIC: Final = b"PMTiles"
VERSION: Final = 3
VECTOR_TILES: Final = 1
PLAIN, GZIP = 1, 2
READABLE: Final = (PLAIN, GZIP)  # what every browser can unpack
METADATA_MAX_BYTES: Final = 1024 * 1024
DEGREE: Final = 10_000_000
_LAYOUT: Final = struct.Struct("<7sB11Q6B4iB2i")


class BasemapInvalid(InvalidInput):
    code = "basemap-invalid"
    title = _n("Berkas peta ini tidak dapat dipakai.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TilesHeader:
    """`metadata_at`, `metadata_bytes`: where the metadata lies in the file. Bounds in degrees."""

    metadata_at: int
    metadata_bytes: int
    content_bytes: int  # the file is at least this long
    compression: int
    min_zoom: int
    max_zoom: int
    west: float
    south: float
    east: float
    north: float


def read_header(start: bytes) -> TilesHeader:
    """Return the header at the start of a file.

    Raises:
        BasemapInvalid: it is no PMTiles 3 file of vector tiles.
    """
    if len(start) < HEADER_BYTES or not start.startswith(MAGIC):
        raise BasemapInvalid(_n("Ini bukan berkas PMTiles. Buat dengan perkakas `pmtiles`."))
    (_, version, _, root_bytes, metadata_at, metadata_bytes, *offsets) = _LAYOUT.unpack(
        start[:HEADER_BYTES]
    )
    leaves_at, leaves_bytes, tiles_at, tiles_bytes, *_ = offsets
    compression, tile_compression, kind = offsets[8:11]
    if version != VERSION:
        raise BasemapInvalid(_n("Berkas PMTiles harus versi 3: ubah dengan `pmtiles convert`."))
    if kind != VECTOR_TILES:
        raise BasemapInvalid(_n("Berkas ini berisi gambar. Yang dapat dipakai: ubin vektor (MVT)."))
    if compression not in READABLE or tile_compression not in READABLE:
        raise BasemapInvalid(_n("Berkas peta dimampatkan dengan cara lain. Pakai gzip."))
    min_zoom, max_zoom, west, south, east, north = offsets[11:17]
    return TilesHeader(
        metadata_at=metadata_at,
        metadata_bytes=metadata_bytes,
        content_bytes=max(
            HEADER_BYTES + root_bytes,
            metadata_at + metadata_bytes,
            leaves_at + leaves_bytes,
            tiles_at + tiles_bytes,
        ),
        compression=compression,
        min_zoom=min_zoom,
        max_zoom=max_zoom,
        west=west / DEGREE,
        south=south / DEGREE,
        east=east / DEGREE,
        north=north / DEGREE,
    )


def credit_in(metadata: bytes, *, compression: int) -> str:
    """Return whose data it is, as plain text; empty where the file does not say.

    Raises:
        BasemapInvalid: the metadata cannot be read.
    """
    try:
        said = json.loads(_unpacked(metadata, compression) or b"{}")
    except (ValueError, RecursionError, zlib.error) as error:
        raise BasemapInvalid(_n("Keterangan di dalam berkas peta rusak.")) from error
    given = said.get("attribution", "") if isinstance(said, dict) else ""
    return _text_of(given) if isinstance(given, str) else ""


def _unpacked(metadata: bytes, compression: int) -> bytes:
    if compression == PLAIN:
        return metadata
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    text = unpacking.decompress(metadata, METADATA_MAX_BYTES)
    if unpacking.unconsumed_tail:
        raise BasemapInvalid(_n("Keterangan di dalam berkas peta terlalu panjang."))
    return text


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _text_of(markup: str) -> str:
    reading = _Text()
    reading.feed(markup)
    reading.close()
    return " ".join("".join(reading.parts).split())[:300]
