"""Filling a database with many lives, by COPY."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from tests.lives.kinds import Maker, life
from tests.lives.rows import rows_of


def plant(connection: "psycopg.Connection[Any]", maker: Maker, count: int) -> None:
    """Fill a database of its own with so many lives; as its owner."""
    connection.execute("SET session_replication_role = replica")  # the rows fit: nothing to check
    for start in range(0, count, 5_000):
        tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for number in range(start, min(start + 5_000, count)):
            for table, row in rows_of(maker, life(maker, number)):
                tables[table].append(row)
        for table, rows in tables.items():
            _copy(connection, table, rows)
    connection.execute(
        "INSERT INTO report_words SELECT id, description FROM report WHERE description IS NOT NULL"
    )
    connection.execute("SET session_replication_role = origin")
    connection.execute("ANALYZE")


def _copy(
    connection: "psycopg.Connection[Any]", table: str, rows: Sequence[dict[str, Any]]
) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    with connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row(tuple(row.values()))
