"""/api/v1/indicators"""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Response, json, request
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.db import public_reading
from citizenreport.documents.tables import csv_text
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.imported import imported_values
from citizenreport.indicators.queries import Key, ValuesWanted, published_values
from citizenreport.indicators.rules.definitions import Status
from citizenreport.indicators.rules.periods import PeriodKind, parse_period
from citizenreport.indicators.rules.values import NOT_STATED
from citizenreport.intake.rules import UnknownArea
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.imported_values import fitting, imported_body, imported_rows, key_of
from citizenreport.web.indicators import (
    CSV_HEADER,
    csv_rows,
    definition_body,
    definition_of,
    value_body,
)
from citizenreport.web.open_reads import answer, site
from citizenreport.web.paging import CursorInvalid, cursor_of, read_cursor
from citizenreport.web.wire import WireSchema, between, one_of

bp = Blueprint(
    "indicators",
    __name__,
    url_prefix="/api/v1/indicators",
    description="What the city publishes about itself, with the definition of every number",
)

CSV = "text/csv"
PAGE_DEFAULT, PAGE_MAX = 100, 1_000
LEVELS = ["kota", "kecamatan", "kelurahan", NOT_STATED]


class DefinitionSchema(Schema):
    """The definition of an indicator. Texts are Indonesian; names are in three languages."""

    code = fields.String()
    version = fields.Integer()
    valid_from = fields.Date()
    status = fields.String(
        metadata={"description": "computed, imported (another body's figure) or no_data"}
    )
    names = fields.Dict(keys=fields.String(), values=fields.String())
    aspect = fields.String()
    dimension = fields.String()
    concept = fields.String()
    definition = fields.String()
    interpretation = fields.String()
    formula = fields.String(metadata={"description": "The city's own wording"})
    cohort_event = fields.String()
    follow_up_working_days = fields.Integer()
    exits = fields.String()
    clock = fields.String()
    numerator = fields.String()
    denominator = fields.String()
    unit = fields.String()
    decimals = fields.Integer()
    direction = fields.String()
    universe = fields.String()
    disaggregations = fields.List(fields.String())
    producer = fields.String()
    source = fields.String()
    reference = fields.String(metadata={"description": "Law or science it rests on"})
    estimation_levels = fields.List(fields.String())
    translations = fields.Dict(
        keys=fields.String(),
        metadata={"description": "Definition and interpretation in English and Javanese"},
    )


class DefinitionsSchema(Schema):
    items = fields.List(fields.Nested(DefinitionSchema))


class ValueSchema(Schema):
    """One published number. `value` is null where it cannot be told; `details` says why."""

    indicator_code = fields.String()
    definition_version = fields.Integer()
    universe = fields.String(
        metadata={
            "description": "public: released public reports only; survey: what their reporters answered"
        }
    )
    period = fields.String(metadata={"description": "2026, 2026-Q3 or 2026-07"})
    period_kind = fields.String()
    period_start_on = fields.Date()
    period_end_on = fields.Date()
    area_code = fields.String(metadata={"description": "Kemendagri code, or tidak_disebut"})
    bps_code = fields.String(allow_none=True)
    area_level = fields.String()
    area_name = fields.String()
    value = fields.Float(allow_none=True)
    unit = fields.String()
    numerator = fields.Integer(allow_none=True, metadata={"description": "null: imported"})
    denominator = fields.Integer(allow_none=True)
    interval_low = fields.Float(
        allow_none=True, metadata={"description": "Wilson, 95 %, shares only"}
    )
    interval_high = fields.Float(allow_none=True)
    status = fields.String(
        metadata={"description": "provisional, final, or imported: another body's figure"}
    )
    data_until = fields.Date(
        allow_none=True, metadata={"description": "The last day that is counted; null: imported"}
    )
    is_suppressed = fields.Boolean()
    details = fields.Dict(
        keys=fields.String(),
        metadata={
            "description": "median and p90 (> x: not reached), counts shown apart, …; of an imported"
            " figure source, year, revision and evidence_sha256"
        },
    )


class ValuesPageSchema(Schema):
    items = fields.List(fields.Nested(ValueSchema))
    next = fields.URL(allow_none=True, metadata={"description": "The next page"})


class ValuesQuerySchema(WireSchema):
    """Which values. Unknown filters are refused, so that a typing error does not pass for all."""

    period = fields.String(metadata={"description": "2026, 2026-Q3 or 2026-07"})
    period_kind = fields.String(validate=one_of([kind.value for kind in PeriodKind]))
    area = fields.String(metadata={"description": "An area code, or tidak_disebut"})
    area_level = fields.String(validate=one_of(LEVELS))
    limit = fields.Integer(load_default=PAGE_DEFAULT, validate=between(1, PAGE_MAX))
    after = fields.String(metadata={"description": "Where the page before ended"})
    lang = fields.String(metadata={"description": "Language of errors"})


@bp.get("")
@bp.response(200, DefinitionsSchema)
@public
def index() -> Response:
    """List all indicators with their definitions, those without values too."""
    city = current_city()
    items = [definition_body(city, definition) for definition in all_definitions().values()]
    return answer(json.dumps(DefinitionsSchema().dump({"items": items})), "application/json")


@bp.get("/<code>")
@bp.response(200, DefinitionSchema)
@public
def show(code: str) -> Response:
    """Show the definition of one indicator."""
    body = definition_body(current_city(), definition_of(code))
    return answer(json.dumps(DefinitionSchema().dump(body)), "application/json")


@bp.get("/<code>/values")
@bp.arguments(ValuesQuerySchema, location="query", unknown=RAISE)
@bp.response(200, ValuesPageSchema)
@bp.doc(description="With `Accept: text/csv` all values that match, in the long form of Satu Data.")
@public
def values(asked: dict[str, Any], code: str) -> Response:
    """Show published values of an indicator, by period and area."""
    wanted = _wanted(code, asked)
    best = request.accept_mimetypes.best_match(["application/json", CSV], "application/json")
    response = _csv(wanted) if best == CSV else _page(wanted, asked)
    response.vary.add("Accept")
    return response


@bp.get("/<code>/values.csv")
@bp.arguments(ValuesQuerySchema, location="query", unknown=RAISE)
@bp.response(200, {"type": "string"}, content_type=CSV)
@public
def file(asked: dict[str, Any], code: str) -> Response:
    """Give the same as a CSV file: UTF-8, ISO dates, decimal points, one number a line."""
    response = _csv(_wanted(code, asked))
    response.headers["Content-Disposition"] = f'attachment; filename="{code.upper()}.csv"'
    return response


def _wanted(code: str, asked: dict[str, Any]) -> ValuesWanted:
    definition = definition_of(code)
    area_code = asked.get("area")
    city = current_city()
    if area_code is not None and area_code not in {*city.areas, city.city_code, NOT_STATED}:
        raise UnknownArea(pointer="#/area")
    kind = asked.get("period_kind")
    return ValuesWanted(
        code=definition.code,
        period=parse_period(asked["period"]) if "period" in asked else None,
        period_kind=PeriodKind(kind) if kind else None,
        area_code=area_code,
        area_level=asked.get("area_level"),
        after=_read_cursor(asked["after"]) if "after" in asked else None,
        limit=asked["limit"] + 1,
    )


def _page(wanted: ValuesWanted, asked: dict[str, Any]) -> Response:
    city = current_city()
    with public_reading() as session:
        found = _found(session, city, wanted)
    shown = found[: asked["limit"]]
    following = _next_url(wanted.code, asked, shown[-1][0]) if len(found) > len(shown) else None
    items = [item for _, item in shown]
    body = ValuesPageSchema().dump({"items": items, "next": following})
    return answer(json.dumps(body), "application/json")


def _is_imported(code: str) -> bool:
    return all_definitions()[code].status is Status.IMPORTED


def _found(session: Session, city: City, wanted: ValuesWanted) -> list[tuple[Key, dict[str, Any]]]:
    """Return the values asked for, each with its place in the order."""
    if _is_imported(wanted.code):
        figures = fitting(city, imported_values(session, wanted.code), wanted)
        return [(key_of(city, figure), imported_body(city, figure)) for figure in figures]
    return [
        (
            (row.period_kind, row.period_start_on.isoformat(), row.area_code),
            value_body(city, row),
        )
        for row in published_values(session, wanted)
    ]


def _csv(wanted: ValuesWanted) -> Response:
    """A file holds everything that matches: its size depends on areas and periods, not on reports."""
    city = current_city()
    everything = ValuesWanted(
        code=wanted.code,
        period=wanted.period,
        period_kind=wanted.period_kind,
        area_code=wanted.area_code,
        area_level=wanted.area_level,
    )
    with public_reading() as session:
        if _is_imported(wanted.code):
            rows = imported_rows(
                city, fitting(city, imported_values(session, wanted.code), everything)
            )
        else:
            rows = csv_rows(city, published_values(session, everything))
        text = csv_text(CSV_HEADER, rows)
    return answer(text, f"{CSV}; charset=utf-8; header=present")


def _next_url(code: str, asked: dict[str, Any], last: Key) -> str:
    query = urlencode({**asked, "after": cursor_of([*last])})
    return f"{site()}/api/v1/indicators/{code}/values?{query}"


def _read_cursor(text: str) -> Key:
    """Return where to go on. Raises CursorInvalid."""
    kind, day, area_code = read_cursor(text, parts=3, pointer="#/after")
    try:
        return PeriodKind(kind).value, date.fromisoformat(day).isoformat(), area_code
    except ValueError as error:
        raise CursorInvalid(pointer="#/after") from error
