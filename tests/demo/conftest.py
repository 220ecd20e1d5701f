"""A small demo, made once: sixty reports through the real pipeline, really committed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask

from citizenreport.cities.rules import City
from citizenreport.commands.demo_making import make_demo
from citizenreport.core.cluster import Cluster
from citizenreport.core.db import transaction
from citizenreport.pipeline.demo.deeds import Life
from citizenreport.pipeline.demo.plan import Period, make_lives
from citizenreport.pipeline.demo.run import Order
from citizenreport.web.context import EXTENSION
from tests.databases import FreshDatabase, fresh_database_in, load_magelang

UNTIL = datetime(2026, 11, 24, 3, tzinfo=UTC)
ORDER = Order(seed=7, wanted=60, period=Period(since=UNTIL - timedelta(days=365), until=UNTIL))


@pytest.fixture(scope="session")
def lives(city: City) -> list[Life]:
    return make_lives(city, ORDER.period, seed=ORDER.seed, wanted=ORDER.wanted)


@pytest.fixture(scope="session")
def year(city: City) -> list[Life]:
    """A whole year as `make run` makes it, only planned."""
    return make_lives(city, ORDER.period, seed=1, wanted=2_000)


@pytest.fixture(scope="module")
def made(template: Cluster, settings: dict[str, object]) -> Iterator[Flask]:
    """A service with the small demo in it."""
    with fresh_database_in(template, f"demo_{uuid4().hex[:12]}", settings) as database:
        with empty_service(database).app_context():
            assert [progress.done for progress in make_demo(ORDER)] == [20, 40, 60]
        yield database.app


@pytest.fixture
def empty(fresh_database: FreshDatabase) -> Flask:
    """A service of Kota Magelang without any report."""
    return empty_service(fresh_database)


def empty_service(database: FreshDatabase) -> Flask:
    app = database.app
    with app.app_context(), transaction() as session:
        city = load_magelang(session)
    app.extensions[EXTENSION].city_holder.replace(replace(city))
    return app
