"""What a mapping file says, read against a city: which column holds what. docs/import.md explains it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from pyproj import CRS
from pyproj.exceptions import CRSError

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.pipeline.importing.cells import (
    EPOCH_MS,
    EPOCH_S,
    ISO,
    Choice,
    Columns,
    Number,
    TimeColumns,
    column_names,
)
from citizenreport.pipeline.importing.files import FORMATS, Form
from citizenreport.pipeline.importing.gpkg_child import GEOMETRY
from citizenreport.triage.states import State

SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
LANGUAGE = re.compile(r"[a-z]{2,3}")
REJECT, KEEP, CUT = "reject", "keep", "cut"
TIMES = (
    "submitted",
    "occurred",
    "verified",
    "started",
    "resolved",
    "closed",
    "reopened",
    "updated",
    "deadline",
)


class MappingInvalid(InvalidInput):
    """The mapping file is wrong; `public["faults"]` lists everything wrong in it."""

    code = "import-mapping-invalid"
    title = _n("Berkas pemetaan perlu diperbaiki.")

    @property
    def faults(self) -> tuple[str, ...]:
        found = self.public["faults"]
        assert isinstance(found, tuple)
        return found


class FileLacksColumns(InvalidInput):
    code = "import-columns-missing"
    title = _n("Berkas ini tidak punya kolom yang disebut pemetaannya.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceColumns:
    """Where a row's position stands: `x` and `y`, or one column with a shape (`shape`).

    `crs` None: the frame a GeoPackage names. `default_points` are positions in the file's frame
    that stand for "unknown", as the city hall does in many cities.
    """

    x: Number | None = None
    y: Number | None = None
    shape: Columns | None = None
    crs: str | None = None
    default_points: tuple[tuple[float, float], ...] = ()
    keep_outside: bool = False
    keep_missing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """A mapping file that was found good. `external_id` None: the row's number is its id."""

    source: str
    form: Form
    locale: str
    external_id: Columns | None
    category: Choice
    place: PlaceColumns
    area: Choice
    times: Mapping[str, TimeColumns]
    status: Choice
    agency: Choice
    visibility: Choice
    duplicate_of: Columns | None
    description: Columns | None
    cut_description: bool

    @property
    def columns(self) -> list[str]:
        """The columns that the file must have."""
        place = self.place
        return column_names(
            [
                *(self.external_id, self.category, place.x, place.y, place.shape, self.area),
                *self.times.values(),
                *(self.status, self.agency, self.visibility),
                *(self.duplicate_of, self.description),
            ]
        )


def read_mapping(text: str, city: City) -> ImportMapping:
    """Return the mapping that a TOML text says.

    Raises:
        MappingInvalid: with everything that is wrong, unknown keys and codes included.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingInvalid(faults=(f"TOML: {error}",)) from error
    return mapping_from(given, city)


def mapping_from(given: dict[str, Any], city: City) -> ImportMapping:
    """Return the mapping that the tables of a mapping file say. Raises MappingInvalid."""
    reader = _Reader(given, city)
    mapping = reader.mapping()
    if reader.faults:
        raise MappingInvalid("\n".join(reader.faults), faults=tuple(reader.faults))
    return mapping


class _Reader:
    """Takes a table apart and collects what is wrong; what was not taken is an unknown key."""

    def __init__(self, given: dict[str, Any], city: City) -> None:
        self.faults: list[str] = []
        self._given = given
        self._city = city
        self._empty = frozenset({""})
        self._zone = city.calendar.time_zone

    def mapping(self) -> ImportMapping:
        top = _Table("", self._given, self.faults)
        self._empty |= frozenset(top.texts("empty"))
        self._zone = self._time_zone(top.text("time_zone"))
        source = top.text("source")
        if source is None or not SOURCE.fullmatch(source):
            top.fault("source", "nama sumber wajib: 2–64 huruf kecil, angka, titik atau garis")
        found = ImportMapping(
            source=source or "",
            form=self._form(top),
            locale=self._locale(top),
            external_id=self._external_id(top.table("external_id")),
            category=self._category(top.table("category")),
            place=self._place(top.table("position")),
            area=self._choice(top.table("area"), self._city.areas, "wilayah"),
            times=self._times(top.table("times")),
            status=self._choice(top.table("status"), {s.value for s in State}, "status"),
            agency=self._choice(top.table("agency"), self._city.agencies, "instansi"),
            visibility=self._choice(
                top.table("visibility"), {v.value for v in Visibility}, "keterbukaan"
            ),
            duplicate_of=self._columns_of(top.table("duplicate_of")),
            **self._description(top.table("description")),
        )
        top.close()
        self._check_whole(found)
        return found

    def _check_whole(self, found: ImportMapping) -> None:
        if "submitted" not in found.times:
            self.faults.append("times.submitted: kolom waktu laporan masuk wajib")
        status = found.status
        if status.columns is None and status.default is None and "closed" not in found.times:
            self.faults.append("status: tulis column, atau default bila tidak ada times.closed")

    def _time_zone(self, name: str | None) -> ZoneInfo:
        if name is None:
            return self._zone
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            self.faults.append(f"time_zone: zona waktu “{name}” tidak dikenal")
            return self._zone

    def _form(self, top: "_Table") -> Form:
        delimiter = top.text("delimiter") or ","
        if len(delimiter) != 1:
            top.fault("delimiter", "harus tepat satu huruf")
        encoding = top.text("encoding") or "utf-8-sig"
        try:
            "".encode(encoding)
        except LookupError:
            top.fault("encoding", f"“{encoding}” tidak dikenal")
        return Form(
            format=top.one_of("format", FORMATS, ""),
            encoding="utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding,
            delimiter=delimiter,
            layer=top.text("layer"),
        )

    def _locale(self, top: "_Table") -> str:
        locale = top.text("locale") or self._city.languages[0]
        if not LANGUAGE.fullmatch(locale):
            top.fault("locale", "kode bahasa dua atau tiga huruf, misalnya id")
        return locale

    def _columns_of(self, table: "_Table") -> Columns | None:
        names = table.columns()
        table.close()
        return Columns(names=names, empty=self._empty) if names else None

    def _external_id(self, table: "_Table") -> Columns | None:
        by_number = table.truth("row_number")
        columns = self._columns_of(table)
        if (columns is None) != by_number:
            table.fault("", "tulis column, atau row_number = true bila berkas tidak punya nomor")
        return columns

    def _choice(self, table: "_Table", known: Mapping[str, Any] | set[str], thing: str) -> Choice:
        names = table.columns()
        values = table.text_map("values")
        default = table.text("default")
        ignored = frozenset(table.texts("ignore"))
        table.close()
        for code in (*values.values(), *([default] if default else [])):
            if code not in known:
                table.fault("values", f"{thing} “{code}” tidak ada di kota ini")
        return Choice(
            columns=Columns(names=names, empty=self._empty) if names else None,
            values=values,
            default=default,
            ignored=ignored,
        )

    def _category(self, table: "_Table") -> Choice:
        found = self._choice(table, self._city.categories, "kategori")
        if found.columns is None and found.default is None:
            table.fault("", "tulis column, atau default bila semua baris sama kategorinya")
        return found

    def _place(self, table: "_Table") -> PlaceColumns:
        decimal = table.one_of("decimal", (".", ","), ".")
        x, y, wkt = table.text("lon"), table.text("lat"), table.text("wkt")
        geometry = table.truth("geometry")
        ways = (x is not None or y is not None) + (wkt is not None) + geometry
        if ways > 1 or (x is None) != (y is None):
            table.fault("", "tulis lon dan lat, atau wkt, atau geometry = true; hanya satu cara")
        shape = GEOMETRY if geometry else wkt
        found = PlaceColumns(
            x=Number(column=x, decimal=decimal, empty=self._empty) if x else None,
            y=Number(column=y, decimal=decimal, empty=self._empty) if y else None,
            shape=Columns(names=(shape,), empty=self._empty) if shape else None,
            crs=self._crs(table, default=None if geometry else "EPSG:4326"),
            default_points=table.points("default_points"),
            keep_outside=table.one_of("outside", (REJECT, KEEP), REJECT) == KEEP,
            keep_missing=table.one_of("missing", (REJECT, KEEP), KEEP) == KEEP,
        )
        table.close()
        return found

    def _crs(self, table: "_Table", *, default: str | None) -> str | None:
        name = table.text("crs")
        if name is None:
            return default
        try:
            CRS.from_user_input(name)
        except CRSError:
            table.fault("crs", f"kerangka koordinat “{name}” tidak dikenal, misalnya EPSG:32749")
        return name

    def _times(self, table: "_Table") -> dict[str, TimeColumns]:
        formats = table.texts("format") or (ISO,)
        found: dict[str, TimeColumns] = {}
        for name in TIMES:
            if name not in table.given:
                continue
            one = table.table(name)
            columns = one.columns()
            own = one.texts("format") or formats
            one.close()
            for format_ in own:
                if format_ not in (ISO, EPOCH_S, EPOCH_MS) and "%" not in format_:
                    one.fault(
                        "format", f"“{format_}”: iso, epoch_s, epoch_ms, atau seperti %d/%m/%Y"
                    )
            if columns:
                found[name] = TimeColumns(
                    columns=Columns(names=columns, empty=self._empty), formats=own, zone=self._zone
                )
            else:
                one.fault("", "tulis column")
        table.close()
        return found

    def _description(self, table: "_Table") -> dict[str, Any]:
        cut = table.one_of("too_long", (REJECT, CUT), REJECT) == CUT
        return {"description": self._columns_of(table), "cut_description": cut}


class _Table:
    """One table of the file: each `take` marks its key as known; `close` reports the others."""

    def __init__(self, name: str, given: object, faults: list[str]) -> None:
        self._name = name
        self._faults = faults
        self._taken: set[str] = set()
        if isinstance(given, str) and name:  # a bare text is short for { column = "…" }
            given = {"column": given}
        if not isinstance(given, dict):
            self.fault("", "harus berupa tabel atau nama kolom")
            given = {}
        self.given: dict[str, Any] = given

    def fault(self, key: str, what: str) -> None:
        path = ".".join(filter(None, (self._name, key)))
        self._faults.append(f"{path}: {what}")

    def close(self) -> None:
        for key in self.given.keys() - self._taken:
            self.fault(key, "kunci ini tidak dikenal")

    def table(self, key: str) -> "_Table":
        path = ".".join(filter(None, (self._name, key)))
        return _Table(path, self._take(key, {}), self._faults)

    def text(self, key: str) -> str | None:
        found: str | None = self._typed(key, str, "harus berupa teks", None)
        return found

    def truth(self, key: str) -> bool:
        return self._typed(key, bool, "harus true atau false", False) is True

    def one_of(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        found = self.text(key)
        if found is not None and found not in allowed:
            self.fault(key, f"“{found}” bukan salah satu dari {', '.join(allowed)}")
        return found if found in allowed else default

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a text or a list of texts."""
        found = self._take(key, [])
        listed = [found] if isinstance(found, str) else found
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            self.fault(key, "harus berupa teks atau daftar teks")
            return ()
        return tuple(listed)

    def columns(self) -> tuple[str, ...]:
        one, several = self.text("column"), self.texts("columns")
        if one is not None and several:
            self.fault("", "tulis column atau columns, tidak keduanya")
        return (one,) if one else several

    def text_map(self, key: str) -> dict[str, str]:
        found: dict[str, str] = self._typed(key, dict, "harus berupa tabel nilai = kode", {})
        if not all(isinstance(value, str) for value in found.values()):
            self.fault(key, "harus berupa tabel nilai = kode")
            return {}
        return found

    def points(self, key: str) -> tuple[tuple[float, float], ...]:
        found = self._take(key, [])
        try:
            return tuple((float(x), float(y)) for x, y in found)
        except (TypeError, ValueError):
            self.fault(key, "harus berupa daftar titik: [[lon, lat], …]")
            return ()

    def _take(self, key: str, default: Any) -> Any:
        self._taken.add(key)
        return self.given.get(key, default)

    def _typed(self, key: str, kind: type, what: str, default: Any) -> Any:
        found = self._take(key, default)
        if found is not default and not isinstance(found, kind):
            self.fault(key, what)
            return default
        return found


def missing_columns(mapping: ImportMapping, columns: tuple[str, ...]) -> list[str]:
    """Return the columns that the mapping names and the file lacks."""
    return [name for name in mapping.columns if name not in columns]
