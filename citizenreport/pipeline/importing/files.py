"""Rows out of a file: CSV, JSON lines, a JSON array, a workbook or a GeoPackage, plain or gzipped."""

import csv
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.pipeline.importing.cells import Refused, Row

CSV, JSONL, JSON, XLSX, GPKG = "csv", "jsonl", "json", "xlsx", "gpkg"
FORMATS = (CSV, JSONL, JSON, XLSX, GPKG)
SUFFIXES = {
    ".csv": CSV,
    ".tsv": CSV,
    ".jsonl": JSONL,
    ".ndjson": JSONL,
    ".json": JSON,
    ".xlsx": XLSX,
    ".gpkg": GPKG,
}
RAW = "isi"  # the column a row that could not be read is kept in
CELL_MAX_CHARS = 1_000_000
CHILDREN = {
    GPKG: Path(__file__).with_name("gpkg_child.py"),
    XLSX: Path(__file__).with_name("xlsx_child.py"),
}
"""What may hide more than it seems is read by a process of its own."""


class FileUnreadable(InvalidInput):
    code = "import-file-unreadable"
    title = _n("Berkas ini tidak dapat dibaca.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a file is written. Empty `format`: by the file's name. `layer`: of a workbook, the sheet."""

    format: str = ""
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    layer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file opened for reading. `columns` in file order; `crs` as a GeoPackage states it."""

    columns: tuple[str, ...]
    total: int
    crs: str | None
    rows: Iterator[Row]


@contextmanager
def opened(path: Path, form: Form) -> Generator[Source, None, None]:
    """Give the rows of a file, counted beforehand. Raises FileUnreadable, also while reading."""
    kind = form.format or kind_of(path)
    if not path.is_file():
        raise FileUnreadable(_n("Berkas ini tidak ada."), path=str(path))
    if kind in CHILDREN:
        with _unzipped(path) as plain, _from_child(CHILDREN[kind], plain, form) as source:
            yield source
        return
    if kind == JSON:
        yield _json_array(path, form)
        return
    try:
        with _text(path, form) as file:
            total = COUNTS[kind](file, form)
        with _text(path, form) as file:
            columns, rows = READERS[kind](file, form)
            yield Source(columns=columns, total=total, crs=None, rows=rows)
    except UnicodeDecodeError as error:
        raise FileUnreadable(
            _n("Isinya bukan %(encoding)s. Tulis encoding yang benar di berkas pemetaan.")
            % {"encoding": form.encoding}
        ) from error
    except (csv.Error, gzip.BadGzipFile, EOFError) as error:
        raise FileUnreadable(f"{FileUnreadable.title} ({error})") from error


def kind_of(path: Path) -> str:
    """Return the format a file's name tells. Raises FileUnreadable."""
    name = path.with_suffix("") if path.suffix == ".gz" else path
    kind = SUFFIXES.get(name.suffix.lower())
    if kind is None:
        raise FileUnreadable(
            _n("Jenis berkas tidak dikenal dari namanya. Tulis format di berkas pemetaan.")
        )
    return kind


def _text(path: Path, form: Form) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=form.encoding, newline="")
    return path.open(encoding=form.encoding, newline="")


def _csv(file: TextIO, form: Form) -> tuple[tuple[str, ...], Iterator[Row]]:
    csv.field_size_limit(CELL_MAX_CHARS)
    lines = csv.reader(file, delimiter=form.delimiter, strict=True)
    header = tuple(name.strip() for name in next(lines, ()))
    if not header:
        raise FileUnreadable(_n("Berkas ini kosong: baris judul kolom tidak ada."))
    return _distinct(header), _csv_rows(header, lines)


def _distinct(header: tuple[str, ...]) -> tuple[str, ...]:
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise FileUnreadable(_n("Judul kolom muncul lebih dari sekali:") + f" {', '.join(twice)}")
    return header


def _csv_count(file: TextIO, form: Form) -> int:
    csv.field_size_limit(CELL_MAX_CHARS)
    return sum(1 for cells in csv.reader(file, delimiter=form.delimiter, strict=True) if cells) - 1


def _csv_rows(header: tuple[str, ...], lines: Iterable[list[str]]) -> Iterator[Row]:
    width = len(header)
    for number, cells in enumerate(filter(None, lines), start=1):
        fault = None
        if len(cells) != width:
            fault = Refused(
                _n("Baris ini berisi %(found)s kolom, seharusnya %(wanted)s."),
                found=len(cells),
                wanted=width,
            )
        named = dict(zip(header, cells, strict=False))
        if len(cells) > width:
            named[RAW] = " ".join(cells[width:])
        yield Row(number=number, cells=named, fault=fault)


def _json_lines(file: TextIO, _: Form) -> tuple[tuple[str, ...], Iterator[Row]]:
    start = [_json_row(number, line) for number, line in enumerate(_filled(islice(file, 1000)), 1)]
    rest = (_json_row(number, line) for number, line in enumerate(_filled(file), len(start) + 1))
    return _columns_of(start), _chain(start, rest)


def _filled(lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if line.strip())


def _chain(start: list[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from start
    yield from rest


def _json_row(number: int, line: str) -> Row:
    try:
        return _row_of(number, json.loads(line, parse_constant=_no_constant))
    except (ValueError, RecursionError) as error:
        fault = Refused(_n("Baris ini bukan JSON yang sah (%(error)s)."), error=error)
        return Row(number=number, cells={RAW: line.strip()}, fault=fault)


def _row_of(number: int, value: object) -> Row:
    if not isinstance(value, dict):
        fault = Refused(_n("Baris ini bukan objek JSON."))
        return Row(number=number, cells={RAW: str(value)}, fault=fault)
    return Row(number=number, cells=_flat(value))


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """Return a JSON object with the members of inner objects as `outer.inner`."""
    flat: dict[str, object] = {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            flat |= _flat(inner, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = inner
    return flat


def _json_array(path: Path, form: Form) -> Source:
    try:
        with _text(path, form) as file:
            found = json.load(file, parse_constant=_no_constant)
    except (ValueError, RecursionError, EOFError, gzip.BadGzipFile) as error:
        raise FileUnreadable(_n("Isinya bukan JSON yang sah.") + f" ({error})") from error
    if not isinstance(found, list):
        raise FileUnreadable(_n("Isinya harus berupa daftar JSON: [ … ]."))
    rows = [_row_of(number, value) for number, value in enumerate(found, start=1)]
    return Source(columns=_columns_of(rows), total=len(rows), crs=None, rows=iter(rows))


def _json_count(file: TextIO, _: Form) -> int:
    return sum(1 for line in file if line.strip())


READERS = {CSV: _csv, JSONL: _json_lines}
COUNTS = {CSV: _csv_count, JSONL: _json_count}


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _columns_of(rows: Iterable[Row]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for row in rows:
        names |= dict.fromkeys(row.cells)
    return tuple(names)


@contextmanager
def _unzipped(path: Path) -> Generator[Path, None, None]:
    if path.suffix != ".gz":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.stem
        with gzip.open(path) as packed, plain.open("wb") as file:
            shutil.copyfileobj(packed, file)
        yield plain


@contextmanager
def _from_child(script: Path, path: Path, form: Form) -> Generator[Source, None, None]:
    """Give what a process of its own reads out of the file (gpkg_child.py, xlsx_child.py)."""
    command = [sys.executable, "-I", str(script), str(path.absolute()), form.layer or ""]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
    ) as child:
        assert child.stdout is not None
        try:
            head = _head_of(child.stdout.readline())
            yield Source(
                columns=_distinct(tuple(head["columns"])),
                total=head["total"],
                crs=head["crs"],
                rows=_features(child, child.stdout),
            )
        finally:
            child.kill()


def _head_of(line: bytes) -> dict[str, Any]:
    try:
        head: dict[str, Any] = json.loads(line)
    except ValueError:
        raise FileUnreadable from None
    if "layers" in head:
        raise FileUnreadable(
            _n("Tulis layer di berkas pemetaan. Yang ada:") + f" {', '.join(head['layers'])}"
        )
    return head


def _features(child: "subprocess.Popen[bytes]", lines: Iterable[bytes]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        yield _json_row(number, line.decode("ascii", "replace"))
    if child.wait() != 0:
        raise FileUnreadable(_n("Berkas ini rusak: hanya sebagian yang terbaca."))
