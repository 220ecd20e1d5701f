"""Who may do what in the database."""

import pytest
from flask import Flask
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from citizenreport.core.db import APP_ROLE, PUBLIC_ROLE, db, public_reading
from tests.databases import FreshDatabase


def current_role(session: Session) -> str:
    return str(session.scalar(text("SELECT current_user")))


def test_the_service_works_as_the_application_role(session: Session) -> None:
    assert current_role(session) == APP_ROLE


def test_public_reading_has_the_public_role(session: Session) -> None:
    with public_reading() as public:
        assert current_role(public) == PUBLIC_ROLE
    assert current_role(session) == APP_ROLE


def test_public_reading_sees_what_the_test_wrote(session: Session, as_owner: object) -> None:
    with as_owner():  # type: ignore[operator]
        session.execute(text("CREATE TABLE seen (n int)"))
        session.execute(text("INSERT INTO seen VALUES (1)"))
        session.execute(text(f"GRANT SELECT ON seen TO {PUBLIC_ROLE}"))
    session.commit()
    with public_reading() as public:
        assert public.scalar(text("SELECT n FROM seen")) == 1


def test_public_reading_is_refused_elsewhere(session: Session, as_owner: object) -> None:
    with as_owner():  # type: ignore[operator]
        session.execute(text("CREATE TABLE hidden (n int)"))
    session.commit()
    with public_reading() as public, pytest.raises(ProgrammingError) as caught:
        public.execute(text("SELECT n FROM hidden"))
    assert isinstance(caught.value.orig, InsufficientPrivilege)
    assert current_role(session) == APP_ROLE


def test_real_public_connections_have_the_role_and_cannot_write(
    fresh_database: FreshDatabase,
) -> None:
    with fresh_database.app.app_context(), public_reading() as public:
        assert current_role(public) == PUBLIC_ROLE
        assert public.scalar(text("SHOW transaction_read_only")) == "on"


def test_the_application_role_makes_no_tables(session: Session) -> None:
    with pytest.raises(ProgrammingError), session.begin_nested():
        session.execute(text("CREATE TABLE mine (n int)"))


def test_what_one_test_writes_the_next_does_not_see(app: Flask, session: Session) -> None:
    assert session.scalar(text("SELECT to_regclass('seen')")) is None
    assert db.session() is session
