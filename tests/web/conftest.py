"""A small application with every kind of failure, so that what doors share is seen without a door."""

import pytest
from flask import Flask, Response, abort, request
from flask.testing import FlaskClient
from marshmallow import Schema, ValidationError, fields

from citizenreport.core import errors
from citizenreport.web import setup
from citizenreport.web.context import Services
from citizenreport.web.csrf import csrf_token
from citizenreport.web.guards import public

SECRET = "Budi Santoso 081234567890"


class TooFar(errors.InvalidInput):
    code = "test-too-far"
    title = "Terlalu jauh."


class Position(Schema):
    lat = fields.Float(required=True)


class Draft(Schema):
    position = fields.Nested(Position, required=True)


def raise_(error: Exception) -> Response:
    raise error


def small_app(**config: object) -> Flask:
    app = Flask("small", static_folder=None)
    usual = {"TESTING": True, "SECRET_KEY": "s", "PUBLIC_URL": "http://localhost"}
    app.config.from_mapping(usual | config)
    setup.init_app(app, Services())
    failures = {
        "too-far": TooFar(pointer="#/position", far_m=12),
        "hidden": errors.NotFound(),
        "many": errors.TooMany(retry_after_s=30),
        "bug": RuntimeError(SECRET),
        "shape": ValidationError({"a/b": {"~": ["salah"]}}),
    }
    for prefix in ("/api", ""):
        for name, error in failures.items():
            app.add_url_rule(
                f"{prefix}/{name}",
                f"{prefix}{name}",
                public(lambda error=error: raise_(error)),
                methods=["GET", "POST"],
            )

        @app.post(f"{prefix}/json", endpoint=f"{prefix}json")
        @public
        def read_json() -> dict[str, object]:
            loaded = Draft().load(request.get_json())
            assert isinstance(loaded, dict)
            return loaded

    @app.get("/api/refused")
    def refused() -> Response:
        abort(Response("as it is", 418))

    @app.get("/with-slash/")
    def with_slash() -> str:
        return "ok"

    @app.get("/token")
    def token() -> str:
        return csrf_token()

    @app.post("/change")
    def change() -> str:
        return "changed"

    return app


@pytest.fixture
def small() -> FlaskClient:
    return small_app().test_client()
