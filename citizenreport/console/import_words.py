"""Imports in the words of the city desk."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.core.errors import InvalidInput
from citizenreport.core.outgoing import AddressNotAllowed
from citizenreport.core.text import _n
from citizenreport.partners.georeport_client import NotAtPartner, PartnerRefused
from citizenreport.pipeline.import_mapping import Previewed
from citizenreport.pipeline.import_runs import RunState
from citizenreport.pipeline.importing.chosen import Thing
from citizenreport.pipeline.importing.files import FileUnreadable
from citizenreport.pipeline.importing.mapping import FileLacksColumns
from citizenreport.pipeline.importing.profiles import PROFILES
from citizenreport.triage.states import LABELS, State
from citizenreport.web.translate import _

STATES: Final = {
    RunState.FETCHING: _n("Sedang diambil"),
    RunState.MAPPING: _n("Belum dipetakan"),
    RunState.READY: _n("Siap"),
    RunState.CHECKING: _n("Sedang diuji"),
    RunState.IMPORTING: _n("Sedang diimpor"),
    RunState.IMPORTED: _n("Selesai diimpor"),
    RunState.STOPPED: _n("Dihentikan"),
    RunState.UNDOING: _n("Sedang dibatalkan"),
    RunState.UNDONE: _n("Dibatalkan"),
    RunState.FAILED: _n("Gagal"),
}
FIELDS: Final = {
    "external_id": _n("Nomor laporan"),
    "submitted": _n("Waktu laporan masuk"),
    "category": _n("Kategori"),
    "subcategory": _n("Subkategori"),
    "title": _n("Judul"),
    "description": _n("Uraian"),
    "lat": _n("Lintang"),
    "lon": _n("Bujur"),
    "area": _n("Kelurahan"),
    "agency": _n("Instansi"),
    "status": _n("Keadaan"),
    "verified": _n("Waktu diverifikasi"),
    "started": _n("Waktu mulai dikerjakan"),
    "closed": _n("Waktu selesai"),
    "updated": _n("Waktu terakhir diubah"),
}
THINGS: Final = {
    Thing.CATEGORY: _n("Kategori"),
    Thing.STATUS: _n("Keadaan"),
    Thing.AGENCY: _n("Instansi"),
    Thing.AREA: _n("Kelurahan"),
}
FAULTS: Final[dict[str, str]] = {
    error.code: error.title
    for error in (
        *(FileUnreadable, FileLacksColumns, InvalidInput),
        *(AddressNotAllowed, PartnerRefused, NotAtPartner),
    )
}
VALUE: Final = re.compile(r"[“(]?%\(\w+\)s[”)]?\.?")
A_DATE: Final = "2025-12-31 14:05, 31/12/2025 14:05"
"""Forms of an instant as people write them, in place of codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLine:
    """One of the first rows, in words. `reason`: why it would be set aside."""

    number: int
    reason: str = ""
    category: str = ""
    area: str = ""
    agency: str = ""
    state: str = ""
    submitted_at: datetime | None = None
    text: str = ""
    is_hidden: bool = False


def profile_name(code: str) -> str:
    """Return the name of a kind of import."""
    profile = PROFILES.get(code)
    return _(profile.name) if profile else code


def preview_line(city: City, row: Previewed) -> PreviewLine:
    """Return one of the first rows in words. What is confidential is for named handlers alone."""
    if row.placed is None:
        assert row.rejected is not None
        reason = row.rejected.reason
        values = reason.values | ({"formats": A_DATE} if "formats" in reason.values else {})
        return PreviewLine(number=row.number, reason=_(reason.text) % values)
    facts = row.placed.facts
    state = facts.steps[-1].state if facts.steps else State.NEW
    return PreviewLine(
        number=row.number,
        category=words.category_name(city, facts.category.category_code),
        area=words.area_name(city, row.placed.area_code) or "–",
        agency=words.agency_short_name(city, row.agency_code or ""),
        state=_(LABELS[state]),
        submitted_at=facts.submitted_at,
        text="" if row.is_hidden else facts.description,
        is_hidden=row.is_hidden,
    )


def fault(code: str | None) -> str:
    """Return why an import broke off, empty when it did not."""
    return _(FAULTS.get(code, InvalidInput.title)) if code else ""


def without_values(sentence: str) -> str:
    """Return a sentence about many rows: what stood in one of them is left out."""
    return VALUE.sub("…", sentence).strip()


def choices(city: City, thing: Thing) -> list[tuple[str, str]]:
    """Return the codes that a word may mean, with their names."""
    if thing is Thing.CATEGORY:
        return [(code, f"{code} {words.category_name(city, code)}") for code in city.categories]
    if thing is Thing.AGENCY:
        return [(code, words.agency_short_name(city, code)) for code in city.agencies]
    if thing is Thing.AREA:
        return [(code, words.area_name(city, code) or code) for code in city.areas]
    return [(state.value, _(name)) for state, name in LABELS.items()]
