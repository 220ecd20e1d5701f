"""Publishing a demo year that is final, as the command line does it, with everything in it."""

import time
from collections.abc import Iterator

from click import BaseCommand
from flask import Flask
from sqlalchemy import select

from citizenreport.commands.demo import demo
from citizenreport.commands.snapshot import snapshot
from citizenreport.core.db import db
from citizenreport.publication.snapshots.models import PublishedSnapshotFile, Snapshot
from tests.benchmarks.places import databases

YEAR, REPORTS = "2025", 2_000
LONGEST_S = 300.0
SIGNERS = (("walidata", "Walidata"), ("kepala", "Kepala Diskominsta"))


def figures() -> Iterator[dict[str, object]]:
    """Yield the seconds from the first statement to the last file as a share of five minutes."""
    with databases("publishing") as [(database, _)]:
        run(database.app, demo, "--year", YEAR, "--reports", str(REPORTS))
        for key_id, holder in SIGNERS:
            run(database.app, snapshot, "keys", "make", key_id, "--holder", holder)
        started = time.perf_counter()
        run(database.app, snapshot, "publish", "--period", YEAR)
        seconds = time.perf_counter() - started
        with database.app.app_context():
            session = db.session()
            audit_s = session.scalars(select(Snapshot.audit_s)).one()
            files = len(session.scalars(select(PublishedSnapshotFile.name)).all())
            db.session.remove()
    yield {
        "figure": "publish_a_year",
        "value": round(seconds / LONGEST_S, 3),
        "goal": "<= 1",
        "seconds": round(seconds, 1),
        "audit_seconds": round(audit_s, 1),
        "reports": REPORTS,
        "files": files,
    }


def run(app: Flask, command: BaseCommand, *arguments: str) -> None:
    """Run a command; what goes wrong in it goes wrong here."""
    app.test_cli_runner().invoke(command, list(arguments), catch_exceptions=False)
