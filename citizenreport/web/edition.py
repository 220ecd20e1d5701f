"""Every process serves what is in force, whichever process put it there: the pack, what was learned.

Asked in one short statement before what is read and before what staff do. A report that comes in is
checked against the edition by the statement that stores it.
"""

from typing import Final

import psycopg
from flask import Flask, request
from sqlalchemy.exc import SQLAlchemyError

from citizenreport.core.db import single_statement
from citizenreport.web.context import current_services
from citizenreport.web.suggester import note_version

READING: Final = frozenset({"GET", "HEAD"})
STAFF: Final = "/petugas"
ASSETS: Final = "assets."
IN_FORCE: Final = (
    "SELECT (SELECT max(pack_version) FROM pack_version WHERE is_current),"
    " (SELECT max(version) FROM suggestion_model WHERE content IS NOT NULL)"
)


def init_app(app: Flask) -> None:
    """Have requests look first; the files of the pages themselves say nothing of the city."""
    app.before_request(_look)


def keep_up() -> None:
    """Serve what is in force now; what was, while the database does not answer."""
    try:
        with single_statement() as connection:
            row = connection.execute(IN_FORCE, prepare=True).fetchone()
    except (psycopg.Error, SQLAlchemyError):
        return
    edition, learned = row or (None, None)
    if edition is not None:
        current_services().city_holder.keep_up(edition)
    note_version(learned)


def _look() -> None:
    endpoint = request.endpoint
    if endpoint is None or endpoint.startswith(ASSETS):
        return
    if request.method in READING or request.path.startswith(STAFF):
        keep_up()
