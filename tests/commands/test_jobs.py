"""`citizenreport jobs` and `citizenreport worker`."""

import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.commands.jobs import jobs
from citizenreport.core.clock import utcnow
from citizenreport.core.ids import new_id
from citizenreport.core.keys import make_key_files
from citizenreport.core.processes import dies_with_parent
from citizenreport.core.queue import enqueue
from citizenreport.jobs.models import JobFailure
from citizenreport.ledger.rules import NewEvent, StreamKind
from citizenreport.ledger.service import append
from tests.databases import FreshDatabase
from tests.servers import ROOT, environment_of


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(jobs, arguments, obj=ScriptInfo(create_app=lambda: app))


def a_failed_job(session: Session, reason: str = "mail-refused") -> int:
    enqueue(session, "send_receipt", ticket_id="0191", seq=1)
    id_: int = session.scalars(text("SELECT max(id) FROM procrastinate_jobs")).one()
    session.execute(
        text("UPDATE procrastinate_jobs SET status = 'failed', attempts = 1 WHERE id = :id"),
        {"id": id_},
    )
    session.add(JobFailure(job_id=id_, reason=reason, failed_at=utcnow()))
    session.flush()
    return id_


def test_nothing_stuck_is_said_so(app: Flask, session: Session) -> None:
    enqueue(session, "forget")
    listed = run(app, "stuck")
    assert listed.exit_code == 0
    assert listed.output == "0 failed, 0 waiting for another try.\n"


def test_a_failed_job_is_listed_with_its_reason(app: Flask, session: Session) -> None:
    id_ = a_failed_job(session, "nobody-on-duty")
    listed = run(app, "stuck")
    assert listed.exit_code == 1
    line = listed.output.splitlines()[0].split()
    assert line[:2] == [str(id_), "send_receipt"]
    assert {"attempts=1", "nobody-on-duty", "ticket_id=0191", "seq=1"} <= set(line)


def test_it_runs_again_when_asked_to(app: Flask, session: Session) -> None:
    id_ = a_failed_job(session)
    other = a_failed_job(session)
    assert run(app, "retry", str(id_)).exit_code == 0
    assert statuses(session) == {id_: "todo", other: "failed"}
    assert run(app, "retry", "--all").output == "1 jobs will run again.\n"
    assert set(statuses(session).values()) == {"todo"}


def test_a_job_that_did_not_fail_is_not_run_again(app: Flask, session: Session) -> None:
    again = run(app, "retry", "987654")
    assert again.exit_code == 1
    assert "987654" in again.output


def test_events_that_wait_are_reported(app: Flask, session: Session) -> None:
    old = utcnow() - timedelta(hours=1)
    event = NewEvent(type="noticed", payload={}, recorded_at=old, occurred_at=old)
    append(session, StreamKind.TICKET, new_id(), event)
    listed = run(app, "stuck")
    assert listed.exit_code == 1
    assert "1 events wait for a worker" in listed.output


def statuses(session: Session) -> dict[int, str]:
    rows = session.execute(text("SELECT id, status::text FROM procrastinate_jobs"))
    return dict(rows.tuples().all())


def test_the_worker_ends_in_peace_when_told_to(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    make_key_files(tmp_path / "keys", demo=False)  # a database of one's own refuses a demo set
    settings = {**fresh_database.settings, "KEYS_DIR": tmp_path / "keys"}
    process = subprocess.Popen(
        [sys.executable, "-c", "from wsgi import cli; cli()", "worker"],
        cwd=ROOT,
        env=environment_of(settings, fresh_database.url)
        | {"CITIZENREPORT_DATABASE_URL": fresh_database.url},
        preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509 - one prctl, no locks
    )
    try:
        await_worker(fresh_database)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
    assert workers(fresh_database) == 0


def await_worker(database: FreshDatabase) -> None:
    deadline = time.monotonic() + 30
    while workers(database) == 0:
        assert time.monotonic() < deadline, "the worker did not start"
        time.sleep(0.1)


def workers(database: FreshDatabase) -> int:
    with database.owner() as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone()
    assert row is not None
    return int(row[0])
