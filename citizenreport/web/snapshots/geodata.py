"""The areas of a snapshot with their values: GeoJSON and GeoPackage. The same bytes each time."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from citizenreport.cities.rules import Area, AreaLevel, City
from citizenreport.documents.tables import Cell
from citizenreport.ledger.rules import instant_text
from citizenreport.publication.snapshots.contents import Contents
from citizenreport.publication.snapshots.preparing import Head
from citizenreport.publication.snapshots.rules import SnapshotFile
from citizenreport.web.indicator_charts import number_of
from citizenreport.web.indicators import CSV_HEADER, csv_rows

GEOJSON: Final = "wilayah.geojson"
GEOPACKAGE: Final = "rilis.gpkg"
WGS84: Final = "EPSG:4326"
DECIMALS: Final = 6  # of a degree: about 10 cm
NUMBERS: Final = frozenset(
    {"versi_definisi", "nilai", "pembilang", "penyebut", "selang_95_bawah", "selang_95_atas"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An area with its border; `numbers` by column name, of the snapshot's whole period."""

    area_code: str
    bps_code: str
    name: str
    level: str
    border: BaseGeometry
    numbers: dict[str, float | int | None]


def geodata_files(city: City, head: Head, contents: Contents) -> list[SnapshotFile]:
    """Return both files; borders are the pack's, which says that they are not the legal ones."""
    places = places_of(city, head, contents)
    if not places:
        return []
    return [
        SnapshotFile(name=GEOJSON, content=_geojson(city, places)),
        SnapshotFile(name=GEOPACKAGE, content=_geopackage(city, head, contents, places)),
    ]


def places_of(city: City, head: Head, contents: Contents) -> list[Place]:
    """Return the city, its larger and its smallest areas, those without a border left out."""
    codes = city.area_index.codes
    borders: dict[str, BaseGeometry] = {code: city.area_index.outline(code) for code in codes}
    for area in city.areas.values():
        parts = [borders[code] for code in codes if city.areas[code].parent_code == area.area_code]
        if parts and area.area_code not in borders:
            borders[area.area_code] = shapely.union_all(np.array(parts))
    borders[city.city_code] = shapely.union_all(np.array([borders[code] for code in codes]))
    whole = Area(
        area_code=city.city_code, level=AreaLevel.CITY, name=city.name, bps_code=city.bps_code
    )
    areas = {city.city_code: whole} | dict(sorted(city.areas.items()))
    return [
        Place(
            area_code=area.area_code,
            bps_code=area.bps_code or "",
            name=area.name,
            level=area.level.value,
            border=shapely.set_precision(borders[area.area_code], 10**-DECIMALS),
            numbers=_numbers(head, contents, area.area_code),
        )
        for area in areas.values()
        if area.area_code in borders
    ]


def _numbers(head: Head, contents: Contents, area_code: str) -> dict[str, float | int | None]:
    wanted = (head.period.kind.value, head.period.start_on)
    rows = {row.code: row for row in contents.values if _key(row) == (*wanted, area_code)}
    every = sorted({row.code for row in contents.values if _key(row)[:2] == wanted})
    found: dict[str, float | int | None] = {}
    for code in every:
        row = rows.get(code)
        found[f"{code}_nilai"] = number_of(row) if row else None
        found[f"{code}_pembilang"] = row.numerator if row else None
        found[f"{code}_penyebut"] = row.denominator if row else None
    return found


def _key(row: Any) -> tuple[Any, ...]:
    return row.period_kind, row.period_start_on, row.area_code


def _geojson(city: City, places: Sequence[Place]) -> bytes:
    """Return the collection. Source: RFC 7946 (longitude first, WGS 84, right-hand rings)."""
    features = [
        {
            "type": "Feature",
            "id": place.area_code,
            "properties": {
                "kode_wilayah_kemendagri": place.area_code,
                "kode_wilayah_bps": place.bps_code or None,
                "nama_wilayah": place.name,
                "tingkat_wilayah": place.level,
                **place.numbers,
            },
            "geometry": mapping(_oriented(place.border)),
        }
        for place in places
    ]
    body = {
        "type": "FeatureCollection",
        "sumber_batas": city.boundaries_source,
        "features": features,
    }
    return (json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _oriented(border: BaseGeometry) -> BaseGeometry:
    parts = [orient(part) for part in shapely.get_parts(border) if isinstance(part, Polygon)]
    return MultiPolygon(parts)


def _geopackage(city: City, head: Head, contents: Contents, places: Sequence[Place]) -> bytes:
    """Return layers `wilayah` (borders, a column a number) and `nilai` (the long form)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / GEOPACKAGE
        # What the file says of its own making, so that it is the same each time.
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": instant_text(head.made_at)})
        try:
            _write_places(path, places)
            _write_values(path, city, contents)
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        return path.read_bytes()


def _write_places(path: Path, places: Sequence[Place]) -> None:
    columns: dict[str, np.ndarray[Any, Any]] = {
        "kode_wilayah_kemendagri": _texts([place.area_code for place in places]),
        "kode_wilayah_bps": _texts([place.bps_code for place in places]),
        "nama_wilayah": _texts([place.name for place in places]),
        "tingkat_wilayah": _texts([place.level for place in places]),
    }
    for name in places[0].numbers:
        columns[name] = np.array(
            [np.nan if (n := place.numbers[name]) is None else n for place in places], dtype=float
        )
    borders = [place.border for place in places]
    whole = [b if b.geom_type == "MultiPolygon" else shapely.multipolygons([b]) for b in borders]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(whole)),
        list(columns.values()),
        list(columns),
        layer="wilayah",
        driver="GPKG",
        geometry_type="MultiPolygon",
        crs=WGS84,
    )


def _write_values(path: Path, city: City, contents: Contents) -> None:
    rows = [list(row) for row in csv_rows(city, contents.values)]
    columns = []
    for place, name in enumerate(CSV_HEADER):
        cells: list[Cell] = [row[place] for row in rows]
        if name in NUMBERS:
            columns.append(np.array([_float(cell) for cell in cells], dtype=float))
        else:
            columns.append(_texts(["" if cell is None else str(cell) for cell in cells]))
    pyogrio.raw.write(
        path, None, columns, list(CSV_HEADER), layer="nilai", driver="GPKG", append=True
    )


def _float(cell: Any) -> float:
    return float("nan") if cell is None else float(cell)


def _texts(values: Sequence[str]) -> "np.ndarray[Any, Any]":
    return np.array(values, dtype=object)
