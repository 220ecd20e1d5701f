import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.web.context import EXTENSION
from tests.bad_input.intake import Intake


@pytest.fixture
def intake(
    app: Flask, client: FlaskClient, session: Session, magelang: City, keys: KeyRing
) -> Intake:
    storage = app.extensions[EXTENSION].storage
    return Intake(client=client, session=session, storage=storage, keys=keys)
