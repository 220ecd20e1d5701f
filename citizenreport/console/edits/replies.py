"""Prepared replies: where they are offered, and what they say."""

from typing import Final

from citizenreport.cities.edits import KINDS, REPLIES, Patch
from citizenreport.cities.format.replies import MAX_CHARS
from citizenreport.cities.reply_templates import PLACEHOLDERS, STATES
from citizenreport.cities.rules import City
from citizenreport.console.edits.fields import Entries, Field, Form, Group, Listed
from citizenreport.console.edits.texts import language_fields, read_languages
from citizenreport.console.edits.words import value_words
from citizenreport.core.text import _n
from citizenreport.web.translate import _


class Replies:
    """Names in braces are filled in on the ticket page."""

    kind: Final = KINDS["balasan"]
    title: Final = _n("Balasan siap pakai")
    lead: Final = _n("Petugas memilihnya di halaman tiket, lalu menyesuaikan sebelum mengirim.")
    new_label: Final = _n("Tambah balasan")
    after_note: Final = ""

    def listed(self, city: City, entries: Entries) -> list[Listed]:
        """List the replies by title, with the states they are offered in."""
        found = []
        for key, entry in entries[REPLIES].items():
            titles = dict(entry.get("title", {}))
            states = [value_words("states", one) for one in entry.get("states", ())]
            name = next((titles[code] for code in city.languages if code in titles), key)
            found.append(Listed(key=key, name=name, note=", ".join(states) or _("semua keadaan")))
        return sorted(found, key=lambda one: one.name)

    def groups(self, city: City, entries: Entries, key: str | None) -> list[Group]:
        """Return the form of a reply."""
        entry = entries[REPLIES].get(key or "", {})
        names = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
        offered = (
            Field(
                name="states",
                label=_("Pada keadaan"),
                kind="checks",
                hint=_("Tanpa pilihan: pada semua keadaan."),
                options=tuple((code, value_words("states", code)) for code in STATES),
                chosen=tuple(entry.get("states", ())),
            ),
            Field(
                name="categories",
                label=_("Untuk kategori"),
                hint=_("Kode dipisahkan spasi, misalnya A04 B01. Kosong: semua kategori."),
                value=" ".join(entry.get("categories", ())),
            ),
            Field(
                name="is_neutral",
                label=_("Boleh untuk laporan rahasia: tidak menyebut hal dan tempatnya"),
                kind="flag",
                value="1" if entry.get("is_neutral") else "",
            ),
        )
        gone = Field(name="is_gone", label=_("Hapus balasan ini"), kind="flag")
        return [
            Group(
                title=_("Judul"),
                fields=language_fields(city, entry.get("title"), "title.", kind="text"),
            ),
            Group(
                title=_("Isi"),
                lead=_("Diisi otomatis: %(names)s", names=names),
                fields=language_fields(city, entry.get("text"), "text.", most=MAX_CHARS),
            ),
            Group(title=_("Kapan ditawarkan"), fields=offered),
            *([Group(title="", fields=(gone,))] if entry else []),
        ]

    def read(self, city: City, entries: Entries, key: str | None, form: Form) -> Patch:
        """Return the reply as it was typed."""
        code = key or _new_code(entries)
        if form.text("is_gone"):
            return {REPLIES: {code: None}}
        states = [one for one in STATES if one in form.all_of("states")]
        categories = form.text("categories").replace(",", " ").split()
        return {
            REPLIES: {
                code: {
                    **({"states": states} if states else {}),
                    **({"categories": categories} if categories else {}),
                    **({"is_neutral": True} if form.text("is_neutral") else {}),
                    "title": read_languages(city, form, "title."),
                    "text": read_languages(city, form, "text."),
                }
            }
        }

    def entry_name(self, city: City, file: str, key: str) -> str:
        """Return a reply by its title; a new one by what it is called in the log."""
        titles = {one.code: one.titles for one in city.reply_templates}.get(key, {})
        return next((titles[code] for code in city.languages if code in titles), key)


def _new_code(entries: Entries) -> str:
    number = 1
    while f"kota_{number}" in entries[REPLIES]:
        number += 1
    return f"kota_{number}"
