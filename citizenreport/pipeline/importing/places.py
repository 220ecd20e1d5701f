"""Where many rows lie, at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import nan
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from citizenreport.cities.rules import City
from citizenreport.core.text import _n
from citizenreport.geo.areas import Located
from citizenreport.geo.frame import WGS84
from citizenreport.geo.position import Position
from citizenreport.pipeline.importing.cells import Refused, Row
from citizenreport.pipeline.importing.facts import Facts
from citizenreport.pipeline.importing.mapping import PlaceColumns

SAME_DEGREES = 1e-7  # about a centimetre
SAME_METRES = 0.01
NO_POINT = (nan, nan)
Floats = np.ndarray[Any, np.dtype[np.float64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A row with its place. `position` None: unknown, or `is_default` for the file's default point."""

    facts: Facts
    position: Position | None = None
    located: Located | None = None
    is_default: bool = False

    @property
    def area_code(self) -> str | None:
        """The area the report counts in: what the source says beats what the point says."""
        return self.facts.area_code or (self.located.area_code if self.located else None)

    @property
    def is_outside(self) -> bool:
        """Whether the point lies outside the city, and the report is kept nevertheless."""
        return self.located is not None and self.located.area_code is None


def place_all(
    city: City, columns: PlaceColumns, facts: Sequence[Facts], *, file_crs: str | None
) -> list[Placed | Refused]:
    """Return for each row its place, or why it has none that can be accepted."""
    given = [_coordinates(columns, one.row) for one in facts]
    pairs = np.array([NO_POINT if isinstance(one, Refused) else one for one in given])
    pairs = pairs.reshape(-1, 2)
    is_default = _default_points(columns, pairs)
    pairs[is_default] = nan
    is_given = ~np.isnan(pairs[:, 0])
    lon, lat = to_degrees(columns.crs or file_crs, pairs)
    in_range = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    usable = is_given & in_range
    found = iter(city.area_index.locate_all(lon[usable], lat[usable]))
    results: list[Placed | Refused] = []
    for number, one in enumerate(facts):
        pair = given[number]
        if isinstance(pair, Refused):
            results.append(pair)
        elif not is_given[number]:
            results.append(_unplaced(columns, one, is_default=bool(is_default[number])))
        elif not in_range[number]:
            results.append(_out_of_range(pair))
        else:
            position = Position(lon=float(lon[number]), lat=float(lat[number]))
            results.append(_placed(columns, one, position, next(found)))
    return results


def _coordinates(columns: PlaceColumns, row: Row) -> tuple[float, float] | Refused:
    """Return x and y as given, NaN where nothing is given."""
    try:
        if columns.x is not None and columns.y is not None:
            x, y = columns.x.of(row), columns.y.of(row)
            if (x is None) != (y is None):
                return Refused(_n("Hanya satu dari dua koordinat yang diisi."))
            return NO_POINT if x is None or y is None else (x, y)
        return _of_shape(columns, row) if columns.shape is not None else NO_POINT
    except Refused as reason:
        return reason


def _of_shape(columns: PlaceColumns, row: Row) -> tuple[float, float]:
    text = columns.shape.text(row) if columns.shape is not None else None
    if text is None:
        return NO_POINT
    try:
        shape = shapely.from_wkt(text)
    except shapely.errors.ShapelyError:
        raise Refused(_n("Bentuk geometri tidak terbaca.")) from None
    assert shape is not None
    if not isinstance(shape, shapely.Point):
        raise Refused(_n("Geometri harus berupa titik, bukan %(kind)s."), kind=shape.geom_type)
    return NO_POINT if shape.is_empty else (shape.x, shape.y)


def _default_points(columns: PlaceColumns, pairs: Floats) -> Truths:
    is_default = np.zeros(len(pairs), dtype=bool)
    for x, y in columns.default_points:
        same = SAME_DEGREES if abs(x) <= 180 and abs(y) <= 90 else SAME_METRES
        is_default |= (np.abs(pairs[:, 0] - x) <= same) & (np.abs(pairs[:, 1] - y) <= same)
    return is_default


def _unplaced(columns: PlaceColumns, facts: Facts, *, is_default: bool) -> Placed | Refused:
    if not columns.keep_missing and facts.area_code is None:
        return Refused(_n("Tempat kejadian tidak diketahui."))
    return Placed(facts=facts, is_default=is_default)


def _placed(
    columns: PlaceColumns, facts: Facts, position: Position, located: Located
) -> Placed | Refused:
    if located.area_code is None and not columns.keep_outside:
        if located.neighbour_name:
            return Refused(
                _n("Titik ini di luar kota, di %(neighbour)s."), neighbour=located.neighbour_name
            )
        return Refused(
            _n("Titik ini di luar kota, %(km)s km dari batasnya."),
            km=round(located.outside_m / 1000, 1),
        )
    return Placed(facts=facts, position=position, located=located)


def _out_of_range(pair: tuple[float, float]) -> Refused:
    x, y = pair
    if abs(x) <= 90 and 90 < abs(y) <= 180:
        return Refused(
            _n("Lintang %(y)s di luar -90 sampai 90: apakah bujur dan lintang tertukar?"), y=y
        )
    return Refused(_n("Koordinat %(x)s, %(y)s tidak ada di bumi. Periksa crs."), x=x, y=y)


@lru_cache(maxsize=8)
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs(crs, WGS84, always_xy=True)


def to_degrees(crs: str | None, pairs: Floats) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes (WGS 84); NaN stays NaN, what PROJ cannot reach is infinite."""
    if crs is None or crs.upper() == f"EPSG:{WGS84}":
        return pairs[:, 0].copy(), pairs[:, 1].copy()
    lon, lat = _transformer(crs).transform(pairs[:, 0], pairs[:, 1])
    return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
