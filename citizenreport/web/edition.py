"""Every process serves the edition of the pack that is in force, whichever process put it there.

Asked before what is read and before what staff do. A report that comes in is checked against the
edition by the statement that stores it.
"""

from typing import Final

import psycopg
from flask import Flask, request
from sqlalchemy.exc import SQLAlchemyError

from citizenreport.cities.queries import EDITION_IN_FORCE
from citizenreport.core.db import single_statement
from citizenreport.web.context import current_services

READING: Final = frozenset({"GET", "HEAD"})
STAFF: Final = "/petugas"
ASSETS: Final = "assets."


def init_app(app: Flask) -> None:
    """Have requests look first; the files of the pages themselves say nothing of the city."""
    app.before_request(_keep_up)


def edition_in_force() -> int | None:
    """Return the number of the edition in force; None while the database does not answer."""
    try:
        with single_statement() as connection:
            row = connection.execute(EDITION_IN_FORCE, prepare=True).fetchone()
    except (psycopg.Error, SQLAlchemyError):
        return None
    return row[0] if row else None


def _keep_up() -> None:
    endpoint = request.endpoint
    if endpoint is None or endpoint.startswith(ASSETS):
        return
    if request.method in READING or request.path.startswith(STAFF):
        current_services().city_holder.keep_up()
