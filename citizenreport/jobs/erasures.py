"""The erasure ledger outside the database: ids of reports whose person was erased, one a line.

A backup brings back what was erased after it was made; `citizenreport erasures replay` reads this
file and erases it again before the service answers. Source: protection.md, section 6.
"""

import os
from pathlib import Path
from typing import Final
from uuid import UUID

from flask import current_app

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.intake.models import Report
from citizenreport.intake.rules import ErasedBy, OnHold
from citizenreport.jobs.mails import subject_of
from citizenreport.pipeline.erase import erase_report
from citizenreport.web.context import current_city, current_keys, current_storage

FILE_NAME: Final = "erasures.txt"


def note_erasure(*, ticket_id: str, seq: int) -> None:
    """Write down outside the database that the person of a ticket's report was erased."""
    with transaction() as session:
        subject = subject_of(session, ticket_id=ticket_id, seq=seq)
        report_id = subject.report.id if subject else None
    if report_id is None or report_id in kept():
        return
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{report_id}\n")
        file.flush()
        os.fsync(file.fileno())


def kept() -> list[UUID]:
    """Return the reports written down, in order. A line that a crash cut short is left out."""
    path = _path()
    if not path.exists():
        return []
    lines = path.read_text().splitlines()
    return [UUID(line) for line in lines if len(line) == len(str(UUID(int=0)))]


def replay() -> tuple[int, list[UUID]]:
    """Erase again what a restore brought back; return how many, and what is on hold."""
    count, held = 0, []
    for report_id in kept():
        try:
            count += _erase_again(report_id)
        except OnHold:
            held.append(report_id)
    return count, held


def _erase_again(report_id: UUID) -> bool:
    with transaction() as session:
        report = session.get(Report, report_id)
        if report is None or report.erased_at is not None:
            return False
        files = erase_report(
            session,
            current_city(),
            current_keys(),
            report,
            how=ErasedBy.REPORTER,
            now=utcnow(),
        )
    for key in files:
        current_storage().delete(key)
    return True


def _path() -> Path:
    return Path(current_app.config["CHECKPOINT_DIR"]) / FILE_NAME
