"""Indicators as their readers see them, the same for the API, the files and the pages."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from flask_babel import format_decimal

from citizenreport.cities.rules import City
from citizenreport.core.text import _n
from citizenreport.documents.tables import Cell
from citizenreport.indicators.definitions import all_definitions, definition_at
from citizenreport.indicators.imported import ImportedValue
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.rules.definitions import Definition, IndicatorNotFound, Status, Unit
from citizenreport.indicators.rules.periods import Period, PeriodKind, last_day_before
from citizenreport.indicators.rules.values import NOT_STATED, ValueStatus, wilson
from citizenreport.intake.rules import Channel

DESK: Final = "@DESK"
UNIT_NAMES: Final = {
    Unit.PERCENT: _n("persen"),
    Unit.WORKING_DAYS: _n("hari kerja"),
    Unit.WORKING_HOURS: _n("jam kerja"),
    Unit.PER_REPORT: _n("per laporan"),
    Unit.PER_1000: _n("per 1.000 penduduk"),
    Unit.COUNT: _n("jumlah"),
    Unit.SCORE_0_4: _n("skor 0–4"),
    Unit.SCORE_1_7: _n("skor 1–7"),
    Unit.INDEX_1_5: _n("indeks 1–5"),
    Unit.INDEX_0_100: _n("indeks 0–100"),
    Unit.INDEX_25_100: _n("indeks 25–100"),
}
STATUS_NAMES: Final = {
    Status.COMPUTED: _n("dihitung dari laporan"),
    Status.IMPORTED: _n("angka lembaga lain, belum dimuat"),
    Status.NO_DATA: _n("belum ada data"),
}
VALUE_STATUS_NAMES: Final = {
    ValueStatus.PROVISIONAL: _n("sementara"),
    ValueStatus.FINAL: _n("final"),
}
NOT_STATED_NAME: Final = _n("Wilayah tidak disebut")
CSV_HEADER: Final = (
    "kode_indikator",
    "nama_indikator",
    "versi_definisi",
    "semesta",
    "jenis_periode",
    "periode",
    "periode_mulai",
    "periode_selesai",
    "tingkat_wilayah",
    "kode_wilayah_kemendagri",
    "kode_wilayah_bps",
    "nama_wilayah",
    "klasifikasi",
    "nilai",
    "satuan",
    "status_data",
    "pembilang",
    "penyebut",
    "n_disembunyikan",
    "selang_95_bawah",
    "selang_95_atas",
    "data_sampai",
    "keterangan",
)


def imported_number(value: ImportedValue) -> str:
    """Return a figure of another body in the reader's notation, with its definition's decimals."""
    places = definition_at(value.code, value.definition_version).decimals
    digits = f".{'0' * places}" if places else ""
    return str(format_decimal(value.value, format=f"#,##0{digits}"))


def definition_of(code: str) -> Definition:
    """Return a definition. Raises IndicatorNotFound."""
    definition = all_definitions().get(code.upper())
    if definition is None:
        raise IndicatorNotFound
    return definition


def producer_of(city: City, definition: Definition) -> str:
    """Return who answers for the number: by name where it is the agency that runs the service."""
    if definition.producer != DESK:
        return definition.producer
    agency = city.agencies.get(city.desk_agency_code)
    return agency.name if agency else city.desk_agency_code


def definition_body(city: City, definition: Definition) -> dict[str, Any]:
    """Return all fields of a definition."""
    fields = {name: getattr(definition, name) for name in definition.__dataclass_fields__}
    return fields | {
        "producer": producer_of(city, definition),
        "estimation_levels": definition.estimation_levels,
    }


def value_body(city: City, row: PublishedIndicatorValue) -> dict[str, Any]:
    """Return a published value with the codes of both systems and its interval."""
    period = period_of(row)
    area = city.areas.get(row.area_code)
    interval = interval_of(row)
    return {
        "indicator_code": row.code,
        "definition_version": row.definition_version,
        "universe": row.universe,
        "period": period.code,
        "period_kind": row.period_kind,
        "period_start_on": period.start_on,
        "period_end_on": period.end_on,
        "area_code": row.area_code,
        "area_level": row.area_level,
        "area_name": area_name(city, row.area_code),
        "bps_code": city.bps_code if row.area_code == city.city_code else area and area.bps_code,
        "value": row.value,
        "unit": row.unit,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "interval_low": interval[0] if interval else None,
        "interval_high": interval[1] if interval else None,
        "status": row.status,
        "data_until": last_day_before(row.cut_off_at, city.calendar.time_zone),
        "is_suppressed": False,
        "details": row.extra,
    }


def period_of(row: PublishedIndicatorValue) -> Period:
    return Period(start_on=row.period_start_on, kind=PeriodKind(row.period_kind))


def area_name(city: City, area_code: str) -> str:
    """Return an area's name, in Indonesian: names are names."""
    if area_code == city.city_code:
        return city.name
    area = city.areas.get(area_code)
    return area.name if area else NOT_STATED_NAME


def interval_of(row: PublishedIndicatorValue) -> tuple[float, float] | None:
    """Return the 95 % interval to two decimals: Wilson's of a share in per cent, or the stored one."""
    if "interval_low" in row.extra:
        return float(row.extra["interval_low"]), float(row.extra["interval_high"])
    if row.unit != Unit.PERCENT.value or not row.denominator:
        return None
    interval = wilson(row.numerator, row.denominator)
    return (round(interval[0], 2), round(interval[1], 2)) if interval else None


def csv_rows(city: City, rows: Iterable[PublishedIndicatorValue]) -> Iterable[Sequence[Cell]]:
    """Yield the long form: one line a number, so a median and a 90th percentile are two."""
    for row in rows:
        body = value_body(city, row)
        if row.unit in WAITS:
            p90 = str(row.extra.get("p90", ""))
            ninetieth = None if not p90 or p90.startswith(">") else Decimal(p90)
            yield _line(body, "median", row.value, _said(body, "median"))
            yield _line(body, "p90", ninetieth, _said(body, "p90"))
        else:
            yield _line(body, "total", row.value, _said(body, ""))


def _line(body: dict[str, Any], kind: str, number: Cell, remark: str) -> Sequence[Cell]:
    definition = definition_at(body["indicator_code"], body["definition_version"])
    is_stated = body["area_code"] != NOT_STATED
    return (
        definition.code,
        definition.names["id"],
        body["definition_version"],
        body["universe"],
        body["period_kind"],
        body["period"],
        body["period_start_on"],
        body["period_end_on"],
        body["area_level"],
        body["area_code"] if is_stated else None,
        body["bps_code"],
        body["area_name"],
        kind,
        number,
        UNIT_NAMES[definition.unit],
        VALUE_STATUS_NAMES[ValueStatus(body["status"])],
        body["numerator"],
        body["denominator"],
        0,
        body["interval_low"],
        body["interval_high"],
        body["data_until"],
        remark,
    )


def _said(body: dict[str, Any], quantile: str) -> str:
    """Return what a number alone does not say, for the last column."""
    details = dict(body["details"])
    parts = []
    words = apart_words(body["unit"])
    reached = str(details.pop(quantile, ""))
    if reached.startswith(">"):
        parts.append(f"belum tercapai: {reached} {UNIT_NAMES[Unit(body['unit'])]}")
    if details.get("missing") == "population":
        parts.append("tidak dihitung: belum ada angka penduduk yang berumur paling lama 2 tahun")
    if "population_year" in details:
        parts.append(f"penduduk {details['population_year']}")
    parts += [f"{words} {details[name]}" for name, words in SURVEY_WORDS.items() if name in details]
    parts += [f"{said} {details[name]}" for name, said in words.items() if name in details]
    return "; ".join(parts)


def apart_words(unit: str) -> Mapping[str, str]:
    """Return what is shown apart beside values of a unit, by its name in `extra`."""
    return SPAN_WORDS if unit == Unit.WORKING_HOURS.value else APART_WORDS


SURVEY_WORDS: Final = {
    "grade": _n("mutu pelayanan"),
    "response_rate": _n("tingkat respons (persen)"),
    "counting_error": _n("bukan sampel acak; ketidakpastian hitungan ± poin persen"),
    "effective_n": _n("n efektif"),
}
APART_WORDS: Final = {
    "censored": _n("belum diverifikasi"),
    "referred": _n("dirujuk"),
    "archived": _n("diarsipkan"),
    "emergency": _n("dialihkan ke layanan darurat"),
    "paused": _n("menunggu keterangan pelapor"),
    "demo": _n("laporan contoh"),
}
SPAN_WORDS: Final = {
    "censored": _n("masih menunggu"),
    "ended_referred": _n("dirujuk"),
    "ended_archived": _n("diarsipkan"),
    "ended_emergency": _n("dialihkan ke layanan darurat"),
    "ended_withdrawn": _n("ditarik pelapor"),
    "ended_duplicate": _n("digabung dengan laporan lain"),
    "share_event": _n("sudah sampai di sini (persen, Aalen–Johansen)"),
    "demo": _n("laporan contoh"),
}
CHANNEL_NAMES: Final = {
    Channel.WEB.value: _n("formulir web"),
    Channel.API.value: _n("aplikasi lain (API)"),
    Channel.GEOREPORT.value: _n("GeoReport"),
    Channel.COUNTER.value: _n("loket"),
    Channel.PHONE.value: _n("telepon"),
    Channel.WHATSAPP.value: _n("WhatsApp"),
    Channel.SOCIAL.value: _n("media sosial"),
    Channel.TELEGRAM.value: _n("Telegram"),
    Channel.SMS.value: _n("SMS"),
    Channel.MAIL.value: _n("surel"),
    Channel.IMPORT.value: _n("diimpor dari layanan lain"),
    Channel.DEMO.value: _n("laporan contoh"),
}
WAITS: Final = frozenset({Unit.WORKING_DAYS.value, Unit.WORKING_HOURS.value})
