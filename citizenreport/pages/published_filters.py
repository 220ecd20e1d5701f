"""The filters of the public places, as they stand in the address: the same for every view."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from urllib.parse import urlencode

from flask import request, url_for

from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.publication.models import PublishedReport
from citizenreport.publication.rules import Filters, Page
from citizenreport.web.paging import CursorInvalid, cursor_of, read_cursor
from citizenreport.web.translate import _

NAMES: Final = ("aspek", "kategori", "kelurahan", "status", "dari", "sampai")
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class FilterInvalid(InvalidInput):
    code = "filter-invalid"
    title = _n("Saringannya tidak terbaca.")


DAY_UNREADABLE: Final = _n("Tulis tanggal seperti 2026-01-31.")
DAYS_REVERSED: Final = _n("Tanggal akhir harus sama dengan tanggal awal atau sesudahnya.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`chosen`: what stands in the address, as written. `faults`: a message by filter."""

    chosen: Mapping[str, str]
    filters: Filters
    faults: Mapping[str, str] = field(default_factory=dict)

    def page(self, *, rows: int, after: tuple[str, str] | None) -> Page:
        """Return a page of what is asked for, with one row more: it tells whether there is a next."""
        wanted = self.filters
        return Page(
            limit=rows + 1,
            after=after,
            category_code=wanted.category_code,
            aspect=wanted.aspect,
            state=wanted.state,
            area_code=wanted.area_code,
            since=wanted.since,
            until=wanted.until,
        )


def read_filters() -> Asked:
    """Return the filters of this request; what cannot be read becomes a fault."""
    chosen = {name: _printable(request.args[name]) for name in NAMES if request.args.get(name)}
    faults: dict[str, str] = {}
    since, until = _day(chosen, "dari", faults), _day(chosen, "sampai", faults)
    if since and until and until < since:
        faults["sampai"] = _(DAYS_REVERSED)
    filters = Filters(
        category_code=chosen.get("kategori"),
        aspect=chosen.get("aspek"),
        state=chosen.get("status"),
        area_code=chosen.get("kelurahan"),
        since=since,
        until=until,
    )
    return Asked(chosen=chosen, filters=filters, faults=faults)


def good_filters() -> Asked:
    """Return the filters of this request. Raises FilterInvalid, which names the one that is wrong."""
    asked = read_filters()
    for name, message in asked.faults.items():
        raise FilterInvalid(message, pointer=f"#/{name}")
    return asked


def read_after() -> tuple[str, str] | None:
    """Return day and code of the last row seen, None for the first page. Raises CursorInvalid."""
    cursor = request.args.get("setelah")
    if not cursor:
        return None
    day, code = read_cursor(cursor, parts=2, pointer="#/setelah")
    try:
        return date.fromisoformat(day).isoformat(), code
    except ValueError as error:
        raise CursorInvalid(pointer="#/setelah") from error


def after_row(row: PublishedReport) -> str:
    """Return the cursor of what follows a row."""
    return cursor_of([row.submitted_on.isoformat(), row.tracking_code])


def address(endpoint: str, chosen: Mapping[str, str], **more: str) -> str:
    """Return the address of a view with these filters."""
    query = urlencode({**chosen, **more})
    return url_for(endpoint) + (f"?{query}" if query else "")


def _printable(value: str) -> str:
    """Return a filter's value, or one that fits nothing where the database could not hold it."""
    return value if value.isprintable() else "?"


def _day(chosen: Mapping[str, str], name: str, faults: dict[str, str]) -> date | None:
    given = chosen.get(name)
    if given is None:
        return None
    try:
        if DAY.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    faults[name] = _(DAY_UNREADABLE)
    return None
