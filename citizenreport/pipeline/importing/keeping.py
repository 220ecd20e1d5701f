"""The uploaded file of an import: sealed in the storage, opened for reading, deleted in time."""

import json
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing, Place, new_data_key, open_sealed, seal
from citizenreport.pipeline.importing.models import ImportRun
from citizenreport.storage.rules import Storage

TABLE: Final = "import_run"
FILES_KEPT: Final = timedelta(days=7)
"""So long an uploaded file and its refused rows are there to be corrected; then they are deleted."""


def give_key(keys: KeyRing, run: ImportRun) -> None:
    """Give an import the key that what comes from its file is sealed with."""
    run.key_id, run.wrapped_key = keys.wrap(new_data_key(), row=str(run.id), table=TABLE)


def _key(keys: KeyRing, run: ImportRun) -> bytes:
    assert run.key_id is not None
    assert run.wrapped_key is not None
    return keys.unwrap(run.key_id, bytes(run.wrapped_key), row=str(run.id), table=TABLE)


def _place(run: ImportRun, column: str) -> Place:
    return Place(table=TABLE, column=column, row=str(run.id))


def sealed_json(keys: KeyRing, run: ImportRun, column: str, value: object) -> bytes:
    """Return a value sealed for a column of an import."""
    return seal(_key(keys, run), json.dumps(value).encode(), _place(run, column))


def opened_json(keys: KeyRing, run: ImportRun, column: str, sealed: bytes) -> Any:
    """Return what was sealed for a column of an import."""
    return json.loads(open_sealed(_key(keys, run), bytes(sealed), _place(run, column)))


def put(keys: KeyRing, storage: Storage, run: ImportRun, column: str, content: bytes) -> str:
    """Store content of an import, sealed; return its key in the storage."""
    return storage.put(seal(_key(keys, run), content, _place(run, column)))


def get(keys: KeyRing, storage: Storage, run: ImportRun, column: str, key: str) -> bytes:
    """Return content of an import. Raises StoredFileNotFound."""
    return open_sealed(_key(keys, run), storage.get(key), _place(run, column))


@contextmanager
def file_of(keys: KeyRing, storage: Storage, run: ImportRun) -> Generator[Path, None, None]:
    """Give the uploaded file in a folder that only this account reads, and that goes afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"impor{run.suffix}"
        with path.open("wb") as file:
            for key in run.file_keys:
                file.write(get(keys, storage, run, "file_keys", key))
        yield path


def keep_for(run: ImportRun, *, now: datetime) -> None:
    """Have the files deleted some days from now."""
    run.files_expire_at = now + FILES_KEPT


def forget_files(session: Session, *, now: datetime) -> list[str]:
    """Forget what came from files whose time is over; return what the storage may delete."""
    query = select(ImportRun).where(ImportRun.files_expire_at <= now).with_for_update()
    keys = [key for run in session.scalars(query) for key in drop_files(run)]
    session.flush()
    return keys


def drop_files(run: ImportRun) -> list[str]:
    """Forget everything that came from an import's file; return what the storage may delete."""
    keys = [*run.file_keys, *([run.rejects_key] if run.rejects_key else [])]
    run.file_keys, run.rejects_key, run.files_expire_at = [], None, None
    run.sketch_sealed = run.mapping_sealed = run.key_id = run.wrapped_key = None
    return keys


def named(session: Session) -> set[str]:
    """Return every key in the storage that an import names."""
    rows: Sequence[tuple[list[str], str | None]] = [
        (row.file_keys, row.rejects_key)
        for row in session.execute(select(ImportRun.file_keys, ImportRun.rejects_key))
    ]
    return {key for files, rejects in rows for key in (*files, rejects) if key is not None}


def run_of(session: Session, import_id: UUID, *, lock: bool = False) -> ImportRun | None:
    """Return an import, None for no such one."""
    return session.get(ImportRun, import_id, with_for_update=lock or None, populate_existing=True)
