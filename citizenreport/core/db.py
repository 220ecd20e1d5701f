"""The one database handle, and the one place that commits."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, LargeBinary, MetaData, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session
from sqlalchemy.types import TypeEngine

OWNER_ROLE = "citizenreport_owner"  # not used by the service: migrations run as whoever logs in
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
