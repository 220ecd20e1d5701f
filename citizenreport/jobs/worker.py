"""The worker: dispatches events every second, runs jobs, starts what the clock asks for.

Any number of workers may run, in processes or threads. One that is killed leaves its jobs marked as
running; when its heartbeat has stopped, another worker (or the next one) takes them up again: each
job runs at least once.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from citizenreport.core.engines import psycopg_address
from citizenreport.jobs.dispatch import dispatch
from citizenreport.jobs.registry import JOBS, Job
from citizenreport.jobs.runner import MAX_ATTEMPTS, Backoff, OneLine, place_of, run_job
from citizenreport.web.restored import check_replayed

log = logging.getLogger(__name__)

CONCURRENCY: Final = 3
LATE_START_S: Final = 25 * 3_600  # what the clock asked for while nobody was there, once
STOP_POLL_S: Final = 0.1
ONE_LINE: Final = OneLine()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often the worker looks, in seconds."""

    dispatch_s: float = 1.0
    poll_s: float = 5.0  # new jobs announce themselves; this is for those that wait
    heartbeat_s: float = 5.0
    stalled_s: float = 20.0  # a worker silent for so long is taken for dead
    restart_s: float = 3.0


USUAL: Final = Pace()


def run_worker(app: Flask, stop: threading.Event, *, pace: Pace = USUAL) -> None:
    """Work until `stop` is set; running jobs are finished first.

    Survives a database that goes away and comes back.
    """
    logging.getLogger("procrastinate.worker").addFilter(ONE_LINE)
    while not stop.is_set():
        try:
            with app.app_context():
                check_replayed()  # nobody is written to who was erased since a backup
            asyncio.run(_work(app, stop, pace))
        except Exception as error:  # noqa: BLE001 - the worker goes on, whatever happened
            log.error("worker: %s at %s", type(error).__name__, place_of(error))  # noqa: TRY400
        if not stop.is_set():
            stop.wait(pace.restart_s)


def make_queue(app: Flask) -> App:
    """Return the queue with all our jobs on it, working on the application's database."""
    connector = PsycopgConnector(
        conninfo=psycopg_address(app.config["SQLALCHEMY_DATABASE_URI"]), min_size=1, max_size=4
    )
    queue = App(connector=connector, periodic_defaults={"max_delay": LATE_START_S})
    for job in JOBS:
        _register(queue, app, job)
    return queue


def _register(queue: App, app: Flask, job: Job) -> None:
    def run(context: JobContext, /, **ids: Any) -> None:
        ids.pop("timestamp", None)  # what the clock adds
        run_job(app, job, context, ids)

    lock = job.name if job.cron else None
    function: Callable[..., None] = run
    task = queue.task(
        name=job.name,
        retry=Backoff(),
        pass_context=True,
        priority=job.priority,
        lock=lock,
        queueing_lock=lock,
    )(function)
    if job.cron:
        queue.periodic(cron=job.cron)(task)


async def _work(app: Flask, stop: threading.Event, pace: Pace) -> None:
    """Run everything side by side until `stop`, or until one of them breaks."""
    queue = make_queue(app)
    async with queue.open_async():
        sides = [
            asyncio.create_task(_run_jobs(queue, pace), name="jobs"),
            asyncio.create_task(_repeat(lambda: _dispatch(app), pace.dispatch_s), name="dispatch"),
            asyncio.create_task(_repeat(lambda: _rescue(queue, pace), pace.heartbeat_s)),
            asyncio.create_task(_wait(stop), name="stop"),
        ]
        done, _ = await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
        for side in sides:
            side.cancel()  # the queue finishes its running jobs before it is done
        await asyncio.gather(*sides, return_exceptions=True)
        for side in done:
            side.result()


async def _run_jobs(queue: App, pace: Pace) -> None:
    await queue.run_worker_async(
        concurrency=CONCURRENCY,
        install_signal_handlers=False,
        delete_jobs="successful",
        fetch_job_polling_interval=pace.poll_s,
        update_heartbeat_interval=pace.heartbeat_s,
        stalled_worker_timeout=pace.stalled_s,
    )


async def _dispatch(app: Flask) -> None:
    def in_app() -> None:
        with app.app_context():
            dispatch()

    await asyncio.to_thread(in_app)


async def _rescue(queue: App, pace: Pace) -> None:
    """Take up the jobs of workers that died.

    One that killed its worker again and again fails; one that the clock has started anew is dropped.
    """
    manager = queue.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=pace.stalled_s):
        log.warning("job %s[%s]: its worker died", job.task_name, job.id)
        if job.attempts + 1 >= MAX_ATTEMPTS:
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)
            continue
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)


async def _repeat(act: Callable[[], Any], every_s: float) -> None:
    while True:
        await act()
        await asyncio.sleep(every_s)


async def _wait(stop: threading.Event) -> None:
    while not stop.is_set():
        await asyncio.sleep(STOP_POLL_S)


def start_worker_thread(app: Flask, stop: threading.Event) -> threading.Thread:
    """Run the worker in a thread of this process until `stop` is set; join it then."""
    thread = threading.Thread(target=run_worker, args=(app, stop), name="worker")
    thread.start()
    return thread
