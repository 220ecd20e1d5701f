"""/open311/v2/openapi.json: the endpoint as an OpenAPI 3.1 document, for those who read such.

The standard is prose (http://wiki.open311.org/GeoReport_v2); this says what of it, and beside it, is
answered here. Tests ask the service whatever the document allows, and hold it to its word.
"""

from functools import cache
from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify

from citizenreport.open311.answers import conditional
from citizenreport.open311.request_filters import PAGE_MAX, PAGE_SIZE_MAX, RADIUS_MAX_M
from citizenreport.open311.statuses import EXTENDED
from citizenreport.partners.georeport import MEDIA_TYPES
from citizenreport.web.guards import public

bp = Blueprint("georeport_document", __name__, url_prefix="/open311/v2")

Part = dict[str, Any]
TEXT: Final[Part] = {"type": "string"}
TRUTH: Final[Part] = {"type": "boolean"}
LINE: Final[Part] = {"type": ["string", "null"]}
MOMENT: Final[Part] = {"type": "string", "format": "date-time"}
DEGREES: Final[Part] = {"type": ["number", "null"]}


@bp.get("/openapi.json")
@public
def show() -> Response:
    """Give the document."""
    site = str(current_app.config["PUBLIC_URL"]).rstrip("/")
    return conditional(jsonify({**document(), "servers": [{"url": f"{site}/open311/v2"}]}))


@cache
def document() -> Part:
    """Return the document without its address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "GeoReport v2",
            "version": "v2",
            "description": "Published reports as service requests; reports and updates are taken in.",
            "license": {"name": "Apache-2.0"},
        },
        "paths": {f"/{name}": methods for name, methods in _paths().items()},
        "components": {"schemas": _schemas()},
    }


def _paths() -> dict[str, Part]:
    one, tracking = [_path("code")], [_path("service_request_id")]
    return {
        "discovery.{form}": {"get": _read("discovery", "Discovery", [])},
        "services.{form}": {"get": _read("services", "Services", [])},
        "services/{code}.{form}": {"get": _read("service", "ServiceDefinition", one)},
        "service/{code}.{form}": {"get": _read("serviceToo", "ServiceDefinition", one)},
        "requests.{form}": {
            "get": _read("requests", "Requests", _filters()),
            "post": _write("sendRequest", "NewRequest", "Taken"),
        },
        "requests/{service_request_id}.{form}": {
            "get": _read("request", "Requests", [*tracking, _query("extensions", TRUTH)])
        },
        "tokens/{token}.{form}": {"get": _read("token", "Tokens", [_path("token")])},
        "servicerequestupdates.{form}": {
            "get": _read(
                "updates",
                "Updates",
                [_query("start_date", MOMENT), _query("end_date", MOMENT)],
            ),
            "post": _write("sendUpdate", "NewUpdate", "UpdatesTaken"),
        },
    }


def _filters() -> list[Part]:
    moments = ("start_date", "end_date", "updated_after", "updated_before")
    return [
        *(_query(name, TEXT) for name in ("service_request_id", "service_code", "q", "bbox")),
        *(_query(name, MOMENT) for name in moments),
        _query("status", {"type": "string", "enum": ["open", "closed", "open,closed"]}),
        _query("page", {"type": "integer", "minimum": 1, "maximum": PAGE_MAX}),
        _query("page_size", {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE_MAX}),
        _query("extensions", TRUTH),
        _query("lat", {"type": "number", "minimum": -90, "maximum": 90}),
        _query("long", {"type": "number", "minimum": -180, "maximum": 180}),
        _query("radius", {"type": "number", "minimum": 1, "maximum": RADIUS_MAX_M}),
        _query(
            "sort",
            {
                "type": "string",
                "enum": [
                    f"{field}{way}"
                    for field in ("requested_datetime", "updated_datetime")
                    for way in ("", ":asc", ":desc")
                ],
            },
        ),
    ]


def _query(name: str, schema: Part) -> Part:
    return {"name": name, "in": "query", "schema": schema}


def _path(name: str) -> Part:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def _read(name: str, schema: str, parameters: list[Part]) -> Part:
    return {
        "operationId": name,
        "parameters": [_form(), *parameters, _query("jurisdiction_id", TEXT)],
        "responses": {
            "200": _answer("What was asked for", schema) | _links(name),
            "304": {"description": "The reader has it already (If-None-Match)"},
            "default": _answer("404 unknown, 429 too many, 400 all else", "Errors"),
        },
    }


def _write(name: str, body: str, taken: str) -> Part:
    sent: Part = {"schema": _ref(body)}
    return {
        "operationId": name,
        "parameters": [_form()],
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": sent, "multipart/form-data": sent},
        },
        "responses": {
            "201": _answer("It is stored", taken) | _links(name),
            "default": _answer("403 for keys, 404 unknown, 429 too many, 400 all else", "Errors"),
        },
    }


def _form() -> Part:
    return {
        "name": "form",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": ["json", "xml"]},
    }


def _answer(words: str, schema: str) -> Part:
    json_type, xml_type = (MEDIA_TYPES[form].split(";")[0] for form in sorted(MEDIA_TYPES))
    return {
        "description": words,
        "content": {json_type: {"schema": _ref(schema)}, xml_type: {}},
    }


LEADS: Final = {
    "services": ("service", "code", "service_code"),
    "requests": ("request", "service_request_id", "service_request_id"),
    "sendRequest": ("token", "token", "service_request_id"),
    "updates": ("request", "service_request_id", "service_request_id"),
}
"""Where an answer leads: to which operation, by which parameter, from which member of its first item."""


def _links(name: str) -> Part:
    if name not in LEADS:
        return {}
    operation, parameter, member = LEADS[name]
    found = {
        "operationId": operation,
        "parameters": {parameter: f"$response.body#/0/{member}", "form": "json"},
    }
    return {"links": {operation: found}}


def _ref(name: str) -> Part:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: dict[str, Part], optional: dict[str, Part] | None = None) -> Part:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _list(item: Part) -> Part:
    return {"type": "array", "items": item}


def _schemas() -> dict[str, Part]:
    update = dict.fromkeys(("update_id", "service_request_id", "status"), TEXT)
    named = {"service_request_id": TEXT}
    return {
        "Discovery": _object(
            {
                "changeset": MOMENT,
                "contact": LINE,
                "key_service": LINE,
                "endpoints": _list(
                    _object(
                        {
                            **dict.fromkeys(("specification", "url", "changeset"), TEXT),
                            "type": {"type": "string", "enum": ["production", "test"]},
                            "formats": _list(TEXT),
                        }
                    )
                ),
            }
        ),
        "Services": _list(_service()),
        "ServiceDefinition": _object({"service_code": TEXT, "attributes": _list(_attribute())}),
        "Requests": _list(_request()),
        "Tokens": _list(_object({**named, "token": TEXT})),
        "Updates": _list(
            _object({**update, "updated_datetime": MOMENT, "description": LINE, "media_url": LINE})
        ),
        "UpdatesTaken": _list(_object({"update_id": TEXT})),
        "Taken": _list(
            _object({"service_notice": TEXT, "account_id": LINE}, {**named, "token": TEXT})
        ),
        "Errors": _list(_object({"code": {"type": "integer"}, "description": TEXT})),
        "NewRequest": _new_request(),
        "NewUpdate": _object(
            {
                name: {"type": "string", "minLength": 1}
                for name in ("service_request_id", "update_id", "description")
            },
            {
                "status": {"type": "string", "enum": sorted(set(EXTENDED.values()))},
                "updated_datetime": MOMENT,
                "api_key": TEXT,
                "jurisdiction_id": TEXT,
            },
        ),
    }


def _service() -> Part:
    lines = ("description", "keywords", "group")
    return _object(
        {
            **dict.fromkeys(("service_code", "service_name", "type"), TEXT),
            **dict.fromkeys(lines, LINE),
            "metadata": TRUTH,
        }
    )


def _attribute() -> Part:
    return _object(
        {
            "variable": TRUTH,
            "code": TEXT,
            "datatype": TEXT,
            "required": TRUTH,
            "datatype_description": LINE,
            "order": {"type": "integer"},
            "description": LINE,
        },
        {"values": _list(_object({"key": TEXT, "name": TEXT}))},
    )


def _request() -> Part:
    lines = (
        *("status_notes", "description", "agency_responsible", "service_notice"),
        *("address", "address_id", "zipcode", "media_url"),
    )
    return _object(
        {
            **dict.fromkeys(("service_request_id", "service_name", "service_code"), TEXT),
            "status": {"type": "string", "enum": ["open", "closed"]},
            **dict.fromkeys(lines, LINE),
            "requested_datetime": MOMENT,
            "updated_datetime": MOMENT,
            "lat": DEGREES,
            "long": DEGREES,
        },
        {
            "expected_datetime": MOMENT,
            **{name: {} for name in ("extended_attributes", "attributes", "notes")},
        },
    )


def _new_request() -> Part:
    texts = (
        *("address_string", "address_id", "description", "email", "phone", "first_name"),
        *("last_name", "media_url", "device_id", "account_id", "api_key", "jurisdiction_id"),
    )
    return {
        "type": "object",
        "properties": {
            "service_code": TEXT,
            "lat": {"type": "number", "minimum": -90, "maximum": 90},
            "long": {"type": "number", "minimum": -180, "maximum": 180},
            **dict.fromkeys(texts, TEXT),
        },
        "patternProperties": {r"^attribute\[[a-z0-9_]+\](\[\])?$": TEXT},
        "required": ["service_code"],
        "additionalProperties": False,
    }
