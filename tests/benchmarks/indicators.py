"""Counting the whole ledger anew, against one plain GROUP BY over the same events."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
from sqlalchemy import text

from citizenreport.cities.rules import City
from citizenreport.core.db import db
from citizenreport.indicators.service import recompute
from tests.benchmarks.places import databases
from tests.databases import FreshDatabase
from tests.many_tickets import make_tickets
from tests.rooms.indicators.histories import random_streams

TICKETS, TEMPLATES = 200_000, 200
CUT_OFF = datetime(2026, 11, 23, 17, tzinfo=UTC)
GOAL = 0.5
RUNS = 3
PLAIN = """
    SELECT payload->>'category_code', date_trunc('month', recorded_at AT TIME ZONE 'Asia/Jakarta'),
           count(*)
    FROM event WHERE stream_kind = 'ticket' GROUP BY 1, 2
"""
COPY = """
    INSERT INTO event (stream_kind, stream_id, seq, recorded_at, occurred_at, type, schema_version,
                       payload, nonce, previous_hash, hash)
    SELECT 'ticket', t.id, e.seq, e.at, e.at, e.type, 1, e.payload, '\\x00', '\\x00', '\\x00'
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ticket) t
    JOIN template e ON e.stream = t.n %% %(templates)s
"""


def figures() -> Iterator[dict[str, object]]:
    """Yield how fast a computation from scratch is beside the GROUP BY.

    From scratch: from the events of all reports to the published rows; nothing stored is trusted.
    That facts are stored again for the next nights is another figure.
    """
    with databases("indicators") as [(database, city)]:
        with database.owner() as connection:
            make_tickets(connection, city, TICKETS)
            count = make_events(connection)
        plain, counting = timed(database, city)
    yield {
        "figure": "recompute_to_group_by",
        "value": round(plain / counting, 4),
        "goal": f">= {GOAL}",
        "events": count,
        "events_per_second": round(count / counting),
        "seconds_group_by": round(plain, 2),
        "seconds_from_scratch": round(counting, 2),
    }


def make_events(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    """Give every ticket the stream of a made-up history, and return how many events there are."""
    connection.execute("DELETE FROM event WHERE stream_kind = 'ticket'")
    connection.execute(
        "CREATE TEMPORARY TABLE template"
        " (stream int, seq int, at timestamptz, type text, payload jsonb)"
    )
    for number, events in enumerate(random_streams(1, TEMPLATES)):
        for e in events:
            row = (number, e.seq, e.recorded_at, e.type, json.dumps(dict(e.payload)))
            connection.execute("INSERT INTO template VALUES (%s, %s, %s, %s, %s)", row)
    found = connection.execute(COPY, {"templates": TEMPLATES})
    connection.execute("UPDATE ticket SET visibility = 'public'")
    connection.commit()
    connection.autocommit = True
    connection.execute("ANALYZE event")
    return found.rowcount


def timed(database: FreshDatabase, city: City) -> tuple[float, float]:
    """Return the best seconds of the plain query, and of computing and publishing from the log."""
    with database.app.app_context():
        session = db.session()
        plain, counting = [], []
        for _ in range(RUNS):
            began = time.perf_counter()
            session.execute(text(PLAIN)).all()
            queried = time.perf_counter()
            recompute(session, city, cut_off=CUT_OFF, from_log=True)
            plain.append(queried - began)
            counting.append(time.perf_counter() - queried)
            db.session.rollback()
        db.session.remove()
    return min(plain), min(counting)
