"""Agencies: names, contacts, who handles what is confidential, successor and last day."""

from typing import Final

from citizenreport.cities.edits import AGENCIES, HANDLERS, KINDS, Entry, Patch
from citizenreport.cities.findings import Finding
from citizenreport.cities.rules import City
from citizenreport.console.edits.fields import Entries, Field, Form, Group, Listed, confirmed
from citizenreport.console.edits.words import CLASSES, column_name
from citizenreport.console.words import agency_short_name
from citizenreport.core.text import _n
from citizenreport.pipeline.pack_edits import EditRefused
from citizenreport.web.translate import _

LONG: Final = ("channel", "address", "duties")
CELLS: Final = ("name", "short_name", "duty_email", *LONG, "valid_to", "successor_code")


class Agencies:
    """A new name begins a new period; the old one stays on what was decided under it."""

    kind: Final = KINDS["instansi"]
    title: Final = _n("Instansi")
    lead: Final = _n("Nama, kontak, penangan laporan rahasia, dan penggantinya bila digabung.")
    new_label: Final = _n("Tambah instansi")
    after_note: Final = _n(
        "Nama lama tetap tercatat untuk hari-hari sebelumnya. Instansi yang berakhir harus sudah tidak disebut aturan penyaluran."
    )

    def listed(self, city: City, entries: Entries) -> list[Listed]:
        """List the agencies, those of the city first."""
        found = [
            (
                entry.get("is_external") == "yes",
                Listed(
                    key=key,
                    name=entry.get("name", key),
                    note=_("berakhir %(day)s", day=entry["valid_to"])
                    if entry.get("valid_to")
                    else entry.get("duty_email", ""),
                    section=_("Di luar pemerintah kota")
                    if entry.get("is_external") == "yes"
                    else _("Pemerintah kota"),
                ),
            )
            for key, entry in entries[AGENCIES].items()
        ]
        return [one for _outside, one in sorted(found, key=lambda pair: (pair[0], pair[1].name))]

    def groups(self, city: City, entries: Entries, key: str | None) -> list[Group]:
        """Return the form of an agency."""
        entry = entries[AGENCIES].get(key or "", {})
        names = (_field("name", entry, is_required=True), _field("short_name", entry))
        contacts = (
            _field("duty_email", entry, kind="email"),
            *(_field(name, entry, kind="area") for name in LONG),
        )
        successors = [
            (code, agency_short_name(city, code)) for code in city.agencies if code != key
        ]
        ends = (
            _field("valid_to", entry, kind="date"),
            Field(
                name="successor_code",
                label=column_name("successor_code"),
                kind="choice",
                options=(("", "–"), *sorted(successors, key=lambda one: one[1])),
                value=entry.get("successor_code", ""),
            ),
        )
        return [
            *([] if key else [Group(title=_("Instansi baru"), fields=_begins())]),
            Group(title=_("Nama"), fields=names),
            Group(title=_("Kontak"), fields=contacts),
            *_handlers(entries, key, entry),
            Group(
                title=_("Digabung atau berakhir"),
                lead=_("Pindahkan dulu aturan penyaluran dan kategorinya ke penggantinya."),
                fields=ends,
                is_row=True,
            ),
        ]

    def read(self, city: City, entries: Entries, key: str | None, form: Form) -> Patch:
        """Return the agency and its handlers as they were typed. Raises EditRefused."""
        code = key or _new_code(entries, form)
        entry = entries[AGENCIES].get(key or "", {})
        cells = {name: form.line(name) for name in CELLS}
        if key is None:
            outside = "yes" if form.text("is_external") else "no"
            cells |= {"agency_code": code, "is_external": outside}
            cells["valid_from"] = form.line("valid_from")
        handlers: dict[str, Entry | None] = {}
        for protection in CLASSES if form.text("has_handlers") else ():
            handler_key = f"{protection} {code}"
            before = entries[HANDLERS].get(handler_key)
            handlers[handler_key] = _handler(form, protection, code, before)
        return {AGENCIES: {code: confirmed(entry, cells)}, HANDLERS: handlers}

    def entry_name(self, city: City, file: str, key: str) -> str:
        """Return an agency by its name, of handlers with the class."""
        if file == HANDLERS:
            protection, _space, code = key.partition(" ")
            class_name = _(CLASSES[protection]) if protection in CLASSES else protection
            return _(
                "Penangan %(agency)s: %(protection)s",
                agency=agency_short_name(city, code),
                protection=class_name,
            )
        return agency_short_name(city, key)


def _new_code(entries: Entries, form: Form) -> str:
    """Return the code that was typed. Raises EditRefused where another agency has it."""
    code = form.line("agency_code")
    if code not in entries[AGENCIES]:
        return code
    found = Finding(
        file=AGENCIES,
        row=None,
        problem_text=_n("Kode %(code)s sudah dipakai %(agency)s."),
        remedy_text=_n("Pilih kode lain, atau ubah instansi itu."),
        values={"code": code, "agency": code},
    )
    raise EditRefused([found])


def _field(name: str, entry: Entry, *, kind: str = "text", is_required: bool = False) -> Field:
    return Field(
        name=name,
        label=column_name(name),
        kind=kind,
        value=entry.get(name) or "",
        is_required=is_required,
        most=600 if kind == "area" else 200,
    )


def _begins() -> tuple[Field, ...]:
    return (
        Field(
            name="agency_code",
            label=column_name("agency_code"),
            hint=_("Huruf besar, angka, garis bawah. Tidak dapat diubah lagi."),
            is_required=True,
            most=40,
        ),
        Field(
            name="valid_from",
            label=column_name("valid_from"),
            kind="date",
            hint=_("Kosong: sejak perubahan ini berlaku."),
        ),
        Field(name="is_external", label=column_name("is_external"), kind="flag"),
    )


def _handlers(entries: Entries, key: str | None, entry: Entry) -> list[Group]:
    if entry.get("is_external") == "yes":
        return []
    fields = [Field(name="has_handlers", label="", kind="hidden", value="1")]
    for protection, label in CLASSES.items():
        line = entries[HANDLERS].get(f"{protection} {key}", {})
        fields += [
            Field(
                name=f"positions-{protection}",
                label=_("Penangan: %(protection)s", protection=_(label)),
                kind="area",
                value=line.get("positions", "").replace(" ; ", "\n").replace(";", "\n"),
            ),
            Field(
                name=f"escalation-{protection}",
                label=_("Bila tidak dibuka, diberi tahu (%(protection)s)", protection=_(label)),
                value=line.get("escalation", ""),
            ),
        ]
    lead = _(
        "Satu jabatan per baris, paling sedikit dua bila instansi menerima kategori kelas itu. Yang diberi tahu: kode instansi, berurutan."
    )
    return [Group(title=_("Penangan laporan rahasia"), lead=lead, fields=tuple(fields))]


def _handler(form: Form, protection: str, code: str, before: Entry | None) -> Entry | None:
    """Return who handles a class as it was typed; None where nobody is named."""
    lines = form.text(f"positions-{protection}").replace(";", "\n").split("\n")
    positions = [" ".join(line.split()) for line in lines if line.strip()]
    if not positions:
        return None
    cells = {
        "protection_class": protection,
        "agency_code": code,
        "positions": " ; ".join(positions),
        "escalation": " ".join(form.text(f"escalation-{protection}").replace(",", " ").split()),
    }
    return confirmed(before or {}, cells)
