"""Staff see tickets through the rooms' readable queries, never through a query of the console's own."""

import ast
from pathlib import Path

import citizenreport

CONSOLE = Path(citizenreport.__file__).parent / "console"
UNGUARDED = {"of_report"}  # triage's reads for the reporter and for jobs, without an actor


def database_names(source: str) -> set[str]:
    """Return what a module takes from SQLAlchemy, the session apart, and unguarded reads it names."""
    tree = ast.parse(source)
    taken = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
    }
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return (taken - {"Session"}) | (UNGUARDED & (called | imported))


def test_the_console_writes_no_query_of_its_own() -> None:
    guilty = {
        path.name: names
        for path in CONSOLE.rglob("*.py")
        if (names := database_names(path.read_text()))
    }
    assert guilty == {}


def test_the_check_sees_a_query() -> None:
    assert database_names("from sqlalchemy import select")
    assert database_names("queries.of_report(session, report_id)")
    assert not database_names("from sqlalchemy.orm import Session")
