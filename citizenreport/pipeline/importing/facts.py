"""What a row tells, as values of ours. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from citizenreport.cities.rules import Category, City, Visibility
from citizenreport.core.text import _n
from citizenreport.disclosure.rules import initial_visibility
from citizenreport.intake.rules import DESCRIPTION_MAX_CHARS
from citizenreport.pipeline.importing.cells import Refused, Row
from citizenreport.pipeline.importing.mapping import ImportMapping
from citizenreport.pipeline.importing.steps import Step, steps_of
from citizenreport.triage.states import State

EARLIEST_YEAR = 1970
AHEAD = timedelta(days=1)  # clocks and time zones of other systems
EXTERNAL_ID_MAX_CHARS = 200
PAST = ("submitted", "occurred", "verified", "started", "resolved", "closed", "reopened", "updated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A row that was understood. Its position is found for many rows at once (places.py)."""

    row: Row
    external_id: str
    category: Category
    visibility: Visibility
    wish: Visibility | None
    area_code: str | None
    agency_code: str | None
    description: str
    duplicate_of: str | None
    submitted_at: datetime
    occurred_at: datetime | None
    deadline_at: datetime | None
    steps: tuple[Step, ...]


def facts_of(city: City, mapping: ImportMapping, row: Row, *, now: datetime) -> Facts:
    """Return what a row tells. Raises Refused with the reason in plain words."""
    if row.fault is not None:
        raise row.fault
    category = city.categories.get(code := _required(mapping.category.of(row), _n("kategori")))
    if category is None:
        raise Refused(_n("Kategori “%(code)s” tidak ada di kota ini."), code=code)
    external_id = _external_id(mapping, row)
    times = _times(mapping, row, now=now)
    duplicate_of = mapping.duplicate_of.text(row) if mapping.duplicate_of else None
    if duplicate_of == external_id:
        raise Refused(_n("Laporan ini disebut ganda dari dirinya sendiri."))
    wish = _visibility(mapping, row)
    submitted_at = times["submitted"]
    assert submitted_at is not None
    return Facts(
        row=row,
        external_id=external_id,
        category=category,
        visibility=initial_visibility(category, wish),
        wish=wish,
        area_code=_known(mapping.area.of(row), city.areas, _n("Wilayah “%(code)s” tidak ada.")),
        agency_code=_known(
            mapping.agency.of(row), city.agencies, _n("Instansi “%(code)s” tidak ada.")
        ),
        description=_description(mapping, row),
        duplicate_of=duplicate_of,
        submitted_at=submitted_at,
        occurred_at=times.get("occurred"),
        deadline_at=times.get("deadline"),
        steps=steps_of(times, _status(mapping, row, duplicate_of)),
    )


def _required(value: str | None, thing: str) -> str:
    if value is None:
        raise Refused(_n("Isian %(thing)s kosong."), thing=thing)
    return value


def _external_id(mapping: ImportMapping, row: Row) -> str:
    if mapping.external_id is None:
        return str(row.number)
    found = _required(mapping.external_id.text(row), _n("nomor laporan"))
    if len(found) > EXTERNAL_ID_MAX_CHARS:
        raise Refused(_n("Nomor laporan lebih dari %(most)s huruf."), most=EXTERNAL_ID_MAX_CHARS)
    return storable(found)


def _times(mapping: ImportMapping, row: Row, *, now: datetime) -> dict[str, datetime | None]:
    times = {name: columns.instant(row) for name, columns in mapping.times.items()}
    if times["submitted"] is None:
        raise Refused(_n("Waktu laporan masuk kosong."))
    latest = now + AHEAD
    for name, instant in times.items():
        if instant is None:
            continue
        if instant.year < EARLIEST_YEAR:
            raise Refused(_n("Waktu %(name)s sebelum tahun 1970: %(at)s."), name=name, at=instant)
        if instant > latest and name in PAST:
            raise Refused(_n("Waktu %(name)s di masa depan: %(at)s."), name=name, at=instant)
    return times


def _visibility(mapping: ImportMapping, row: Row) -> Visibility | None:
    found = mapping.visibility.of(row)
    if found is None:
        return None
    try:
        return Visibility(found)
    except ValueError:
        raise Refused(_n("Keterbukaan “%(code)s” tidak dikenal."), code=found) from None


def _status(mapping: ImportMapping, row: Row, duplicate_of: str | None) -> State | None:
    if duplicate_of is not None:
        return State.DUPLICATE
    found = mapping.status.of(row)
    if found is None:
        return None
    try:
        return State(found)
    except ValueError:
        raise Refused(_n("Status “%(code)s” tidak dikenal."), code=found) from None


def _known(code: str | None, known: Mapping[str, object], sentence: str) -> str | None:
    if code is not None and code not in known:
        raise Refused(sentence, code=code)
    return code


def _description(mapping: ImportMapping, row: Row) -> str:
    text = (mapping.description.text(row) if mapping.description else None) or ""
    if len(text) > DESCRIPTION_MAX_CHARS:
        if not mapping.cut_description:
            raise Refused(
                _n("Uraian berisi %(chars)s huruf, paling banyak %(most)s."),
                chars=len(text),
                most=DESCRIPTION_MAX_CHARS,
            )
        text = text[: DESCRIPTION_MAX_CHARS - 1] + "…"
    return storable(text)


def storable(text: str) -> str:
    """Return a text that the database can hold. Raises Refused for NUL and lone surrogates."""
    if "\x00" in text:
        raise Refused(_n("Teks berisi huruf NUL."))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(_n("Teks berisi huruf Unicode yang rusak.")) from None
    return text
