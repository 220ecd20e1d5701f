"""Categories: names, aspect, deadlines, visibility (only stricter), last day."""

from collections.abc import Mapping
from typing import Final

from citizenreport.cities.edits import CATEGORIES, CATEGORY_TEXTS, KINDS, Entry, Patch
from citizenreport.cities.rules import City, Visibility
from citizenreport.console.edits.fields import Entries, Field, Form, Group, Listed
from citizenreport.console.edits.words import VALUES, column_name, value_words
from citizenreport.console.rule_words import agency_choices
from citizenreport.core.text import _n
from citizenreport.i18n.languages import LANGUAGE_NAMES
from citizenreport.web.translate import _

CLOCKS: Final = (
    "first_response_hours",
    "verification_working_days",
    "settlement_working_days",
)
BODIES: Final = ("supporting", "external")
SHUT: Final = {"public_precision": "tidak_ada", "public_photo": "no"}
"""What a category that is not public has. Source: protection.md, section 1."""


class Categories:
    """A change begins a new period: reports keep the targets of the day they came in."""

    kind: Final = KINDS["kategori"]
    title: Final = _n("Kategori dan target layanan")
    lead: Final = _n("Perlindungan pelapor hanya dapat diperketat di sini, tidak dilonggarkan.")
    new_label: Final = ""
    after_note: Final = _n(
        "Berlaku untuk laporan yang masuk sejak hari itu. Laporan sebelumnya tetap memakai target yang dijanjikan."
    )

    def listed(self, city: City, entries: Entries) -> list[Listed]:
        """List the categories under their aspects."""
        return [
            Listed(
                key=key,
                name=f"{key} · {_name(city, entries, key)}",
                note=_("%(n)s hari kerja", n=entry.get("settlement_working_days", "")),
                section=value_words("aspect", entry.get("aspect", "")),
            )
            for key, entry in sorted(entries[CATEGORIES].items())
        ]

    def groups(self, city: City, entries: Entries, key: str | None) -> list[Group]:
        """Return the form of a category."""
        entry = entries[CATEGORIES][key or ""]
        names = tuple(
            Field(
                name=f"name.{language}",
                label=LANGUAGE_NAMES.get(language, language),
                value=entries[CATEGORY_TEXTS].get(f"{key} {language}", {}).get("name", "")
                or (entry.get("name", "") if number == 0 else ""),
                is_required=number == 0,
            )
            for number, language in enumerate(city.languages)
        )
        clocks = tuple(
            Field(
                name=name,
                label=column_name(name),
                kind="number",
                value=entry.get(name, ""),
                is_required=True,
            )
            for name in CLOCKS
        )
        sorted_by = (_choice("aspect", entry), _choice("priority", entry))
        bodies = (
            Field(
                name="lead",
                label=column_name("lead"),
                kind="choice",
                options=tuple((code, name) for name, code in agency_choices(city)),
                value=entry.get("lead", ""),
            ),
            *(
                Field(
                    name=name,
                    label=column_name(name),
                    hint=_("Kode instansi dipisahkan spasi."),
                    value=entry.get(name, ""),
                )
                for name in BODIES
            ),
        )
        last_day = Field(
            name="valid_to",
            label=_("Hari terakhir"),
            kind="date",
            hint=_(
                "Kosong: terus berlaku. Kategori yang dilindungi tidak dapat diakhiri dari sini."
            ),
            value=entry.get("valid_to", ""),
        )
        return [
            Group(title=_("Nama"), fields=names),
            Group(title=_("Kelompok"), fields=sorted_by, is_row=True),
            Group(
                title=_("Instansi"),
                lead=_("Siapa menerima laporannya ditentukan aturan penyaluran."),
                fields=bodies,
            ),
            Group(title=_("Target layanan"), fields=clocks, is_row=True),
            Group(title=_("Perlindungan"), fields=(_visibility(entry),)),
            Group(title=_("Masa berlaku"), fields=(last_day,)),
        ]

    def read(self, city: City, entries: Entries, key: str | None, form: Form) -> Patch:
        """Return the category and its names as they were typed."""
        code = key or ""
        entry = entries[CATEGORIES][code]
        texts: dict[str, Entry | None] = {}
        for language in city.languages:
            text_key, name = f"{code} {language}", form.line(f"name.{language}")
            before = entries[CATEGORY_TEXTS].get(text_key)
            if (before or {}).get("name", "") != name and (before or name):
                known = before or {"category_code": code, "lang": language}
                texts[text_key] = {**known, "name": name, "status": "confirmed"}
        cells = {name: form.line(name) for name in (*CLOCKS, "aspect", "priority", "valid_to")}
        cells["lead"] = form.line("lead")
        cells |= {name: form.line(name).replace(",", " ") for name in BODIES}
        cells["name"] = form.line(f"name.{city.languages[0]}")
        shown = form.line("visibility") or entry.get("visibility", "")
        return {
            CATEGORIES: {code: confirmed(entry, cells | _protection(entry, shown))},
            CATEGORY_TEXTS: texts,
        }

    def entry_name(self, city: City, file: str, key: str) -> str:
        """Return a category by code and name, and the language of a text."""
        code, _space, language = key.partition(" ")
        category = city.categories.get(code)
        name = f"{code} · {category.names['id']}" if category else code
        return f"{name} ({LANGUAGE_NAMES.get(language, language)})" if language else name


def _name(city: City, entries: Entries, code: str) -> str:
    text = entries[CATEGORY_TEXTS].get(f"{code} {city.languages[0]}", {})
    return str(text.get("name") or entries[CATEGORIES][code].get("name", ""))


def _choice(column: str, entry: Entry) -> Field:
    return Field(
        name=column,
        label=column_name(column),
        kind="choice",
        options=tuple((code, _(label)) for code, label in VALUES[column].items()),
        value=entry.get(column, ""),
    )


def _visibility(entry: Entry) -> Field:
    now = Visibility(entry.get("visibility", Visibility.CONFIDENTIAL))
    return Field(
        name="visibility",
        label=column_name("visibility"),
        kind="choice",
        hint=_("Hanya dapat diperketat. Tempat dan foto lalu tidak ditampilkan kepada umum."),
        options=tuple(
            (one.value, value_words("visibility", one.value))
            for one in Visibility
            if one.strictness >= now.strictness
        ),
        value=now.value,
    )


def _protection(entry: Entry, shown: str) -> dict[str, str]:
    """Return the columns that a stricter visibility brings along."""
    if shown == entry.get("visibility") or shown == Visibility.PUBLIC:
        return {"visibility": shown}
    village = {"village_access": "tidak"} if shown == Visibility.CONFIDENTIAL else {}
    return {"visibility": shown, **SHUT, **village}


def confirmed(entry: Entry, cells: Mapping[str, str]) -> Entry:
    """Return an entry with cells; what the desk changes counts as confirmed by the city."""
    if all((entry.get(name) or "") == value for name, value in cells.items()):
        return entry
    return {**entry, **cells, "status": "confirmed"}
