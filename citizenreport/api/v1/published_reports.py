"""GET /api/v1/reports: what is published of reports, as JSON and as GeoJSON."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, json, request
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError, fields

from citizenreport.api.v1.schemas import PositionSchema
from citizenreport.core.db import public_reading
from citizenreport.core.text import _n
from citizenreport.publication.service_requests import Found, found
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.open_reads import answer, site
from citizenreport.web.paging import cursor_of
from citizenreport.web.published_query import DayOrInstant, FiltersSchema, Listed, wanted_of
from citizenreport.web.published_rows import FIELDS, Names, chosen, feature_of, properties_of

bp = Blueprint(
    "published_reports",
    __name__,
    url_prefix="/api/v1",
    description="What is published of reports; nothing else is counted, filtered or sorted here",
)

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
POSITION: Final = "position"


class FieldList(Listed):
    """Names of properties. One that there is not is refused, with those that there are."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        names = super()._deserialize(value, attr, data, **kwargs)
        if not {*names} <= {*FIELDS, POSITION}:
            known = ", ".join([*FIELDS, POSITION])
            raise ValidationError(_n("Pilih dari: %(names)s.") % {"names": known})
        return names


class ReportsQuerySchema(FiltersSchema):
    """Which published reports, and which of their properties."""

    since = DayOrInstant(
        metadata={"type": "string", "description": "First day or instant of submission"}
    )
    until = DayOrInstant(
        metadata={"type": "string", "description": "Last day or instant of submission, included"}
    )
    fields_ = FieldList(
        data_key="fields",
        metadata={"description": "Only these properties, with commas between them"},
    )


class ListedReportSchema(Schema):
    """What anyone may see of a report, as lists tell it: published rows only."""

    tracking_code = fields.String()
    category_code = fields.String()
    category_name = fields.String()
    aspect = fields.String()
    area_code = fields.String(allow_none=True)
    area_name = fields.String(allow_none=True)
    agency_code = fields.String()
    agency_name = fields.String()
    state = fields.String(metadata={"description": "Of the ticket: new, verified, in_progress, …"})
    status = fields.String(metadata={"description": "open or closed"})
    text = fields.String(allow_none=True, metadata={"description": "null until it is released"})
    landmark = fields.String(allow_none=True)
    submitted_on = fields.Date()
    submitted_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "Only where the category shows exact places"}
    )
    settlement_due_on = fields.Date()
    settled_on = fields.Date(allow_none=True)
    changed_on = fields.Date()
    photo_url = fields.URL(allow_none=True, metadata={"description": "The first released photo"})
    url = fields.URL(metadata={"description": "The page of the report"})
    seen_by_at_least = fields.Integer(
        metadata={"description": "How many others see it too: 0, 1, 2 (to 4), 5 (or more)"}
    )
    is_demo = fields.Boolean()
    position = fields.Nested(
        PositionSchema,
        allow_none=True,
        metadata={"description": "As published: exact, the middle of a 100 m cell, or none"},
    )


class ReportsPageSchema(Schema):
    items = fields.List(fields.Nested(ListedReportSchema))
    next = fields.URL(allow_none=True, metadata={"description": "The next page"})


class PointSchema(Schema):
    type = fields.String(metadata={"enum": ["Point"]})
    coordinates = fields.List(
        fields.Float(), metadata={"description": "Longitude, latitude (WGS 84)"}
    )


class ReportFeatureSchema(Schema):
    """A feature of RFC 7946. Without a public point its geometry is null."""

    type = fields.String(metadata={"enum": ["Feature"]})
    id = fields.String(metadata={"description": "The tracking code"})
    geometry = fields.Nested(PointSchema, allow_none=True)
    properties = fields.Nested(ListedReportSchema)


class ReportFeaturesSchema(Schema):
    """A feature collection of RFC 7946, with where the next page is."""

    type = fields.String(metadata={"enum": ["FeatureCollection"]})
    features = fields.List(fields.Nested(ReportFeatureSchema))
    next = fields.URL(allow_none=True)


@bp.get("/reports")
@bp.arguments(ReportsQuerySchema, location="query", unknown=RAISE)
@bp.response(200, ReportsPageSchema)
@bp.doc(
    description='Newest day first. `Link: <…>; rel="next"` and `next` lead on. With'
    " `Accept: application/geo+json` as GeoJSON, as below `/api/v1/reports.geojson`."
)
@public
def index(asked: dict[str, Any]) -> Response:
    """List published reports."""
    best = request.accept_mimetypes.best_match([JSON, GEOJSON], JSON)
    response = _as_geojson(asked) if best == GEOJSON else _as_json(asked)
    response.vary.add("Accept")
    return response


@bp.get("/reports.geojson")
@bp.arguments(ReportsQuerySchema, location="query", unknown=RAISE)
@bp.response(200, ReportFeaturesSchema, content_type=GEOJSON)
@public
def geojson(asked: dict[str, Any]) -> Response:
    """Give published reports as GeoJSON, newest day first."""
    return _as_geojson(asked)


def _as_json(asked: dict[str, Any]) -> Response:
    rows, following = _page(asked, "reports")
    names, only = Names(current_city(), site()), asked.get("fields_")
    items: list[Mapping[str, object]] = []
    for row in rows:
        item: dict[str, object] = {**chosen(properties_of(names, row), only)}
        if only is None or POSITION in only:
            item[POSITION] = None if row.lon is None else {"lon": row.lon, "lat": row.lat}
        items.append(item)
    return _linked(answer(json.dumps({"items": items, "next": following}), JSON), following)


def _as_geojson(asked: dict[str, Any]) -> Response:
    rows, following = _page(asked, "reports.geojson")
    names, only = Names(current_city(), site()), asked.get("fields_")
    body = {
        "type": "FeatureCollection",
        "features": [feature_of(names, row, only=only) for row in rows],
        "next": following,
    }
    return _linked(answer(json.dumps(body), GEOJSON), following)


def _page(asked: dict[str, Any], name: str) -> tuple[Sequence[Found], str | None]:
    """Return the rows of this page, and where the next one is."""
    wanted = wanted_of(current_city(), asked, since=asked.get("since"), until=asked.get("until"))
    with public_reading() as session:
        rows = found(session, wanted)
    shown = rows[: asked["limit"]]
    if len(rows) == len(shown):
        return shown, None
    last = shown[-1]
    cursor = cursor_of([last.submitted_on.isoformat(), last.tracking_code])
    query = {**request.args.to_dict(), "after": cursor}
    return shown, f"{site()}/api/v1/{name}?{urlencode(query)}"


def _linked(response: Response, following: str | None) -> Response:
    if following is not None:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response
