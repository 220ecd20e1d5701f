"""A pack as it was read: values with the place they stand at, so that checks can name it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from shapely.geometry.base import BaseGeometry

from citizenreport.cities.format.city_toml import Settings
from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.cities.reply_templates import ReplyTemplate
from citizenreport.cities.rules import (
    Agency,
    Area,
    Category,
    Dimension,
    EmergencyNumber,
    HandlerLine,
    Landmark,
    Names,
    Neighbour,
    Population,
    Question,
    RoutingRow,
)

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Generic[T_co]):
    """A value and where it stands."""

    file: str
    row: int
    value: T_co
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A polygon of a GeoJSON file, WGS 84, longitude first."""

    code: str
    geometry: BaseGeometry
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPopulation:
    """`population` is None where the figure is still to be asked for."""

    area_code: str
    year: int
    population: Population | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryText:
    category_code: str
    language: str
    name: str
    examples: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryQuestion:
    category_code: str
    question: Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """`is_working_day` takes a day out of the library's holidays."""

    day: date
    name: str
    is_working_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything a pack says, before it is checked as a whole."""

    settings: Settings
    areas: list[Line[Area]]
    populations: list[Line[AreaPopulation]]
    landmarks: list[Line[Landmark]]
    shapes: list[Line[Shape]]
    alternative_shapes: list[Line[Shape]]
    boundary: list[Line[Shape]]
    neighbour_shapes: list[Line[Shape]]
    neighbours: list[Line[Neighbour]]
    agencies: list[Line[Agency]]
    handlers: list[Line[HandlerLine]]
    emergency_numbers: list[Line[EmergencyNumber]]
    categories: list[Line[Category]]
    category_texts: list[Line[CategoryText]]
    questions: list[Line[CategoryQuestion]]
    dimensions: list[Line[Dimension]]
    routing: list[Line[RoutingRow]]
    holidays: list[Line[Holiday]]
    release_tables: tuple[Mapping[str, object], ...]
    release_policy: ReleasePolicy
    retention_days: Mapping[str, int]
    texts: Mapping[str, Names]
    reply_templates: tuple[ReplyTemplate, ...]
    present: frozenset[str]  # the files that could be read
