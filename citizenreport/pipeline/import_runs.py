"""Imports of the console and of commands, from the file to the list: uploaded, mapped, tried, taken in.

    (fetching →) mapping → ready → (checking → ready)* → importing → imported | stopped
    imported | stopped → undoing → undone

Every step is an event in a stream of its own (StreamKind.IMPORT): codes and numbers, never a cell.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.errors import Conflict, InvalidInput, NotFound
from citizenreport.core.ids import new_id
from citizenreport.core.queue import enqueue
from citizenreport.core.text import _n
from citizenreport.ledger import service as ledger
from citizenreport.ledger.rules import NewEvent, Payload, StreamKind
from citizenreport.pipeline.import_mapping import (
    ImportFileGone,
    Means,
    choose,
    keep_guess,
    mapping_kept,
    read_sketch,
)
from citizenreport.pipeline.importing import keeping
from citizenreport.pipeline.importing.cells import Row
from citizenreport.pipeline.importing.chosen import Chosen
from citizenreport.pipeline.importing.mapping import SOURCE
from citizenreport.pipeline.importing.models import ImportRun
from citizenreport.pipeline.importing.profiles import profile_of
from citizenreport.pipeline.importing.run import Run
from citizenreport.pipeline.importing.sketch import Sketch

MAX_FILE_BYTES: Final = 50_000_000
SUFFIXES: Final = (".csv", ".tsv", ".xlsx", ".json", ".jsonl")
SHOWN_RUNS: Final = 30
REASON_CHARS: Final = range(5, 501)


class RunState(StrEnum):
    """Where an import stands."""

    FETCHING = "fetching"
    MAPPING = "mapping"
    READY = "ready"
    CHECKING = "checking"
    IMPORTING = "importing"
    IMPORTED = "imported"
    STOPPED = "stopped"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


AT_WORK: Final = frozenset(
    {RunState.FETCHING, RunState.CHECKING, RunState.IMPORTING, RunState.UNDOING}
)
READABLE: Final = frozenset({RunState.MAPPING, RunState.READY, RunState.STOPPED})
"""In these the file may be read anew: mapped, tried, taken in."""
UNDOABLE: Final = frozenset({RunState.IMPORTED, RunState.STOPPED})


class ImportNotFound(NotFound):
    code = "import-not-found"
    title = _n("Impor ini tidak ada.")


class ImportBusy(Conflict):
    code = "import-busy"
    title = _n(
        "Impor ini sedang berjalan, atau orang lain baru saja mengubahnya. Lihat keadaannya."
    )


class ImportFileTooLarge(InvalidInput):
    code = "import-file-too-large"
    title = _n("Berkas ini lebih dari 50 MB. Bagi menjadi beberapa berkas.")


class ImportFileMissing(InvalidInput):
    code = "import-file-missing"
    title = _n("Pilih berkas CSV, XLSX, atau JSON.")


class ImportSourceInvalid(InvalidInput):
    code = "import-source-invalid"
    title = _n("Nama sumber terdiri atas 2–64 huruf kecil, angka, titik, atau garis.")


class UndoReasonMissing(InvalidInput):
    code = "undo-reason-missing"
    title = _n("Tulis alasannya, 5 sampai 500 huruf.")


def begin(
    session: Session,
    means: Means,
    upload: Path,
    *,
    profile_code: str,
    source: str,
    by: UUID | None,
    now: datetime,
) -> ImportRun:
    """Keep an uploaded file with a guess how it is read. Its name gives the kind of file.

    Raises:
        ProfileUnknown, ImportSourceInvalid, ImportFileMissing, ImportFileTooLarge,
        ImportTooManyRows, FileUnreadable.
    """
    run = new_run(session, profile_code=profile_code, source=source, by=by, now=now)
    run.suffix = upload.suffix.lower()
    if run.suffix not in SUFFIXES:
        raise ImportFileMissing(pointer="#/file")
    if upload.stat().st_size > MAX_FILE_BYTES:
        raise ImportFileTooLarge(pointer="#/file")
    sketch = read_sketch(upload)
    keys = means.keys
    keeping.give_key(keys, run)
    run.file_keys = [keeping.put(keys, means.storage, run, "file_keys", upload.read_bytes())]
    keeping.keep_for(run, now=now)
    keep_guess(means.city, keys, run, upload, sketch)
    note(session, run, "import_uploaded", {"rows": sketch.total}, by=by, now=now)
    return run


def new_run(
    session: Session, *, profile_code: str, source: str, by: UUID | None, now: datetime
) -> ImportRun:
    """Begin an import without a file. Raises ProfileUnknown, ImportSourceInvalid."""
    profile = profile_of(profile_code)
    name = source.strip() or profile.source
    if not SOURCE.fullmatch(name):
        raise ImportSourceInvalid(pointer="#/source")
    run = ImportRun(
        id=new_id(),
        source=name,
        profile=profile.code,
        state=RunState.MAPPING.value,
        by_id=by,
        created_at=now,
    )
    session.add(run)
    session.flush()
    return run


def run_of(session: Session, import_id: UUID, *, lock: bool = False) -> ImportRun:
    """Return an import. Raises ImportNotFound."""
    run = keeping.run_of(session, import_id, lock=lock)
    if run is None:
        raise ImportNotFound
    return run


def latest(session: Session) -> Sequence[ImportRun]:
    """Return the latest imports, newest first."""
    query = select(ImportRun).order_by(ImportRun.created_at.desc(), ImportRun.id.desc())
    return session.scalars(query.limit(SHOWN_RUNS)).all()


def confirm(
    session: Session, means: Means, run: ImportRun, chosen: Chosen, *, by: UUID, now: datetime
) -> None:
    """Keep how a file is read; once nothing is left open the import is ready.

    Raises:
        ImportBusy, ImportFileGone.
        MappingInvalid: something is left open.
    """
    save(run, means, chosen)
    mapping_kept(means.city, means.keys, run)
    run.state = RunState.READY.value
    note(session, run, "import_mapped", {}, by=by, now=now)


def save(run: ImportRun, means: Means, chosen: Chosen) -> Sketch:
    """Keep how a file is read so far. Raises ImportBusy, ImportFileGone."""
    if RunState(run.state) not in READABLE:
        raise ImportBusy
    return choose(means, run, chosen)


def ask(
    session: Session, run: ImportRun, wanted: RunState, *, by: UUID | None, now: datetime
) -> None:
    """Have the worker try a file (CHECKING) or take it in (IMPORTING).

    Raises:
        ImportBusy, ImportFileGone.
    """
    if RunState(run.state) not in (RunState.READY, RunState.STOPPED):
        raise ImportBusy
    if not run.file_keys:
        raise ImportFileGone
    if wanted is RunState.CHECKING and run.state == RunState.STOPPED.value:
        raise ImportBusy
    run.state, run.done_count, run.is_stopping, run.fault = wanted.value, 0, False, None
    keeping.keep_for(run, now=now)
    name = "import_tried" if wanted is RunState.CHECKING else "import_begun"
    note(session, run, name, {}, by=by, now=now)
    enqueue(session, "run_import", import_id=run.id)


def stop(session: Session, run: ImportRun, *, by: UUID, now: datetime) -> None:
    """Have the worker stop after the batch it is at; what has come in stays, and can be undone."""
    if run.state not in (
        RunState.CHECKING.value,
        RunState.IMPORTING.value,
        RunState.FETCHING.value,
    ):
        raise ImportBusy
    run.is_stopping = True
    note(session, run, "import_stopped", {"rows": run.done_count}, by=by, now=now)


def remove(session: Session, run: ImportRun, *, by: UUID, now: datetime) -> list[str]:
    """Delete the file of an import at once; return what the storage may delete after the commit."""
    if RunState(run.state) in AT_WORK:
        raise ImportBusy
    keys = keeping.drop_files(run)
    note(session, run, "import_file_deleted", {}, by=by, now=now)
    return keys


def ask_undo(
    session: Session, run: ImportRun, reason: str, *, by: UUID | None, now: datetime
) -> None:
    """Have the worker take a whole import back. Raises ImportBusy, UndoReasonMissing."""
    if len(reason.strip()) not in REASON_CHARS:
        raise UndoReasonMissing(pointer="#/reason")
    if RunState(run.state) not in UNDOABLE:
        raise ImportBusy
    run.state, run.done_count, run.undo_reason = RunState.UNDOING.value, 0, reason.strip()
    run.undone_by_id = by
    note(session, run, "import_undo_begun", {}, by=by, now=now)
    enqueue(session, "undo_import", import_id=run.id)


def counts_of(run: Run) -> dict[str, Any]:
    """Return what became of the rows, as it is stored: numbers, and sentences of ours."""
    tally = run.tally
    return {
        **{name: getattr(tally, name) for name in ("accepted", "added", "updated")},
        "unchanged": tally.unchanged,
        "rejected": tally.rejected,
        "notes": dict(tally.notes),
        "reasons": dict(tally.reasons),
    }


def note(
    session: Session,
    run: ImportRun,
    type_: str,
    payload: Payload,
    *,
    by: UUID | None,
    now: datetime,
) -> None:
    """Add to the import's stream who did what."""
    event = NewEvent(
        type=type_,
        payload={"source": run.source, "profile": run.profile, **payload},
        recorded_at=now,
        occurred_at=now,
        actor_id=by,
    )
    ledger.append(session, StreamKind.IMPORT, run.id, event)
    session.flush()


def batches(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while batch := list(islice(rows, size)):
        yield batch
