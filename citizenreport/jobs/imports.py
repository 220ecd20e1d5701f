"""Imports: a file is tried or taken in, batch by batch with its progress; a whole import is taken back."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import InvalidInput
from citizenreport.indicators.service import outdate
from citizenreport.pipeline import import_mapping, import_runs, import_undo
from citizenreport.pipeline.import_ import import_rows, import_waiting, judge
from citizenreport.pipeline.import_runs import RunState
from citizenreport.pipeline.importing import keeping
from citizenreport.pipeline.importing.cells import Row
from citizenreport.pipeline.importing.files import opened
from citizenreport.pipeline.importing.mapping import (
    FileLacksColumns,
    ImportMapping,
    missing_columns,
)
from citizenreport.pipeline.importing.rejects import RejectsFile, rejects_file
from citizenreport.pipeline.importing.run import Run
from citizenreport.web.context import current_city, current_keys, current_storage, refresh_city

BATCH_ROWS: Final = 1_000
"""So many rows are one transaction: a page shows how far it is, and stopping takes moments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One run over one file."""

    id: UUID
    is_trial: bool
    mapping: ImportMapping
    path: Path


def run_import(*, import_id: str) -> None:
    """Try a file or take it in; begun again, it goes on: what is known changes nothing."""
    refresh_city()
    key = UUID(import_id)
    with ExitStack() as stack:
        with transaction() as session:
            row = import_runs.run_of(session, key)
            if row.state not in (RunState.CHECKING.value, RunState.IMPORTING.value):
                return
            row.done_count = 0
            task = Task(
                id=key,
                is_trial=row.state == RunState.CHECKING.value,
                mapping=import_mapping.mapping_kept(current_city(), current_keys(), row),
                path=stack.enter_context(keeping.file_of(current_keys(), current_storage(), row)),
            )
        try:
            _work(task)
        except InvalidInput as error:
            _fail(task, error.code)


def _work(task: Task) -> None:
    refused = task.path.with_name("ditolak.csv")
    with opened(task.path, import_mapping.form_of(task.path)) as file:
        if missing_columns(task.mapping, file.columns):
            raise FileLacksColumns
        run = Run(
            city=current_city(),
            keys=current_keys(),
            storage=current_storage(),
            mapping=task.mapping,
            file_crs=file.crs,
            import_id=None if task.is_trial else task.id,
        )
        is_stopped = False
        with rejects_file(refused, file.columns) as rejects:
            for batch in import_runs.batches(file.rows, BATCH_ROWS):
                is_stopped = _take(task, run, batch, rejects)
                if is_stopped:
                    break
        while run.waiting and not is_stopped:
            with transaction() as session:
                import_waiting(session, run, now=utcnow())
    _finish(task, run, refused, is_stopped=is_stopped)


def _take(task: Task, run: Run, batch: list[Row], rejects: RejectsFile) -> bool:
    """Take in one batch in one transaction; return whether somebody has asked to stop."""
    with transaction() as session:
        if task.is_trial:
            _, refused = judge(run, batch, now=utcnow())
        else:
            refused = import_rows(session, run, batch, now=utcnow())
        row = import_runs.run_of(session, task.id, lock=True)
        row.done_count += len(batch)
        row.counts = import_runs.counts_of(run)
        is_stopped = row.is_stopping
    rejects.write(refused)
    return is_stopped


def _finish(task: Task, run: Run, refused: Path, *, is_stopped: bool) -> None:
    now, storage = utcnow(), current_storage()
    with transaction() as session:
        row = import_runs.run_of(session, task.id, lock=True)
        old = row.rejects_key
        row.rejects_key = None
        if refused.exists():
            content = refused.read_bytes()
            row.rejects_key = keeping.put(current_keys(), storage, row, "rejects_key", content)
        row.counts, row.finished_at, row.is_stopping = import_runs.counts_of(run), now, False
        row.state = _end_of(task, is_stopped=is_stopped).value
        keeping.keep_for(row, now=now)
        told = {name: row.counts[name] for name in ("accepted", "added", "updated", "rejected")}
        name = "import_checked" if task.is_trial else "import_done"
        import_runs.note(session, row, name, told, by=None, now=now)
        if run.tally.added or run.tally.updated:
            outdate(session)  # the past has changed, and the indicators with it
    if old is not None:
        storage.delete(old)


def _end_of(task: Task, *, is_stopped: bool) -> RunState:
    if task.is_trial:
        return RunState.READY
    return RunState.STOPPED if is_stopped else RunState.IMPORTED


def _fail(task: Task, code: str) -> None:
    """Say why a file could not be read to its end; what has come in stays."""
    now = utcnow()
    with transaction() as session:
        row = import_runs.run_of(session, task.id, lock=True)
        row.state = _end_of(task, is_stopped=True).value
        row.fault, row.finished_at, row.is_stopping = code, now, False
        import_runs.note(session, row, "import_failed", {"fault": code}, by=None, now=now)
        outdate(session)


def undo_import(*, import_id: str) -> None:
    """Take back what an import brought and nobody touched since; begun again, it goes on."""
    refresh_city()
    key = UUID(import_id)
    with transaction() as session:
        if import_runs.run_of(session, key).state != RunState.UNDOING.value:
            return
    while True:
        with transaction() as session:
            count, files = import_undo.undo_some(
                session, current_city(), current_keys(), key, now=utcnow()
            )
            import_runs.run_of(session, key, lock=True).done_count += count
        current_storage().delete_all(files)
        if not count:
            break
    with transaction() as session:
        now = utcnow()
        row = import_runs.run_of(session, key, lock=True)
        row.state, row.undone_at = RunState.UNDONE.value, now
        told = import_undo.counts(session, key)
        import_runs.note(session, row, "import_undone", told, by=None, now=now)
        outdate(session)
