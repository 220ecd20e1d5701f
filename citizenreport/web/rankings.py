"""Rankings as their readers see them, the same for the API, the files and the page."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from citizenreport.cities.rules import City
from citizenreport.documents.tables import Cell
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.models import PublishedRanking
from citizenreport.indicators.rules.periods import last_day_before
from citizenreport.indicators.rules.rankings import SubjectKind
from citizenreport.web.indicators import UNIT_NAMES

COLUMNS: Final = {
    "kode_indikator": "indicator_code",
    "menurut": "kind",
    "tahun": "year",
    "kode": "subject_code",
    "nama": "subject_name",
    "peringkat_dari": "first",
    "peringkat_sampai": "last",
    "nilai": "value",
    "satuan": "unit",
    "selang_95_bawah": "interval_low",
    "selang_95_atas": "interval_high",
    "n": "n",
    "jenis_yang_sama_persen": "coverage",
    "disamakan_menurut": "mix",
    "tanpa_peringkat_karena": "why_not",
    "data_sampai": "data_until",
}
"""Columns of the file, each with the field of the API that it holds."""


def subject_name(city: City, row: PublishedRanking) -> str:
    """Return the name of an agency or an area; its code where the pack does not know it any more."""
    if row.kind == SubjectKind.AGENCY.value:
        agency = city.agencies.get(row.subject_code)
        return agency.name if agency else row.subject_code
    area = city.areas.get(row.subject_code)
    return area.name if area else row.subject_code


def ranking_body(city: City, row: PublishedRanking) -> dict[str, Any]:
    """Return one subject with the places it may have: a tie has a first and a last that differ."""
    return {
        "indicator_code": row.measure,
        "kind": row.kind,
        "year": row.year,
        "subject_code": row.subject_code,
        "subject_name": subject_name(city, row),
        "first": row.first,
        "last": row.last,
        "value": row.value,
        "unit": all_definitions()[row.measure].unit.value,
        "interval_low": row.low,
        "interval_high": row.high,
        "n": row.n,
        "coverage": row.coverage,
        "mix": row.mix,
        "why_not": row.why_not,
        "data_until": last_day_before(row.cut_off_at, city.calendar.time_zone),
    }


def ranking_rows(city: City, rows: Iterable[PublishedRanking]) -> Iterable[Sequence[Cell]]:
    """Yield the lines of the file, in the order of COLUMNS."""
    for row in rows:
        body = ranking_body(city, row) | {"unit": UNIT_NAMES[all_definitions()[row.measure].unit]}
        yield tuple(body[name] for name in COLUMNS.values())
