"""Where released reports are dense: counts by cell of the city's grid and by area, for eyes and in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from citizenreport.cities.ground import bounds_of
from citizenreport.cities.rules import City
from citizenreport.core.db import public_reading
from citizenreport.geo.frame import MetricFrame, metric_frame
from citizenreport.geo.grid import CELL_M
from citizenreport.geo.position import Position
from citizenreport.pages import words
from citizenreport.pages.published_filters import Asked, address
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.rules import CellCount, Filters
from citizenreport.web.translate import _

CELL_SIDES_M: Final = tuple(CELL_M * times for times in (1, 2, 5, 10, 20, 50, 100, 200, 500))
"""Multiples of the published grid, so that no cell is finer than what is published."""
MOST_CELLS: Final = 5_000  # that a city may have; a larger one gets larger cells
STEPS: Final = 5
BUSIEST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Density:
    """How many reports where. `areas`: by area code, None for none; `total` counts all of them."""

    cell_m: float
    cells: list[CellCount]
    areas: Mapping[str | None, int]

    @property
    def total(self) -> int:
        return sum(self.areas.values())

    @property
    def placed(self) -> int:
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """A place with many reports, in words: the map's equal without a map."""

    name: str
    count: int
    url: str | None = None
    coordinates: str = ""


def density_of(city: City, wanted: Filters) -> Density:
    """Count released reports by cell and by area."""
    cell_m = cell_side(city)
    with public_reading() as session:
        return Density(
            cell_m=cell_m,
            cells=publication_queries.cell_counts(
                session, wanted, metric_crs=city.metric_crs, cell_m=cell_m
            ),
            areas=publication_queries.area_counts(session, wanted),
        )


def cell_side(city: City) -> float:
    """Return the side of a cell in metres. It follows from the city's size, never from reports."""
    west, south, east, north = bounds_of(city)
    frame = metric_frame(city.metric_crs)
    left, bottom = frame.to_metres(Position(lon=west, lat=south))
    right, top = frame.to_metres(Position(lon=east, lat=north))
    size_m2 = abs(right - left) * abs(top - bottom)
    fitting = (side for side in CELL_SIDES_M if size_m2 / side**2 <= MOST_CELLS)
    return next(fitting, CELL_SIDES_M[-1])


def step_of(count: int) -> int:
    """Return how dark a cell is drawn: each step stands for twice as many (1, 2–3, 4–7, …)."""
    return min(STEPS, count.bit_length())


def step_ranges() -> list[tuple[int, str]]:
    """Return the steps of the legend with the counts each stands for."""
    ranges = [(step, 2 ** (step - 1), 2**step - 1) for step in range(1, STEPS)]
    named = [(step, f"{low}" if low == high else f"{low}–{high}") for step, low, high in ranges]
    return [*named, (STEPS, _("%(count)s atau lebih", count=2 ** (STEPS - 1)))]


def cell_middle(cell: CellCount, frame: MetricFrame, cell_m: float) -> Position:
    """Return the middle of a cell."""
    return frame.to_position((cell.column + 0.5) * cell_m, (cell.row + 0.5) * cell_m)


def busy_areas(city: City, asked: Asked, areas: Mapping[str | None, int]) -> list[Busy]:
    """Return the areas with most reports first; those without an area are a row of their own."""
    named = [
        Busy(
            name=words.area_name(city, code) or code,
            count=count,
            url=address("published.index", {**asked.chosen, "kelurahan": code}),
        )
        for code, count in areas.items()
        if code is not None
    ]
    named.sort(key=lambda area: (-area.count, area.name))
    unnamed = areas.get(None)
    return [*named, Busy(name=_("Kelurahan tidak disebut"), count=unnamed)] if unnamed else named


def busy_cells(city: City, found: Density) -> list[Busy]:
    """Return the fullest cells, each with the area its middle lies in."""
    frame = metric_frame(city.metric_crs)
    busy = []
    for cell in found.cells[:BUSIEST]:
        middle = cell_middle(cell, frame, found.cell_m)
        area = words.area_name(city, city.area_index.locate(middle).area_code)
        busy.append(
            Busy(
                name=area or _("Di tepi kota"),
                count=cell.count,
                coordinates=f"{middle.lat:.5f}, {middle.lon:.5f}",
            )
        )
    return busy
