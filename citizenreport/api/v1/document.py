"""The OpenAPI 3.1 document, and errors as problem documents in it."""

from typing import Any, Final

from flask import Flask, current_app
from flask_smorest import Api
from marshmallow import INCLUDE, Schema, fields

from citizenreport.web.guards import public

OPENAPI_VERSION: Final = "3.1.0"
DOCUMENT: Final = "api-docs.openapi_json"
PROBLEM: Final = "application/problem+json"

SETTINGS: Final = {
    "API_TITLE": "citizenreport",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": OPENAPI_VERSION,
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": (
                "Reports of residents, routed to the responsible agency. Public answers hold "
                "published rows only. Errors are problem documents (RFC 9457)."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key that the operator makes for a program of the city.",
                },
                "trackingSecret": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The secret given once when the report was sent.",
                },
            }
        },
    },
}


class FaultSchema(Schema):
    pointer = fields.String(metadata={"description": "RFC 6901 pointer, as a fragment"})
    detail = fields.String(metadata={"description": "What to do, in plain words"})


class ProblemSchema(Schema):
    """Problem details; some carry members of their own beside these. Source: RFC 9457, section 3.2."""

    class Meta:
        unknown = INCLUDE

    type = fields.URL(metadata={"description": "A page that explains the problem"})
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))


class ProblemApi(Api):
    """flask-smorest with our errors: `web.problems` renders them, the document says so."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Leave errors to `web.problems`, which knows the whole application."""

    def _register_responses(self) -> None:
        """Register the answers to errors, of our media type. They are resolved when asked for."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE


def make_api(app: Flask) -> ProblemApi:
    """Return the API of an application; each resource registers its blueprint with it."""
    app.config.from_mapping(SETTINGS)
    api = ProblemApi(app)
    serve = app.view_functions[DOCUMENT]

    @public
    def document() -> Any:
        return current_app.ensure_sync(serve)()

    app.view_functions[DOCUMENT] = document
    return api
