"""The workbook of a snapshot, for the ministry: cover, summary, a sheet an indicator, definitions.

Numbers are numbers, no text is ever a formula or a link, and charts are the workbook's own, so that
whoever opens it can go on working with them. The same numbers give the same bytes.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import xlsxwriter

from citizenreport.cities.rules import City
from citizenreport.documents.tables import Cell, safe_text
from citizenreport.indicators.definitions import all_definitions, definition_at
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.rules.definitions import Definition
from citizenreport.ledger.rules import instant_text
from citizenreport.publication.snapshots.contents import Contents
from citizenreport.publication.snapshots.preparing import Head
from citizenreport.web.indicator_charts import number_of
from citizenreport.web.indicators import (
    CSV_HEADER,
    UNIT_NAMES,
    VALUE_STATUS_NAMES,
    area_name,
    interval_of,
    period_of,
    producer_of,
)
from citizenreport.web.snapshots.release_lines import TABLE_HEADER, cell_line, whole_lines

OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
SUMMARY: Final = ("Kode", "Indikator", "Nilai", "Satuan", "Status", "Pembilang", "Penyebut")
VALUES: Final = (
    *("Jenis periode", "Periode", "Kode wilayah", "Wilayah", "Nilai", "Selang 95 % bawah"),
    *("Selang 95 % atas", "Pembilang", "Penyebut", "Status", "Versi definisi"),
)
DEFINITIONS: Final = (
    *(
        "Kode",
        "Versi",
        "Nama",
        "Nama (Inggris)",
        "Nama (Jawa)",
        "Konsep",
        "Definisi",
        "Interpretasi",
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
AXIS_KINDS: Final = ("bulan", "triwulan", "tahun")
CHART_COLOUR: Final = "#0B6156"
LINE_HEIGHT: Final = 15  # points
Row = PublishedIndicatorValue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """The workbook being written, with its formats."""

    book: Any
    title: Any
    head: Any
    wrap: Any
    fact: Any

    def sheet(self, name: str, widths: Sequence[int]) -> Any:
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def table(
        self,
        sheet: Any,
        first_row: int,
        header: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        *,
        heights: Sequence[int] = (),
    ) -> None:
        """Write a table. `heights`: the columns' widths, where text may take several lines."""
        for column, name in enumerate(header):
            sheet.write_string(first_row, column, name, self.head)
        for number, row in enumerate(rows, start=first_row + 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, safe_text(cell), self.wrap)
                elif cell is not None:
                    sheet.write_number(number, column, cell)
            if heights:
                sheet.set_row(number, LINE_HEIGHT * _lines(row, heights))


def _lines(row: Sequence[Cell], widths: Sequence[int]) -> int:
    """Return how many lines the longest text of a row takes: not every program works it out."""
    texts = [
        (len(cell), width)
        for cell, width in zip(row, widths, strict=False)
        if isinstance(cell, str)
    ]
    return max((-(-length // width) for length, width in texts), default=1)


def workbook(city: City, head: Head, contents: Contents) -> bytes:
    """Return the workbook as the bytes of an XLSX file."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as file:
        made_at = head.made_at.replace(tzinfo=None, microsecond=0)
        file.set_properties({"title": _title(city, head), "author": city.name, "created": made_at})
        book = _Book(
            book=file,
            title=file.add_format({"bold": True, "font_size": 16, "font_color": CHART_COLOUR}),
            head=file.add_format({"bold": True, "bg_color": "#DCEFE9", "text_wrap": True}),
            wrap=file.add_format({"text_wrap": True, "valign": "top"}),
            fact=file.add_format({"align": "left", "text_wrap": True}),
        )
        _cover(book, city, head, contents)
        _summary(book, city, head, contents)
        for code, rows in groupby(contents.values, key=lambda row: row.code):
            _indicator(book, city, code, list(rows))
        _release(book, city, head, contents)
        _definitions(book, city)
        sheet = book.sheet("Metode", [120])
        book.table(sheet, 0, ["Metode"], [[line] for line in METHOD])
    return out.getvalue()


def _title(city: City, head: Head) -> str:
    return f"Indikator Smart Society {city.name} {head.period.code}"


def _cover(book: _Book, city: City, head: Head, contents: Contents) -> None:
    sheet = book.sheet("Sampul", [34, 90])
    sheet.write_string(0, 0, _title(city, head), book.title)
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


def _summary(book: _Book, city: City, head: Head, contents: Contents) -> None:
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


def _summary_line(row: Row) -> Sequence[Cell]:
    definition = definition_at(row.code, row.definition_version)
    return (
        row.code,
        definition.names["id"],
        _number(row),
        UNIT_NAMES[definition.unit],
        VALUE_STATUS_NAMES[row.status],  # type: ignore[index]
        row.numerator,
        row.denominator,
    )


def _number(row: Row) -> Any:
    return number_of(row)


def _indicator(book: _Book, city: City, code: str, rows: list[Row]) -> None:
    """Write the values of an indicator, and a chart of the city over the periods inside."""
    definition = definition_at(code, rows[-1].definition_version)
    sheet = book.sheet(code, [14, 11, 15, 24, 11, 11, 11, 11, 11, 13, 9])
    sheet.write_string(0, 0, f"{code} {definition.names['id']}", book.title)
    sheet.write_string(1, 0, f"{definition.definition} ({UNIT_NAMES[definition.unit]})")
    ordered = sorted(rows, key=lambda row: _order(city, row))
    book.table(sheet, 3, VALUES, [_value_line(city, row) for row in ordered])
    sheet.freeze_panes(4, 0)
    sheet.repeat_rows(3)
    span = _charted(city, ordered)
    if span is not None:
        _chart(book, sheet, definition, code, span)


def _order(city: City, row: Row) -> tuple[Any, ...]:
    """The city first and its shortest periods first: what is charted stands together."""
    is_city = row.area_code == city.city_code
    kind = AXIS_KINDS.index(row.period_kind)
    return (not is_city, kind, row.area_level, row.area_code, row.period_start_on)


def _value_line(city: City, row: Row) -> Sequence[Any]:
    interval = interval_of(row)
    return (
        row.period_kind,
        period_of(row).code,
        row.area_code,
        area_name(city, row.area_code),
        _number(row),
        interval[0] if interval else None,
        interval[1] if interval else None,
        row.numerator,
        row.denominator,
        VALUE_STATUS_NAMES[row.status],  # type: ignore[index]
        row.definition_version,
    )


def _charted(city: City, rows: list[Row]) -> tuple[int, int] | None:
    """Return first and last line of the city's shortest periods; None with fewer than two."""
    first = rows[0]
    same = [
        row
        for row in rows
        if row.area_code == city.city_code and row.period_kind == first.period_kind
    ]
    known = [row for row in same if number_of(row) is not None]
    return (4, 3 + len(same)) if len(known) > 1 else None


def _chart(
    book: _Book, sheet: Any, definition: Definition, code: str, span: tuple[int, int]
) -> None:
    first, last = span
    chart = book.book.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": f"{code} {UNIT_NAMES[definition.unit]}",
            "categories": [code, first, 1, last, 1],
            "values": [code, first, 4, last, 4],
            "line": {"color": CHART_COLOUR, "width": 2.25},
            "marker": {"type": "circle", "size": 6, "fill": {"color": CHART_COLOUR}},
        }
    )
    chart.set_title({"name": definition.names["id"], "name_font": {"size": 11}})
    chart.set_y_axis({"min": 0, "name": UNIT_NAMES[definition.unit]})
    chart.set_legend({"none": True})
    chart.set_size({"width": 620, "height": 320})
    words = f"{definition.names['id']}: angkanya di lajur E."
    sheet.insert_chart(4, 12, chart, {"description": words})


def _release(book: _Book, city: City, head: Head, contents: Contents) -> None:
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


def _definitions(book: _Book, city: City) -> None:
    widths = [8, 6, 40, 40, 40, 24, 60, 60, 60, 40, 40, 14, 50, 40, 24, 24, 40, 12, 12]
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
        one.concept,
        one.definition,
        one.interpretation,
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
