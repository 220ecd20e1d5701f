"""The streets of the city: one PMTiles file in a folder, put there whole or not at all."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from citizenreport.core.ids import new_public_id
from citizenreport.core.text import _n
from citizenreport.storage.pmtiles import (
    HEADER_BYTES,
    METADATA_MAX_BYTES,
    BasemapInvalid,
    TilesHeader,
    credit_in,
    read_header,
)

NAME: Final = "streets.pmtiles"
MAX_BYTES: Final = 2 * 1024**3
"""Streets of a large city take some 100 MB; more than this is a country."""

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basemap:
    """An installed file. `version` is another one after each installation."""

    path: Path
    version: str
    header: TilesHeader
    credit: str


def read_basemap(path: Path) -> Basemap:
    """Return what a file of streets says about itself.

    Raises:
        BasemapInvalid: it is not one, it is cut off, or it is too large.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        facts = os.fstat(file.fileno())
        if facts.st_size > MAX_BYTES:
            raise BasemapInvalid(
                _n("Berkas peta lebih dari 2 GB. Potong seluas kota dengan `pmtiles extract`.")
            )
        header = read_header(file.read(HEADER_BYTES))
        if header.content_bytes > facts.st_size:
            raise BasemapInvalid(_n("Berkas peta terpotong. Salin lagi sampai selesai."))
        if header.metadata_bytes > METADATA_MAX_BYTES:
            raise BasemapInvalid(_n("Keterangan di dalam berkas peta terlalu panjang."))
        file.seek(header.metadata_at)
        credit = credit_in(file.read(header.metadata_bytes), compression=header.compression)
    version = f"{facts.st_mtime_ns:x}-{facts.st_size:x}"
    return Basemap(path=path, version=version, header=header, credit=credit)


def installed_in(folder: Path) -> Basemap | None:
    """Return the installed streets; None while there are none, or none that can be read."""
    try:
        return read_basemap(folder / NAME)
    except (OSError, BasemapInvalid):
        return None


def install(source: Path, folder: Path, *, city_bounds: Bounds) -> Basemap:
    """Put a file in the place of the streets there are, in one step.

    Raises:
        BasemapInvalid: it is no file of streets, or not of this city.
        OSError: it cannot be read, or not be written.
    """
    if not _overlap(read_basemap(source).header, city_bounds):
        raise BasemapInvalid(
            _n("Peta dalam berkas ini tidak mencakup kota. Pakai berkas dengan batas kota.")
        )
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{NAME}.{new_public_id()}"
    try:
        shutil.copyfile(source, draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        read_basemap(draft)  # what was copied, not what was there a moment ago
        draft.rename(folder / NAME)
    finally:
        draft.unlink(missing_ok=True)
    return read_basemap(folder / NAME)


def _overlap(header: TilesHeader, bounds: Bounds) -> bool:
    west, south, east, north = bounds
    return (
        header.west < east and west < header.east and header.south < north and south < header.north
    )
