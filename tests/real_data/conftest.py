"""One database for all real cities: sources keep them apart."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from citizenreport.core.cluster import Cluster
from citizenreport.core.db import db
from citizenreport.core.keys import KeyRing
from tests.databases import fresh_database_in
from tests.imports import make_keys


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return make_keys(tmp_path_factory.mktemp("keys") / "set")


@pytest.fixture(scope="module")
def stored(template: Cluster, settings: dict[str, object]) -> Iterator[Session]:
    """A session on a database of the module's own, in an application context; commits are real."""
    name = f"real_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with fresh_database_in(template, name, settings) as database, database.app.app_context():
        yield db.session()
        db.session.remove()
