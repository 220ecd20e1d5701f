"""GeoJSON (RFC 7946) read strictly: every structural fault is named before a shape is made.

Geometry libraries accept half of what is wrong here in silence: strings for numbers, open rings,
doubled keys, NaN.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import NoReturn

from citizenreport.core.text import _n

DEPTHS = {  # how deep positions are nested
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
# Members of other kinds of object would change the meaning. Source: RFC 7946, section 7.1.
_STRANGE = {
    "FeatureCollection": ("coordinates", "geometries", "geometry", "properties"),
    "Feature": ("coordinates", "geometries", "features"),
    "geometry": ("geometry", "properties", "features"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One structural fault; `feature` counts from 1, None outside any feature."""

    text: str
    feature: int | None = None
    value: str = ""

    @property
    def message(self) -> str:
        return self.text % {"value": self.value}


class _NotJson(ValueError):
    """Carries the message for a file that is no JSON document."""


def parse_geojson(text: str) -> tuple[object, list[Fault]]:
    """Return the parsed document and its structural faults; None with a fault when it is no JSON."""
    try:
        document = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        return document, list(_faults(document))
    except json.JSONDecodeError as error:
        return None, [Fault(text=_n("JSON rusak di baris %(value)s."), value=str(error.lineno))]
    except RecursionError:
        return None, [Fault(text=_n("JSON bersarang terlalu dalam."))]
    except ValueError as error:  # _NotJson, or a number with thousands of digits
        return None, [Fault(text=_n("Bukan JSON yang sah: %(value)s."), value=str(error))]


def features_of(document: object) -> list[Mapping[str, object]]:
    """Return the features of a parsed collection, in file order; none for anything else."""
    features = document.get("features") if isinstance(document, dict) else None
    return [f for f in features if isinstance(f, dict)] if isinstance(features, list) else []


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _NotJson(f"“{next(key for key in keys if keys.count(key) > 1)}” dua kali")
    return found


def _no_constant(name: str) -> NoReturn:
    raise _NotJson(name)  # NaN, Infinity: no JSON, and no place


def _faults(document: object) -> Iterator[Fault]:
    if not isinstance(document, dict):
        yield Fault(text=_n("Isi berkas harus sebuah objek GeoJSON."))
        return
    match document.get("type"):
        case "FeatureCollection":
            yield from _collection_faults(document)
        case "Feature":
            yield from _feature_faults(document)
        case _:
            yield from _geometry_faults(document)


def _collection_faults(collection: dict[str, object]) -> Iterator[Fault]:
    yield from _strange_members(collection, "FeatureCollection")
    yield from _bbox_faults(collection)
    features = collection.get("features")
    if not isinstance(features, list):
        yield Fault(text=_n("“features” harus ada dan berupa daftar."))
        return
    for number, feature in enumerate(features, start=1):
        if isinstance(feature, dict) and feature.get("type") == "Feature":
            faults = _feature_faults(feature)
        else:
            faults = iter([Fault(text=_n("Tiap isi “features” harus objek bertipe Feature."))])
        for fault in faults:
            yield Fault(text=fault.text, value=fault.value, feature=number)


def _feature_faults(feature: dict[str, object]) -> Iterator[Fault]:
    yield from _strange_members(feature, "Feature")
    yield from _bbox_faults(feature)
    identity = feature.get("id", "")
    if isinstance(identity, bool) or not isinstance(identity, str | int | float):
        yield Fault(text=_n("“id” harus teks atau angka."))
    if not isinstance(feature.get("properties", ""), dict | None):
        yield Fault(text=_n("“properties” harus ada dan berupa objek."))
    geometry = feature.get("geometry", "")
    if isinstance(geometry, dict):
        yield from _geometry_faults(geometry)
    elif geometry is not None:
        yield Fault(text=_n("“geometry” harus ada dan berupa objek."))


def _geometry_faults(geometry: dict[str, object]) -> Iterator[Fault]:
    yield from _strange_members(geometry, "geometry")
    yield from _bbox_faults(geometry)
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        yield from _parts_faults(geometry.get("geometries"))
    elif not isinstance(kind, str):
        yield Fault(text=_n("“type” harus ada dan berupa teks."))
    elif kind not in DEPTHS:
        yield Fault(text=_n("Tipe “%(value)s” tidak dikenal."), value=kind)
    else:
        yield from _coordinate_faults(geometry.get("coordinates"), kind)


def _parts_faults(parts: object) -> Iterator[Fault]:
    if not isinstance(parts, list):
        yield Fault(text=_n("“geometries” harus ada dan berupa daftar."))
        return
    for part in parts:
        if isinstance(part, dict):
            yield from _geometry_faults(part)
        else:
            yield Fault(text=_n("Tiap isi “geometries” harus objek geometri."))


def _coordinate_faults(coordinates: object, kind: str) -> Iterator[Fault]:
    if not isinstance(coordinates, list):
        yield Fault(text=_n("“coordinates” harus ada dan berupa daftar."))
        return
    check_line = _ring_faults if "Polygon" in kind else _line_faults
    yield from _nested_faults(
        coordinates, DEPTHS[kind], check_line if kind != "MultiPoint" else None
    )


def _nested_faults(
    value: object, depth: int, check_line: Callable[[list[object]], Iterator[Fault]] | None
) -> Iterator[Fault]:
    if depth == 0:
        yield from _position_faults(value)
    elif not isinstance(value, list):
        yield Fault(text=_n("Koordinat kurang dalam bersarang: ada yang bukan daftar."))
    elif not value:
        yield Fault(text=_n("Daftar koordinat kosong."))
    else:
        inner = [fault for item in value for fault in _nested_faults(item, depth - 1, check_line)]
        yield from inner
        if depth == 1 and check_line and not inner:
            yield from check_line(value)


def _position_faults(position: object) -> Iterator[Fault]:
    if not isinstance(position, list):
        yield Fault(text=_n("Satu titik harus berupa daftar [bujur, lintang]."))
    elif not 2 <= len(position) <= 3:
        yield Fault(text=_n("Satu titik terdiri atas bujur, lintang dan paling banyak ketinggian."))
    elif not all(_is_number(number) for number in position):
        yield Fault(text=_n("Bujur dan lintang harus angka."))


def _line_faults(line: list[object]) -> Iterator[Fault]:
    if len(line) < 2:
        yield Fault(text=_n("Sebuah garis butuh dua titik atau lebih."))


def _ring_faults(ring: list[object]) -> Iterator[Fault]:
    if len(ring) < 4:
        yield Fault(text=_n("Cincin poligon butuh empat titik atau lebih."))
    elif ring[0] != ring[-1]:
        yield Fault(text=_n("Titik pertama dan terakhir cincin poligon harus sama."))


def _strange_members(thing: dict[str, object], kind: str) -> Iterator[Fault]:
    for member in _STRANGE[kind]:
        if member in thing:
            yield Fault(text=_n("“%(value)s” tidak boleh ada di objek ini."), value=member)


def _bbox_faults(thing: dict[str, object]) -> Iterator[Fault]:
    box = thing.get("bbox", [0, 0, 0, 0])
    if not (isinstance(box, list) and len(box) in (4, 6) and all(map(_is_number, box))):
        yield Fault(text=_n("“bbox” harus daftar empat atau enam angka."))


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    # No coordinate has so many digits, and no float holds a thousand of them.
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15
