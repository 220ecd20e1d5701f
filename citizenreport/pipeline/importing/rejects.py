"""What was refused, in a file that a spreadsheet can open without running anything."""

import csv
import os
import re
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from citizenreport.pipeline.importing.cells import Refused, Row
from citizenreport.pipeline.importing.files import RAW

ROW_NUMBER, REASON = "baris", "alasan"
PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that was not imported, and why."""

    row: Row
    reason: Refused


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: such a one gets a leading apostrophe.

    Numbers stay as they are. Source: OWASP, "CSV Injection".
    """
    if text.lstrip().startswith(DANGEROUS) or text.startswith(DANGEROUS):
        return text if PLAIN_NUMBER.fullmatch(text) else f"'{text}"
    return text


class RejectsFile:
    """Rejected rows as CSV: number, reason, then the columns as they came. Made when first needed."""

    def __init__(self, path: Path, columns: Iterable[str]) -> None:
        self.path = path
        self._columns = (*columns, RAW)
        self._file: TextIO | None = None

    def write(self, rejected: Iterable[Rejected]) -> None:
        """Add rows to the file."""
        for one in rejected:
            if self._file is None:
                self._file = _open_private(self.path)
                self._line([ROW_NUMBER, REASON, *self._columns])
            cells = ("" if (v := one.row.cells.get(c)) is None else v for c in self._columns)
            self._line([str(one.row.number), str(one.reason), *(printable(v) for v in cells)])

    def _line(self, cells: list[str]) -> None:
        assert self._file is not None
        csv.writer(self._file).writerow([safe_cell(cell) for cell in cells])

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _open_private(path: Path) -> TextIO:
    """Make a file that only this account reads: refused rows hold everything their source told."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return open(descriptor, "w", encoding="utf-8", newline="")


def printable(value: object) -> str:
    """Return a cell as text that UTF-8 can carry, lone surrogates replaced."""
    return str(value).encode("utf-8", "replace").decode()


@contextmanager
def rejects_file(path: Path, columns: Iterable[str]) -> Generator[RejectsFile, None, None]:
    """Give a rejects file; the one of an earlier run is removed first."""
    path.unlink(missing_ok=True)
    file = RejectsFile(path, columns)
    try:
        yield file
    finally:
        file.close()
