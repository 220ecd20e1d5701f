"""Days off: public holidays, collective leave, and days that are worked after all."""

from datetime import date
from typing import Final

from citizenreport.cities.edits import HOLIDAYS, KINDS, Patch
from citizenreport.cities.rules import City
from citizenreport.console.edits.fields import Entries, Field, Form, Group, Listed
from citizenreport.console.edits.words import DAY_KINDS
from citizenreport.core.clock import utcnow
from citizenreport.core.text import _n
from citizenreport.web.locale import day
from citizenreport.web.translate import _


class Holidays:
    """Own days stand over those of the national calendar."""

    kind: Final = KINDS["libur"]
    title: Final = _n("Hari libur dan cuti bersama")
    lead: Final = _n(
        "Tenggat dihitung dalam hari kerja. Hari yang sudah lewat tidak dapat diubah di sini."
    )
    new_label: Final = _n("Tambah hari")
    after_note: Final = _n(
        "Tenggat yang mundur mengikuti hari libur baru. Tenggat yang sudah dijanjikan tidak pernah dimajukan."
    )

    def listed(self, city: City, entries: Entries) -> list[Listed]:
        """List the coming days, of the pack and of the national calendar."""
        first = city.local_date(utcnow())
        own = {key: entry for key, entry in entries[HOLIDAYS].items() if key >= first.isoformat()}
        national = {
            one.isoformat(): name
            for one, name in city.calendar.holidays.items()
            if one >= first and one.year <= first.year + 1
        }
        return [
            Listed(
                key=key,
                name=f"{day(date.fromisoformat(key))} · "
                + (own[key].get("name", "") if key in own else national[key]),
                note=_(DAY_KINDS.get(own[key].get("kind", ""), "-"))
                if key in own
                else _("dari kalender nasional"),
                section=key[:4],
            )
            for key in sorted({*own, *national})
            if _is_day(key)
        ]

    def groups(self, city: City, entries: Entries, key: str | None) -> list[Group]:
        """Return the form of a day."""
        entry = entries[HOLIDAYS].get(key or "", {})
        name = (
            city.calendar.holidays.get(date.fromisoformat(key), "") if key and _is_day(key) else ""
        )
        fields = (
            Field(
                name="date",
                label=_("Tanggal"),
                kind="date",
                value=key or "",
                is_required=True,
                is_fixed=key is not None,
            ),
            Field(
                name="name",
                label=_("Nama hari"),
                value=entry.get("name", name),
                is_required=True,
            ),
            Field(
                name="kind",
                label=_("Jenis"),
                kind="choice",
                options=tuple((code, _(label)) for code, label in DAY_KINDS.items()),
                value=entry.get("kind", "libur_nasional"),
            ),
            Field(
                name="source",
                label=_("Dasar"),
                hint=_("Misalnya nomor surat keputusan bersama."),
                value=entry.get("source", ""),
            ),
        )
        gone = Field(name="is_gone", label=_("Hapus dari daftar kota"), kind="flag", value="")
        return [
            Group(title="", fields=fields),
            *([Group(title="", fields=(gone,))] if entry else []),
        ]

    def read(self, city: City, entries: Entries, key: str | None, form: Form) -> Patch:
        """Return the day as it was typed."""
        typed = key or form.line("date")
        if form.text("is_gone"):
            return {HOLIDAYS: {typed: None}}
        cells = {name: form.line(name) for name in ("name", "kind", "source")}
        return {HOLIDAYS: {typed: {"date": typed, **cells}}}

    def entry_name(self, city: City, file: str, key: str) -> str:
        """Return a day in words."""
        return day(date.fromisoformat(key)) if _is_day(key) else key


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-01-31")
