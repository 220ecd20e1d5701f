"""Keeping the erasure ledger outside the database, and erasing again what a restore brought back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from flask import current_app

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.intake import erasure_ledger
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.rules import ErasedBy
from citizenreport.pipeline.erase import erase_reports
from citizenreport.web.context import current_city, current_keys, current_storage

BATCH: Final = 200


def note_erasure(**_of: str | int) -> None:
    """Write down outside the database who was erased since the last time, whoever asks."""
    with transaction() as session:
        erasure_ledger.write_down(session, _folder())


def replay() -> tuple[int, list[UUID]]:
    """Erase again what a restore brought back; return how many, and what is on hold."""
    with transaction() as session:
        back = erasure_ledger.brought_back(session, erasure_ledger.kept(_folder()))
        held = intake_queries.on_hold(session, back)
    wanted = [id_ for id_ in back if id_ not in held]
    for start in range(0, len(wanted), BATCH):
        _erase_again(wanted[start : start + BATCH])
    return len(wanted), sorted(held)


def _erase_again(report_ids: Sequence[UUID]) -> None:
    with transaction() as session:
        files = erase_reports(
            session,
            current_city(),
            current_keys(),
            report_ids,
            how=ErasedBy.REPORTER,
            now=utcnow(),
        )
    current_storage().delete_all(files)


def _folder() -> Path:
    return Path(current_app.config["CHECKPOINT_DIR"])
