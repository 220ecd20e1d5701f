"""What does not get done: failed jobs, jobs that are tried again and again, events nobody takes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from citizenreport.core.errors import NotFound
from citizenreport.core.text import _n
from citizenreport.ledger.models import Event

WAITS_TOO_LONG: Final = timedelta(minutes=5)
STUCK: Final = text(
    """
    SELECT j.id, j.task_name, j.status::text, j.attempts, j.args, j.scheduled_at, f.reason
    FROM procrastinate_jobs j LEFT JOIN job_failure f ON f.job_id = j.id
    WHERE (j.status IN ('failed', 'aborted') OR (j.status = 'todo' AND j.attempts > 0))
      AND j.id > :after
    ORDER BY j.id LIMIT CAST(:most AS bigint)
    """
)
COUNT: Final = text(
    """
    SELECT count(*) FROM procrastinate_jobs
    WHERE status IN ('failed', 'aborted') OR (status = 'todo' AND attempts > 0)
    """
)


class NotStuck(NotFound):
    code = "job-not-stuck"
    title = _n("Pekerjaan ini tidak gagal, atau sudah tidak ada.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckJob:
    """A job that has not succeeded. `is_waiting`: it is tried again at `next_at`."""

    id: int
    name: str
    attempts: int
    reason: str
    ids: dict[str, Any]
    is_waiting: bool
    next_at: datetime | None


def stuck_count(session: Session) -> int:
    """Return how many jobs failed for good, or failed and wait for another try."""
    return session.scalar(COUNT) or 0


def stuck_jobs(session: Session, *, after: int = 0, most: int | None = None) -> list[StuckJob]:
    """Return what failed for good, and what failed and waits for another try, oldest first.

    `after`: the id of the last job of the page before.
    """
    return [
        StuckJob(
            id=row.id,
            name=row.task_name,
            attempts=row.attempts,
            reason=row.reason or "unknown",
            ids=row.args,
            is_waiting=row.status == "todo",
            next_at=row.scheduled_at,
        )
        for row in session.execute(STUCK, {"after": after, "most": most})
    ]


def waiting_events(session: Session, *, now: datetime) -> int:
    """Return how many events have waited too long: no worker runs, or it is far behind."""
    query = select(func.count()).where(
        Event.dispatched_at.is_(None), Event.recorded_at < now - WAITS_TOO_LONG
    )
    return session.scalar(query) or 0


def retry(session: Session, job_id: int) -> None:
    """Have a failed job run once more. Raises NotStuck."""
    failed = text(
        "SELECT 1 FROM procrastinate_jobs WHERE id = :id AND status = 'failed' FOR UPDATE"
    )
    if session.scalar(failed, {"id": job_id}) is None:
        raise NotStuck(job_id=job_id)
    again = text("SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")
    session.execute(again, {"id": job_id})
