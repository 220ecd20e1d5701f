"""Published reports as map data: `/laporan.geojson`, `/laporan/kepadatan.json`; from published rows only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, url_for

from citizenreport.cities.ground import bounds_of
from citizenreport.cities.rules import City
from citizenreport.core.db import public_reading
from citizenreport.geo.frame import MetricFrame, metric_frame
from citizenreport.geo.grid import CELL_M
from citizenreport.geo.position import Position
from citizenreport.pages import words
from citizenreport.pages.city_map import GEOJSON, compact_json
from citizenreport.pages.finding import conditional
from citizenreport.pages.published_filters import address, after_row, good_filters, read_after
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.models import PublishedReport
from citizenreport.publication.rules import CellCount, Filters
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.translate import _

bp = Blueprint("published_map", __name__)

GEOJSON_ROWS: Final = 500
DECIMALS: Final = 7
CELL_SIDES_M: Final = tuple(CELL_M * times for times in (1, 2, 5, 10, 20, 50, 100, 200, 500))
"""Multiples of the published grid, so that no cell is finer than what is published."""
MOST_CELLS: Final = 5_000  # that a city may have; a larger one gets larger cells
STEPS: Final = 5


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


@bp.get("/laporan.geojson")
@public
def reports() -> Response:
    """Send released reports as GeoJSON, newest day first; `next` leads to what is older.

    A report of which only the area is public has no geometry.
    """
    city, asked = current_city(), good_filters()
    with public_reading() as session:
        found = publication_queries.page(session, asked.page(rows=GEOJSON_ROWS, after=read_after()))
        rows = found[:GEOJSON_ROWS]
        told: dict[str, object] = {
            "type": "FeatureCollection",
            "features": [_feature(city, row) for row in rows],
            "next": None,
        }
        if len(found) > GEOJSON_ROWS:
            cursor = after_row(rows[-1])
            told["next"] = address("published_map.reports", asked.chosen, setelah=cursor)
    response = conditional(compact_json(told), GEOJSON)
    if told["next"]:
        response.headers["Link"] = f'<{told["next"]}>; rel="next"'
    return response


@bp.get("/laporan/kepadatan.json")
@public
def density() -> Response:
    """Send how many released reports lie in each cell of the city's grid, as GeoJSON."""
    city = current_city()
    found = density_of(city, good_filters().filters)
    frame = metric_frame(city.metric_crs)
    told = {
        "type": "FeatureCollection",
        "cell_m": found.cell_m,
        "total": found.total,
        "placed": found.placed,
        "features": [_cell(cell, frame, found.cell_m) for cell in found.cells],
    }
    return conditional(compact_json(told), GEOJSON)


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


def _feature(city: City, row: PublishedReport) -> dict[str, object]:
    at = row.position
    return {
        "type": "Feature",
        "id": row.tracking_code,
        "geometry": at and {"type": "Point", "coordinates": [at.lon, at.lat]},
        "properties": {
            "code": row.tracking_code,
            "url": url_for("published.show", tracking_code=row.tracking_code),
            "aspect": row.aspect,
            "category_code": row.category_code,
            "category_name": words.category_name(city, row.category_code),
            "area_code": row.area_code,
            "area_name": words.area_name(city, row.area_code),
            "state": row.state,
            "state_label": words.state_label(row.state),
            "submitted_on": row.submitted_on.isoformat(),
            "submitted_text": words.short_day(row.submitted_on),
            "settled_on": row.settled_on and row.settled_on.isoformat(),
            "is_exact": row.submitted_at is not None,
            "is_demo": row.is_demo,
        },
    }


def _cell(cell: CellCount, frame: MetricFrame, cell_m: float) -> dict[str, object]:
    corners = [
        frame.to_position((cell.column + right) * cell_m, (cell.row + up) * cell_m)
        for right, up in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    ]
    return {
        "type": "Feature",
        "properties": {"count": cell.count, "step": step_of(cell.count)},
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[corner.lon, corner.lat] for corner in corners]],
        },
    }
