"""Asking for work by name, inside the open transaction: a rollback leaves no job.

The worker (`jobs/`) knows what the names mean; a test checks that each one enqueued exists there.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from procrastinate.manager import JobManager
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
from procrastinate.tasks import configure_task
from procrastinate.types import JSONDict
from sqlalchemy.orm import Session

from citizenreport.core.db import raw_connection

# Never opened: it writes through the connection of the session only.
MANAGER: Final = JobManager(SyncPsycopgConnector())

Id = UUID | int | str
"""What a job may be given: ids and codes. Text and personal data stay in their rows."""


def enqueue(session: Session, name: str, **ids: Id) -> None:
    """Have the worker run a job once the session's transaction is committed."""
    enqueue_all(session, name, [ids])


def enqueue_all(
    session: Session, name: str, calls: Sequence[Mapping[str, Id]], *, priority: int = 0
) -> None:
    """Enqueue a job for each of the given ids, in one round trip; higher priority runs first."""
    if not calls:
        return
    deferrer = configure_task(
        name=name,
        job_manager=MANAGER,
        connection=raw_connection(session),
        priority=priority,
    )
    deferrer.batch_defer(*map(_plain, calls))


def _plain(ids: Mapping[str, Id]) -> JSONDict:
    return {key: str(value) if isinstance(value, UUID) else value for key, value in ids.items()}
