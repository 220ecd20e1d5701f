"""What the brief of a year shows apart from the city's own numbers, in the reader's language."""

from collections.abc import Iterator
from typing import Any, Final

from flask_babel import format_decimal

from citizenreport.cities.rules import City
from citizenreport.core.text import _n
from citizenreport.documents.charts import PAPER
from citizenreport.indicators.composites import AspectComposite
from citizenreport.indicators.definitions import all_definitions, definition_at
from citizenreport.indicators.imported import ImportedValue
from citizenreport.indicators.models import PublishedRanking
from citizenreport.indicators.rankings import ON_TIME
from citizenreport.indicators.rules.composites import Composite
from citizenreport.indicators.rules.rankings import SubjectKind
from citizenreport.indicators.rules.sensitivity import Choice
from citizenreport.publication.snapshots.comparisons import Comparisons
from citizenreport.web.indicator_lines import name_of
from citizenreport.web.indicators import UNIT_NAMES, imported_number
from citizenreport.web.ranking_charts import ranking_chart
from citizenreport.web.rankings import subject_name
from citizenreport.web.translate import _

FIGURES_HEAD: Final = (
    *(_n("Kode"), _n("Indikator"), _n("Tahun"), _n("Nilai"), _n("Sumber"), _n("Bukti (SHA-256)")),
)
COMPOSITES_HEAD: Final = (
    *(_n("Aspek"), _n("Bagian"), _n("Nilai"), "0–100", _n("Komposit"), _n("Rentang")),
)
RANKING_HEAD: Final = (
    *(_n("Peringkat"), _n("Instansi"), _n("Nilai"), _n("Selang 95 %"), _n("Kasus"), ""),
)
ASPECTS: Final = {
    "aman": _n("aman"),
    "nyaman": _n("nyaman"),
    "toleransi": _n("toleransi"),
    "harmoni": _n("harmoni"),
}
SAID_AS_IS: Final = ("", "0–100")
SHOWN_DIGITS: Final = 12


def apart_sections(city: City, found: Comparisons | None, year: int) -> list[dict[str, Any]]:
    """Return titles, notes and tables of six columns; nothing of a period shorter than a year."""
    if found is None:
        return []
    newest = {value.code: value for value in found.figures}
    composites = [(o, y) for o in found.composites for y in o.years if y.year == year]
    agencies = [
        row
        for row in found.rankings
        if (row.measure, row.kind) == (ON_TIME, SubjectKind.AGENCY.value) and row.first is not None
    ]
    sections = (
        _section(
            _("Angka lembaga lain"),
            _(
                "Seperti yang mereka terbitkan, tahun terakhir yang ada. Tidak dihitung dari laporan."
            ),
            FIGURES_HEAD,
            [_figure(value) for value in newest.values()],
        ),
        _section(
            _("Komposit"),
            _(
                "Satu angka untuk tiap aspek, hanya bila semua bagiannya ada. Rentang: dengan bobot, "
                "rata-rata, dan penormalan yang lain."
            ),
            COMPOSITES_HEAD,
            [line for one, found_of in composites for line in _composite(one, found_of)],
        ),
        _section(
            _("Peringkat instansi: %(name)s", name=name_of(all_definitions()[ON_TIME])),
            _("Hanya laporan publik, campuran jenisnya disamakan. Selang yang bertumpuk: seri."),
            RANKING_HEAD,
            [_ranked(city, row) for row in agencies],
            svg=ranking_chart(
                city, agencies, name=name_of(all_definitions()[ON_TIME]), theme=PAPER
            ),
        ),
    )
    return [section for section in sections if section["rows"]]


def _section(
    title: str, note: str, head: tuple[str, ...], rows: list[list[str]], *, svg: str = ""
) -> dict[str, Any]:
    shown = [word if word in SAID_AS_IS else _(word) for word in head]
    alt = svg.partition('aria-label="')[2].partition('"')[0]
    return {"title": title, "note": note, "head": shown, "rows": rows, "svg": svg, "alt": alt}


def _figure(value: ImportedValue) -> list[str]:
    definition = definition_at(value.code, value.definition_version)
    number = f"{imported_number(value)} {_(UNIT_NAMES[definition.unit])}"
    digest = f"{value.evidence_sha256[:SHOWN_DIGITS]}…"
    return [value.code, name_of(definition), str(value.year), number, value.source, digest]


def _composite(one: AspectComposite, year: Composite) -> Iterator[list[str]]:
    """Yield a line a part; what is said of the whole stands on the first."""
    span = year.spans.get(Choice.ALL)
    whole = _("tidak dihitung") if year.value is None else _tenths(year.value)
    interval = f"{_tenths(span.low)}–{_tenths(span.high)}" if span else ""
    for number, part in enumerate(one.parts):
        value = one.values[year.year].get(part.code)
        yield [
            "" if number else _(ASPECTS[one.aspect]),
            f"{part.code} {name_of(all_definitions()[part.code])}",
            _("belum ada") if value is None else str(format_decimal(value, format="#,##0.###")),
            _tenths(year.parts.get(part.code)),
            "" if number else whole,
            "" if number else interval,
        ]


def _ranked(city: City, row: PublishedRanking) -> list[str]:
    is_tied = row.first != row.last
    places = f"{row.first}–{row.last}" if is_tied else str(row.first)
    interval = f"{_tenths(row.low)}–{_tenths(row.high)}"
    tied = _("seri") if is_tied else ""
    return [
        *(places, subject_name(city, row), _tenths(row.value), interval),
        *(str(format_decimal(row.n)), tied),
    ]


def _tenths(number: object) -> str:
    return "–" if number is None else str(format_decimal(number, format="#,##0.0"))
