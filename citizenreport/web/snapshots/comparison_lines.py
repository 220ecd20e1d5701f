"""What a yearly release shows apart, line by line: figures of other bodies, rankings, composites.

Each line of a composite is one of its parts: there is no composite without them.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from citizenreport.cities.rules import City
from citizenreport.indicators.composites import AspectComposite
from citizenreport.indicators.definitions import all_definitions, definition_at
from citizenreport.indicators.imported import ImportedValue
from citizenreport.indicators.rules.composites import Composite, Part
from citizenreport.indicators.rules.sensitivity import Choice
from citizenreport.publication.snapshots.comparisons import Comparisons
from citizenreport.web.indicators import UNIT_NAMES
from citizenreport.web.rankings import COLUMNS, ranking_rows

FIGURES_HEADER: Final = (
    *("kode_indikator", "nama_indikator", "versi_definisi", "semesta", "tahun", "nilai"),
    *("satuan", "sumber", "sha256_bukti", "revisi"),
)
FIGURES_KEY: Final = ("kode_indikator", "tahun")
RANKINGS_HEADER: Final = tuple(COLUMNS)
RANKINGS_KEY: Final = ("kode_indikator", "menurut", "tahun", "kode")
COMPOSITES_HEADER: Final = (
    *("aspek", "tahun", "komposit", "rata_rata_geometrik", "rentang_bawah", "rentang_atas"),
    *("urutan_dari", "urutan_sampai", "kode_bagian", "nama_bagian", "bobot_persen"),
    *("nilai_bagian", "satuan_bagian", "bagian_0_100", "keterangan"),
)
COMPOSITES_KEY: Final = ("aspek", "tahun", "kode_bagian")
Line = Sequence[Any]


def figure_lines(found: Sequence[ImportedValue]) -> list[Line]:
    return [_figure_line(value) for value in found]


def _figure_line(value: ImportedValue) -> Line:
    definition = definition_at(value.code, value.definition_version)
    return (
        value.code,
        definition.names["id"],
        value.definition_version,
        definition.universe.value,
        value.year,
        value.value,
        UNIT_NAMES[definition.unit],
        value.source,
        value.evidence_sha256,
        value.revision,
    )


def ranking_lines(city: City, found: Comparisons) -> list[Line]:
    return list(ranking_rows(city, found.rankings))


def composite_lines(found: Sequence[AspectComposite]) -> list[Line]:
    return [line for one in found for year in one.years for line in _parts(one, year)]


def _parts(one: AspectComposite, year: Composite) -> Iterator[Line]:
    span = year.spans.get(Choice.ALL)
    told = (span.low, span.high, span.first, span.last) if span else (None,) * 4
    for part in one.parts:
        yield (one.aspect, year.year, year.value, year.geometric, *told, *_part(part, one, year))


def _part(part: Part, one: AspectComposite, year: Composite) -> Line:
    definition = all_definitions()[part.code]
    whole = sum(other.weight for other in one.parts)
    is_missing = part.code in year.missing
    return (
        part.code,
        definition.names["id"],
        float(round(100 * part.weight / whole, 2)),
        one.values[year.year].get(part.code),
        UNIT_NAMES[definition.unit],
        year.parts.get(part.code),
        "belum ada: komposit tidak dihitung" if is_missing else "",
    )
