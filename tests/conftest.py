"""One cluster per run, one database per worker, one rolled-back transaction per test.

Fixtures:

* `session`         the usual one: commits are savepoints inside a transaction that is thrown away
* `client`          Flask's test client over that session
* `as_owner`        `with as_owner():` lets the session do what only a superuser may
* `fresh_database`  a database of the test's own: real commits, other processes
* `post_office`     a mail server on loopback
* `mailing_database` a fresh database whose workers mail through it
* `live_server`     granian on a fresh database; `kill()` is a kill -9 of all its processes
* `settings`        what the application is given; folders are temporary, passwords cheap
"""

import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from citizenreport.cities.rules import City
from citizenreport.core.cluster import Cluster
from citizenreport.core.db import APP_ROLE, PUBLIC_BIND, STATEMENT_BIND, db, transaction
from citizenreport.core.keys import KeyRing, make_key_files, read_key_files
from citizenreport.web.context import EXTENSION
from tests.databases import (
    FreshDatabase,
    cluster_at,
    dispose,
    ensure_template,
    fresh_database_in,
    load_magelang,
    magelang_pack,
    public_role_for_others,
    throwaway_cluster,
)
from tests.messaging.post_office import PostOffice, open_post_office
from tests.scenes import Scene
from tests.servers import LiveServer, live_server_on

# How long an example takes says more about the machine's other work than about the code.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")

CLUSTER = pytest.StashKey[Cluster]()
STACK = pytest.StashKey[ExitStack]()


def running_cluster(config: pytest.Config) -> Cluster:
    """Return the cluster of this run; the first call starts it. It ends with the process."""
    if CLUSTER not in config.stash:
        stack = config.stash[STACK] = ExitStack()
        config.stash[CLUSTER] = stack.enter_context(throwaway_cluster())
    return config.stash[CLUSTER]


def pytest_unconfigure(config: pytest.Config) -> None:
    if STACK in config.stash:
        config.stash[STACK].close()


class OneClusterForAllWorkers:
    """In a parallel run the controlling process starts the cluster and tells its workers where."""

    def pytest_configure_node(self, node: object) -> None:
        cluster = running_cluster(node.config)  # type: ignore[attr-defined]
        node.workerinput["cluster"] = (  # type: ignore[attr-defined]
            str(cluster.data_dir),
            str(cluster.socket_dir),
            str(cluster.pid),
        )


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.has_plugin("dsession"):
        config.pluginmanager.register(OneClusterForAllWorkers())


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Cluster:
    told: dict[str, tuple[str, str, str]] = getattr(pytestconfig, "workerinput", {})
    return cluster_at(*told["cluster"]) if "cluster" in told else running_cluster(pytestconfig)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder: Path = tmp_path_factory.mktemp("service")
    make_key_files(folder / "keys", demo=True)
    return {
        "TESTING": True,
        "SECRET_KEY": "only for tests",
        "PUBLIC_URL": "http://localhost",
        "IS_PRIVATE": True,
        "MAY_USE_DEMO_KEYS": True,
        "CITY": "magelang",
        "KEYS_DIR": folder / "keys",
        "STORAGE_DIR": folder / "storage",
        "CHECKPOINT_DIR": folder / "checkpoints",
        "BASEMAP_DIR": folder / "basemap",
        "SMTP_URL": "",
        "MAIL_FROM": "lapor@localhost",
        "LIMITS": "times=10000",  # tests of limits set their own
        "PASSWORD_MEMORY_KIB": 8,
        "PASSWORD_TIME_COST": 1,
        "SECOND_FACTOR_ROLES": frozenset(),  # tests of the second factor name their own
    }


@pytest.fixture(scope="session")
def template(cluster: Cluster, settings: dict[str, object]) -> Cluster:
    """The cluster, with the template database in it."""
    ensure_template(cluster, settings)
    return cluster


@pytest.fixture(scope="session")
def app(template: Cluster, settings: dict[str, object]) -> Iterator[Flask]:
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with fresh_database_in(template, name, settings) as database:
        yield database.app


@pytest.fixture
def session(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session whose commits are savepoints inside a transaction that is thrown away."""
    with app.app_context(), db.engine.connect() as connection:
        outer = connection.begin()
        connection.begin_nested()  # so that a session of `public_reading` rolls back to here only
        scoped = scoped_session(
            sessionmaker(
                bind=connection,
                join_transaction_mode="create_savepoint",
                info={"is_tests_own": True},
            )
        )
        monkeypatch.setattr(db, "session", scoped)
        monkeypatch.setitem(db.engines, STATEMENT_BIND, Inside(connection))
        monkeypatch.setitem(db.engines, PUBLIC_BIND, connection)
        with public_role_for_others(connection):
            yield scoped()
        scoped.remove()
        outer.rollback()


class Inside:
    """Stands for the engine of single statements: each is a savepoint of the test's transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def raw_connection(self) -> "Borrowed":
        db.session.commit()  # a session that fails later must not take the statement's rows along
        return Borrowed(self.connection)


class Borrowed:
    """The test's own connection, lent for statements that may fail without ending the test's."""

    def __init__(self, connection: Connection) -> None:
        self.savepoint = connection.begin_nested()
        self.driver_connection = connection.connection.driver_connection

    def close(self) -> None:
        assert self.driver_connection is not None
        if self.driver_connection.info.transaction_status is TransactionStatus.INERROR:
            self.savepoint.rollback()
        else:
            self.savepoint.commit()


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def as_owner(session: Session) -> Callable[[], AbstractContextManager[None]]:
    @contextmanager
    def owner() -> Generator[None, None, None]:
        session.execute(text("SET LOCAL ROLE NONE"))
        yield
        session.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))

    return owner


@pytest.fixture
def fresh_database(template: Cluster, settings: dict[str, object]) -> Iterator[FreshDatabase]:
    with fresh_database_in(template, f"fresh_{uuid4().hex[:12]}", settings) as database:
        yield database


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """A mail server on loopback that keeps what it is given."""
    with open_post_office() as office:
        yield office


@pytest.fixture
def mailing_database(
    fresh_database: FreshDatabase, post_office: PostOffice, tmp_path: Path
) -> Iterator[FreshDatabase]:
    """A fresh database for workers in threads and processes, which mail through the post office."""
    settings = {
        **fresh_database.settings,
        "SMTP_URL": post_office.url,
        "MAIL_FROM": "lapor@magelang.example",
        "KEYS_DIR": tmp_path / "keys",
        "STORAGE_DIR": tmp_path / "storage",
        "CHECKPOINT_DIR": tmp_path / "checkpoints",
    }
    database = FreshDatabase(url=fresh_database.url, settings=settings)
    yield database
    with database.app.app_context():
        dispose()


@pytest.fixture
def live_server(fresh_database: FreshDatabase) -> Iterator[LiveServer]:
    with fresh_database.app.app_context(), transaction() as session:
        load_magelang(session)
    with live_server_on(fresh_database) as server:
        yield server


@pytest.fixture(scope="session")
def city() -> City:
    """Kota Magelang as its pack says, without a database."""
    found = magelang_pack().city
    assert found is not None
    return found


@pytest.fixture
def magelang(app: Flask, session: Session) -> Iterator[City]:
    """Kota Magelang, loaded into the test's database and served by the application."""
    holder = app.extensions[EXTENSION].city_holder
    loaded = load_magelang(session)
    holder.replace(loaded)
    yield loaded
    holder.forget()


@pytest.fixture(scope="session")
def keys(settings: dict[str, object]) -> KeyRing:
    """The keys that the application under test uses."""
    return read_key_files(Path(str(settings["KEYS_DIR"])))


@pytest.fixture
def open_tmp_path() -> Iterator[Path]:
    """A temporary folder that other accounts may pass through: pytest's own is closed to them."""
    with tempfile.TemporaryDirectory(prefix="cr-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def scene(app: Flask, session: Session, magelang: City, keys: KeyRing) -> Scene:
    """The city at work, through the real pipeline."""
    storage = app.extensions[EXTENSION].storage
    return Scene(session=session, city=magelang, keys=keys, storage=storage)
