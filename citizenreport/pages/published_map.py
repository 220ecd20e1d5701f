"""Published reports as map data: `/laporan.geojson`, `/laporan/kepadatan.json`; from published rows only."""

from typing import Final

from flask import Blueprint, Response, url_for

from citizenreport.cities.rules import City
from citizenreport.core.db import public_reading
from citizenreport.geo.frame import MetricFrame, metric_frame
from citizenreport.pages import words
from citizenreport.pages.city_map import GEOJSON, compact_json
from citizenreport.pages.finding import conditional
from citizenreport.pages.published_density import density_of, step_of
from citizenreport.pages.published_filters import address, after_row, good_filters, read_after
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.models import PublishedReport
from citizenreport.publication.rules import CellCount
from citizenreport.web.context import current_city
from citizenreport.web.guards import public

bp = Blueprint("published_map", __name__)

GEOJSON_ROWS: Final = 500


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
