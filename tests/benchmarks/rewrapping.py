"""A new encryption key takes over from the old one: how fast what it wraps is wrapped anew."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from citizenreport.core.db import db, transaction
from citizenreport.core.keys import KeyRing, add_encryption_key, read_key_files
from citizenreport.pipeline import rewrap
from tests.benchmarks.places import databases
from tests.databases import FreshDatabase

KEYS = 100_000
BATCH = 500
"""So many rows a transaction, as in the job of the night."""

Figure = dict[str, object]


def figures() -> Iterator[Figure]:
    """Yield the pace over the keys of 100,000 reports beside the bare work."""
    with databases("rewrapping") as (place,):
        database, _ = place
        folder = Path(str(database.settings["KEYS_DIR"]))
        plant(database, read_key_files(folder))
        add_encryption_key(folder)
        keys = read_key_files(folder)
        with database.app.app_context():
            started = time.perf_counter()
            count = all_anew(keys)
            took = time.perf_counter() - started
            with transaction() as session:
                left = rewrap.left(session, keys)
            db.session.remove()
        assert (count, left) == (KEYS, 0)
        bare = bare_s(database, keys)
        yield {
            "figure": "rewrap_100000_keys_per_s",
            "value": round(count / took),
            "took_s": round(took, 1),
            "left": left,
        }
        yield {
            "figure": "rewrap_share_of_bare_pace",
            "value": round(bare / took, 3),
            "bare_s": round(bare, 1),
        }


def plant(database: FreshDatabase, keys: KeyRing) -> None:
    """Fill the table of report keys alone."""
    statement = "COPY report_key (report_id, key_id, wrapped_key) FROM STDIN"
    with database.owner() as connection:
        connection.execute("SET session_replication_role = replica")
        with connection.cursor().copy(statement) as copy:
            for number in range(KEYS):
                row = f"00000000-0000-7000-8000-{number:012x}"
                key_id, wrapped = keys.wrap(os.urandom(32), row=row)
                copy.write_row((row, key_id, wrapped))
        connection.execute("ANALYZE report_key")


def all_anew(keys: KeyRing) -> int:
    """Wrap everything anew as the job does, batch by batch."""
    done = 0
    for name in rewrap.WRAPPED:
        count, after = BATCH, None
        while count == BATCH:
            with transaction() as session:
                count, after = rewrap.rewrap_after(session, keys, name, after, limit=BATCH)
            done += count
    return done


def bare_s(database: FreshDatabase, keys: KeyRing) -> float:
    """Return how long the same takes at least: open and wrap as many keys, rewrite the table once."""
    row = "00000000-0000-7000-8000-000000000000"
    started = time.perf_counter()
    for _ in range(KEYS):
        key_id, wrapped = keys.wrap(bytes(32), row=row)
        keys.unwrap(key_id, wrapped, row=row)
    with database.owner() as connection:
        connection.execute("UPDATE report_key SET wrapped_key = wrapped_key || ''::bytea")
    return time.perf_counter() - started
