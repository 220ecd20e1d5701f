"""Which area a point lies in, and what lies around it. Pure and in process: no query per report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from citizenreport.geo.frame import metres_between, metric_frame
from citizenreport.geo.position import Position

BORDER_TOLERANCE_M = 50.0
"""Up to this far outside the city a point is accepted and marked. Source: architecture.md."""

NEIGHBOUR_REACH_M = 150.0
"""A neighbour this near is named although no neighbour polygon holds the point."""

MANY = 64  # vertices, from which on a polygon is prepared and its border cut
PIECE = 32  # segments of a piece of border


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What a point says about areas.

    `area_code`: the smallest area of the city that holds the point, or the nearest one when it
    lies outside by at most `BORDER_TOLERANCE_M`; None further out.
    `outside_m`: metres outside the city, 0 inside.
    `neighbour_name`: the neighbouring area outside the city that holds the point, when known.
    """

    area_code: str | None
    outside_m: float
    neighbour_code: str | None
    neighbour_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourShape:
    """An area outside the city that can be named. `geometry` is WGS 84, longitude first."""

    code: str
    name: str
    geometry: BaseGeometry


class AreaIndex:
    """An STRtree over the smallest areas and the neighbours, in the city's metric frame.

    `areas`: polygons by area code, WGS 84, longitude first. The index never changes once built
    and is safe to share between threads.

    Raises:
        pyproj.exceptions.CRSError: PROJ knows no such frame.
    """

    __slots__ = (
        "_areas",
        "_centre",
        "_codes",
        "_frame",
        "_neighbour_tree",
        "_neighbours",
        "_outlines",
        "_owners",
        "_pieces",
        "_tolerance_m",
        "_tree",
    )

    def __init__(
        self,
        areas: Mapping[str, BaseGeometry],
        neighbours: Iterable[NeighbourShape] = (),
        *,
        metric_crs: int,
        tolerance_m: float = BORDER_TOLERANCE_M,
    ) -> None:
        self._frame = metric_frame(metric_crs)
        self._tolerance_m = tolerance_m
        # By code, so that a point on a shared edge always gets the same answer.
        self._codes = tuple(sorted(areas))
        self._outlines = dict(areas)
        self._areas = np.array([self._frame.project(areas[code]) for code in self._codes])
        self._tree = shapely.STRtree(self._areas)
        pieces, owners = _pieces_of(shapely.boundary(self._areas))
        self._pieces, self._owners = shapely.STRtree(pieces), np.array(owners, dtype=int)
        _prepare(self._areas)
        self._neighbours = tuple(sorted(neighbours, key=lambda n: n.code))
        self._neighbour_tree = shapely.STRtree(
            [self._frame.project(n.geometry) for n in self._neighbours]
        )
        self._centre = _centre_of(areas)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the smallest areas, sorted."""
        return self._codes

    @property
    def metric_crs(self) -> int:
        return self._frame.epsg

    def outline(self, area_code: str) -> BaseGeometry:
        """Return the polygon of a smallest area, WGS 84, longitude first; KeyError if unknown."""
        return self._outlines[area_code]

    def locate(self, position: Position) -> Located:
        """Return where a position lies. p99 below 1 ms among 83,000 polygons."""
        x, y = self._frame.to_metres(position)
        if not (isfinite(x) and isfinite(y)):  # the other side of the earth
            return _outside(metres_between(position, self._centre) if self._centre else inf)
        point = shapely.points((x, y))
        candidates = self._tree.query(point)
        holding = candidates[shapely.intersects(self._areas[candidates], point)]
        if holding.size:
            return _inside(self._codes[int(holding.min())])
        pieces, distances = self._pieces.query_nearest(point, return_distance=True)
        if not pieces.size:
            return _outside(inf, self._neighbour_at(point))
        nearest_m = float(distances[0])
        is_near = nearest_m <= self._tolerance_m
        area_code = self._codes[int(self._owners[pieces].min())] if is_near else None
        return _outside(nearest_m, self._neighbour_at(point), area_code=area_code)

    def locate_all(self, lon: "np.ndarray[Any, Any]", lat: "np.ndarray[Any, Any]") -> list[Located]:
        """Return where each of many positions lies, as `locate` one by one."""
        found = self._holding(*self._frame.to_metres_all(lon, lat)).tolist()
        insides = {area: _inside(self._codes[area]) for area in set(found) if area >= 0}
        return [
            insides[area]
            if area >= 0
            else self.locate(Position(lon=float(lon[number]), lat=float(lat[number])))
            for number, area in enumerate(found)
        ]

    def _holding(
        self, x: "np.ndarray[Any, Any]", y: "np.ndarray[Any, Any]"
    ) -> "np.ndarray[Any, Any]":
        """Return the number of the first area that holds each point; -1 for none."""
        none = len(self._codes)
        found = np.full(len(x), none)
        reached = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        which, area = self._tree.query(shapely.points(x[reached], y[reached]))
        which = reached[which]
        holds = shapely.intersects_xy(self._areas[area], x[which], y[which])
        np.minimum.at(found, which[holds], area[holds])
        found[found == none] = -1
        return found

    def _neighbour_at(self, point: shapely.Point) -> NeighbourShape | None:
        found = self._neighbour_tree.query(point, predicate="intersects")
        if not found.size:
            found = self._neighbour_tree.query_nearest(point, max_distance=NEIGHBOUR_REACH_M)
        return self._neighbours[int(found.min())] if found.size else None


def _pieces_of(borders: "np.ndarray[Any, Any]") -> tuple[list[BaseGeometry], list[int]]:
    """Return borders in short pieces, and which border each is of.

    A tree finds the nearest piece; only the pieces it looks at are measured vertex by vertex.
    """
    pieces: list[BaseGeometry] = []
    owners: list[int] = []
    for owner, border in enumerate(borders):
        found = [border] if shapely.get_num_coordinates(border) <= MANY else _cut(border)
        pieces += found
        owners += [owner] * len(found)
    return pieces, owners


def _cut(border: BaseGeometry) -> list[BaseGeometry]:
    return [
        shapely.LineString(coordinates[start : start + PIECE + 1])
        for line in shapely.get_parts(border)
        for coordinates in [shapely.get_coordinates(line)]
        for start in range(0, len(coordinates) - 1, PIECE)
    ]


def _prepare(areas: "np.ndarray[Any, Any]") -> None:
    """Prepare the large polygons, and ask each once.

    GEOS builds what it prepares at the first question, without a lock: threads that share the
    index must find it built.
    """
    large = areas[shapely.get_num_coordinates(areas) > MANY]
    shapely.prepare(large)
    boxes = shapely.bounds(large)
    middles = shapely.points((boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2)
    shapely.intersects(large, middles)


def _inside(area_code: str) -> Located:
    return Located(area_code=area_code, outside_m=0.0, neighbour_code=None, neighbour_name=None)


def _outside(
    outside_m: float, neighbour: NeighbourShape | None = None, *, area_code: str | None = None
) -> Located:
    return Located(
        area_code=area_code,
        outside_m=outside_m,
        neighbour_code=neighbour.code if neighbour else None,
        neighbour_name=neighbour.name if neighbour else None,
    )


def _centre_of(areas: Mapping[str, BaseGeometry]) -> Position | None:
    if not areas:
        return None
    west, south, east, north = shapely.total_bounds(np.array(list(areas.values())))
    return Position(lon=float(west + east) / 2, lat=float(south + north) / 2)
