"""The brief of a snapshot as PDF: A4, tagged, one a language."""

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import force_locale, format_date, format_decimal

from citizenreport.cities.rules import City
from citizenreport.core.text import _n
from citizenreport.documents.charts import PAPER
from citizenreport.documents.pdf import Value, paper
from citizenreport.i18n.languages import LANGUAGES
from citizenreport.indicators.definitions import definition_at
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.rules.periods import Period, PeriodKind, last_day_before
from citizenreport.publication.snapshots.contents import Contents
from citizenreport.publication.snapshots.preparing import Head
from citizenreport.publication.snapshots.rules import SnapshotFile
from citizenreport.web.indicator_charts import area_map, trend_chart
from citizenreport.web.indicator_lines import line_of, name_of, period_name
from citizenreport.web.indicators import UNIT_NAMES, period_of
from citizenreport.web.snapshots.brief_apart import apart_sections
from citizenreport.web.translate import _

CHARTED: Final = ("I01", "I02", "I03", "I04", "W01", "W03")
MAPPED: Final = ("I05", "I01", "I02")
SMOOTH: Final = (PeriodKind.MONTH, PeriodKind.QUARTER)
HEAD: Final = (
    *(_n("Kode"), _n("Indikator"), _n("Nilai"), _n("Selang 95 %"), _n("Kasus"), _n("Status")),
)
MAP_HEAD: Final = (_n("No."), _n("Kelurahan"), _n("Nilai"), _n("Kasus"))
WORDS: Final = {
    "numbers": _n("Angka kota"),
    "trends": _n("Arah dari waktu ke waktu"),
    "protection": _n("Yang disembunyikan"),
    "check": _n("Memeriksa rilis ini"),
    "statuses": _n(
        "Sementara: laporannya belum cukup lama diamati, angkanya masih dapat berubah. "
        "Final: masa pengamatannya sudah lewat."
    ),
    "how": _n(
        "Rilis ini bernomor, ditandatangani dua orang, dan tidak diubah lagi; perbaikan terbit sebagai "
        "revisi. Siapa pun dapat memeriksanya: unduh berkas ZIP dan daftar kunci dari /indikator/rilis, "
        "lalu jalankan citizenreport snapshot verify."
    ),
}
LEVEL_NAMES: Final = {
    "city": _n("kota"),
    "kecamatan": _n("kecamatan"),
    "kelurahan": _n("kelurahan"),
    "agency": _n("instansi"),
    "aspect": _n("aspek"),
    "category": _n("jenis laporan"),
    "total": _n("jumlah"),
}
Row = PublishedIndicatorValue


def brief_files(city: City, head: Head, contents: Contents) -> list[SnapshotFile]:
    """Return the brief in every language of the service."""
    files = []
    for language in LANGUAGES:
        with force_locale(language):
            content = paper("brief", _data(city, head, contents, language), made_at=head.made_at)
        files.append(SnapshotFile(name=f"ringkasan-{language}.pdf", content=content))
    return files


def _data(city: City, head: Head, contents: Contents, language: str) -> dict[str, Value]:
    whole = [row for row in contents.values if _is_of(row, head.period, city.city_code)]
    until = last_day_before(head.cut_off_at, city.calendar.time_zone)
    return {
        "language": language,
        "title": _("Indikator Smart Society %(city)s", city=city.name),
        "over": _("Rilis nomor %(number)s", number=str(head.number)),
        "period": period_name(head.period),
        "until": _("Dihitung sampai %(day)s.", day=format_date(until, "d MMMM y")),
        "revision": _revision(head),
        "footer": _("Rilis nomor %(number)s", number=str(head.number)) + f" · {city.name}",
        "words": {key: _(text) for key, text in WORDS.items()},
        "head": [_(one) for one in HEAD],
        "rows": [_line(row) for row in whole],
        "charts": _charts(city, contents),
        "map": _map(city, head, contents),
        "apart": apart_sections(city, contents.comparisons, head.period.start_on.year),
        "withheld": withheld_lines(contents),
        "facts": _facts(city, head),
    }


def _is_of(row: Row, period: Period, area_code: str) -> bool:
    key = (row.period_kind, row.period_start_on, row.area_code)
    return key == (period.kind.value, period.start_on, area_code)


def _revision(head: Head) -> str:
    if head.replaces is None:
        return ""
    return _(
        "Revisi %(revision)s, menggantikan rilis nomor %(replaces)s: %(reason)s",
        revision=str(head.revision),
        replaces=str(head.replaces),
        reason=head.reason,
    )


def _line(row: Row) -> list[str]:
    line = line_of(row)
    definition = definition_at(row.code, row.definition_version)
    value = f"{line.value} {_(UNIT_NAMES[definition.unit])}" if line.value != "–" else "–"
    return [row.code, name_of(definition), value, line.interval, line.denominator, line.status]


def _charts(city: City, contents: Contents) -> list[dict[str, str]]:
    """Return the city's course of some indicators over the shortest periods there are."""
    charts = []
    for code in CHARTED:
        rows = _course(city, contents.values, code)
        if not rows:
            continue
        definition = definition_at(code, rows[-1].definition_version)
        name = name_of(definition)
        svg = trend_chart(rows, name=name, theme=PAPER)
        if svg:
            unit = _(UNIT_NAMES[definition.unit])
            charts.append({"name": name, "unit": unit, "svg": svg, "alt": _alt(svg)})
    return charts


def _course(city: City, values: Sequence[Row], code: str) -> list[Row]:
    mine = [row for row in values if row.code == code and row.area_code == city.city_code]
    for kind in SMOOTH:
        rows = [row for row in mine if row.period_kind == kind.value]
        if len(rows) > 1:
            return sorted(rows, key=lambda row: row.period_start_on)
    return []


def _alt(svg: str) -> str:
    """Return the sentence that a chart carries for those who cannot see it."""
    return svg.partition('aria-label="')[2].partition('"')[0]


def _map(city: City, head: Head, contents: Contents) -> dict[str, Any]:
    """Return the map of the first indicator of MAPPED that has values for the smallest areas."""
    nothing = {"svg": "", "title": "", "alt": "", "head": [], "rows": [], "note": ""}
    for code in MAPPED:
        rows = [
            row
            for row in contents.values
            if row.code == code
            and row.area_code in city.area_index.codes
            and period_of(row) == head.period
        ]
        if not rows:
            continue
        name = name_of(definition_at(code, rows[-1].definition_version))
        drawn = area_map(city, rows, name=name, period=period_name(head.period), theme=PAPER)
        if drawn is not None and any(one.step is not None for one in drawn.lines):
            return {
                "svg": drawn.svg,
                "title": name,
                "alt": _alt(drawn.svg),
                "head": [_(one) for one in MAP_HEAD],
                "rows": [[one.mark, one.name, one.value, one.denominator] for one in drawn.lines],
                "note": _(
                    "Batas wilayah untuk gambar saja: %(source)s", source=city.boundaries_source
                ),
            }
    return nothing


def withheld_lines(contents: Contents) -> list[str]:
    """Return the public log in words: how much is withheld, never which was the reason."""
    if contents.release is None:
        return []
    log = contents.release.log
    names = {
        table.code: f"{_(LEVEL_NAMES[table.rows])} × {_(LEVEL_NAMES[table.columns])}"
        for table in contents.release.tables
    }
    lines = [
        _(
            "Tabel rilis juga menghitung laporan terbatas. Dari %(all)s sel, %(withheld)s disembunyikan agar "
            "tidak seorang pun dapat dikenali; sebagian hanya supaya sel lain tidak dapat dihitung balik.",
            all=format_decimal(log.cells),
            withheld=format_decimal(log.withheld),
        )
    ]
    lines += [
        _(
            "%(table)s: %(withheld)s dari %(all)s sel, antara %(low)s dan %(high)s persen laporan.",
            table=names[table.code],
            withheld=format_decimal(table.withheld),
            all=format_decimal(table.cells),
            low=str(table.share_low),
            high=str(table.share_high),
        )
        for table in log.tables
        if table.withheld and (table.share_low, table.share_high) != (0, 100)
    ]
    return lines


def _facts(city: City, head: Head) -> list[list[str]]:
    return [
        [_("Rilis nomor"), str(head.number)],
        [_("Periode"), head.period.code],
        [_("Paket data kota"), f"{city.pack_version} · {city.digest[:16]}"],
        [_("Kode wilayah"), f"Kemendagri {city.city_code} · BPS {city.bps_code or '–'}"],
    ]
