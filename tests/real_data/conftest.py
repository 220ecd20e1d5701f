"""A database for each real city, and what an import made there, read back."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from citizenreport.core.cluster import Cluster
from citizenreport.core.db import db
from citizenreport.core.keys import KeyRing, read_key_files
from tests.databases import FreshDatabase, fresh_database_in


@pytest.fixture(scope="module")
def database(
    template: Cluster, settings: dict[str, object], request: pytest.FixtureRequest
) -> Iterator[FreshDatabase]:
    """A database of the module's own, in an application context; commits are real."""
    town = re.sub(r"\W", "_", request.module.__name__.rpartition(".")[2])
    name = f"{town}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with fresh_database_in(template, name, settings) as database, database.app.app_context():
        yield database
        db.session.remove()


@pytest.fixture(scope="module")
def stored(database: FreshDatabase) -> Session:
    """The session on the module's database."""
    session: Session = db.session()
    return session


@pytest.fixture(scope="module")
def keys(database: FreshDatabase) -> KeyRing:
    return read_key_files(database.app.config["KEYS_DIR"])


HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one city together: what one of them imported the others read."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
