"""Publishing a demo year that is final, as the command line does it, with everything in it."""

import time
from collections.abc import Iterator

from click import Command
from flask import Flask
from sqlalchemy import select

from citizenreport.commands.demo_making import REPORTS, SEED, make_demo, period_of
from citizenreport.commands.snapshot import snapshot
from citizenreport.core.clock import utcnow
from citizenreport.core.db import db
from citizenreport.pipeline.demo.run import Order
from citizenreport.publication.snapshots.models import PublishedSnapshotFile, Snapshot
from citizenreport.web.context import current_city
from tests.benchmarks.places import databases

YEAR = 2025
LONGEST_S = 300.0
SIGNERS = (("walidata", "Walidata"), ("kepala", "Kepala Diskominsta"))


def figures() -> Iterator[dict[str, object]]:
    """Yield the seconds from the first statement to the last file as a share of five minutes."""
    with databases("publishing") as [(database, _)]:
        make_year(database.app)
        for key_id, holder in SIGNERS:
            run(database.app, snapshot, "keys", "make", key_id, "--holder", holder)
        started = time.perf_counter()
        run(database.app, snapshot, "publish", "--period", str(YEAR))
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


def make_year(app: Flask) -> None:
    with app.app_context():
        period = period_of(current_city(), YEAR, now=utcnow())
        for _ in make_demo(Order(seed=SEED, wanted=REPORTS, period=period)):
            db.session.remove()


def run(app: Flask, command: Command, *arguments: str) -> None:
    """Run a command; what goes wrong in it goes wrong here."""
    app.test_cli_runner().invoke(command, list(arguments), catch_exceptions=False)
