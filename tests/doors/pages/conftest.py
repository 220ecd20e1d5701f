"""Residents of Magelang."""

import pytest
from flask.testing import FlaskClient

from citizenreport.cities.rules import City
from tests.doors.pages.resident import Resident


@pytest.fixture
def resident(client: FlaskClient, magelang: City) -> Resident:
    return Resident(client)
