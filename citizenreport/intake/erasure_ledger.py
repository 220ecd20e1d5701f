"""The erasure ledger outside the database: ids of reports whose person was erased, one a line.

A backup brings back what was erased after it was made. The service compares the two before it
answers. Source: protection.md, section 6.
"""

import fcntl
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.intake.models import Erasure, Report

FILE_NAME: Final = "erasures.txt"
ID_CHARS: Final = 36
AT_ONCE: Final = 5_000


def path_in(folder: Path) -> Path:
    """Return the place of the ledger in the folder that is kept outside."""
    return folder / FILE_NAME


def kept(folder: Path) -> list[UUID]:
    """Return the reports written down, in order. A line that a crash cut short is left out."""
    path = path_in(folder)
    return _ids(path.read_text()) if path.exists() else []


@dataclass
class Watch:
    """What one process has compared of the ledger: it reads only what was added since."""

    folder: Path
    compared_bytes: int = 0
    file_id: int = 0

    def is_clear(self, session: Callable[[], Session]) -> bool:
        """Tell whether the database holds nobody whom the ledger says was erased.

        While nothing was added it asks neither file nor database.
        """
        try:
            known = path_in(self.folder).stat()
        except FileNotFoundError:
            return True
        if (known.st_ino, known.st_size) == (self.file_id, self.compared_bytes):
            return True
        is_other = known.st_ino != self.file_id or known.st_size < self.compared_bytes
        start = 0 if is_other else self.compared_bytes
        with path_in(self.folder).open("rb") as file:
            file.seek(start)
            added = file.read()
        whole = added[: added.rfind(b"\n") + 1]  # the rest of a line is still being written
        if brought_back(session(), _ids(whole.decode())):
            return False
        self.file_id, self.compared_bytes = known.st_ino, start + len(whole)
        return True


def write_down(session: Session, folder: Path) -> int:
    """Add what the database knows and the file does not; return how many. On the disk after it.

    Several may write at once: one waits for the other.
    """
    known = session.scalars(select(Erasure.report_id).order_by(Erasure.erased_at, Erasure.id))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path_in(folder), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        text = file.read()
        written = set(_ids(text))
        missing = [id_ for id_ in known if id_ not in written]
        if missing:
            is_cut = bool(text) and not text.endswith("\n")
            file.write(("\n" if is_cut else "") + "".join(f"{id_}\n" for id_ in missing))
            file.flush()
            os.fsync(file.fileno())
    return len(missing)


def brought_back(session: Session, report_ids: Iterable[UUID]) -> list[UUID]:
    """Return those of erased reports that the database holds as if they were not."""
    wanted = list(report_ids)
    found: list[UUID] = []
    for start in range(0, len(wanted), AT_ONCE):
        query = select(Report.id).where(
            Report.id.in_(wanted[start : start + AT_ONCE]), Report.erased_at.is_(None)
        )
        found += session.scalars(query).all()
    return found


def _ids(text: str) -> list[UUID]:
    lines = dict.fromkeys(line for line in text.splitlines() if len(line) == ID_CHARS)
    return [UUID(line) for line in lines]
