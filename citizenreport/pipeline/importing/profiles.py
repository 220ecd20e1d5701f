"""Ready-made ways to read a file: which column is probably what, and what its words mean. Pure.

A guess is shown before anything is read by it; a word that cannot be told stays open, and its rows
are set aside until somebody says what it means.
Source of the national categories: the tree of SP4N-LAPOR!, "KATEGORI > SUB KATEGORI"; the city pack
names them for each of its categories (`national_categories`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from citizenreport.cities.rules import Category, City
from citizenreport.core.errors import NotFound
from citizenreport.core.text import _n
from citizenreport.pipeline.importing.chosen import BLANK, Chosen, Thing
from citizenreport.pipeline.importing.sketch import Sketch
from citizenreport.triage.states import State

OPENED, DONE, PUT_ASIDE = State.NEW.value, State.CLOSED.value, State.ARCHIVED.value


def plain(text: str) -> str:
    """Return a word as it is compared: lower case, without signs and doubled spaces."""
    return " ".join(re.sub(r"[^\w]+", " ", text.lower()).replace("_", " ").split())


class ProfileUnknown(NotFound):
    code = "import-profile-unknown"
    title = _n("Bentuk impor ini tidak dikenal.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of file. `source` is what its reports are known by, unless somebody says otherwise."""

    code: str
    name: str
    source: str
    about: str
    statuses: Mapping[str, str]


SP4N_STATUSES: Final = {
    "belum terverifikasi": OPENED,
    "menunggu verifikasi": OPENED,
    "terverifikasi": State.VERIFIED.value,
    "terdisposisi": State.VERIFIED.value,
    "belum ditindaklanjuti": State.VERIFIED.value,
    "sedang diproses": State.IN_PROGRESS.value,
    "dalam proses": State.IN_PROGRESS.value,
    "proses": State.IN_PROGRESS.value,
    "tertunda": State.NEEDS_INFO.value,
    "selesai": DONE,
    "ditutup": DONE,
    "ditolak": PUT_ASIDE,
    "arsip": PUT_ASIDE,
    "diarsipkan": PUT_ASIDE,
}
MONGGO_STATUSES: Final = SP4N_STATUSES | {
    "baru": OPENED,
    "masuk": OPENED,
    "menunggu": OPENED,
    "diterima": State.VERIFIED.value,
    "diteruskan": State.VERIFIED.value,
    "ditindaklanjuti": State.IN_PROGRESS.value,
    "diproses": State.IN_PROGRESS.value,
    "tuntas": DONE,
    "batal": State.WITHDRAWN.value,
}
GEOREPORT_STATUSES: Final = {
    "open": OPENED,
    "closed": DONE,
    "fixed": DONE,
    "for triage": OPENED,
    "in progress": State.IN_PROGRESS.value,
    "investigating": State.IN_PROGRESS.value,
    "action scheduled": State.IN_PROGRESS.value,
    "reopen": State.REOPENED.value,
    "duplicate": State.DUPLICATE.value,
    "cancelled": State.WITHDRAWN.value,
    "no further action": PUT_ASIDE,
    "not councils responsibility": State.REFERRED.value,
    "internal referral": State.REFERRED.value,
}

PROFILES: Final = {
    profile.code: profile
    for profile in (
        Profile(
            code="monggo_lapor",
            name=_n("Monggo Lapor"),
            source="monggo-lapor",
            about=_n("Daftar aduan dari aplikasi kota yang lama, CSV atau XLSX."),
            statuses=MONGGO_STATUSES,
        ),
        Profile(
            code="sp4n_lapor",
            name="SP4N-LAPOR!",
            source="sp4n-lapor",
            about=_n("Unduhan dari SP4N-LAPOR!; kategorinya dipetakan lewat paket kota."),
            statuses=SP4N_STATUSES,
        ),
        Profile(
            code="instance",
            name=_n("Layanan citizenreport lain"),
            source="citizenreport",
            about=_n("Ekspor GeoReport Bulk CSV atau JSON dari kota lain."),
            statuses=GEOREPORT_STATUSES | {plain(state.value): state.value for state in State},
        ),
        Profile(
            code="georeport",
            name="GeoReport",
            source="georeport",
            about=_n("Laporan yang diambil dari alamat GeoReport kota lain."),
            statuses=GEOREPORT_STATUSES,
        ),
        Profile(
            code="own",
            name=_n("Berkas lain"),
            source="",
            about=_n("Berkas apa pun: Anda sendiri yang menunjuk kolomnya."),
            statuses=MONGGO_STATUSES | GEOREPORT_STATUSES,
        ),
    )
}

HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "external_id": (
        *("service_request_id", "tracking id", "nomor tracking", "no tracking", "kode laporan"),
        *("nomor laporan", "no laporan", "nomor aduan", "no aduan", "nomor tiket", "no tiket"),
        *("id laporan", "id aduan", "id tiket", "tracking_code", "id", "nomor", "no"),
    ),
    "category": (
        *("service_code", "category_code", "kategori utama", "kategori", "jenis aduan"),
        *("jenis laporan", "topik", "klasifikasi", "category", "service_name"),
    ),
    "subcategory": ("sub kategori", "subkategori", "sub topik", "sub_category"),
    "title": ("judul laporan", "judul aduan", "judul", "perihal", "title"),
    "description": (
        *("isi laporan", "isi aduan", "isi pengaduan", "uraian", "deskripsi", "keluhan"),
        *("aduan", "laporan", "description"),
    ),
    "lon": ("long", "lon", "lng", "longitude", "bujur"),
    "lat": ("lat", "latitude", "lintang"),
    "area": ("area_code", "address_id", "kelurahan", "kode kelurahan", "desa kelurahan", "wilayah"),
    "submitted": (
        *("requested_datetime", "submitted_at", "tanggal laporan", "tanggal lapor"),
        *("tanggal aduan", "tanggal masuk", "waktu laporan", "waktu lapor", "waktu masuk"),
        *("tgl laporan", "tgl lapor", "tgl masuk", "tgl aduan", "tanggal", "waktu", "created_at"),
    ),
    "verified": ("tanggal verifikasi", "tgl verifikasi", "tanggal disposisi", "verified_at"),
    "started": ("tanggal tindak lanjut", "tgl tindak lanjut", "tanggal proses", "started_at"),
    "closed": (
        *(
            "extended_attributes.closed_datetime",
            "closed_datetime",
            "closed_at",
            "closed_date",
            "tanggal selesai",
            "tgl selesai",
        ),
        *("waktu selesai", "tanggal ditutup", "tanggal tutup", "tgl tutup"),
    ),
    "updated": ("updated_datetime", "updated_at", "terakhir diubah", "tanggal update"),
    "status": (
        "extended_attributes.status",
        "state",
        "status",
        "status laporan",
        "status aduan",
        "keadaan",
    ),
    "agency": (
        *("agency_code", "agency_responsible", "instansi terdisposisi", "disposisi", "opd"),
        *("instansi", "instansi terlapor", "dinas", "perangkat daerah", "unit kerja"),
    ),
}
"""What columns are called, the surest name first."""


def profile_of(code: str) -> Profile:
    """Return a profile. Raises ProfileUnknown."""
    if code not in PROFILES:
        raise ProfileUnknown
    return PROFILES[code]


def guess(profile: Profile, sketch: Sketch, city: City) -> Chosen:
    """Return how a file is probably to be read."""
    columns = {name: found for name, heads in HEADS.items() if (found := _column(heads, sketch))}
    if "category" in columns and "subcategory" not in columns:
        columns["category"] = (_best_known(HEADS["category"], sketch, category_words(city)),)
    chosen = Chosen(columns=columns, words={}, defaults={}, dates="dmy", outside="reject")
    return chosen.with_words(
        {thing: guess_words(profile, city, thing, words) for thing, words in chosen.asked(sketch)}
    )


def guess_words(profile: Profile, city: City, thing: Thing, words: Iterable[str]) -> dict[str, str]:
    """Return what words of a column probably mean in this city.

    One that is not clear is left to the city's rules where they can decide, and open otherwise.
    """
    known = {
        Thing.CATEGORY: lambda: category_words(city),
        Thing.STATUS: lambda: dict(profile.statuses),
        Thing.AGENCY: lambda: _names(
            (a.agency_code, (a.name, a.short_name)) for a in city.agencies.values()
        ),
        Thing.AREA: lambda: _names((a.area_code, (a.name,)) for a in city.areas.values()),
    }[thing]()
    other = BLANK if thing in (Thing.AGENCY, Thing.AREA) else ""
    return {word: known.get(plain(word), other) for word in words}


def category_words(city: City) -> dict[str, str]:
    """Return what a word says of a category: its code, its name, its national category.

    Of several categories under one national name the strictest is taken: what may be confidential
    is never opened by a guess. A sub-category alone is taken where only one main category has it.
    """
    found: dict[str, Category] = {}
    lone: dict[str, set[str]] = {}
    by_strictness = sorted(
        city.categories.values(), key=lambda c: (-c.visibility.strictness, c.category_code)
    )
    for category in by_strictness:
        for national in category.national_categories:
            main, _, sub = national.partition(">")
            found.setdefault(plain(national), category)
            found.setdefault(plain(f"{main} {sub}"), category)
            lone.setdefault(plain(sub), set()).add(plain(main))
    for category in by_strictness:
        for national in category.national_categories:
            sub = plain(national.partition(">")[2])
            if sub and len(lone[sub]) == 1:
                found.setdefault(sub, category)
    for category in by_strictness:
        for name in (category.category_code, *category.names.values()):
            found[plain(name)] = category
    return {word: category.category_code for word, category in found.items()}


def _column(heads: Sequence[str], sketch: Sketch) -> tuple[str, ...]:
    named = {plain(column): column for column in reversed(sketch.columns)}
    return next(((named[plain(head)],) for head in heads if plain(head) in named), ())


def _best_known(heads: Sequence[str], sketch: Sketch, known: Mapping[str, str]) -> str:
    """Return the column of some names whose words mean most here; the surest name where none does."""
    found = [column for head in heads for column in _column((head,), sketch)]
    return max(
        found, key=lambda column: sum(plain(word) in known for word in sketch.words.get(column, ()))
    )


def _names(things: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, names in things:
        for name in (code, *names):
            found.setdefault(plain(name), code)
    return found
