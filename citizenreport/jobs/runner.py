"""Running one job: inside the application, with a reason in a word when it fails.

What went wrong may name a person (an address a mail server refused, a value in a database error).
So nothing of an exception leaves here but its kind and the line of our code that it came from.
"""

import logging
import re
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Flask
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.jobs import Job as QueuedJob
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, Conflict, TooMany, Unavailable
from citizenreport.jobs.models import JobFailure
from citizenreport.jobs.registry import Job
from citizenreport.web.edition import keep_up

log = logging.getLogger(__name__)

PACKAGE: Final = str(Path(__file__).parents[1])
PASSING: Final = (Unavailable, Conflict, TooMany)  # what time may put right
MAX_ATTEMPTS: Final = 20
LONGEST_WAIT_S: Final = 3_600
FIRST_WAIT_S: Final = 10


class JobFailed(Exception):
    """A job did not succeed. The message is a reason in a word, and all the queue gets to see."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


@dataclass(frozen=True)
class Backoff(BaseRetryStrategy):
    """Waits 10, 20, 40, … seconds, at most an hour: an outage of half a day is slept through."""

    def get_retry_decision(
        self, *, exception: BaseException, job: QueuedJob
    ) -> RetryDecision | None:
        """Return when to try again, or None for never.

        What the clock started is not tried again: the clock comes round. (Two such jobs cannot wait
        at once, so the failed one could not even be put back.)
        """
        is_final = isinstance(exception, JobFailed) and exception.is_final
        if is_final or job.queueing_lock is not None or job.attempts + 1 >= MAX_ATTEMPTS:
            return None
        wait_s = min(FIRST_WAIT_S * 2**job.attempts, LONGEST_WAIT_S)
        return RetryDecision(retry_in={"seconds": wait_s})


class OneLine(logging.Filter):
    """Leaves out what the queue logs of our failures: we have said it in one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the record may be written."""
        return not (record.exc_info and isinstance(record.exc_info[1], JobFailed))


def run_job(app: Flask, job: Job, context: JobContext, ids: dict[str, str | int]) -> None:
    """Run a job and keep the reason of a failure. Raises JobFailed."""
    job_id = context.job.id
    assert job_id is not None
    with app.app_context():
        keep_up()
        failure = _attempt(job, ids)
        if context.job.queueing_lock is not None:
            _forget_earlier(job)
        if failure is not None:
            log.warning("job %s[%s] failed: %s", job.name, job_id, failure.reason)
            _keep_reason(job_id, failure.reason)
            raise failure


def _attempt(job: Job, ids: dict[str, str | int]) -> JobFailed | None:
    """Run a job; return how it failed. Returned, not raised: an exception drags its cause along."""
    try:
        job.run(**ids)
    except CitizenReportError as error:
        return JobFailed(error.code, is_final=not isinstance(error, PASSING))
    except Exception as error:  # noqa: BLE001 - whatever it is, the next job must run
        kind = type(error).__name__
        log.error("job %s: %s at %s", job.name, kind, place_of(error))  # noqa: TRY400
        return JobFailed(_kebab(kind), is_final=False)
    return None


def place_of(error: BaseException) -> str:
    """Return the innermost line of our own code that an exception passed."""
    ours = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(PACKAGE)]
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "unknown"


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def _forget_earlier(job: Job) -> None:
    """Drop earlier failures of a job that the clock starts: only how it went last is of interest."""
    statement = text("DELETE FROM procrastinate_jobs WHERE task_name = :name AND status = 'failed'")
    with transaction() as session:
        session.execute(statement, {"name": job.name})


def _keep_reason(job_id: int, reason: str) -> None:
    values = {"reason": reason, "failed_at": utcnow()}
    statement = insert(JobFailure).values(job_id=job_id, **values)
    with transaction() as session:
        session.execute(statement.on_conflict_do_update(index_elements=["job_id"], set_=values))
