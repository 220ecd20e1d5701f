"""The one database handle, and the one place that commits."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from flask_sqlalchemy import SQLAlchemy
from psycopg import sql
from sqlalchemy import DateTime, LargeBinary, MetaData, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session
from sqlalchemy.types import TypeEngine

APP_ROLE = "citizenreport_app"  # reads and writes; may only INSERT and SELECT in the ledger
PUBLIC_ROLE = "citizenreport_public"  # SELECT on published rows, nothing else
PUBLIC_BIND = "public"
STATEMENT_BIND = "statement"  # each statement a transaction of its own


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Base of every table. No automatic repr: rows carry personal data and reprs reach logs."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, TypeEngine[Any]]] = {
        datetime: DateTime(timezone=True),
        str: Text(),
        bytes: LargeBinary(),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
    }


db = SQLAlchemy(metadata=Base.metadata)


@contextmanager
def transaction() -> Generator[Session, None, None]:
    """Give a session; commit when the block ends, roll back when it raises.

    Only doors (views, jobs, commands) open one. Rooms receive the session and never commit.
    """
    session: Session = db.session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def undone(session: Session) -> Generator[None, None, None]:
    """Undo what the block writes when it ends: for computing something to look at it."""
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        session.expire_all()


@contextmanager
def single_statement() -> Generator["psycopg.Connection[tuple[Any, ...]]", None, None]:
    """Give a connection on which every statement is committed when it returns.

    For what is written in one statement, on the hot path: no BEGIN, no COMMIT, no session.
    """
    pooled = db.engines[STATEMENT_BIND].raw_connection()
    try:
        connection = pooled.driver_connection
        assert isinstance(connection, psycopg.Connection)
        yield connection
    finally:
        if pooled.driver_connection is not None and pooled.driver_connection.closed:
            pooled.invalidate()  # the database went away: the next one opens anew
        pooled.close()


@contextmanager
def public_reading() -> Generator[Session, None, None]:
    """Give a read-only session whose role can SELECT published rows and nothing else.

    Every public page, feed and API read goes through it (protection.md, section 3).
    """
    session = Session(db.engines[PUBLIC_BIND])
    try:
        session.execute(text("SET TRANSACTION READ ONLY"))
        yield session
    finally:
        session.rollback()
        session.close()


def raw_connection(session: Session) -> "psycopg.Connection[tuple[Any, ...]]":
    """Return the psycopg connection inside the session's transaction, for the hot path and COPY."""
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection


Row = tuple[str, dict[str, Any]]
"""(table name, values by column). Names come from models, never from outside."""

Writer = Session | psycopg.Connection[tuple[Any, ...]]
"""Where rows go: into a session's transaction, or each statement by itself."""


def insert_rows(writer: Writer, rows: list[Row], *, condition: str, value: object) -> bool:
    """Insert rows of several tables in one statement, if a condition holds; tell whether it did.

    One round trip instead of one a table: the way a report comes in is the hot path. Foreign keys
    between the rows hold, for they are checked when the statement ends. `condition` is a query,
    fixed in the code, that gives one row or none; `$1` in it is `value`. The text is the same for
    the same columns, so that it is made once here and planned once by PostgreSQL.
    """
    shape = tuple((table, tuple(row)) for table, row in rows)
    values = [value, *(value for _, row in rows for value in row.values())]
    connection = raw_connection(writer) if isinstance(writer, Session) else writer
    cursor = psycopg.RawCursor(connection)
    return cursor.execute(_insert_text(shape, condition), values, prepare=True).fetchone() == (1,)


@lru_cache(maxsize=256)
def _insert_text(shape: tuple[tuple[str, tuple[str, ...]], ...], condition: str) -> bytes:
    marks = count(2)
    parts = [sql.SQL("holds AS MATERIALIZED ({})").format(sql.SQL(condition))]
    parts += [
        sql.SQL("{} AS (INSERT INTO {} ({}) SELECT {} FROM holds)").format(
            sql.Identifier(f"t{number}"),
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(sql.SQL(f"${next(marks)}") for _ in columns),
        )
        for number, (table, columns) in enumerate(shape)
    ]
    ending = sql.SQL(" SELECT count(*) FROM holds")
    return (sql.SQL("WITH ") + sql.SQL(", ").join(parts) + ending).as_bytes()
