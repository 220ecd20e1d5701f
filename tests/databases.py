"""One private cluster per test run, one template built by the migrations, one clone per worker."""

import shutil
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from citizenreport.app import create_app
from citizenreport.cities.pack import Checked, check_pack
from citizenreport.cities.rules import City
from citizenreport.cities.service import load, numbered
from citizenreport.commands.migrating import attach_migrations, migrate
from citizenreport.core.clock import utcnow
from citizenreport.core.cluster import Cluster, private_cluster
from citizenreport.core.db import PUBLIC_ROLE, db
from citizenreport.core.postgres import reachable_data_dir

TEMPLATE = "citizenreport_template"
BUILDING = 77_001  # key of the advisory lock held while the template is built


@contextmanager
def throwaway_cluster() -> Generator[Cluster, None, None]:
    """Run a cluster in a temporary folder, without fsync."""
    data_dir = reachable_data_dir(Path(tempfile.mkdtemp(prefix="cr-test-")))
    try:
        with private_cluster(data_dir, fast_and_unsafe=True) as cluster:
            yield cluster
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


def ensure_template(cluster: Cluster, settings: Mapping[str, object]) -> None:
    """Build the template by the migrations unless another worker has; wait for one that is at it."""
    with cluster.connect() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (BUILDING,))
        is_ready = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", (TEMPLATE,)
        ).fetchone()
        if is_ready:
            return
        cluster.drop_database(TEMPLATE)
        app = create_app(
            {**settings, "CITY": None, "SQLALCHEMY_DATABASE_URI": cluster.ensure_database(TEMPLATE)}
        )
        migrate(app)
        with app.app_context():
            dispose()
        connection.execute(f"ALTER DATABASE {TEMPLATE} IS_TEMPLATE true")


def dispose() -> None:
    """Close the pools of the current application: an open one warns, and hinders DROP DATABASE."""
    for engine in db.engines.values():
        engine.dispose()


@dataclass(frozen=True)
class FreshDatabase:
    """A database of a test's own: commits are real, other processes may use it."""

    url: str
    settings: Mapping[str, object]

    @cached_property
    def app(self) -> Flask:
        app = create_app({**self.settings, "SQLALCHEMY_DATABASE_URI": self.url})
        attach_migrations(app)
        return app

    def owner(self) -> "psycopg.Connection[Any]":
        """Open an autocommit connection that may do anything (superuser, owner of the tables)."""
        return psycopg.connect(
            self.url.replace("postgresql+psycopg", "postgresql"), autocommit=True
        )


@contextmanager
def fresh_database_in(
    cluster: Cluster, name: str, settings: Mapping[str, object]
) -> Generator[FreshDatabase, None, None]:
    """Clone the template under a name; drop the clone when the block ends."""
    database = FreshDatabase(
        url=cluster.ensure_database(name, template=TEMPLATE), settings=settings
    )
    try:
        yield database
    finally:
        if "app" in database.__dict__:
            with database.app.app_context():
                dispose()
        cluster.drop_database(name)


@contextmanager
def public_role_for_others(connection: Connection) -> Generator[None, None, None]:
    """Let every session on this connection but the test's own read as the public does.

    `public_reading()` opens a session of its own. In a test it must see what the test has not
    committed, hence the same connection; the role is given back with its savepoint.
    """

    def take_role(session: Session, _: object, used: Connection) -> None:
        if used is connection and not session.info.get("is_tests_own"):
            used.exec_driver_sql(f"SET LOCAL ROLE {PUBLIC_ROLE}")

    event.listen(Session, "after_begin", take_role)
    try:
        yield
    finally:
        event.remove(Session, "after_begin", take_role)


def cluster_at(data_dir: str, socket_dir: str, pid: str) -> Cluster:
    """Return the cluster that the controlling process of a parallel run started."""
    return Cluster(data_dir=Path(data_dir), socket_dir=Path(socket_dir), pid=int(pid))


@cache
def magelang_pack() -> Checked:
    """Return Magelang's pack, read and checked once for all tests."""
    return check_pack("magelang")


def load_magelang(session: Session) -> City:
    """Make Magelang's pack the one the database runs on."""
    checked = magelang_pack()
    assert checked.city is not None
    load(session, checked.city, content=checked.content, now=utcnow())
    session.commit()
    return numbered(session, checked.city)
