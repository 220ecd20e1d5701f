"""What one cell of a foreign file says: text, number, instant. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from citizenreport.core.text import _n

Cell = object
"""Text in CSV; text, number, truth, list or nothing in JSON and GeoPackage."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ISO, EPOCH_S, EPOCH_MS = "iso", "epoch_s", "epoch_ms"
SHOWN_CHARS = 60  # of a cell, in a reason
SHOWN_FORMATS = 6


class Refused(Exception):
    """A row cannot be imported. `text` is an Indonesian sentence with %(name)s places."""

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text % values)
        self.text = text
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record. `number` counts records from 1; `fault` is set when it could not be read."""

    number: int
    cells: Mapping[str, Cell]
    fault: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One or several columns that are read as one text, joined by a space."""

    names: tuple[str, ...]
    empty: frozenset[str] = frozenset({""})

    @property
    def label(self) -> str:
        return " + ".join(self.names)

    def text(self, row: Row) -> str | None:
        """Return the trimmed text; None where nothing is given."""
        cells = row.cells
        if len(self.names) == 1:
            value = cells.get(self.names[0])
            found = value.strip() if type(value) is str else text_of(value)
        else:
            found = " ".join(filter(None, (text_of(cells.get(name)) for name in self.names)))
        return None if found in self.empty else found


def text_of(value: Cell) -> str:
    """Return a cell as trimmed text: a whole number without decimals, nothing as empty text."""
    if value is None:
        return ""
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
    return str(value).strip()


def shown(text: object) -> str:
    """Return a cell as it stands in a reason: short, on one line."""
    flat = " ".join(str(text).split())
    return flat if len(flat) <= SHOWN_CHARS else f"{flat[:SHOWN_CHARS]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeColumns:
    """Columns that hold an instant. `formats`: `iso`, `epoch_s`, `epoch_ms` or those of strptime."""

    columns: Columns
    formats: tuple[str, ...]
    zone: ZoneInfo
    seen: dict[str, datetime] = field(default_factory=dict, compare=False)

    def instant(self, row: Row) -> datetime | None:
        """Return the instant in UTC, None for an empty cell. Raises Refused."""
        text = self.columns.text(row)
        if text is None:
            return None
        for format_ in self.formats:
            try:
                return parse_instant(text, format_, self.zone)
            except (ValueError, OverflowError):
                continue
        raise Refused(
            _n(
                "Waktu pada kolom %(column)s tidak terbaca: “%(value)s”. Bentuk yang diharapkan: %(formats)s."
            ),
            column=self.columns.label,
            value=shown(text),
            formats=", ".join(self.formats[:SHOWN_FORMATS]),
        )


def parse_instant(text: str, format_: str, zone: ZoneInfo) -> datetime:
    """Return the instant a text names, in UTC. Raises ValueError or OverflowError.

    A text without offset is wall-clock time in `zone`; an hour that occurs twice is the first one.
    """
    if format_ == EPOCH_MS:
        return EPOCH + timedelta(milliseconds=_finite(text))
    if format_ == EPOCH_S:
        return EPOCH + timedelta(seconds=_finite(text))
    read = datetime.fromisoformat(text) if format_ == ISO else _read_as(text, format_)
    if read.tzinfo is None:
        read = read.replace(tzinfo=zone)
    return read.astimezone(UTC)


def _read_as(text: str, format_: str) -> datetime:
    return datetime.strptime(text, format_)  # noqa: DTZ007 - the caller gives the zone


def _finite(text: str) -> float:
    number = int(text) if text.lstrip("-").isdigit() else float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A column whose values are translated. Without `values` a cell is its own translation.

    `default` is used for an empty cell, and for a value that is not listed. One of `ignored` counts
    as an empty cell.
    """

    columns: Columns | None
    values: Mapping[str, str]
    default: str | None = None
    ignored: frozenset[str] = frozenset()

    def of(self, row: Row) -> str | None:
        """Return the translated value; None for an empty cell without default. Raises Refused."""
        text = self.columns.text(row) if self.columns else None
        if text is None or text in self.ignored:
            return self.default
        found = self.values.get(text) if self.values else text
        if found is not None:
            return found
        if self.default is None:
            assert self.columns is not None
            raise Refused(
                _n("Nilai “%(value)s” pada kolom %(column)s tidak ada di berkas pemetaan."),
                value=shown(text),
                column=self.columns.label,
            )
        return self.default


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A column with a coordinate. `decimal` is the decimal sign of the file."""

    column: str
    decimal: str = "."
    empty: frozenset[str] = frozenset({""})

    def of(self, row: Row) -> float | None:
        """Return the number; None for an empty cell. Raises Refused."""
        value = row.cells.get(self.column)
        if type(value) is float and math.isfinite(value):
            return value
        text = value.strip() if type(value) is str else text_of(value)
        if text in self.empty:
            return None
        try:
            number = float(text if self.decimal == "." else text.replace(self.decimal, "."))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise Refused(
                _n("“%(value)s” pada kolom %(column)s bukan angka."),
                value=shown(text),
                column=self.column,
            )
        return number


def column_names(parts: Sequence[Columns | TimeColumns | Choice | Number | None]) -> list[str]:
    """Return the names of all columns that the parts of a mapping read, in order, once each."""
    names: dict[str, None] = {}
    for part in parts:
        if isinstance(part, Number):
            names[part.column] = None
        columns = part if isinstance(part, Columns) else getattr(part, "columns", None)
        if columns is not None:
            names |= dict.fromkeys(columns.names)
    return list(names)
