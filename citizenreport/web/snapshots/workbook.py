"""The workbook of a snapshot, for the ministry: cover, summary, a sheet an indicator, definitions.

Numbers are numbers, no text is ever a formula or a link, and charts are the ones of pages and papers
as pictures: what they show stands in cells beside them. The same numbers give the same bytes.
"""

import io
from collections.abc import Mapping, Sequence
from copy import deepcopy
from itertools import groupby
from typing import Any, Final

import xlsxwriter
from flask_babel import force_locale

from citizenreport.cities.rules import City
from citizenreport.documents.charts import PAPER
from citizenreport.documents.tables import Cell, safe_text
from citizenreport.i18n.languages import LANGUAGES
from citizenreport.indicators.definitions import all_definitions, definition_at
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.rules.definitions import Definition
from citizenreport.ledger.rules import instant_text
from citizenreport.publication.snapshots.comparisons import Comparisons
from citizenreport.publication.snapshots.contents import Contents
from citizenreport.publication.snapshots.preparing import Head
from citizenreport.web.indicator_charts import number_of
from citizenreport.web.indicators import (
    CSV_HEADER,
    UNIT_NAMES,
    VALUE_STATUS_NAMES,
    producer_of,
)
from citizenreport.web.ranking_charts import ranking_chart
from citizenreport.web.snapshots.book import LINE_HEIGHT, OPTIONS, Book
from citizenreport.web.snapshots.comparison_lines import (
    COMPOSITES_HEADER,
    FIGURES_HEADER,
    RANKINGS_HEADER,
    composite_lines,
    figure_lines,
    ranking_lines,
)
from citizenreport.web.snapshots.indicator_sheets import indicator_sheet
from citizenreport.web.snapshots.release_lines import TABLE_HEADER, cell_line, whole_lines

SUMMARY: Final = ("Kode", "Indikator", "Nilai", "Satuan", "Status", "Pembilang", "Penyebut")
DEFINITIONS: Final = (
    *(
        "Kode",
        "Versi",
        "Nama",
        "Nama (Inggris)",
        "Nama (Jawa)",
        *("Konsep", "Konsep (Inggris)", "Konsep (Jawa)"),
        *("Definisi", "Definisi (Inggris)", "Definisi (Jawa)"),
        *("Interpretasi", "Interpretasi (Inggris)", "Interpretasi (Jawa)"),
    ),
    *("Rumus", "Pembilang", "Penyebut", "Satuan", "Yang tidak ikut", "Waktu", "Produsen data"),
    *("Sumber", "Rujukan", "Berlaku sejak", "Keadaan"),
)
METHOD: Final = (
    "Angka dihitung dari berkas kejadian yang berantai hash; dengan berkas yang sama hasilnya sama.",
    "Semesta publik: laporan publik yang sudah ditayangkan. Terbatas dan rahasia tidak ikut.",
    "Tabel rilis memuat laporan publik dan terbatas; sel yang dapat mengungkap seseorang disembunyikan.",
    "Status sementara: kohort belum cukup lama diamati. Status final: masa pengamatan sudah lewat.",
    "Selang 95 % untuk bagian dihitung dengan cara Wilson (1927).",
    "Periode mengikuti waktu setempat kota; yang dihitung ialah yang tercatat sebelum tanggal potong.",
    "Keaslian diperiksa dengan: citizenreport snapshot verify (berkas ZIP rilis) --keys (daftar kunci).",
)
APART_WIDTHS: Final = {
    "nama_indikator": 44,
    "nama_bagian": 44,
    "nama": 36,
    "sumber": 36,
    "sha256_bukti": 68,
    "keterangan": 36,
    "satuan": 18,
    "satuan_bagian": 18,
    "tanpa_peringkat_karena": 18,
}
FIGURES_NOTE: Final = (
    "Angka lembaga lain, seperti yang mereka terbitkan; dokumen buktinya dikenali dari SHA-256."
)
RANKINGS_NOTE: Final = "Hanya laporan publik, dengan campuran jenis laporan yang disamakan. Selang yang bertumpuk berarti seri."
COMPOSITES_NOTE: Final = (
    "Tiap baris satu bagian. Rentang dan urutan: dengan bobot, rata-rata, dan penormalan yang lain."
)
NOTHING_YET: Final = "Belum ada data."
CHART_COLOUR: Final = "#0B6156"
Row = PublishedIndicatorValue


def workbook(city: City, head: Head, contents: Contents) -> bytes:
    """Return the workbook as the bytes of an XLSX file."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, deepcopy(OPTIONS)) as file:
        made_at = head.made_at.replace(tzinfo=None, microsecond=0)
        file.set_properties({"title": _title(city, head), "author": city.name, "created": made_at})
        book = Book(
            book=file,
            title=file.add_format({"bold": True, "font_size": 16, "font_color": CHART_COLOUR}),
            head=file.add_format(
                {
                    "bold": True,
                    "bg_color": "#DCEFE9",
                    "text_wrap": True,
                    "valign": "top",
                    "indent": 1,
                }
            ),
            wrap=file.add_format({"text_wrap": True, "valign": "top", "indent": 1}),
            number=file.add_format({"valign": "top"}),
            fact=file.add_format({"align": "left", "text_wrap": True}),
        )
        _cover(book, city, head, contents)
        _summary(book, city, head, contents)
        for code, rows in groupby(contents.values, key=lambda row: row.code):
            indicator_sheet(book, city, head.period, code, list(rows))
        _release(book, city, head, contents)
        _comparisons(book, city, contents.comparisons)
        _definitions(book, city)
        sheet = book.sheet("Metode", [120])
        book.table(sheet, 0, ["Metode"], [[line] for line in METHOD])
    return out.getvalue()


def _title(city: City, head: Head) -> str:
    return f"Indikator Smart Society {city.name} {head.period.code}"


def _cover(book: Book, city: City, head: Head, contents: Contents) -> None:
    sheet = book.sheet("Sampul", [34, 90])
    book.heading(sheet, _title(city, head))
    facts: list[tuple[str, Cell]] = [
        ("Kota", city.name),
        ("Kode Kemendagri", city.city_code),
        ("Kode BPS", city.bps_code or ""),
        ("Periode", head.period.code),
        ("Hari pertama", head.period.start_on.isoformat()),
        ("Hari terakhir", head.period.end_on.isoformat()),
        ("Rilis nomor", head.number),
        ("Revisi", head.revision),
        ("Menggantikan rilis nomor", head.replaces),
        ("Alasan revisi", head.reason),
        ("Dihitung sampai sebelum", instant_text(head.cut_off_at)),
        ("Disusun", instant_text(head.made_at)),
        ("Paket kota versi", city.pack_version),
        ("Banyak angka", len(contents.values)),
    ]
    for number, (name, value) in enumerate(facts, start=2):
        sheet.write_string(number, 0, name, book.head)
        if isinstance(value, str):
            sheet.write_string(number, 1, safe_text(value), book.fact)
        elif value is not None:
            sheet.write_number(number, 1, value, book.fact)


def _summary(book: Book, city: City, head: Head, contents: Contents) -> None:
    """Write one line an indicator: the city, the whole period."""
    sheet = book.sheet("Ringkasan", [8, 64, 12, 22, 13, 12, 12])
    wanted = (head.period.kind.value, head.period.start_on, city.city_code)
    rows = [
        row
        for row in contents.values
        if (row.period_kind, row.period_start_on, row.area_code) == wanted
    ]
    book.table(sheet, 0, SUMMARY, [_summary_line(row) for row in rows])
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)


def _summary_line(row: Row) -> Sequence[Any]:
    definition = definition_at(row.code, row.definition_version)
    return (
        row.code,
        definition.names["id"],
        number_of(row),
        UNIT_NAMES[definition.unit],
        VALUE_STATUS_NAMES[row.status],  # type: ignore[index]
        row.numerator,
        row.denominator,
    )


def _release(book: Book, city: City, head: Head, contents: Contents) -> None:
    """Write the tables of the release; a withheld number is an empty cell that says so beside it."""
    if contents.release is None:
        return
    sheet = book.sheet("Tabel rilis", [26, 10, 10, 12, 16, 30, 12, 12, 34, 10, 14, 50])
    lines = [
        cell_line(city, head, table, cell)
        for table in contents.release.tables
        for cell in table.cells
    ]
    book.table(sheet, 0, TABLE_HEADER, lines)
    sheet.freeze_panes(1, 0)
    if contents.release.whole is not None:
        sheet = book.sheet("Semua laporan", [10, 60, 8, 10, 8, 8, 12, 12, 8, 10, 8, 18, 20, 10, 10])
        book.table(sheet, 0, CSV_HEADER, list(whole_lines(city, contents.release.whole)))


def _comparisons(book: Book, city: City, found: Comparisons | None) -> None:
    """Write what is shown apart: figures of other bodies, rankings, composites with their parts."""
    if found is None:
        return
    for name, note, header, lines in (
        ("Lembaga lain", FIGURES_NOTE, FIGURES_HEADER, figure_lines(found.figures)),
        ("Peringkat", RANKINGS_NOTE, RANKINGS_HEADER, ranking_lines(city, found)),
        ("Komposit", COMPOSITES_NOTE, COMPOSITES_HEADER, composite_lines(found.composites)),
    ):
        widths = [APART_WIDTHS.get(column, 14) for column in header]
        sheet = book.sheet(name, widths)
        book.heading(sheet, name)
        sheet.write_string(1, 0, note if lines else f"{note} {NOTHING_YET}")
        book.table(sheet, 3, header, lines, heights=widths)
        sheet.set_row(3, 2 * LINE_HEIGHT)
        sheet.freeze_panes(4, 0)
        if header is RANKINGS_HEADER:
            _ranking_charts(book, sheet, city, found)


def _ranking_charts(book: Book, sheet: Any, city: City, found: Comparisons) -> None:
    """Put a chart of each ranking beside the table, one below the other."""
    row, column = 3, len(RANKINGS_HEADER) + 1
    for (measure, kind), rows in groupby(found.rankings, key=lambda one: (one.measure, one.kind)):
        name = all_definitions()[measure].names["id"]
        with force_locale("id"):
            svg = ranking_chart(city, list(rows), name=name, theme=PAPER)
        if svg:
            sheet.write_string(row, column, f"{measure} {name}: {kind}")
            row = book.chart(sheet, row + 1, column, svg)


def _definitions(book: Book, city: City) -> None:
    widths = [
        *(8, 6, 40, 40, 40),
        *(24,) * 3,
        *(60,) * 6,
        *(60, 40, 40, 14, 50, 40, 24, 24, 40, 12, 12),
    ]
    sheet = book.sheet("Definisi", widths)
    rows = [_definition_line(city, definition) for definition in all_definitions().values()]
    book.table(sheet, 0, DEFINITIONS, rows, heights=widths)
    sheet.freeze_panes(1, 1)


def _definition_line(city: City, one: Definition) -> Sequence[Cell]:
    names: Mapping[str, str] = one.names
    return (
        one.code,
        one.version,
        names["id"],
        names["en"],
        names["jv"],
        *(
            one.said(name, language)
            for name in ("concept", "definition", "interpretation")
            for language in LANGUAGES
        ),
        one.formula,
        one.numerator,
        one.denominator,
        UNIT_NAMES[one.unit],
        one.exits,
        one.clock,
        producer_of(city, one),
        one.source,
        one.reference,
        one.valid_from.isoformat(),
        one.status.value,
    )
