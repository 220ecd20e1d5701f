"""Plausible places: stretches like streets inside each kelurahan, where reports pile up. Pure."""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, radians, sin
from random import Random
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from citizenreport.cities.rules import City
from citizenreport.geo.areas import AreaIndex
from citizenreport.geo.position import Position

METRES_PER_DEGREE: Final = 111_320.0
SPOTS_PER_AREA: Final = (4, 7)
SPOT_LENGTH_M: Final = (60.0, 260.0)
SPOT_WIDTH_M: Final = 9.0
RW_MAX: Final = 12
ATTEMPTS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A stretch of some street: its middle, direction and length, and the RW it is in."""

    area_code: str
    number: int
    lon: float
    lat: float
    direction: float  # radians
    length_m: float
    rw: str
    weight: float


@lru_cache(maxsize=4)
def _spots(index: AreaIndex) -> tuple[Spot, ...]:
    """Return the stretches of the whole city, the same in every run."""
    return tuple(spot for code in index.codes for spot in _spots_in(code, index.outline(code)))


@lru_cache(maxsize=1024)
def _weights(index: AreaIndex, category_code: str) -> tuple[float, ...]:
    """Return how likely each stretch is for a category: each has its own bad corners."""
    return tuple(
        spot.weight
        * (0.15 + Random(f"{category_code} {spot.area_code} {spot.number}").expovariate(1) ** 2)
        for spot in _spots(index)
    )


def _spots_in(area_code: str, outline: BaseGeometry) -> list[Spot]:
    rng = Random(f"spots of {area_code}")
    size = outline.area**0.5
    found = []
    for number in range(rng.randint(*SPOTS_PER_AREA)):
        inside = _random_point(outline, rng)
        found.append(
            Spot(
                area_code=area_code,
                number=number,
                lon=inside.lon,
                lat=inside.lat,
                direction=rng.uniform(0, pi),
                length_m=rng.uniform(*SPOT_LENGTH_M),
                rw=f"{rng.randint(1, RW_MAX):02d}",
                weight=size / (number + 1) ** 0.8,
            )
        )
    return found


def choose_spot(city: City, category_code: str, rng: Random) -> Spot:
    """Return where a report of this category happens."""
    index = city.area_index
    return rng.choices(_spots(index), weights=_weights(index, category_code))[0]


def point_at(city: City, spot: Spot, rng: Random) -> Position:
    """Return a point along the stretch, inside its own kelurahan, to about 10 cm."""
    outline = city.area_index.outline(spot.area_code)
    for _ in range(ATTEMPTS):
        along, across = rng.uniform(-0.5, 0.5) * spot.length_m, rng.gauss(0, SPOT_WIDTH_M / 2)
        east = along * cos(spot.direction) - across * sin(spot.direction)
        north = along * sin(spot.direction) + across * cos(spot.direction)
        lon = spot.lon + east / (METRES_PER_DEGREE * cos(radians(spot.lat)))
        lat = spot.lat + north / METRES_PER_DEGREE
        if shapely.contains_xy(outline, lon, lat):
            return Position(lon=round(lon, 6), lat=round(lat, 6))
    return Position(lon=round(spot.lon, 6), lat=round(spot.lat, 6))


def beside(city: City, position: Position, area_code: str, rng: Random) -> Position:
    """Return a point a few steps from another, for a second report about the same thing."""
    outline = city.area_index.outline(area_code)
    for _ in range(ATTEMPTS):
        lon = position.lon + rng.gauss(0, 8) / METRES_PER_DEGREE
        lat = position.lat + rng.gauss(0, 8) / METRES_PER_DEGREE
        if shapely.contains_xy(outline, lon, lat):
            return Position(lon=round(lon, 6), lat=round(lat, 6))
    return position


def _random_point(outline: BaseGeometry, rng: Random) -> Position:
    west, south, east, north = outline.bounds
    for _ in range(1_000):
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(outline, lon, lat):
            return Position(lon=lon, lat=lat)
    centre = outline.representative_point()
    return Position(lon=centre.x, lat=centre.y)
