"""The queue: jobs live and die with the transaction; every name exists; the tables are those expected."""

import ast
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import citizenreport
from citizenreport.core.db import transaction
from citizenreport.core.ids import new_id
from citizenreport.core.queue import enqueue, enqueue_all
from citizenreport.jobs.dispatch import TICKET_WORK
from citizenreport.jobs.registry import BY_NAME, JOBS
from tests.databases import FreshDatabase

PACKAGE = Path(citizenreport.__file__).parent
KEPT_SCHEMA = PACKAGE.parent / "migrations" / "third_party" / "procrastinate_3_10_0.sql"


def names_enqueued(source: str) -> set[str]:
    """Return the names that are enqueued, or yielded as `"name", {ids}` by the dispatcher."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if called == "enqueue":
                name = node.args[1]
                assert isinstance(name, ast.Constant), "enqueue a literal name, so that it is found"
                names.add(str(name.value))
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            first = node.value.elts[0]
            if isinstance(first, ast.Constant):
                names.add(str(first.value))
    return names


def test_every_name_enqueued_exists() -> None:
    enqueued = {
        name
        for path in PACKAGE.rglob("*.py")
        if path != PACKAGE / "core" / "queue.py"
        for name in names_enqueued(path.read_text())
        if "enqueue" in path.read_text()
    }
    assert enqueued - set(BY_NAME) == set()
    assert {"send_receipt", "alert_agency", "move_deadlines"} <= enqueued


def test_every_job_is_asked_for_by_somebody() -> None:
    dispatch = PACKAGE / "jobs" / "dispatch.py"
    sources = {path: path.read_text() for path in PACKAGE.rglob("*.py")}
    asked = {
        name
        for path, source in sources.items()
        if path == dispatch or ("enqueue(" in source and path != PACKAGE / "core" / "queue.py")
        for name in names_enqueued(source)
    }
    assert [job.name for job in JOBS if job.cron is None and job.name not in asked] == []


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(JOBS)
    assert TICKET_WORK


def test_a_job_is_there_with_the_commit_and_not_after_a_rollback(
    fresh_database: FreshDatabase,
) -> None:
    with fresh_database.app.app_context():
        with pytest.raises(InterruptedError):
            enqueue_and_fail()
        with transaction() as session:
            assert count(session) == 0
            enqueue(session, "make_thumbnail", photo_id=new_id())
        with transaction() as session:
            assert count(session) == 1


def test_several_jobs_go_in_with_their_priority(session: Session) -> None:
    ids = [{"photo_id": new_id()} for _ in range(3)]
    enqueue_all(session, "make_thumbnail", ids, priority=7)
    enqueue_all(session, "make_thumbnail", [])
    rows = session.execute(
        text("SELECT args->>'photo_id', priority FROM procrastinate_jobs ORDER BY id")
    ).all()
    assert rows == [(str(call["photo_id"]), 7) for call in ids]


def test_public_reading_has_no_way_to_the_queue(fresh_database: FreshDatabase) -> None:
    with fresh_database.owner() as connection:
        rights = connection.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'procrastinate%' AND relkind = 'r'"
            " AND has_table_privilege('citizenreport_public', oid, 'SELECT')"
        ).fetchall()
    assert rights == []


def test_the_tables_are_those_of_the_installed_version() -> None:
    """When this fails, a new procrastinate brought changes: write a migration that makes them."""
    installed = (files("procrastinate.sql") / "schema.sql").read_text(encoding="utf-8")
    kept = KEPT_SCHEMA.read_text().split("-" * 80, 1)[1].lstrip("-").lstrip("\n")
    assert kept.strip() == installed.strip()


def enqueue_and_fail() -> None:
    with transaction() as session:
        enqueue(session, "forget")
        raise InterruptedError


def count(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) or 0
