"""What stands against a draft: sentences in words of the console, and the page that changes it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from flask import url_for

from citizenreport.cities.edited_files import ROUTING
from citizenreport.cities.edits import (
    AGENCIES,
    CATEGORIES,
    CATEGORY_TEXTS,
    HANDLERS,
    HOLIDAYS,
    QUESTIONS,
    REPLIES,
    TEXTS,
)
from citizenreport.cities.findings import Finding
from citizenreport.cities.rules import City
from citizenreport.console.edits.words import CLASSES, COLUMNS, VALUES, column_name, value_words
from citizenreport.console.rule_words import BY_SITUATION, receiver_name
from citizenreport.console.words import agency_short_name
from citizenreport.core.errors import CitizenReportError
from citizenreport.core.text import _n
from citizenreport.pipeline.pack_edits import EditRefused, ProtectionLoosened
from citizenreport.routing.drafts import DraftRefused
from citizenreport.web.translate import _

CODE_WORD: Final = re.compile(r"\b(?:visibility|[a-z]+(?:_[a-z]+)+)\b")
CODES_IN: Final = re.compile(r"[@A-Za-z0-9_.-]+")
AGENCY_VALUES: Final = ("agency", "bodies", "receiver", "successor")
COLUMN_OF: Final[Mapping[str, str]] = {
    "protection": "protection_class",
    "visibility": "visibility",
    "access": "village_access",
}


FILE_NAME: Final = re.compile(r"\b[a-z_]+\.(?:csv|toml|geojson)\b")
PAGES: Final[Mapping[str, tuple[str, str]]] = {
    ROUTING: ("aturan", _n("aturan penyaluran")),
    QUESTIONS: ("pertanyaan", _n("daftar pertanyaan")),
    CATEGORIES: ("kategori", _n("daftar kategori")),
    CATEGORY_TEXTS: ("kategori", _n("teks kategori")),
    AGENCIES: ("instansi", _n("daftar instansi")),
    HANDLERS: ("instansi", _n("daftar penangan")),
    HOLIDAYS: ("libur", _n("daftar hari libur")),
    TEXTS: ("teks", _n("teks layanan")),
    REPLIES: ("balasan", _n("jawaban siap pakai")),
}
"""Where each file is changed in the console, and what it is called there."""

ENTRY_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "instansi": ("agency", "code"),
    "aturan": ("category", "code"),
    "kategori": ("category", "code"),
    "pertanyaan": ("category", "code"),
}
"""The values of a finding that may name an entry of a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong in a sentence, and where it is changed. `href` empty: on no page of the console."""

    text: str
    href: str = ""
    link: str = ""


def faults_of(city: City, error: CitizenReportError | None) -> list[Fault]:
    """Return what is wrong in sentences, each with the page where it is changed."""
    if isinstance(error, EditRefused | DraftRefused):
        return [_fault(city, one) for one in error.findings]
    if isinstance(error, ProtectionLoosened):
        return [
            Fault(text=f"{one.category_code}: {column_name(one.column)}") for one in error.found
        ]
    return []


def _fault(city: City, finding: Finding) -> Fault:
    named = FILE_NAME.search(f"{finding.problem_text} {finding.remedy_text}")
    file = named[0] if named and named[0] in PAGES else finding.file
    page, words = PAGES.get(file, ("", ""))
    if not page:
        return Fault(text=_sentence(city, finding))
    key = _key(city, page, finding)
    name = _entry_name(city, page, key) if key else ""
    link = _("Buka %(page)s", page=_(words)) + (f": {name}" if name else "")
    return Fault(text=_sentence(city, finding), href=_href(page, key), link=link)


def _key(city: City, page: str, finding: Finding) -> str:
    known = city.agencies if page == "instansi" else city.categories
    values = (str(finding.values.get(one, "")) for one in ENTRY_VALUES.get(page, ()))
    return next((one for one in values if one in known), "")


def _entry_name(city: City, page: str, key: str) -> str:
    return agency_short_name(city, key) if page == "instansi" else key


def _href(page: str, key: str) -> str:
    if page == "aturan":
        return url_for("rules.edit", category_code=key) if key else url_for("rules.show")
    if key:
        return url_for("pack_edits.edit", kind=page, key=key)
    return url_for("pack_edits.show_kind", kind=page)


def _sentence(city: City, finding: Finding) -> str:
    values = dict(_named(city, finding.values))
    text = f"{_(finding.problem_text) % values} {_(finding.remedy_text) % values}"
    text = FILE_NAME.sub(lambda found: _file_words(found[0]), text)
    return CODE_WORD.sub(lambda found: _word(found[0]), text)


def _file_words(file: str) -> str:
    return _(PAGES[file][1]) if file in PAGES else _("paket kota")


def _named(city: City, values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    column = str(values.get("column", ""))
    for key, value in values.items():
        if key in AGENCY_VALUES:
            yield key, CODES_IN.sub(lambda found: _receiver(city, found[0]), str(value))
        elif key in COLUMN_OF:
            yield key, value_words(COLUMN_OF[key], str(value))
        elif key in ("wanted", "choices"):
            yield key, value_words(column, str(value))
        elif key == "column":
            yield key, column_name(column)
        else:
            yield key, value


def _receiver(city: City, code: str) -> str:
    known = code in city.agencies or code in BY_SITUATION
    return receiver_name(city, code) if known else code


def _word(code: str) -> str:
    if code in COLUMNS:
        return f"“{column_name(code)}”"
    if code in CLASSES:
        return f"“{_(CLASSES[code])}”"
    return next((f"“{_(words[code])}”" for words in VALUES.values() if code in words), code)
