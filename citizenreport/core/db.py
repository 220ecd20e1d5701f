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


def insert_rows(session: Session, rows: list[Row], *, returning: str) -> Any:
    """Insert rows of several tables in one statement and return what a scalar query then gives.

    One round trip instead of one a table: the way a report comes in is the hot path. Foreign keys
    between the rows hold, for they are checked when the statement ends. `returning` is a query for
    one value, fixed in the code. The text is the same for the same columns, so that it is made
    once here and planned once by PostgreSQL.
    """
    shape = tuple((table, tuple(row)) for table, row in rows)
    values = [value for _, row in rows for value in row.values()]
    cursor = psycopg.RawCursor(raw_connection(session))
    found = cursor.execute(_insert_text(shape, returning), values, prepare=True).fetchone()
    return found[0] if found else None


@lru_cache(maxsize=256)
def _insert_text(shape: tuple[tuple[str, tuple[str, ...]], ...], returning: str) -> bytes:
    marks = count(1)
    parts = [
        sql.SQL("{} AS (INSERT INTO {} ({}) VALUES ({}))").format(
            sql.Identifier(f"t{number}"),
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(sql.SQL(f"${next(marks)}") for _ in columns),
        )
        for number, (table, columns) in enumerate(shape)
    ]
    return (sql.SQL("WITH ") + sql.SQL(", ").join(parts) + sql.SQL(" " + returning)).as_bytes()
