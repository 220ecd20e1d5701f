"""Published reports as other systems ask for them: by time, state, place and words; in one query."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from geoalchemy2 import Geometry
from sqlalchemy import ColumnElement, Date, cast, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Session

from citizenreport.geo.columns import PositionType
from citizenreport.geo.position import Position
from citizenreport.publication.models import PublishedPhoto, PublishedReply, PublishedReport

DAY: Final = timedelta(days=1)
PLACE: Final = Geometry("POINT", 4326)
Box = tuple[float, float, float, float]  # west, south, east, north; WGS 84 degrees


class Order(StrEnum):
    """By what a list is sorted; equal ones by their code."""

    REQUESTED = "requested_datetime"
    UPDATED = "updated_datetime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which published reports are asked for; None is any.

    `since` and `until` are moments of submission, both included. A report without a published hour
    counts from the first moment of its day in `time_zone`, or, if `days_are_whole`, as all of its
    day. Days of change are whole days.
    """

    time_zone: str
    codes: Collection[str] | None = None
    category_codes: Collection[str] | None = None
    aspects: Collection[str] | None = None
    area_codes: Collection[str] | None = None
    agency_codes: Collection[str] | None = None
    states: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    days_are_whole: bool = False
    changed_from: date | None = None
    changed_to: date | None = None
    box: Box | None = None
    near: Position | None = None
    radius_m: float = 0
    words: str | None = None
    order: Order = Order.REQUESTED
    newest_first: bool = True
    after: tuple[date, str] | None = None  # day and code of the last row seen
    offset: int = 0
    limit: int = 50


class Found(NamedTuple):
    """A published report as others list it, and the code of its first photo. Degrees, WGS 84.

    Rows by the thousand: a plain tuple, not the mapped row.
    """

    tracking_code: str
    category_code: str
    aspect: str
    area_code: str | None
    agency_code: str
    state: str
    text: str | None
    landmark: str | None
    submitted_on: date
    submitted_at: datetime | None
    settlement_due_on: date
    settled_on: date | None
    changed_on: date
    is_demo: bool
    seen_by_at_least: int
    lon: float | None
    lat: float | None
    photo_code: str | None


def found(session: Session, wanted: Wanted) -> list[Found]:
    """Return the reports that fit, in order, in one query whatever their number."""
    row = PublishedReport
    place = cast(row.position, PLACE)
    photo = (
        select(PublishedPhoto.photo_code)
        .where(PublishedPhoto.tracking_code == row.tracking_code)
        .order_by(PublishedPhoto.position_in_report)
        .limit(1)
        .scalar_subquery()
    )
    plain = [getattr(row, name) for name in Found._fields if hasattr(row, name)]  # all but three
    day = row.submitted_on if wanted.order is Order.REQUESTED else row.changed_on
    keys: list[ColumnElement[Any]] = [day.expression, row.tracking_code.expression]
    query = (
        select(*plain, func.ST_X(place), func.ST_Y(place), photo)
        .where(*_when(wanted), *_what(wanted), *_where(wanted))
        .where(*_beyond(wanted, keys))
        .order_by(*(key.desc() if wanted.newest_first else key.asc() for key in keys))
        .offset(wanted.offset)
        .limit(wanted.limit)
    )
    return [Found._make(values) for values in session.execute(query)]


def replies_among(
    session: Session, tracking_codes: Collection[str]
) -> dict[str, list[PublishedReply]]:
    """Return the public replies of some reports, oldest first, by report."""
    query = (
        select(PublishedReply)
        .where(PublishedReply.tracking_code.in_(tracking_codes))
        .order_by(PublishedReply.tracking_code, PublishedReply.number)
    )
    replies: dict[str, list[PublishedReply]] = {}
    for reply in session.scalars(query):
        replies.setdefault(reply.tracking_code, []).append(reply)
    return replies


def replied_between(session: Session, first: date, last: date) -> Sequence[PublishedReply]:
    """Return the public replies of some days, both included, in the order they were given."""
    query = (
        select(PublishedReply)
        .where(PublishedReply.replied_on.between(first, last))
        .order_by(PublishedReply.replied_on, PublishedReply.tracking_code, PublishedReply.number)
    )
    return session.scalars(query).all()


def _when(wanted: Wanted) -> list[ColumnElement[bool]]:
    row = PublishedReport
    day = cast(row.submitted_on, TIMESTAMP)
    moment = func.coalesce(row.submitted_at, func.timezone(wanted.time_zone, day))
    ends = func.timezone(wanted.time_zone, day + literal(DAY))
    latest = func.coalesce(row.submitted_at, ends) if wanted.days_are_whole else moment
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        first = cast(func.timezone(wanted.time_zone, literal(wanted.since)), Date)
        conditions += [row.submitted_on >= first, latest >= wanted.since]
    if wanted.until is not None:
        last = cast(func.timezone(wanted.time_zone, literal(wanted.until)), Date)
        conditions += [row.submitted_on <= last, moment <= wanted.until]
    if wanted.changed_from is not None:
        conditions.append(row.changed_on >= wanted.changed_from)
    if wanted.changed_to is not None:
        conditions.append(row.changed_on <= wanted.changed_to)
    return conditions


def _what(wanted: Wanted) -> list[ColumnElement[bool]]:
    row = PublishedReport
    among = (
        (row.tracking_code, wanted.codes),
        (row.category_code, wanted.category_codes),
        (row.aspect, wanted.aspects),
        (row.area_code, wanted.area_codes),
        (row.agency_code, wanted.agency_codes),
        (row.state, wanted.states),
    )
    conditions: list[ColumnElement[bool]] = [
        column.in_(values) for column, values in among if values is not None
    ]
    if wanted.words is not None:
        pattern = f"%{_escaped(wanted.words)}%"
        conditions.append(or_(row.text.ilike(pattern), row.landmark.ilike(pattern)))
    return conditions


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    row = PublishedReport
    conditions: list[ColumnElement[bool]] = []
    if wanted.box is not None:
        # In degrees, as maps and lists mean it: on the sphere a wide box has bent edges.
        box = func.ST_MakeEnvelope(*wanted.box, 4326)
        conditions.append(func.ST_Intersects(cast(row.position, PLACE), box))
    if wanted.near is not None:
        here = literal(wanted.near, PositionType)
        conditions.append(func.ST_DWithin(row.position, here, wanted.radius_m))
    return conditions


def _beyond(wanted: Wanted, keys: list[ColumnElement[Any]]) -> list[ColumnElement[bool]]:
    """Return what keeps to the rows that come after the last one seen."""
    if wanted.after is None:
        return []
    last = tuple_(*(literal(part) for part in wanted.after))
    return [tuple_(*keys) < last if wanted.newest_first else tuple_(*keys) > last]


def _escaped(words: str) -> str:
    """Return words as they stand inside a LIKE pattern."""
    return words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
