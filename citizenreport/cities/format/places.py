"""Areas, their people, their outlines and what lies around them."""

from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.geojson import features_of, parse_geojson
from citizenreport.cities.format.parts import AreaPopulation, Line, Shape
from citizenreport.cities.format.tables import Heading, Row, read_table
from citizenreport.cities.rules import Area, AreaLevel, Landmark, Neighbour, Population
from citizenreport.core.text import _n
from citizenreport.geo.frame import region_of
from citizenreport.geo.position import Position

AREAS = Heading(
    file="areas.csv",
    needed=("area_code", "level", "name"),
    optional=(
        "bps_code",
        "parent_code",
        "postal_code",
        "neighbourhoods",
        "valid_from",
        "valid_to",
    ),
)
POPULATION = Heading(
    file="population.csv",
    needed=("area_code", "year", "persons", "source"),
    optional=("female", "male"),
)
LANDMARKS = Heading(file="landmarks.csv", needed=("name", "area_code"), optional=("lon", "lat"))
_SWAPPED = _n("Bujur dan lintang tertukar: %(place)s.")
_SWAP = _n("Tulis bujur dahulu, lalu lintang.")


def read_areas(text: str | None, findings: Findings) -> list[Line[Area]]:
    """Return the areas, in file order."""
    return [
        Line(
            file=row.file,
            row=row.number,
            value=Area(
                area_code=row.code("area_code"),
                level=row.choice("level", AreaLevel),
                name=row.needed("name"),
                bps_code=row.optional_code("bps_code"),
                parent_code=row.optional_code("parent_code"),
                postal_code=row.optional("postal_code"),
                neighbourhoods=row.optional_whole("neighbourhoods"),
                valid_from=row.day("valid_from"),
                valid_to=row.day("valid_to"),
            ),
        )
        for row in read_table(text, AREAS, findings)
    ]


def read_populations(text: str | None, findings: Findings) -> list[Line[AreaPopulation]]:
    """Return the numbers of people; a number without year or source is refused."""
    return [
        Line(file=row.file, row=row.number, value=_population(row))
        for row in read_table(text, POPULATION, findings)
    ]


def _population(row: Row) -> AreaPopulation:
    area_code, persons = row.code("area_code"), row.optional_whole("persons", least=1)
    if persons is None:
        return AreaPopulation(
            area_code=area_code, year=row.optional_whole("year") or 0, population=None
        )
    year, source = row.whole("year", least=1900), row.needed("source")
    return AreaPopulation(
        area_code=area_code,
        year=year,
        population=Population(
            persons=persons, year=year, source=source, **_by_sex(row, persons=persons)
        ),
    )


def _by_sex(row: Row, *, persons: int) -> dict[str, int]:
    """Return women and men where both are given and sum to all."""
    female, male = row.optional_whole("female", least=1), row.optional_whole("male", least=1)
    if female is None and male is None:
        return {}
    if female is None or male is None or female + male != persons:
        row.error(
            "female",
            problem=_n("female dan male tidak berjumlah persons."),
            remedy=_n("Isi keduanya dari sumber yang sama, atau kosongkan keduanya."),
        )
        return {}
    return {"female": female, "male": male}


def read_landmarks(
    text: str | None, findings: Findings, *, metric_crs: int
) -> list[Line[Landmark]]:
    """Return the places people name; a place without coordinates is one of its area."""
    return [
        Line(
            file=row.file,
            row=row.number,
            value=Landmark(
                name=row.needed("name"),
                area_code=row.code("area_code"),
                position=_position(row, metric_crs),
            ),
        )
        for row in read_table(text, LANDMARKS, findings)
    ]


def _position(row: Row, metric_crs: int) -> Position | None:
    if not row.text("lon") and not row.text("lat"):
        return None
    try:
        lon, lat = float(row.text("lon")), float(row.text("lat"))
        position = Position(lon=lon, lat=lat)
    except ValueError:
        row.error(
            "lon",
            problem=_n("lon dan lat bukan derajat yang sah."),
            remedy=_n("Tulis derajat desimal: lon dari −180 sampai 180, lat dari −90 sampai 90."),
        )
        return None
    if is_swapped(lon, lat, metric_crs=metric_crs):
        row.error("lon", problem=_SWAPPED, remedy=_SWAP, place=f"{lon:g}, {lat:g}")
    return position


def read_shapes(
    file: str, text: str | None, findings: Findings, *, code_property: str, metric_crs: int
) -> list[Line[Shape]]:
    """Return the polygons of a GeoJSON file that can be used; what is wrong with others is recorded."""
    if text is None:
        return []
    document, faults = parse_geojson(text)
    for fault in faults:
        findings.error(
            file,
            fault.feature,
            problem=fault.text,
            remedy=_n("Perbaiki menurut RFC 7946, atau ekspor ulang dari QGIS."),
            value=fault.value,
        )
    if document is None or not _is_collection(document, file, findings):
        return []
    broken = {fault.feature for fault in faults}
    lines: list[Line[Shape]] = []
    for number, feature in enumerate(features_of(document), start=1):
        if number not in broken:
            code = _code_of(feature, file, number, code_property=code_property, findings=findings)
            found = _usable(feature, file, number, metric_crs=metric_crs, findings=findings)
            if code and found:
                value = Shape(code=code, geometry=found, properties=_texts_of(feature))
                lines.append(Line(file=file, row=number, value=value))
    return lines


def neighbours_of(shapes: Iterable[Line[Shape]]) -> list[Line[Neighbour]]:
    """Return what the properties of `neighbours.geojson` say about each neighbouring area."""
    return [
        Line(
            file=line.file,
            row=line.row,
            value=Neighbour(
                code=line.value.code,
                name=line.value.properties.get("name") or line.value.code,
                district=line.value.properties.get("district", ""),
                channel_agency_code=line.value.properties.get("channel_agency") or None,
            ),
        )
        for line in shapes
    ]


def is_swapped(lon: float, lat: float, *, metric_crs: int) -> bool:
    """Say whether a place makes sense only with longitude and latitude exchanged."""
    if abs(lat) > 90 or abs(lon) > 180:
        return abs(lat) <= 180 and abs(lon) <= 90
    region = region_of(metric_crs) if metric_crs else None
    if region is None or region.covers(shapely.Point(lon, lat)):
        return False
    return bool(region.covers(shapely.Point(lat, lon)))


def _is_collection(document: object, file: str, findings: Findings) -> bool:
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        findings.error(
            file,
            problem=_n("Isi berkas bukan FeatureCollection."),
            remedy=_n("Bungkus poligon dalam FeatureCollection, satu Feature per wilayah."),
        )
        return False
    crs = str(document.get("crs", "CRS84"))
    if "CRS84" not in crs and "4326" not in crs:
        findings.error(
            file,
            problem=_n("Berkas ini memakai sistem koordinat lain: %(crs)s."),
            remedy=_n("Ekspor ulang dalam WGS 84 (EPSG:4326)."),
            crs=crs[:80],
        )
        return False
    return True


def _code_of(
    feature: Mapping[str, object], file: str, number: int, *, code_property: str, findings: Findings
) -> str:
    code = _texts_of(feature).get(code_property, "")
    if not code:
        findings.error(
            file,
            number,
            problem=_n("Feature ini tidak punya properti %(property)s."),
            remedy=_n("Tambahkan kode wilayahnya sebagai teks."),
            property=code_property,
        )
    return code


def _usable(
    feature: Mapping[str, object], file: str, number: int, *, metric_crs: int, findings: Findings
) -> BaseGeometry | None:
    """Return the polygon of a feature, or None after recording why it is of no use."""
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or geometry["type"] not in ("Polygon", "MultiPolygon"):
        findings.error(
            file,
            number,
            problem=_n("Feature ini bukan poligon."),
            remedy=_n("Pakai Polygon atau MultiPolygon."),
        )
        return None
    flat = _without_heights(geometry["coordinates"])
    polygon = shape({"type": geometry["type"], "coordinates": flat})
    if polygon.is_empty:
        problem, remedy, reason = _n("Poligon ini kosong."), _n("Gambar ulang poligonnya."), ""
    elif fault := _place_fault(polygon, metric_crs):
        problem, remedy, reason = fault
    elif not polygon.is_valid:
        problem = _n("Poligon ini tidak sah: %(reason)s.")
        remedy = _n("Perbaiki, misalnya dengan Fix geometries di QGIS.")
        reason = shapely.is_valid_reason(polygon)
    else:
        return polygon
    findings.error(file, number, problem=problem, remedy=remedy, reason=reason, place=reason)
    return None


def _without_heights(coordinates: list[Any]) -> list[Any]:
    """Return positions as longitude and latitude: some of a ring may carry a height."""
    if coordinates and not isinstance(coordinates[0], list):
        return coordinates[:2]
    return [_without_heights(inner) for inner in coordinates]


def _place_fault(polygon: BaseGeometry, metric_crs: int) -> tuple[str, str, str] | None:
    west, south, east, north = polygon.bounds
    place = f"{west:g}, {south:g}"
    if any(
        is_swapped(lon, lat, metric_crs=metric_crs) for lon, lat in ((west, south), (east, north))
    ):
        return _SWAPPED, _SWAP, place
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        return _n("Koordinat di luar bumi: %(place)s."), _n("Tulis derajat WGS 84."), place
    return None


def _texts_of(feature: Mapping[str, object]) -> dict[str, str]:
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        return {}
    return {key: str(value).strip() for key, value in properties.items() if value is not None}
