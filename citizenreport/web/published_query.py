"""How machines ask for published reports: filters of an address, read strictly."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final

from marshmallow import ValidationError, fields

from citizenreport.cities.rules import City
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.publication.service_requests import Box, Wanted
from citizenreport.triage.states import OPEN, State
from citizenreport.web.paging import CursorInvalid, read_cursor
from citizenreport.web.wire import INSTANT, Text, WireSchema, between, one_of

PAGE_DEFAULT, PAGE_MAX = 100, 1_000
LISTED_MAX: Final = 100
STATUSES: Final = {
    "open": frozenset(state.value for state in OPEN),
    "closed": frozenset(state.value for state in State if state not in OPEN),
}
BOX_WORDS: Final = _n("Tulis bbox sebagai barat,selatan,timur,utara dalam derajat.")
OPEN_ENDS: Final = ("", "..")
DAY_CHARS: Final = len("2026-01-31")

When = date | datetime


class WindowReversed(InvalidInput):
    code = "window-reversed"
    title = _n("Akhir rentang waktu harus sama dengan awalnya atau sesudahnya.")


class IntervalUnreadable(InvalidInput):
    code = "interval-unreadable"
    title = _n(
        "Tulis datetime sebagai tanggal (2026-01-31), tanggal dan jam (2026-01-31T01:00:00Z),"
        " atau rentang (2026-01-01/2026-01-31, 2026-01-01/..)."
    )


class Listed(Text):
    """A list of codes with commas between them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not 1 <= len(parts) <= LISTED_MAX:
            raise ValidationError(_n("Isi dengan 1 sampai 100 kode, dipisah koma."))
        return parts


class DayOrInstant(fields.Field[Any]):
    """A day (RFC 3339 full-date) or an instant with its offset."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> When:
        return read_when(str(value))


class BoxField(fields.Field[Any]):
    """West, south, east, north in degrees; or six numbers with heights, which are left aside."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Box:
        try:
            numbers = [float(part) for part in str(value).split(",")]
        except ValueError as error:
            raise ValidationError(BOX_WORDS) from error
        if len(numbers) == 6:
            numbers = [*numbers[0:2], *numbers[3:5]]
        if len(numbers) != 4:
            raise ValidationError(BOX_WORDS)
        west, south, east, north = numbers
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise ValidationError(BOX_WORDS)
        return west, south, east, north


class FiltersSchema(WireSchema):
    """Which published reports. What is not known is refused, so that a typing error is seen."""

    category = Listed(metadata={"description": "Category codes, with commas between them"})
    aspect = Listed(metadata={"description": "aman, nyaman, toleransi, harmoni, lainnya"})
    area = Listed(metadata={"description": "Area codes (Kemendagri), with commas"})
    agency = Listed(metadata={"description": "Agency codes, with commas"})
    status = fields.String(validate=one_of(STATUSES))
    bbox = BoxField(
        metadata={
            "type": "string",
            "description": "west,south,east,north in degrees (WGS 84); reports without a point"
            " never fit",
        }
    )
    limit = fields.Integer(load_default=PAGE_DEFAULT, validate=between(1, PAGE_MAX))
    after = Text(metadata={"description": "Where the page before ended: taken from its next link"})
    lang = Text(metadata={"description": "Language of errors: id, en, jv"})


def read_when(text: str) -> When:
    """Return a day or an instant. Raises ValidationError with what to write."""
    try:
        if len(text) == DAY_CHARS and text.isascii():
            return date.fromisoformat(text)
        if INSTANT.fullmatch(text):
            found = datetime.fromisoformat(text.upper())
            if found.tzinfo is not None:
                return found
    except ValueError:
        pass
    raise ValidationError(
        _n("Isi dengan tanggal (2026-01-31) atau tanggal dan jam (2026-01-31T08:00:00+07:00).")
    )


def wanted_of(
    city: City,
    asked: Mapping[str, Any],
    *,
    since: When | None,
    until: When | None,
    pointer: str = "#/until",
) -> Wanted:
    """Return what is asked for, with one row more than a page: it tells whether there is a next.

    Days are days of the city, the last one included to its end.

    Raises:
        WindowReversed, CursorInvalid.
    """
    first, last = _begin(city, since), _end(city, until)
    if first is not None and last is not None and last < first:
        raise WindowReversed(pointer=pointer)
    status = asked.get("status")
    return Wanted(
        time_zone=str(city.calendar.time_zone),
        category_codes=asked.get("category"),
        aspects=asked.get("aspect"),
        area_codes=asked.get("area"),
        agency_codes=asked.get("agency"),
        states=STATUSES[status] if status else None,
        since=first,
        until=last,
        box=asked.get("bbox"),
        after=_after(asked["after"]) if "after" in asked else None,
        limit=asked["limit"] + 1,
    )


def _begin(city: City, when: When | None) -> datetime | None:
    if when is None or isinstance(when, datetime):
        return when
    return datetime.combine(when, time.min, city.calendar.time_zone)


def _end(city: City, when: When | None) -> datetime | None:
    if when is None or isinstance(when, datetime):
        return when
    return datetime.combine(when, time.max, city.calendar.time_zone)


def _after(cursor: str) -> tuple[date, str]:
    day, code = read_cursor(cursor, parts=2, pointer="#/after")
    try:
        return date.fromisoformat(day), code
    except ValueError as error:
        raise CursorInvalid(pointer="#/after") from error


def read_interval(text: str) -> tuple[When | None, When | None]:
    """Return both ends of a `datetime` parameter; None is open. A single one is both ends.

    Source: OGC API – Features – Part 1, 7.15.4; RFC 3339, section 5.6.

    Raises:
        IntervalUnreadable.
    """
    parts = text.split("/")
    if len(parts) > 2:
        raise IntervalUnreadable(pointer="#/datetime")
    try:
        ends = [
            None if part in OPEN_ENDS and len(parts) == 2 else read_when(part) for part in parts
        ]
    except ValidationError as error:
        raise IntervalUnreadable(pointer="#/datetime") from error
    return ends[0], ends[-1]
