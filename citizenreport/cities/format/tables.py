"""CSV files of a pack: headings checked, cells read one by one, every fault recorded."""

import csv
import difflib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from citizenreport.cities.findings import Findings
from citizenreport.core.text import _n

E = TypeVar("E", bound=StrEnum)
CODE = re.compile(r"@?[A-Za-z0-9][A-Za-z0-9._-]*")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MAX_NUMBER = 2_000_000_000
_STATUS = ("confirmed", "proposed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The columns of one file. `by_language` are prefixes: `name_` stands for `name_id`, `name_en`…

    An optional column may be left out of the file; a needed one may not.
    """

    file: str
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    by_language: tuple[str, ...] = ()

    def knows(self, column: str) -> bool:
        """Say whether a column belongs to this file."""
        return column in self.needed + self.optional or any(
            re.fullmatch(re.escape(prefix) + "[a-z]{2,3}", column) for prefix in self.by_language
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. Each reader returns the value, or a stand-in after recording what is wrong.

    A stand-in never reaches a City: a pack with one error is refused.
    """

    file: str
    number: int  # as a spreadsheet counts: the heading is row 1
    cells: dict[str, str]
    findings: Findings = field(repr=False)

    def error(self, column: str, *, problem: str, remedy: str, **values: object) -> None:
        """Record a fault of this row; `%(column)s` and `%(value)s` may stand in both texts."""
        self.findings.error(
            self.file,
            self.number,
            problem=problem,
            remedy=remedy,
            column=column,
            value=self.text(column),
            **values,
        )

    def text(self, column: str) -> str:
        """Return a cell without surrounding blanks; empty when the column is left out."""
        return self.cells.get(column, "")

    def optional(self, column: str) -> str | None:
        """Return a cell, None when empty."""
        return self.text(column) or None

    def needed(self, column: str) -> str:
        """Return a cell that may not be empty."""
        if not self.text(column):
            self.error(
                column,
                problem=_n("Kolom %(column)s kosong."),
                remedy=_n("Isi kolom itu."),
            )
        return self.text(column)

    def code(self, column: str) -> str:
        """Return a code that may not be empty."""
        return self._code(column, self.needed(column))

    def optional_code(self, column: str) -> str | None:
        """Return a code, None when empty."""
        return self._code(column, self.text(column)) or None

    def codes(self, column: str) -> tuple[str, ...]:
        """Return codes separated by blanks."""
        return tuple(self._code(column, code) for code in self.text(column).split())

    def texts(self, column: str) -> tuple[str, ...]:
        """Return texts separated by semicolons."""
        return tuple(part.strip() for part in self.text(column).split(";") if part.strip())

    def pairs(self, column: str) -> tuple[tuple[str, str], ...]:
        """Return `code=value` pairs separated by semicolons."""
        pairs = [tuple(side.strip() for side in part.split("=", 1)) for part in self.texts(column)]
        if not all(len(pair) == 2 and all(pair) for pair in pairs):
            self.error(
                column,
                problem=_n("Kolom %(column)s tidak terbaca: “%(value)s”."),
                remedy=_n("Tulis kode=nilai, dipisahkan titik koma."),
            )
            return ()
        return tuple((pair[0], pair[1]) for pair in pairs)

    def flag(self, column: str, *, default: bool | None = None) -> bool:
        """Return a yes or no; the default stands where the cell is empty."""
        return bool(self.optional_flag(column, default=default, is_needed=default is None))

    def optional_flag(
        self, column: str, *, default: bool | None = None, is_needed: bool = False
    ) -> bool | None:
        """Return yes or no as a claim, None when empty."""
        value = self.text(column)
        if value in ("yes", "no"):
            return value == "yes"
        if value or is_needed:
            self.error(
                column,
                problem=_n("Kolom %(column)s berisi “%(value)s”."),
                remedy=_n("Isi yes atau no."),
            )
        return default

    def whole(self, column: str, *, least: int = 0) -> int:
        """Return a whole number that may not be empty."""
        self.needed(column)
        number = self.optional_whole(column, least=least)
        return least if number is None else number

    def optional_whole(self, column: str, *, least: int = 0) -> int | None:
        """Return a whole number, None when empty."""
        value = self.text(column)
        if not value:
            return None
        if re.fullmatch(r"[0-9]{1,10}", value) and least <= int(value) <= MAX_NUMBER:
            return int(value)
        self.error(
            column,
            problem=_n(
                "Kolom %(column)s berisi “%(value)s”, bukan bilangan bulat yang masuk akal."
            ),
            remedy=_n("Tulis angka saja, paling kecil %(least)s, tanpa titik, koma atau satuan."),
            least=least,
        )
        return least

    def day(self, column: str) -> date | None:
        """Return a day, None when empty."""
        value = self.text(column)
        if not value:
            return None
        try:
            # The shape is checked apart: fromisoformat also takes week dates and bare digits.
            return date.fromisoformat(value if DAY.fullmatch(value) else "")
        except ValueError:
            self.error(
                column,
                problem=_n("Kolom %(column)s berisi “%(value)s”, bukan tanggal."),
                remedy=_n("Tulis tanggal seperti 2026-01-31."),
            )
            return None

    def choice(self, column: str, kind: type[E], *, default: E | None = None) -> E:
        """Return one of the values that this version knows."""
        value = self.text(column)
        if not value and default is not None:
            return default
        self.one_of(column, tuple(kind))
        return kind(value) if value in tuple(kind) else next(iter(kind))

    def one_of(self, column: str, choices: tuple[str, ...]) -> str:
        """Return a cell that must hold one of a few words."""
        value = self.text(column)
        if value not in choices:
            self.error(
                column,
                problem=_n("Kolom %(column)s berisi “%(value)s”."),
                remedy=_n("Pilih salah satu: %(choices)s."),
                choices=", ".join(choices),
            )
        return value

    def is_confirmed(self) -> bool:
        """Return whether the city has confirmed the row; without the column it has not."""
        return self.text("status") != "" and self.one_of("status", _STATUS) == "confirmed"

    def names(self, prefix: str, *, languages: tuple[str, ...]) -> dict[str, str]:
        """Return the text by language from `prefix_id`, `prefix_en`…; `id` is always there."""
        found = {
            column.removeprefix(prefix): text
            for column, text in self.cells.items()
            if text and column.startswith(prefix)
        }
        if not found:
            self.error(
                f"{prefix}{languages[0]}",
                problem=_n("Kolom %(column)s kosong."),
                remedy=_n("Isi kolom itu."),
            )
        first = next((found[code] for code in ("id", *languages) if code in found), "")
        return {"id": first, **found}

    def _code(self, column: str, value: str) -> str:
        if value and not CODE.fullmatch(value):
            self.error(
                column,
                problem=_n("Kolom %(column)s berisi kode yang tidak sah: “%(value)s”."),
                remedy=_n(
                    "Pakai huruf, angka, titik, minus dan garis bawah; pisahkan dengan spasi."
                ),
            )
        return value


def read_table(text: str | None, heading: Heading, findings: Findings) -> list[Row]:
    """Return the rows of a CSV file; none when the file is absent or has no usable heading."""
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        records = list(reader)
    except csv.Error as error:
        findings.error(
            heading.file,
            problem=_n("CSV rusak di baris %(line)s (%(reason)s)."),
            remedy=_n("Periksa tanda kutip di baris itu dan sebelumnya."),
            line=reader.line_num,
            reason=error,
        )
        return []
    columns = [column.strip() for column in records[0]] if records else []
    if not _check_columns(columns, heading, findings):
        return []
    return list(_rows(records[1:], columns, heading.file, findings))


def _check_columns(columns: list[str], heading: Heading, findings: Findings) -> bool:
    """Record what is wrong with a heading; False when the rows cannot be read at all."""
    if len(columns) == 1 and ";" in columns[0]:
        findings.error(
            heading.file,
            problem=_n("Kolom dipisahkan titik koma."),
            remedy=_n("Simpan sebagai CSV dengan koma."),
        )
        return False
    for column in sorted({column for column in columns if columns.count(column) > 1}):
        findings.error(
            heading.file,
            1,
            problem=_n("Kolom %(column)s ada dua kali."),
            remedy=_n("Hapus salah satunya."),
            column=column,
        )
    for column in columns:
        if not heading.knows(column):
            _unknown_column(column, heading, findings)
    missing = [column for column in heading.needed if column not in columns]
    if missing:
        findings.error(
            heading.file,
            problem=_n("Kolom wajib tidak ada: %(columns)s."),
            remedy=_n("Tambahkan kolom itu di baris judul."),
            columns=", ".join(missing),
        )
    return not missing


def _unknown_column(column: str, heading: Heading, findings: Findings) -> None:
    known = [*heading.needed, *heading.optional]
    alike = difflib.get_close_matches(column, known, n=1)
    findings.error(
        heading.file,
        1,
        problem=_n("Kolom “%(column)s” tidak dikenal."),
        remedy=_n("Maksudnya %(alike)s?") if alike else _n("Hapus kolom itu."),
        column=column,
        alike="".join(alike),
    )


def _rows(
    records: list[list[str]], columns: list[str], file: str, findings: Findings
) -> Iterator[Row]:
    for number, record in enumerate(records, start=2):
        cells = [cell.strip() for cell in record]
        if not any(cells):
            continue
        if len(cells) != len(columns):
            findings.error(
                file,
                number,
                problem=_n("Baris ini punya %(found)s kolom, judulnya %(wanted)s."),
                remedy=_n("Beri tanda kutip pada isi yang memuat koma, atau lengkapi kolomnya."),
                found=len(cells),
                wanted=len(columns),
            )
            continue
        yield Row(
            file=file,
            number=number,
            cells=dict(zip(columns, cells, strict=True)),
            findings=findings,
        )
