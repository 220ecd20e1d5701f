"""Limits of a test's own, and networks that nobody has used before."""

import itertools
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.web.limit_rules import read_limits
from citizenreport.web.limits import EXTENSION, Limits

NUMBERS = itertools.count()

FromNetwork = Callable[..., FlaskClient]


@pytest.fixture
def limits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Limits]:
    """`limits("read=3/minute")` gives the application these limits, for one test."""

    def replace(text: str) -> Limits:
        made = Limits(read_limits(text))
        monkeypatch.setitem(app.extensions, EXTENSION, made)
        return made

    return replace


@pytest.fixture
def from_network(
    app: Flask, session: Session, magelang: City, limits: Callable[[str], Limits]
) -> FromNetwork:
    """`from_network("read=3/minute")`: a client somewhere new; `address` says where, exactly."""

    def begin(text: str = "", *, address: str = "") -> FlaskClient:
        if text:
            limits(text)
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address or new_address()
        return client

    return begin


def new_address() -> str:
    """Return an address in a /24 that no other test uses."""
    number = next(NUMBERS)
    return f"198.{18 + number // 250}.{number % 250}.7"
