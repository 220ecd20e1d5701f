"""Forgetting: what was kept for a day, dead sessions, marks of surveys, files without a row, reasons without a job."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from citizenreport.conversations.service import forget_old as forget_old_chats
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.identity import sessions
from citizenreport.identity.api_keys import forget_old_uses
from citizenreport.indicators.models import ImportedIndicatorValue
from citizenreport.intake.models import Photo
from citizenreport.intake.service import forget_sends
from citizenreport.jobs.surveys import forget_surveys
from citizenreport.messaging.service import forget_old
from citizenreport.messaging.staff import forget_unconfirmed
from citizenreport.partners.webhooks import service as webhooks
from citizenreport.pipeline.importing import keeping
from citizenreport.programme.models import InnovationFile, PublishedInnovationFile
from citizenreport.publication.models import PublishedPhoto
from citizenreport.storage.rules import Storage
from citizenreport.triage import searches
from citizenreport.web.context import current_storage
from citizenreport.web.models import ActCount

FILES_KEPT: Final = timedelta(hours=24)  # a file is stored before the row that names it
BATCH: Final = 500
DELETE_REASONS: Final = (
    "DELETE FROM job_failure f"
    " WHERE NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.id = f.job_id)"
)


def forget(*, now: datetime | None = None) -> None:
    """Delete what has had its time."""
    at = now or utcnow()
    with transaction() as session:
        forget_sends(session, now=at)
        sessions.sweep(session, now=at)
        searches.forget_old(session, now=at)
        forget_surveys(session, now=at)
        forget_old_uses(session, now=at)
        forget_old(session, now=at)
        forget_unconfirmed(session, now=at)
        webhooks.forget_old(session, now=at)
        forget_old_chats(session, now=at)
        session.execute(text(DELETE_REASONS))
        session.execute(delete(ActCount).where(ActCount.expires_at <= at))
        files = keeping.forget_files(session, now=at)
    current_storage().delete_all(files)
    sweep_files(current_storage(), now=at)


def sweep_files(storage: Storage, *, now: datetime) -> int:
    """Delete files that no row names; return how many. A rolled back report leaves such files."""
    count = 0
    for keys in _batches(storage.keys(stored_before=now - FILES_KEPT)):
        with transaction() as session:
            orphans = set(keys) - _named(session, keys)
        for key in orphans:
            storage.delete(key)
        count += len(orphans)
    return count


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _named(session: Session, keys: list[str]) -> set[str]:
    columns = (
        *(Photo.storage_key, Photo.thumbnail_key),
        *(PublishedPhoto.storage_key, PublishedPhoto.thumbnail_key),
        ImportedIndicatorValue.evidence_key,
        *(InnovationFile.storage_key, PublishedInnovationFile.storage_key),
    )
    return keeping.named(session) | {
        key
        for column in columns
        for key in session.scalars(select(column).where(column.in_(keys)))
        if key is not None
    }
