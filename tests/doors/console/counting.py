"""Counting queries."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session


@contextmanager
def queries_of(session: Session) -> Generator[list[str], None, None]:
    """Give the list of statements that run on the test's connection, savepoints apart."""
    seen: list[str] = []
    connection = session.connection()

    def note(_: Connection, cursor: object, statement: str, *rest: object) -> None:
        if not statement.lstrip().upper().startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    event.listen(connection.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(connection.engine, "before_cursor_execute", note)
