"""From degrees to metres and back, in one local metric frame. Pure."""

from functools import lru_cache
from math import inf, isfinite
from typing import Any, TypeVar

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer
from shapely.geometry.base import BaseGeometry

from citizenreport.geo.position import Position

WGS84 = 4326
G = TypeVar("G", bound=BaseGeometry)
MARGIN_DEG = 1.0
_DECIMALS = 7  # of a degree: about 1 cm


class MetricFrame:
    """A projected frame in metres, by EPSG number. Safe to share between threads.

    pyproj keeps one PROJ context per thread behind each Transformer (since 3.1).

    Raises:
        pyproj.exceptions.CRSError: PROJ knows no such number.
    """

    __slots__ = ("_back", "_forth", "epsg")

    def __init__(self, epsg: int) -> None:
        self.epsg = epsg
        self._forth = Transformer.from_crs(WGS84, epsg, always_xy=True)
        self._back = Transformer.from_crs(epsg, WGS84, always_xy=True)

    def to_metres(self, position: Position) -> tuple[float, float]:
        """Return easting and northing; both infinite where the projection does not reach."""
        x, y = self._forth.transform(position.lon, position.lat)
        return float(x), float(y)

    def to_metres_all(
        self, lon: "np.ndarray[Any, Any]", lat: "np.ndarray[Any, Any]"
    ) -> tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]:
        """Return eastings and northings of many positions, as `to_metres` does for one."""
        x, y = self._forth.transform(lon, lat)
        return np.asarray(x, dtype=float), np.asarray(y, dtype=float)

    def to_position(self, x: float, y: float) -> Position:
        """Return the position of an easting and northing, rounded to about a centimetre."""
        lon, lat = self._back.transform(x, y)
        return Position(lon=round(float(lon), _DECIMALS), lat=round(float(lat), _DECIMALS))

    def project(self, geometry: G) -> G:
        """Return a WGS 84 geometry (longitude first) in this frame; heights are dropped."""
        return shapely.transform(geometry, self._project)

    def _project(self, coordinates: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        return np.column_stack(self._forth.transform(coordinates[:, 0], coordinates[:, 1]))


@lru_cache(maxsize=8)
def metric_frame(epsg: int) -> MetricFrame:
    """Return the frame of an EPSG number, built once: building costs some milliseconds."""
    return MetricFrame(epsg)


def is_in_metres(epsg: int) -> bool:
    """Say whether EPSG knows this number as a projected frame in metres."""
    crs = CRS.from_epsg(epsg)
    return crs.is_projected and all(axis.unit_name == "metre" for axis in crs.axis_info)


@lru_cache(maxsize=8)
def region_of(epsg: int) -> BaseGeometry | None:
    """Return the box in degrees for which EPSG made a frame; None where it does not say."""
    area = CRS.from_epsg(epsg).area_of_use
    return shapely.box(area.west, area.south, area.east, area.north) if area else None


def metres_between(one: Position, other: Position) -> float:
    """Return the length of the geodesic on the WGS 84 ellipsoid."""
    _, _, metres = Geod(ellps="WGS84").inv(one.lon, one.lat, other.lon, other.lat)
    return float(metres)


def scale_error(epsg: int, position: Position, *, step_m: float = 1000.0) -> float:
    """Return by how much a metre of the frame differs from a metre on the ground, as a share.

    0.0004 in the middle of a UTM zone, 0.35 for web Mercator at Boston; infinite more than
    `MARGIN_DEG` outside the region the frame was made for.
    """
    region = region_of(epsg)
    if region and region.distance(shapely.Point(position.lon, position.lat)) > MARGIN_DEG:
        return inf
    frame = metric_frame(epsg)
    x, y = frame.to_metres(position)
    if not (isfinite(x) and isfinite(y)):
        return inf
    east, north = frame.to_position(x + step_m, y), frame.to_position(x, y + step_m)
    here = frame.to_position(x, y)
    return max(abs(step_m / metres_between(here, there) - 1) for there in (east, north))
