"""The console over the small town, and a browser that fills in forms as a person would."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.identity.rules import Grant
from citizenreport.intake.rules import Channel, Draft
from citizenreport.intake.search import file_words
from citizenreport.pipeline.submit import Send, Submitted, submit_report
from citizenreport.triage.models import Ticket
from citizenreport.web.context import EXTENSION
from tests.doors.console.city import INSIDE, serve_town
from tests.identity.factories import PASSWORD, make_staff

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
def town(app: Flask, session: Session) -> Iterator[City]:
    """The city that the application serves during a test."""
    yield serve_town(app, session)
    app.extensions[EXTENSION].city_holder.forget()


@pytest.fixture
def visitor(app: Flask, session: Session, town: City) -> Visitor:
    return Visitor(app.test_client())


SENT_AT = datetime(2026, 11, 16, 2, tzinfo=UTC)
"""A Monday morning."""


class Desk:
    """Makes reports come in and people sign in."""

    def __init__(self, app: Flask, session: Session, city: City, keys: KeyRing) -> None:
        self.app, self.session, self.city, self.keys = app, session, city, keys

    def report(
        self,
        category_code: str = "pothole",
        description: str = "Lubang besar di depan sekolah.",
        *,
        at: datetime = SENT_AT,
        **given: object,
    ) -> Ticket:
        """Send a report as a resident would; return its ticket."""
        draft = replace(
            Draft(
                category_code=category_code,
                description=description,
                channel=Channel.WEB,
                position=INSIDE,
            ),
            **given,  # type: ignore[arg-type]
        )
        self.last: Submitted = submit_report(
            self.session,
            self.city,
            self.keys,
            self.app.extensions[EXTENSION].storage,
            draft,
            send=Send(door="test", key="", body_hmac=b""),
            now=at,
        )
        file_words(self.session, [self.last.report_id])  # as the worker does a moment later
        self.session.commit()
        query = select(Ticket).where(Ticket.report_id == self.last.report_id)
        return self.session.scalars(query).one()

    def person(self, *grants: Grant, username: str = "sri.lestari", name: str = "Sri") -> Visitor:
        """Open an account with these roles and sign it in."""
        make_staff(self.session, username, *grants, name=name)
        visitor = Visitor(self.app.test_client())
        assert visitor.sign_in(username).status_code == 303
        return visitor


@pytest.fixture
def desk(app: Flask, session: Session, town: City, keys: KeyRing) -> Desk:
    return Desk(app, session, town, keys)
