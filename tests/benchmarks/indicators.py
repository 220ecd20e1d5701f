"""Folding the whole ledger and counting it anew, against one plain GROUP BY over the same events."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
from sqlalchemy import text

from citizenreport.cities.rules import City
from citizenreport.core.db import db
from citizenreport.indicators.service import recompute, refold_all
from tests.benchmarks.places import databases
from tests.databases import FreshDatabase
from tests.many_tickets import make_tickets
from tests.rooms.indicators.histories import random_streams

TICKETS, TEMPLATES = 20_000, 200
CUT_OFF = datetime(2026, 11, 23, 17, tzinfo=UTC)
GOAL = 0.5
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
    """Yield how fast a recomputation from scratch is, in events, and its ratio to the GROUP BY."""
    with databases("indicators") as [(database, city)]:
        with database.owner() as connection:
            make_tickets(connection, city, TICKETS)
            count = make_events(connection)
        plain, folding, counting = timed(database, city)
    yield {
        "figure": "recompute_to_group_by",
        "value": round(plain / (folding + counting), 4),
        "goal": f">= {GOAL}",
        "events": count,
        "events_per_second": round(count / (folding + counting)),
        "seconds_group_by": round(plain, 2),
        "seconds_folding": round(folding, 2),
        "seconds_counting": round(counting, 2),
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


def timed(database: FreshDatabase, city: City) -> tuple[float, float, float]:
    """Return the seconds of the plain query, of folding all facts, and of counting them."""
    with database.app.app_context():
        session = db.session()
        session.execute(text(PLAIN)).all()
        began = time.perf_counter()
        session.execute(text(PLAIN)).all()
        queried = time.perf_counter()
        refold_all(session)
        folded = time.perf_counter()
        recompute(session, city, cut_off=CUT_OFF)
        counted = time.perf_counter()
        db.session.rollback()
        db.session.remove()
    return queried - began, folded - queried, counted - folded
