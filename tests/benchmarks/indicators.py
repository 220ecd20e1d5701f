"""Counting the whole ledger anew, against one plain GROUP BY over the same events."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.db import db
from citizenreport.indicators.definitions import all_versions
from citizenreport.indicators.rules.values import Value, values
from citizenreport.indicators.service import count_reports, recompute, refold_all
from tests.benchmarks.places import databases
from tests.databases import FreshDatabase
from tests.many_tickets import make_tickets
from tests.rooms.indicators.histories import random_streams

TICKETS, TEMPLATES = 100_000, 200
CUT_OFF = datetime(2026, 11, 23, 17, tzinfo=UTC)
GOAL = 0.5
ROUNDS = 5
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
    """Yield how fast a computation from scratch is beside the GROUP BY, over the same events.

    First all values that are added up of reports, from the log to the numbers: nothing stored is
    read. Then the whole of it: with what is counted of other tables, written and published.
    """
    with databases("indicators") as [(database, city)]:
        with database.owner() as connection:
            make_tickets(connection, city, TICKETS)
            count = make_events(connection)
        took = timed(database, city)
    seconds = {f"seconds_{name}": round(median(of.wall), 2) for name, of in took.items()}
    plain = took["group_by"]
    for figure, name in (("recompute_to_group_by", "from_log"), ("whole_to_group_by", "published")):
        counting = took[name]
        yield {
            "figure": figure,
            "value": round(ratio(plain.wall, counting.wall), 4),
            "goal": f">= {GOAL}",
            "of_processor_time": round(ratio(plain.processor, counting.processor), 4),
            "events": count,
            "events_per_second": round(count / median(counting.wall)),
        } | seconds


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


def ratio(plain: list[float], counting: list[float]) -> float:
    """Return the median of the rounds: what else the machine does then slows both."""
    return median(one / other for one, other in zip(plain, counting, strict=True))


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of each round: as they passed, and of processors, ours and the database's."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def timed(database: FreshDatabase, city: City) -> dict[str, Took]:
    """Return what each round took, and storing all facts anew; the GROUP BY as it is planned alone."""
    took: dict[str, Took] = {}
    with database.app.app_context():
        session = db.session()

        def measure(name: str, work: Callable[[], object]) -> None:
            pid = session.scalars(text("SELECT pg_backend_pid()")).one()
            before = processor_s(pid)
            began = time.perf_counter()
            work()
            of = took.setdefault(name, Took())
            of.wall.append(time.perf_counter() - began)
            of.processor.append(processor_s(pid) - before)

        measure("storing", lambda: refold_all(session))
        session.commit()
        session.execute(text("ANALYZE ticket_fact"))
        for _ in range(ROUNDS):
            measure("group_by", lambda: session.execute(text(PLAIN)).all())
            measure("from_log", lambda: added_up(session, city))
            measure("published", lambda: recompute(session, city, cut_off=CUT_OFF, from_log=True))
            session.rollback()
        db.session.remove()
    return took


def processor_s(backend: int) -> float:
    """Return the seconds of processors that we, a backend and the workers that have ended took."""
    own, postmaster = _times(backend), _times(_times(backend)[0])
    ticks = own[1] + own[2] + postmaster[3] + postmaster[4]
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _times(pid: int) -> tuple[int, ...]:
    """Return a process's parent, and its ticks and those of its ended children: user, system."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return tuple(int(told[n]) for n in (1, 11, 12, 13, 14))


def added_up(session: Session, city: City) -> list[Value]:
    cells = count_reports(session, city, cut_off=CUT_OFF, from_log=True)
    return list(values(city, all_versions(), cells, cut_off=CUT_OFF))
