"""Someone of the city desk, and reports that come in."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import Desk
from tests.doors.console.edits.editing import Editing
from tests.doors.console.people import DESK


@pytest.fixture
def office(app: Flask, session: Session, magelang: City, keys: KeyRing) -> Desk:
    return Desk(app, session, magelang, keys)


@pytest.fixture
def editing(app: Flask, session: Session, office: Desk, magelang: City) -> Iterator[Editing]:
    yield Editing(app, session, office.person(DESK), magelang)
    app.extensions[EXTENSION].city_holder.forget()
