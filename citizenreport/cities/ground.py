"""The city as a map shows it below everything else: areas and landmarks with their names. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from citizenreport.cities.rules import City

TOLERANCE_DEG: Final = 0.00003
"""About 3 m: what a drawing on a screen does not show."""

COARSE_DEG: Final = 0.0002
"""About 20 m: what a picture of the whole city does not show."""

DECIMALS: Final = 6  # of a degree: about 10 cm

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallOutline:
    """The border of an area for a drawing of the whole city; `label` lies inside it."""

    rings: tuple[tuple[tuple[float, float], ...], ...]  # the outer ones; longitude, latitude
    label: tuple[float, float]


def small_outlines(city: City) -> Mapping[str, SmallOutline]:
    """Return the smallest areas by code, with borders simplified to COARSE_DEG, shared as before."""
    codes = city.area_index.codes
    outlines = np.array([city.area_index.outline(code) for code in codes])
    simple = shapely.coverage_simplify(outlines, COARSE_DEG)
    return {code: _small(outline) for code, outline in zip(codes, simple, strict=True)}


def _small(outline: BaseGeometry) -> SmallOutline:
    label = shapely.point_on_surface(outline)
    return SmallOutline(
        rings=tuple(
            tuple((x, y) for x, y, *_ in part.exterior.coords)
            for part in shapely.get_parts(outline)
        ),
        label=(label.x, label.y),
    )


def bounds_of(city: City) -> Bounds:
    """Return west, south, east and north of the city, WGS 84 degrees."""
    outlines = [city.area_index.outline(code) for code in city.area_index.codes]
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(np.array(outlines)))
    return west, south, east, north


def ground_of(city: City) -> dict[str, object]:
    """Return areas and landmarks as GeoJSON; `label` is where the name of an area fits.

    Borders are simplified together, so that neighbours still share them.
    """
    codes = city.area_index.codes
    outlines = np.array([city.area_index.outline(code) for code in codes])
    simple = shapely.coverage_simplify(outlines, TOLERANCE_DEG)
    areas = [_area(city, code, outline) for code, outline in zip(codes, simple, strict=True)]
    landmarks = [
        {
            "type": "Feature",
            "properties": {"kind": "landmark", "name": landmark.name},
            "geometry": {
                "type": "Point",
                "coordinates": [landmark.position.lon, landmark.position.lat],
            },
        }
        for landmark in city.landmarks
        if landmark.position is not None
    ]
    return {"type": "FeatureCollection", "features": [*areas, *landmarks]}


def _area(city: City, code: str, outline: BaseGeometry) -> dict[str, object]:
    label = shapely.point_on_surface(outline)
    known = city.areas.get(code)
    return {
        "type": "Feature",
        "properties": {
            "kind": "area",
            "name": known.name if known else code,
            "label": [round(label.x, DECIMALS), round(label.y, DECIMALS)],
        },
        "geometry": _rounded(outline),
    }


def _rounded(outline: BaseGeometry) -> dict[str, object]:
    def ring(line: BaseGeometry) -> list[list[float]]:
        return [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in line.coords]

    polygons = [
        [ring(polygon.exterior), *(ring(hole) for hole in polygon.interiors)]
        for polygon in shapely.get_parts(outline)
    ]
    return {"type": "MultiPolygon", "coordinates": polygons}
