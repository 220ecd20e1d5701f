"""Categories: names, aspect, deadlines, visibility (only stricter), search words, codes, last day."""

from typing import Final

from citizenreport.cities.edits import CATEGORIES, CATEGORY_TEXTS, KINDS, Entry, Patch
from citizenreport.cities.rules import City, Visibility
from citizenreport.console.edits import category_codes, category_texts, new_category
from citizenreport.console.edits.fields import (
    Entries,
    Field,
    Form,
    Group,
    Listed,
    choice,
    confirmed,
)
from citizenreport.console.edits.words import column_name, value_words
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


class Categories:
    """A change begins a new period: reports keep the targets of the day they came in."""

    kind: Final = KINDS["kategori"]
    title: Final = _n("Kategori dan target layanan")
    lead: Final = _n("Perlindungan pelapor hanya dapat diperketat di sini, tidak dilonggarkan.")
    new_label: Final = _n("Tambah kategori")
    after_note: Final = _n(
        "Berlaku untuk laporan yang masuk sejak hari itu. Laporan sebelumnya tetap memakai target yang dijanjikan. Kategori baru mendapat satu aturan penyaluran, ke instansi penanggung jawabnya."
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
        """Return the form of a category; of one that is not in force yet with all that protects."""
        entry = entries[CATEGORIES].get(key or "", new_category.BEGINS)
        is_new = key not in city.categories
        sorted_by = ("aspect", "priority", *(("complaint_class",) if is_new else ()))
        protection = new_category.protection_fields(entry) if is_new else (_visibility(entry),)
        return [
            *(
                []
                if key
                else [Group(title=_("Kategori baru"), fields=(new_category.code_field(),))]
            ),
            Group(title=_("Nama"), fields=category_texts.names(city, entries, key, entry)),
            Group(
                title=_("Kelompok"),
                fields=tuple(choice(column, entry) for column in sorted_by),
                is_row=True,
            ),
            Group(
                title=_("Instansi"),
                lead=_("Laporan kategori baru diterima instansi penanggung jawabnya.")
                if is_new
                else _("Siapa menerima laporannya ditentukan aturan penyaluran."),
                fields=_bodies(city, entry),
            ),
            Group(title=_("Target layanan"), fields=_clocks(entry), is_row=True),
            *(
                [Group(title="", fields=(new_category.flag("is_physical", entry),))]
                if is_new
                else []
            ),
            Group(
                title=_("Perlindungan"),
                lead=new_category.protection_lead() if is_new else "",
                fields=protection,
            ),
            *category_codes.groups(city, entry),
            category_texts.found_by(city, entries, key),
            *([] if is_new else [Group(title=_("Masa berlaku"), fields=(_last_day(entry),))]),
        ]

    def read(self, city: City, entries: Entries, key: str | None, form: Form) -> Patch:
        """Return the category and its texts as they were typed. Raises EditRefused."""
        code = key or new_category.code_of(entries, form)
        entry = entries[CATEGORIES].get(code, {})
        cells = {name: form.line(name) for name in (*CLOCKS, "aspect", "priority", "lead")}
        cells |= {name: form.line(name).replace(",", " ") for name in BODIES}
        cells |= category_codes.read(entry, form)
        cells["name"] = form.line(f"name.{city.languages[0]}")
        if code not in city.categories:
            cells |= {"category_code": code, **new_category.protection(form)}
        else:
            cells["valid_to"] = form.line("valid_to")
            cells |= _protection(entry, form.line("visibility") or entry.get("visibility", ""))
        return {
            CATEGORIES: {code: confirmed(entry, cells)},
            CATEGORY_TEXTS: category_texts.read(city, entries, code, form),
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


def _clocks(entry: Entry) -> tuple[Field, ...]:
    return tuple(
        Field(
            name=name,
            label=column_name(name),
            kind="number",
            value=entry.get(name, ""),
            is_required=True,
        )
        for name in CLOCKS
    )


def _bodies(city: City, entry: Entry) -> tuple[Field, ...]:
    lead = Field(
        name="lead",
        label=column_name("lead"),
        kind="choice",
        options=tuple((code, name) for name, code in agency_choices(city)),
        value=entry.get("lead", ""),
    )
    others = (
        Field(
            name=name,
            label=column_name(name),
            hint=_("Kode instansi dipisahkan spasi."),
            value=entry.get(name, ""),
        )
        for name in BODIES
    )
    return (lead, *others)


def _last_day(entry: Entry) -> Field:
    return Field(
        name="valid_to",
        label=_("Hari terakhir"),
        kind="date",
        hint=_("Kosong: terus berlaku. Kategori yang dilindungi tidak dapat diakhiri dari sini."),
        value=entry.get("valid_to", ""),
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
    return {"visibility": shown, **new_category.SHUT, **village}
