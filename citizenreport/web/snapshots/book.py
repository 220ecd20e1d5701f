"""The sheets of a workbook: tables whose numbers are numbers and whose text is never a formula."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from citizenreport.documents.charts import PICTURE_SCALE, picture_of
from citizenreport.documents.tables import Cell, safe_text

OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    # a font every program has, or has one as wide of: columns, and so pictures, are as wide as meant
    "default_format_properties": {"font_name": "Arial", "font_size": 10},
}
LINE_HEIGHT: Final = 16  # points; said of each row, for not every program has the same default
ROW_PX: Final = 21  # of a row of LINE_HEIGHT
PICTURE_SIZE: Final = 72 / 96 / PICTURE_SCALE
"""Pictures count 72 pixels to the inch, sheets 96."""
CHART_FILE: Final = "grafik.png"
MOVED_NOT_STRETCHED: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The workbook being written, with its formats."""

    book: Any
    title: Any
    head: Any
    wrap: Any
    number: Any
    fact: Any

    def sheet(self, name: str, widths: Sequence[int]) -> Any:
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_default_row(LINE_HEIGHT)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def heading(self, sheet: Any, text: str) -> None:
        sheet.write_string(0, 0, text, self.title)
        sheet.set_row(0, 2 * LINE_HEIGHT)

    def table(
        self,
        sheet: Any,
        first_row: int,
        header: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        *,
        heights: Sequence[int] = (),
        first_column: int = 0,
    ) -> None:
        """Write a table. `heights`: the columns' widths, where text may take several lines."""
        for column, name in enumerate(header, start=first_column):
            sheet.write_string(first_row, column, name, self.head)
        for number, row in enumerate(rows, start=first_row + 1):
            for column, cell in enumerate(row, start=first_column):
                if isinstance(cell, str | date):
                    sheet.write_string(number, column, safe_text(str(cell)), self.wrap)
                elif cell is not None:
                    sheet.write_number(number, column, cell, self.number)
            if not first_column:
                sheet.set_row(number, LINE_HEIGHT * (_lines(row, heights) if heights else 1))

    def chart(self, sheet: Any, row: int, column: int, svg: str) -> int:
        """Put a chart into a sheet; return the first row below it. Its numbers are cells beside it."""
        picture = picture_of(svg)
        options = {
            "image_data": io.BytesIO(picture.png),
            "description": picture.words,
            "x_scale": PICTURE_SIZE,
            "y_scale": PICTURE_SIZE,
            "object_position": MOVED_NOT_STRETCHED,
        }
        sheet.insert_image(row, column, CHART_FILE, options)
        return row + int(picture.height / ROW_PX) + 2


def _lines(row: Sequence[Cell], widths: Sequence[int]) -> int:
    """Return how many lines the longest text of a row takes: not every program works it out."""
    texts = [
        (len(cell), width)
        for cell, width in zip(row, widths, strict=False)
        if isinstance(cell, str)
    ]
    return max((-(-length // width) for length, width in texts), default=1)
