"""/api/v1/indicators/<code>/rankings"""

from typing import Any

from flask import Response, json
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields

from citizenreport.core.db import public_reading
from citizenreport.documents.tables import csv_text
from citizenreport.indicators.rankings import published_rankings
from citizenreport.indicators.rules.rankings import SubjectKind
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.indicators import definition_of
from citizenreport.web.open_reads import answer
from citizenreport.web.rankings import COLUMNS, ranking_body, ranking_rows
from citizenreport.web.wire import WireSchema, between, one_of

bp = Blueprint(
    "indicator_rankings",
    __name__,
    url_prefix="/api/v1/indicators",
    description="Agencies and areas in an order, with the same mix of categories for each",
)

CSV = "text/csv"
FIRST_YEAR, LAST_YEAR = 2000, 9999


class RankedSchema(Schema):
    """One subject. Of a tie `first` and `last` differ; without a rank both are null, see `why_not`."""

    indicator_code = fields.String()
    kind = fields.String(metadata={"description": "instansi, kecamatan or kelurahan"})
    year = fields.Integer()
    subject_code = fields.String()
    subject_name = fields.String()
    first = fields.Integer(allow_none=True, metadata={"description": "The best place it may have"})
    last = fields.Integer(allow_none=True, metadata={"description": "The worst place it may have"})
    value = fields.Float(
        allow_none=True, metadata={"description": "Standardised; null: none, or not reached"}
    )
    unit = fields.String()
    interval_low = fields.Float(allow_none=True)
    interval_high = fields.Float(allow_none=True, metadata={"description": "null: not reached"})
    n = fields.Integer()
    coverage = fields.Float(
        metadata={"description": "Per cent of its reports in the categories that all have"}
    )
    mix = fields.String(metadata={"description": "What is made the same: category or group"})
    why_not = fields.String(allow_none=True, metadata={"description": "few or other_mix"})
    data_until = fields.Date(metadata={"description": "The last day that is counted"})


class RankingsSchema(Schema):
    items = fields.List(fields.Nested(RankedSchema))


class RankingsQuerySchema(WireSchema):
    """Which rankings; all when nothing is asked. Unknown filters are refused."""

    kind = fields.String(validate=one_of([kind.value for kind in SubjectKind]))
    year = fields.Integer(validate=between(FIRST_YEAR, LAST_YEAR))
    lang = fields.String(metadata={"description": "Language of errors"})


@bp.get("/<code>/rankings")
@bp.arguments(RankingsQuerySchema, location="query", unknown=RAISE)
@bp.response(200, RankingsSchema)
@public
def rankings(asked: dict[str, Any], code: str) -> Response:
    """Show the rankings by an indicator: the newest year first, the best first.

    An indicator that nothing is ranked by has none.
    """
    body = RankingsSchema().dump({"items": _bodies(code, asked)})
    return answer(json.dumps(body), "application/json")


@bp.get("/<code>/rankings.csv")
@bp.arguments(RankingsQuerySchema, location="query", unknown=RAISE)
@bp.response(200, {"type": "string"}, content_type=CSV)
@public
def file(asked: dict[str, Any], code: str) -> Response:
    """Give the same as a CSV file: UTF-8, ISO dates, decimal points, one subject a line."""
    definition = definition_of(code)
    with public_reading() as session:
        rows = published_rankings(session, definition.code, **_narrowed(asked))
        text = csv_text([*COLUMNS], ranking_rows(current_city(), rows))
    response = answer(text, f"{CSV}; charset=utf-8; header=present")
    name = f"{definition.code}-peringkat.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _bodies(code: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    city, definition = current_city(), definition_of(code)
    with public_reading() as session:
        rows = published_rankings(session, definition.code, **_narrowed(asked))
        return [ranking_body(city, row) for row in rows]


def _narrowed(asked: dict[str, Any]) -> dict[str, Any]:
    kind = asked.get("kind")
    return {"kind": SubjectKind(kind) if kind else None, "year": asked.get("year")}
