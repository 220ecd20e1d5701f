"""What columns and values of the pack are called where staff read them."""

from collections.abc import Mapping
from typing import Final

from citizenreport.cities.edits import EntryChange
from citizenreport.cities.rules import ComplaintClass, ProtectionClass
from citizenreport.console.rule_words import BY_SITUATION
from citizenreport.console.words import PRIORITIES, VISIBILITIES
from citizenreport.core.text import _n
from citizenreport.i18n.languages import LANGUAGE_NAMES
from citizenreport.triage.states import LABELS
from citizenreport.web.area_words import ASPECT_NAMES
from citizenreport.web.translate import _

DAY_KINDS: Final[Mapping[str, str]] = {
    "libur_nasional": _n("hari libur"),
    "cuti_bersama": _n("cuti bersama"),
    "hari_kerja": _n("tetap hari kerja"),
}
CLASSES: Final[Mapping[str, str]] = {
    ProtectionClass.NONE.value: _n("tanpa kelas perlindungan"),
    ProtectionClass.TOLERANCE.value: _n("toleransi"),
    ProtectionClass.VIOLENCE.value: _n("kekerasan"),
    ProtectionClass.CHILD.value: _n("anak"),
    ProtectionClass.ABUSE_OF_OFFICE.value: _n("penyalahgunaan jabatan"),
    ProtectionClass.PRIVATE_LIFE.value: _n("kehidupan pribadi"),
    ProtectionClass.CRIME.value: _n("tindak pidana"),
}
COLUMNS: Final[Mapping[str, str]] = {
    "name": _n("Nama"),
    "short_name": _n("Nama singkat"),
    "kind": _n("Jenis"),
    "source": _n("Dasar"),
    "date": _n("Tanggal"),
    "aspect": _n("Aspek"),
    "priority": _n("Prioritas"),
    "lead": _n("Instansi penanggung jawab"),
    "supporting": _n("Instansi pendukung"),
    "external": _n("Badan luar"),
    "visibility": _n("Keterbukaan"),
    "public_precision": _n("Ketelitian tempat untuk umum"),
    "public_photo": _n("Foto untuk umum"),
    "village_access": _n("Dibaca kelurahan"),
    "may_be_suggested": _n("Boleh disarankan otomatis"),
    "protection_class": _n("Kelas perlindungan"),
    "first_response_hours": _n("Tanggapan pertama (jam)"),
    "verification_working_days": _n("Verifikasi (hari kerja)"),
    "settlement_working_days": _n("Target selesai (hari kerja)"),
    "valid_from": _n("Berlaku sejak"),
    "valid_to": _n("Hari terakhir"),
    "successor_code": _n("Digantikan oleh"),
    "duty_email": _n("Surel piket"),
    "georeport_url": _n("Alamat GeoReport"),
    "georeport_jurisdiction": _n("Kode wilayah GeoReport"),
    "georeport_key": _n("Nama kunci GeoReport"),
    "georeport_services": _n("Kode jenis masalah di sana"),
    "channel": _n("Cara menghubungi"),
    "address": _n("Alamat surat"),
    "duties": _n("Urusan"),
    "positions": _n("Penangan"),
    "escalation": _n("Bila tidak dibuka, diberi tahu"),
    "status": _n("Status"),
    "states": _n("Pada keadaan"),
    "categories": _n("Untuk kategori"),
    "is_neutral": _n("Boleh untuk laporan rahasia"),
    "title": _n("Judul"),
    "text": _n("Isi"),
    "lang": _n("Bahasa"),
    "example": _n("Contoh laporan"),
    "keywords": _n("Kata cari"),
    "complaint_class": _n("Jenis pengaduan"),
    "is_physical": _n("Selesai dibuktikan dengan foto"),
    "category_code": _n("Kode kategori"),
    "agency_code": _n("Kode instansi"),
    "is_external": _n("Di luar pemerintah kota"),
    "dimension": _n("Dimensi kota cerdas"),
    "national_categories": _n("Kategori SP4N-LAPOR!"),
    "may_be_emergency": _n("Dapat merupakan keadaan darurat"),
    "emergency_numbers": _n("Nomor darurat"),
    "label": _n("Pertanyaan"),
    "datatype": _n("Bentuk jawaban"),
    "required": _n("Wajib dijawab"),
    "order": _n("Urutan"),
    "choices": _n("Pilihan jawaban"),
    "retired": _n("Tidak ditanyakan lagi"),
}
NAMING: Final = ("category_code", "agency_code", "lang", "protection_class", "date", "code")
"""What the name of an entry tells already."""

DATATYPES: Final[Mapping[str, str]] = {
    "singlevaluelist": _n("pilih satu"),
    "multivaluelist": _n("pilih beberapa"),
    "string": _n("satu baris teks"),
    "text": _n("teks panjang"),
    "number": _n("angka"),
    "datetime": _n("tanggal dan jam"),
}
YES_NO: Final[Mapping[str, str]] = {"yes": _n("ya"), "no": _n("tidak")}
VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "kind": DAY_KINDS,
    "aspect": {aspect.value: name for aspect, name in ASPECT_NAMES.items()},
    "priority": PRIORITIES,
    "lead": BY_SITUATION,
    "visibility": VISIBILITIES,
    "protection_class": CLASSES,
    "public_precision": {
        "tepat": _n("titik tepat"),
        "100m": _n("kotak 100 m"),
        "kelurahan": _n("kelurahan saja"),
        "tidak_ada": _n("tidak ditampilkan"),
    },
    "village_access": {
        "ya": _n("ya"),
        "per_kasus": _n("per kasus"),
        "tidak": _n("tidak"),
    },
    "public_photo": YES_NO,
    "may_be_suggested": YES_NO,
    "is_neutral": YES_NO,
    "is_external": YES_NO,
    "is_physical": YES_NO,
    "may_be_emergency": YES_NO,
    "required": YES_NO,
    "retired": YES_NO,
    "datatype": DATATYPES,
    "complaint_class": {
        ComplaintClass.SUPERVISORY.value: _n("pengaduan tentang aparat"),
        ComplaintClass.ORDINARY.value: _n("pengaduan biasa"),
        ComplaintClass.WISH.value: _n("aspirasi"),
        ComplaintClass.INFORMATION.value: _n("permintaan informasi"),
    },
    "status": {"confirmed": _n("dipastikan kota"), "proposed": _n("usulan")},
    "states": {state.value: label for state, label in LABELS.items()},
}


def column_name(column: str) -> str:
    """Return what a column is called; of a text in several languages with the language."""
    name, dot, language = column.replace("label_", "label.").partition(".")
    label = _(COLUMNS[name]) if name in COLUMNS else name
    if not dot:
        return LANGUAGE_NAMES.get(name, label) if name not in COLUMNS else label
    return f"{label} ({LANGUAGE_NAMES.get(language, language)})"


def value_words(column: str, value: str) -> str:
    """Return a value of a column in words, as it is where it has none."""
    known = VALUES.get(column)
    if known is None:
        return value
    return ", ".join(_(known[one]) if one in known else one for one in value.split(", "))


def change_words(change: EntryChange) -> list[tuple[str, str, str]]:
    """Return what differs in an entry: name of the column, before, after."""
    is_whole = change.is_new or change.is_gone
    told = [one for one in change.columns if not (is_whole and one[0] in NAMING)]
    # That the city has confirmed what it changed goes without saying.
    told = [one for one in told if one[0] != "status"] or told
    return [
        (column_name(column), value_words(column, before), value_words(column, after))
        for column, before, after in told
    ]
