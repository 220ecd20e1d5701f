"""The console over the small town, and a browser that fills in forms as a person would."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.cities.rules import City
from citizenreport.web.context import EXTENSION, CityHolder
from tests.doors.console.city import small_town
from tests.identity.factories import PASSWORD

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """Flask's client that sends the token of the page it last read."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **given: object) -> TestResponse:
        return self.client.get(path, **given)  # type: ignore[arg-type]

    def send(self, path: str, *, page: str = "/petugas/masuk", **fields: str) -> TestResponse:
        """Read a page, then post its form with these fields."""
        shown = self.client.get(page, follow_redirects=True)
        match = TOKEN.search(shown.text)
        assert match is not None, f"no form on {page}: {shown.status}"
        return self.client.post(path, data={"csrf_token": unescape(match[1]), **fields})

    def sign_in(
        self, username: str = "sri.lestari", password: str = PASSWORD, **fields: str
    ) -> TestResponse:
        return self.send("/petugas/masuk", username=username, password=password, **fields)


@pytest.fixture
def town(app: Flask) -> Iterator[City]:
    """The city that the application serves during a test."""
    holder: CityHolder = app.extensions[EXTENSION].city_holder
    holder.replace(small_town())
    yield holder.city
    holder.forget()


@pytest.fixture
def visitor(app: Flask, session: Session, town: City) -> Visitor:
    return Visitor(app.test_client())
