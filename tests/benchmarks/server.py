"""The application, and beside it in the same server process the least that could be done.

The least, three times: with no framework at all, in a view of Flask with nothing around it, and
through the session.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from flask import Flask, Response, request
from sqlalchemy import text

from citizenreport.app import create_app
from citizenreport.core.db import transaction
from config import from_env

flask_app = create_app(from_env())
plain_flask = Flask("plain")
local = threading.local()
INSERT = "INSERT INTO bench_row (body) VALUES (%s)"


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer /bare and /no-framework with one psycopg INSERT + COMMIT, /session through the session."""
    path = environ["PATH_INFO"]
    if path == "/bare":
        return plain_flask(environ, start_response)
    if path == "/no-framework":
        return answer(bare, environ, start_response)
    if path == "/session":
        return answer(through_session, environ, start_response)
    return flask_app(environ, start_response)


def answer(
    work: Callable[[str], None], environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    work(json.loads(body)["description"])
    start_response("201 Created", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]


@plain_flask.post("/bare")
def bare_view() -> Response:
    bare(request.get_json()["description"])
    return Response("{}", 201, content_type="application/json")


def bare(body: str) -> None:
    connection = getattr(local, "connection", None)
    if connection is None:
        url = os.environ["CITIZENREPORT_PRIVATE_DATABASE_URL"].replace("+psycopg", "")
        connection = local.connection = psycopg.connect(url)
    connection.execute(INSERT, (body,))
    connection.commit()


def through_session(body: str) -> None:
    with flask_app.app_context(), transaction() as session:
        session.execute(text("INSERT INTO bench_row (body) VALUES (:body)"), {"body": body})
