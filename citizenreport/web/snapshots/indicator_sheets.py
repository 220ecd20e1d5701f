"""One sheet an indicator: its values, and beside them the charts that pages and papers show."""

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import force_locale

from citizenreport.cities.rules import City
from citizenreport.documents.charts import PAPER
from citizenreport.indicators.definitions import definition_at
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.rules.periods import Period
from citizenreport.web.indicator_charts import AreaLine, area_map, number_of, trend_chart
from citizenreport.web.indicator_lines import period_name
from citizenreport.web.indicators import (
    UNIT_NAMES,
    VALUE_STATUS_NAMES,
    area_name,
    interval_of,
    period_of,
)
from citizenreport.web.snapshots.book import LINE_HEIGHT, Book

VALUES: Final = (
    *("Jenis periode", "Periode", "Kode wilayah", "Wilayah", "Nilai", "Selang 95 % bawah"),
    *("Selang 95 % atas", "Pembilang", "Penyebut", "Status", "Versi definisi"),
)
WIDTHS: Final = (14, 11, 15, 24, 11, 11, 11, 11, 11, 13, 9, 3, 12, 24, 12, 12)
FIRST_ROW: Final = 3
CHART_COLUMN: Final = 12
MAP_HEAD: Final = ("No. di peta", "Kelurahan", "Nilai", "Kasus")
AXIS_KINDS: Final = ("bulan", "triwulan", "tahun")
Row = PublishedIndicatorValue


def indicator_sheet(book: Book, city: City, period: Period, code: str, rows: Sequence[Row]) -> None:
    """Write the values of an indicator, and beside them its chart and its map with its table."""
    definition = definition_at(code, rows[-1].definition_version)
    sheet = book.sheet(code, WIDTHS)
    book.heading(sheet, f"{code} {definition.names['id']}")
    sheet.write_string(1, 0, f"{definition.definition} ({UNIT_NAMES[definition.unit]})")
    ordered = sorted(rows, key=lambda row: _order(city, row))
    book.table(sheet, FIRST_ROW, VALUES, [_value_line(city, row) for row in ordered])
    sheet.set_row(FIRST_ROW, 2 * LINE_HEIGHT)
    sheet.freeze_panes(FIRST_ROW + 1, 0)
    sheet.repeat_rows(FIRST_ROW)
    with force_locale("id"):  # the workbook is Indonesian whoever asks for it
        _drawings(book, sheet, city, period, ordered)


def _drawings(book: Book, sheet: Any, city: City, period: Period, rows: Sequence[Row]) -> None:
    name = definition_at(rows[-1].code, rows[-1].definition_version).names["id"]
    svg = trend_chart(_charted(city, rows), name=name, theme=PAPER)
    below = book.chart(sheet, FIRST_ROW, CHART_COLUMN, svg) if svg else FIRST_ROW
    small = [
        row for row in rows if row.area_code in city.area_index.codes and period_of(row) == period
    ]
    drawn = area_map(city, small, name=name, period=period_name(period), theme=PAPER)
    if drawn is None or all(line.step is None for line in drawn.lines):
        return
    below = book.chart(sheet, below, CHART_COLUMN, drawn.svg)
    sheet.write_string(below, CHART_COLUMN, f"{name}, {period.code}")
    numbers = {row.area_code: row for row in small}
    lines = [_map_line(line, numbers.get(line.area_code)) for line in drawn.lines]
    book.table(sheet, below + 1, MAP_HEAD, lines, first_column=CHART_COLUMN)


def _map_line(line: AreaLine, row: Row | None) -> Sequence[Any]:
    if row is None:
        return (int(line.mark), line.name, None, None)
    return (int(line.mark), line.name, number_of(row), row.denominator)


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
        number_of(row),
        interval[0] if interval else None,
        interval[1] if interval else None,
        row.numerator,
        row.denominator,
        VALUE_STATUS_NAMES[row.status],  # type: ignore[index]
        row.definition_version,
    )


def _charted(city: City, rows: Sequence[Row]) -> list[Row]:
    """Return the city's values of the shortest periods there are, oldest first."""
    first = rows[0]
    kind, area_code = first.period_kind, city.city_code
    return [row for row in rows if (row.period_kind, row.area_code) == (kind, area_code)]
