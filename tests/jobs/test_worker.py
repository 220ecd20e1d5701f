"""The worker as it really runs: in a thread, in a process, killed, without a database for a while."""

import json
import logging
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from citizenreport.cities.rules import City
from citizenreport.core.db import transaction
from citizenreport.core.processes import dies_with_parent
from citizenreport.core.queue import enqueue
from citizenreport.intake.rules import Contact
from citizenreport.jobs.worker import run_worker
from citizenreport.web.context import EXTENSION
from tests.databases import FreshDatabase
from tests.jobs.worker_process import HURRIED
from tests.jobs.world import CONTACT, ROAD, World, serve_world
from tests.messaging.post_office import PostOffice

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0
MANY = 30


@contextmanager
def reports_in(database: FreshDatabase, city: City, folder: Path) -> Generator[World, None, None]:
    """Give a world whose reports are committed when the block ends."""
    app = database.app
    with app.app_context(), transaction() as session:
        yield serve_world(
            app,
            session,
            city,
            folder,
            lambda services: app.extensions.__setitem__(EXTENSION, services),
        )


def eventually(holds: Callable[[], bool], what: str, *, within_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


@contextmanager
def worker_thread(app: Flask) -> Generator[threading.Event, None, None]:
    stop = threading.Event()
    thread = threading.Thread(target=run_worker, args=(app, stop), kwargs={"pace": HURRIED})
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "the worker does not stop"


@contextmanager
def worker_process(database: FreshDatabase) -> "Generator[subprocess.Popen[bytes], None, None]":
    settings = {**database.settings, "SQLALCHEMY_DATABASE_URI": database.url}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.worker_process"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509 - one prctl, no locks
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(settings, default=str).encode())
    process.stdin.close()
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def jobs_left(database: FreshDatabase, where: str = "true") -> int:
    with database.owner() as connection:
        row = connection.execute(
            f"SELECT count(*) FROM procrastinate_jobs WHERE {where}"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_report_brings_a_receipt_within_seconds(
    mailing_database: FreshDatabase, post_office: PostOffice, city: City, tmp_path: Path
) -> None:
    with reports_in(mailing_database, city, tmp_path):
        pass
    with worker_thread(mailing_database.app):
        with mailing_database.app.app_context(), transaction() as session:
            services = mailing_database.app.extensions[EXTENSION]
            world = World(
                app=mailing_database.app,
                session=session,
                city=services.city_holder.city,
                keys=services.keys,
                storage=services.storage,
            )
            world.report(ROAD, contact=CONTACT)
        eventually(lambda: len(post_office.mails) == 1, "a receipt")
        eventually(lambda: list((tmp_path / "checkpoints").glob("*.json")) != [], "a checkpoint")
    assert post_office.only["To"] == CONTACT.email


def test_a_failed_job_stays_with_its_reason(
    mailing_database: FreshDatabase, post_office: PostOffice, city: City, tmp_path: Path
) -> None:
    post_office.answer = "550 no such user"
    with reports_in(mailing_database, city, tmp_path) as world:
        world.report(ROAD, contact=CONTACT)
    with worker_thread(mailing_database.app):
        eventually(lambda: jobs_left(mailing_database, "status = 'failed'") == 1, "a failure")
    with mailing_database.owner() as connection:
        reasons = connection.execute(
            "SELECT f.reason FROM job_failure f JOIN procrastinate_jobs j ON j.id = f.job_id"
            " WHERE j.task_name = 'check_contact'"
        )
        assert reasons.fetchall() == [("mail-refused",)]


def test_nothing_personal_reaches_a_log_or_the_queue(
    mailing_database: FreshDatabase,
    post_office: PostOffice,
    city: City,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Also when the mail server names the address, and when a stored contact is broken.

    `mail.log` is the log of the mail server that the test runs.
    """
    post_office.answer = f"550 no such user {CONTACT.email}"
    with reports_in(mailing_database, city, tmp_path) as world:
        sent = world.confirmed()
        world.reply(sent, "Petugas datang besok")
        broken = world.confirmed()
        world.session.execute(
            text("UPDATE report SET contact_sealed = :junk WHERE id = :id"),
            {"junk": f"{CONTACT.name} {CONTACT.email}".encode() * 3, "id": broken.report_id},
        )
    with caplog.at_level(logging.DEBUG), worker_thread(mailing_database.app):
        refused = "status = 'failed' OR attempts > 0"
        eventually(lambda: jobs_left(mailing_database, refused) == 4, "four failures")
    with mailing_database.owner() as connection:
        kept = connection.execute(
            "SELECT string_agg(to_jsonb(j)::text, ' ') FROM procrastinate_jobs j"
            " UNION ALL SELECT string_agg(to_jsonb(f)::text, ' ') FROM job_failure f"
        ).fetchall()
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    everything = "\n".join([*ours, *(str(r.exc_info) for r in caplog.records), str(kept)])
    assert "mail-refused" in everything
    for word in (CONTACT.email, CONTACT.name, CONTACT.phone, "Lubang", "Petugas datang"):
        assert str(word) not in everything


def test_a_busy_mail_server_is_tried_again(
    mailing_database: FreshDatabase, post_office: PostOffice, city: City, tmp_path: Path
) -> None:
    post_office.answer = "451 later"
    with reports_in(mailing_database, city, tmp_path) as world:
        world.report(ROAD, contact=CONTACT)
    with worker_thread(mailing_database.app):
        is_waiting = "status = 'todo' AND attempts = 1 AND scheduled_at > now()"
        eventually(lambda: jobs_left(mailing_database, is_waiting) == 1, "a second try")
        post_office.answer = "250 OK"
        with mailing_database.owner() as connection:
            connection.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
        eventually(lambda: len(post_office.mails) == 1, "the mail")


def test_a_job_of_an_unknown_name_harms_nobody(
    mailing_database: FreshDatabase, city: City, tmp_path: Path
) -> None:
    with reports_in(mailing_database, city, tmp_path) as world:
        enqueue(world.session, "of_a_later_version", ticket_id="t")
    with worker_thread(mailing_database.app):
        eventually(lambda: jobs_left(mailing_database, "status = 'failed'") == 1, "a failure")


# A cursor on the server cannot be closed any more once its connection was ended from outside.
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <function ServerCursorMixin.__del__"
    ":pytest.PytestUnraisableExceptionWarning"
)
def test_the_worker_outlives_a_database_that_throws_it_out(
    mailing_database: FreshDatabase, post_office: PostOffice, city: City, tmp_path: Path
) -> None:
    with reports_in(mailing_database, city, tmp_path) as world:
        world.report(ROAD, contact=CONTACT)
    with worker_thread(mailing_database.app):
        eventually(lambda: len(post_office.mails) == 1, "a receipt")
        with mailing_database.owner() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("UPDATE event SET dispatched_at = NULL")
        eventually(lambda: len(post_office.mails) == 2, "another receipt")


def test_a_dead_workers_job_gives_way_to_the_one_the_clock_started_since(
    mailing_database: FreshDatabase, city: City, tmp_path: Path
) -> None:
    with reports_in(mailing_database, city, tmp_path):
        pass
    with mailing_database.owner() as connection:
        for status in ("doing", "todo"):
            connection.execute(
                "INSERT INTO procrastinate_jobs"
                " (queue_name, task_name, lock, queueing_lock, status, scheduled_at)"
                " VALUES ('default', 'forget', 'forget', 'forget', %s, now() + interval '1 hour')",
                (status,),
            )
    with worker_thread(mailing_database.app):
        eventually(
            lambda: jobs_left(mailing_database, "status = 'doing'") == 0, "the dead one is gone"
        )
    assert jobs_left(mailing_database, "task_name = 'forget' AND status = 'todo'") == 1


def test_stopping_finishes_what_is_running(
    mailing_database: FreshDatabase, post_office: PostOffice, city: City, tmp_path: Path
) -> None:
    post_office.delay_s = 1.0
    with reports_in(mailing_database, city, tmp_path) as world:
        world.report(ROAD, contact=CONTACT)
    with worker_thread(mailing_database.app) as stop:
        eventually(lambda: len(post_office.mails) == 1, "a mail on its way")
        stop.set()
    assert jobs_left(mailing_database, "task_name = 'check_contact'") == 0
    assert len(post_office.mails) == 1


def test_a_killed_worker_loses_no_mail_and_repeats_under_the_same_message_id(
    mailing_database: FreshDatabase, post_office: PostOffice, city: City, tmp_path: Path
) -> None:
    post_office.delay_s = 0.1
    with reports_in(mailing_database, city, tmp_path) as world:
        for number in range(MANY):
            world.report(ROAD, contact=Contact(email=f"warga{number}@example.com"))
    with worker_process(mailing_database) as first:
        eventually(lambda: len(post_office.mails) >= MANY // 3, "some mails")
        first.kill()
        first.wait()
    assert len(post_office.mails) < MANY
    assert jobs_left(mailing_database, "status = 'doing'") > 0
    with worker_process(mailing_database):
        unsent = "task_name = 'check_contact'"
        eventually(lambda: jobs_left(mailing_database, unsent) == 0, "all mails")
    by_person: dict[str, list[str]] = defaultdict(list)
    for mail in post_office.mails:
        by_person[mail["To"]].append(mail["Message-ID"])
    assert set(by_person) == {f"warga{number}@example.com" for number in range(MANY)}
    assert [len(set(ids)) for ids in by_person.values()] == [1] * MANY
    assert len({ids[0] for ids in by_person.values()}) == MANY
