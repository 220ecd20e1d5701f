"""A backup of a database, and a database with what it holds."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from psycopg import sql

from citizenreport.core.db import db
from citizenreport.core.postgres import find_binaries
from tests.databases import FreshDatabase, dispose


def address_of(database: FreshDatabase) -> str:
    return urlsplit(database.url.replace("+psycopg", "")).geturl()


def backup(database: FreshDatabase, path: Path) -> Path:
    command = [str(find_binaries() / "pg_dump"), "-Fc", "-f", str(path), address_of(database)]
    subprocess.run(command, check=True, capture_output=True)
    return path


@contextmanager
def restored(path: Path, lost: FreshDatabase) -> Iterator[FreshDatabase]:
    """Give a database with what a backup holds, beside the files and keys of the lost one."""
    name = f"restored_{uuid4().hex[:12]}"
    old = urlsplit(lost.url).path.removeprefix("/")
    with lost.owner() as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE template0")
        connection.execute(made.format(sql.Identifier(name)))
    one = FreshDatabase(url=lost.url.replace(f"/{old}", f"/{name}", 1), settings=lost.settings)
    command = [str(find_binaries() / "pg_restore"), "-d", address_of(one), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        with one.app.app_context():
            yield one
            db.session.remove()
            dispose()
    finally:
        with lost.owner() as connection:
            gone = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(gone.format(sql.Identifier(name)))
