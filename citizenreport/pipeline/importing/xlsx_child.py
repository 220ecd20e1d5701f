"""The process that reads a stranger's workbook: a path in, JSON lines out, and nothing else.

Started by `files.py` as a script of its own (`python -I xlsx_child.py PATH SHEET`) with an empty
environment, like `gpkg_child.py`. A zip that unpacks into more than the limits ends this process
only. The first row that holds anything gives the names of the columns. It imports nothing of this
package.
"""

import datetime
import json
import resource
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

MEMORY_BYTES = 1_500_000_000
CPU_S = 120
OPEN_FILES = 16


def limit_process() -> None:
    """Take away what reading does not need: writing files above all."""
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),  # pipes are not files
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def lines_of(path: str, wanted: str) -> Iterator[dict[str, Any]]:
    """Yield the columns and how many rows there are, then the rows. `wanted` empty: the first sheet."""
    book = CalamineWorkbook.from_path(path)
    names = book.sheet_names
    sheet = wanted or names[0]
    if sheet not in names:
        yield {"layers": names}
        return
    rows = [row for row in book.get_sheet_by_name(sheet).to_python() if any(map(is_filled, row))]
    width = max((last_filled(row) for row in rows), default=0)
    titles = [str(plain(cell)).strip() for cell in rows[0][:width]] if rows else []
    columns = [title or f"kolom {number}" for number, title in enumerate(titles, start=1)]
    yield {"columns": columns, "total": len(rows) - 1, "crs": None}
    for row in rows[1:]:
        yield {name: plain(cell) for name, cell in zip(columns, row, strict=False)}


def last_filled(row: Sequence[object]) -> int:
    """Return how many cells a row has up to the last one that holds something."""
    return max((number for number, cell in enumerate(row, start=1) if is_filled(cell)), default=0)


def is_filled(cell: object) -> bool:
    return cell is not None and cell != ""


def plain(cell: object) -> object:
    """Return a cell as JSON holds it: days and instants in ISO form."""
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return str(cell)
    return cell


def main() -> None:
    limit_process()
    try:
        for line in lines_of(sys.argv[1], sys.argv[2]):
            sys.stdout.write(json.dumps(line) + "\n")
    except (CalamineError, OSError, IndexError):
        sys.exit(3)


if __name__ == "__main__":
    main()
