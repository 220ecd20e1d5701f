"""Residents of Magelang, staff behind them, and a count of what a page asks the database."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.web.context import EXTENSION
from tests.doors.pages.resident import Resident
from tests.doors.pages.staff import Staff

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def resident(client: FlaskClient, magelang: City) -> Resident:
    return Resident(client)


@pytest.fixture
def staff(app: Flask, session: Session, magelang: City, keys: KeyRing) -> Staff:
    storage = app.extensions[EXTENSION].storage
    return Staff(session=session, city=magelang, keys=keys, storage=storage)


@pytest.fixture
def queries(session: Session) -> Counting:
    """`with queries() as asked:` lists the statements of the block.

    Savepoints are left out, and the demo of a private service: no public one has it.
    """

    @contextmanager
    def counting() -> Generator[list[str], None, None]:
        asked: list[str] = []

        def note(_: object, __: object, statement: str, *___: object) -> None:
            is_control = statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "SET "))
            if not is_control and "demo_run" not in statement:
                asked.append(statement)

        connection = session.connection()
        event.listen(connection, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            event.remove(connection, "before_cursor_execute", note)

    return counting
