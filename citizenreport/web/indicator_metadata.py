"""What Satu Data Indonesia asks of a number: MS-Keg, MS-Ind and MS-Var, made from the dictionary.

Field names are those of the statistics office's forms. What the office gives out itself (`id_sds`)
is null until it has.

Source: Peraturan BPS 5/2020; INDAH v2.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from citizenreport.cities.rules import City
from citizenreport.indicators.rules.definitions import (
    CohortEvent,
    Definition,
    Unit,
    UniverseName,
    Versions,
)
from citizenreport.web.indicators import UNIT_NAMES, producer_of

NOT_GIVEN: Final = None
COHORTS: Final[Mapping[CohortEvent, str]] = {
    CohortEvent.RECEIVED: "menurut tanggal laporan diterima",
    CohortEvent.DUE: "menurut tanggal jatuh tenggat",
    CohortEvent.ASSIGNED: "menurut tanggal ditugaskan",
    CohortEvent.CLOSED: "menurut tanggal dinyatakan selesai",
    CohortEvent.ENDED: "menurut tanggal berakhir",
    CohortEvent.RECORDED: "menurut tanggal dicatat",
    CohortEvent.SURVEY: "menurut tanggal survei dijawab",
    CohortEvent.ASSESSMENT: "menurut tahun penilaian",
}
MEASURES: Final[Mapping[Unit, str]] = {
    Unit.PERCENT: "persentase",
    Unit.WORKING_DAYS: "median dan persentil ke-90",
    Unit.WORKING_HOURS: "median dan persentil ke-90",
    Unit.PER_REPORT: "rata-rata",
    Unit.PER_1000: "rasio",
    Unit.COUNT: "jumlah",
}
UNIVERSES: Final[Mapping[UniverseName, str]] = {
    UniverseName.PUBLIC: "laporan publik yang sudah ditayangkan",
    UniverseName.WHOLE: "semua laporan, termasuk terbatas dan rahasia",
    UniverseName.SURVEY: "jawaban survei",
    UniverseName.PROGRAMME: "register program dan inovasi kota",
    UniverseName.EXTERNAL: "data lembaga lain",
}
ACTIVITY: Final = "Kompilasi produk administrasi laporan warga (citizenreport)"


def metadata(city: City, dictionary: Mapping[str, Versions]) -> dict[str, Any]:
    """Return the three forms; every version of every indicator is in them."""
    definitions = [definition for versions in dictionary.values() for definition in versions]
    return {
        "ms_keg": activity(city),
        "ms_ind": [indicator(city, definition) for definition in definitions],
        "ms_var": [variable for definition in definitions for variable in variables(definition)],
    }


def indicator(city: City, definition: Definition) -> dict[str, Any]:
    """Return MS-Ind of one version, with what this service knows beyond the form."""
    return {
        "kode": definition.code,
        "nama": definition.names["id"],
        "nama_lain": dict(definition.names),
        "definisi": definition.definition,
        "konsep": [definition.concept],
        "interpretasi": definition.interpretation,
        "terjemahan": {lang: dict(said) for lang, said in definition.translations.items()},
        "metode_perhitungan": _method(definition),
        "rumus": definition.formula,
        "ukuran": _measure(definition),
        "satuan": UNIT_NAMES[definition.unit],
        "variabel_disaggregasi": list(definition.disaggregations),
        "apakah_indikator_komposit": False,
        "indikator_pembangun": [],
        "variabel_pembangun": [
            {"nama": variable["nama"], "kegiatan_penghasil": _activity_of(definition)}
            for variable in variables(definition)
        ],
        "level_estimasi": list(definition.estimation_levels),
        "apakah_indikator_bisa_diakses_umum": True,
        "id_sds": NOT_GIVEN,
        "aspek": definition.aspect,
        "dimensi_kota_cerdas": definition.dimension,
        "kejadian_kohort": definition.cohort_event,
        "masa_pengamatan_hari_kerja": definition.follow_up_working_days,
        "yang_tidak_ikut": definition.exits,
        "waktu": definition.clock,
        "arah": definition.direction,
        "semesta": definition.universe,
        "produsen_data": producer_of(city, definition),
        "sumber": definition.source,
        "rujukan": definition.reference,
        "keadaan": definition.status,
        "versi": definition.version,
        "berlaku_sejak": definition.valid_from.isoformat(),
    }


def variables(definition: Definition) -> Sequence[dict[str, Any]]:
    """Return MS-Var of what stands above and below the line of an indicator."""
    parts = (("pembilang", definition.numerator), ("penyebut", definition.denominator))
    return [_variable(definition, part, words) for part, words in parts if words]


def _variable(definition: Definition, part: str, words: str) -> dict[str, Any]:
    return {
        "kode": f"{definition.code}-{part}",
        "versi": definition.version,
        "nama": words,
        "alias": f"{part} {definition.code}",
        "definisi": f"{words} ({COHORTS[definition.cohort_event]}). {definition.exits}".strip(),
        "konsep": definition.concept,
        "referensi_pemilihan": definition.reference,
        "referensi_waktu": definition.clock,
        "ukuran": "jumlah",
        "satuan": UNIT_NAMES[Unit.COUNT],
        "tipe_data": "bilangan bulat",
        "value_domain": [],
        "aturan_validasi": "bilangan bulat, paling kecil 0",
        "kalimat_pertanyaan": NOT_GIVEN,
        "apakah_variabel_bisa_diakses_umum": definition.universe is not UniverseName.WHOLE,
        "id_sds": NOT_GIVEN,
    }


def _method(definition: Definition) -> str:
    parts = [
        f"Kohort {COHORTS[definition.cohort_event]}",
        f"semesta: {UNIVERSES[definition.universe]}",
    ]
    if definition.follow_up_working_days:
        parts.append(f"diamati {definition.follow_up_working_days} hari kerja")
    return f"{'; '.join(parts)}. {definition.clock}. {definition.exits}".strip()


def _measure(definition: Definition) -> str:
    return MEASURES.get(definition.unit, "indeks atau skor")


def _activity_of(definition: Definition) -> str:
    return definition.source if definition.universe is UniverseName.EXTERNAL else ACTIVITY


def activity(city: City) -> dict[str, Any]:
    """Return MS-Keg, section by section. Names of persons are the city's to fill in."""
    desk = city.agencies.get(city.desk_agency_code)
    producer = desk.name if desk else city.desk_agency_code
    return {
        "nama": ACTIVITY,
        "I": {"penyelenggara": producer, "kode_wilayah": city.city_code, "kode_bps": city.bps_code},
        "II": {"penanggung_jawab": producer, "nama_pejabat": NOT_GIVEN},
        "III": {
            "latar_belakang": "Warga melaporkan yang membuat kota tidak aman, tidak nyaman, tidak toleran atau tidak rukun.",
            "tujuan": "Mengukur penanganan laporan warga dan mengumumkannya tanpa membuka siapa pelapornya.",
            "jadwal": "terus-menerus; nilai dihitung setiap tengah malam",
        },
        "IV": {
            "kegiatan": "berulang",
            "tipe_data": "data administrasi",
            "cakupan_wilayah": {
                "kode_provinsi": city.city_code.split(".", maxsplit=1)[0],
                "kode_kabupaten_kota": city.city_code,
            },
            "cara_pengumpulan": "kompilasi produk administrasi",
            "sarana": "CAWI (laporan dan survei lewat web), loket",
        },
        "V": {
            "desain_sampel": "tanpa sampel: semua laporan; survei kepuasan ditawarkan kepada semua pelapor"
        },
        "VI": {
            "uji_coba": NOT_GIVEN,
            "pemeriksaan": "berkas kejadian berantai hash, diperiksa dengan audit",
        },
        "VII": {
            "pengolahan": "dihitung dari berkas kejadian, dapat diulang dari awal dengan hasil sama",
            "tingkat_penyajian": ["kota", "kecamatan", "kelurahan"],
        },
        "VIII": {
            "diseminasi": "halaman /indikator, API, CSV",
            "tanggal_rilis": NOT_GIVEN,
        },
    }
