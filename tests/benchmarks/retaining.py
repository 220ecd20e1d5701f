"""Retention over 50,000 reports with a planted word in everything personal, then a restore."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from citizenreport.core.clock import utcnow
from citizenreport.core.db import db, transaction
from citizenreport.core.keys import read_key_files
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.erasure_ledger import kept
from citizenreport.jobs import retention
from citizenreport.jobs.dispatch import dispatch
from citizenreport.jobs.erasures import note_erasure, replay
from tests.backups import backup, restored
from tests.benchmarks.places import Place, databases
from tests.databases import FreshDatabase
from tests.identity.factories import make_staff
from tests.lives.kinds import DUE, YOUNG, Maker
from tests.lives.planting import plant
from tests.lives.searching import faults, of, rows_left, words_in_dump, words_in_files

REPORTS = 50_000
Figure = dict[str, object]


def figures() -> Iterator[Figure]:
    """Yield how fast what is due is erased, and what is found of it and of the rest afterwards."""
    with databases("retaining") as (place,), TemporaryDirectory(prefix="cr-bench-dump-") as folder:
        database, _ = place
        aside = Path(str(database.settings["STORAGE_DIR"])).parent
        with database.app.app_context():
            with database.owner() as connection:
                plant(connection, maker_of(place), REPORTS)
            dumped, stored = words_in_dump(database), words_in_files(aside)
            older = backup(database, Path(folder) / "older.dump")
            yield from erasing()
            yield from finding(database, aside, dumped, stored)
            yield from replaying(older, database)


def maker_of(place: Place) -> Maker:
    """Return what the planted lives have in common."""
    database, city = place
    with transaction() as session:
        staff = make_staff(session, "meja", Grant(role=Role.CITY_DESK))
        return Maker(
            city=city,
            keys=read_key_files(Path(str(database.settings["KEYS_DIR"]))),
            storage=Path(str(database.settings["STORAGE_DIR"])),
            staff_id=staff.id,
            now=utcnow(),
        )


def erasing() -> Iterator[Figure]:
    """Yield the pace of the night; the ledger outside is written at its end."""
    started = time.perf_counter()
    tally = retention.apply()
    took = time.perf_counter() - started
    number = tally.erased.total()
    yield {
        "figure": "retention_50000_reports_per_s",
        "value": round(number / took),
        "erased": number,
        "held": tally.held,
        "took_s": round(took, 1),
    }
    dispatch()
    note_erasure()
    assert number == REPORTS * 8 // 10


def finding(
    database: FreshDatabase, aside: Path, dumped: set[str], stored: set[str]
) -> Iterator[Figure]:
    """Yield what is found in a full dump, in storage and all other files, in rows and the chain."""
    dump_now, files_now = words_in_dump(database), words_in_files(aside)
    yield found("dump_due_found", len(of(DUE, dump_now)), planted=len(of(DUE, dumped)))
    yield found("dump_kept_missing", len(of(YOUNG, dumped) - dump_now), kept=len(of(YOUNG, dumped)))
    yield found("files_due_found", len(of(DUE, files_now)), planted=len(of(DUE, stored)))
    yield found("files_kept_missing", len(of(YOUNG, stored) - files_now))
    yield found("rows_left", rows_left(database))
    with transaction() as session:
        yield found("audit_faults", faults(session))


def replaying(older: Path, database: FreshDatabase) -> Iterator[Figure]:
    """Yield that a restored service stays shut until the ledger is replayed, and how fast that is."""
    wanted = len(kept(Path(str(database.settings["CHECKPOINT_DIR"]))))
    db.session.remove()
    with restored(older, database) as again:
        client = again.app.test_client()
        status_before = client.get("/").status_code
        started = time.perf_counter()
        count, held = replay()
        took = time.perf_counter() - started
        assert (count, held, status_before) == (wanted, [], 503)
        yield {
            "figure": "replay_50000_reports_per_s",
            "value": round(count / took),
            "erased_again": count,
            "status_before": status_before,
            "status_after": client.get("/").status_code,
        }
        yield found("restored_due_found", len(of(DUE, words_in_dump(again))))
        yield found("restored_rows_left", rows_left(again))


def found(name: str, count: int, **beside: object) -> Figure:
    """Return a figure that has to be nought."""
    return {"figure": f"retention_50000_{name}", "value": count, "goal": "= 0", **beside}
