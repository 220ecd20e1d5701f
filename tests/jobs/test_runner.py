"""Failures: a reason in a word, nothing else; tried again when time may help, and listed."""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from procrastinate import JobContext
from procrastinate.jobs import Job as QueuedJob
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.queue import enqueue
from citizenreport.jobs.registry import Job
from citizenreport.jobs.runner import MAX_ATTEMPTS, Backoff, JobFailed, run_job
from citizenreport.jobs.stuck import NotStuck, retry, stuck_jobs, waiting_events
from citizenreport.messaging.rules import MailRefused, MailUnavailable
from tests.jobs.world import ROAD, World

PERSON = "budi@warga.example"
QUEUED = QueuedJob(id=1, queue="default", lock=None, queueing_lock=None, task_name="x")


def fails_with(error: Exception) -> Callable[..., None]:
    def run(**ids: Any) -> None:
        raise error

    return run


def attempt(app: Flask, error: Exception, job_id: int = 1) -> JobFailed:
    context: JobContext = SimpleNamespace(job=replace_id(job_id))  # type: ignore[assignment]
    with pytest.raises(JobFailed) as caught:
        run_job(app, Job(name="x", run=fails_with(error)), context, {})
    return caught.value


def replace_id(job_id: int) -> QueuedJob:
    return QUEUED.evolve(id=job_id)


@pytest.mark.parametrize(
    ("error", "reason", "is_final"),
    [
        (MailRefused(), "mail-refused", True),
        (MailUnavailable(), "mail-unavailable", False),
        (ValueError(PERSON), "value-error", False),
        (OSError(5, PERSON), "os-error", False),
    ],
)
def test_a_failure_is_a_word(
    app: Flask,
    session: Session,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    reason: str,
    is_final: bool,
) -> None:
    with caplog.at_level(logging.DEBUG):
        failure = attempt(app, error)
    assert (failure.reason, failure.is_final) == (reason, is_final)
    assert failure.__cause__ is None
    assert failure.__context__ is None
    assert PERSON not in caplog.text
    assert session.scalar(text("SELECT reason FROM job_failure WHERE job_id = 1")) == reason


def test_the_latest_reason_counts(app: Flask, session: Session) -> None:
    attempt(app, MailUnavailable())
    attempt(app, MailRefused())
    rows = session.scalars(text("SELECT reason FROM job_failure")).all()
    assert rows == ["mail-refused"]


def test_it_waits_longer_each_time_and_gives_up_in_the_end() -> None:
    failure = JobFailed("mail-unavailable", is_final=False)

    def wait_s(attempts: int) -> float | None:
        job = QUEUED.evolve(attempts=attempts)
        decision = Backoff().get_retry_decision(exception=failure, job=job)
        if decision is None:
            return None
        assert decision.retry_at is not None
        return round((decision.retry_at - utcnow()).total_seconds())

    assert [wait_s(n) for n in (0, 1, 2, 12)] == [10, 20, 40, 3_600]
    assert wait_s(MAX_ATTEMPTS - 1) is None
    final = JobFailed("mail-refused", is_final=True)
    assert Backoff().get_retry_decision(exception=final, job=QUEUED) is None


def test_what_the_clock_started_waits_for_the_clock() -> None:
    job = QUEUED.evolve(queueing_lock="forget")
    failure = JobFailed("mail-unavailable", is_final=False)
    assert Backoff().get_retry_decision(exception=failure, job=job) is None


@pytest.mark.parametrize("is_good", [True, False])
def test_of_what_the_clock_starts_only_the_last_failure_is_kept(
    app: Flask, session: Session, *, is_good: bool
) -> None:
    for name in ("forget", "forget", "send_receipt"):
        enqueue(session, name)
    session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
    job = Job(name="forget", run=lambda: None if is_good else 1 / 0)
    queued = QUEUED.evolve(queueing_lock="forget")
    context: JobContext = SimpleNamespace(job=queued)  # type: ignore[assignment]
    with nullcontext() if is_good else pytest.raises(JobFailed):
        run_job(app, job, context, {})
    assert [stuck.name for stuck in stuck_jobs(session)] == ["send_receipt"]


def test_what_failed_is_listed_and_runs_again_when_asked(app: Flask, session: Session) -> None:
    enqueue(session, "send_receipt", ticket_id="t", seq=1)
    enqueue(session, "forget")
    failed, fine = session.scalars(text("SELECT id FROM procrastinate_jobs ORDER BY id")).all()
    session.execute(
        text("UPDATE procrastinate_jobs SET status = 'failed', attempts = 1 WHERE id = :id"),
        {"id": failed},
    )
    attempt(app, MailRefused(), job_id=failed)
    (job,) = stuck_jobs(session)
    assert (job.name, job.reason, job.attempts) == ("send_receipt", "mail-refused", 1)
    assert job.ids == {"ticket_id": "t", "seq": 1}
    assert not job.is_waiting
    with pytest.raises(NotStuck):
        retry(session, fine)
    retry(session, failed)
    (job,) = stuck_jobs(session)
    assert job.is_waiting


def test_events_that_nobody_takes_are_counted(world: World) -> None:
    world.report(ROAD, now=utcnow() - timedelta(minutes=10))
    world.report(ROAD, now=utcnow())
    assert waiting_events(world.session, now=utcnow()) == 1
    world.work()
    assert waiting_events(world.session, now=utcnow()) == 0
