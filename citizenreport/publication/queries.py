"""Public reads: published rows only, through the public role's session."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import ColumnElement, Integer, cast, func, literal, select, tuple_
from sqlalchemy.orm import Session

from citizenreport.geo.columns import PositionType
from citizenreport.publication.models import (
    PhotoRelease,
    PublishedPhoto,
    PublishedReply,
    PublishedReport,
    Release,
    ReportJoin,
)
from citizenreport.publication.rules import (
    JOINABLE,
    MEDIAN_FROM_N,
    CellCount,
    CityNumbers,
    Filters,
    Page,
    PublishedReportNotFound,
    Similar,
)


def by_code(session: Session, tracking_code: str) -> PublishedReport:
    """Return a published report. Raises PublishedReportNotFound, the same for none and not public."""
    report = session.get(PublishedReport, tracking_code)
    if report is None:
        raise PublishedReportNotFound
    return report


def page(session: Session, wanted: Page) -> Sequence[PublishedReport]:
    """Return published reports, newest day first, at most `limit` of them."""
    query = select(PublishedReport).where(*_fitting(wanted))
    if wanted.after is not None:
        day, code = wanted.after
        key = tuple_(PublishedReport.submitted_on, PublishedReport.tracking_code)
        query = query.where(key < tuple_(literal(date.fromisoformat(day)), literal(code)))
    query = query.order_by(
        PublishedReport.submitted_on.desc(), PublishedReport.tracking_code.desc()
    ).limit(wanted.limit)
    return session.scalars(query).all()


def changed_last(session: Session, wanted: Page) -> Sequence[PublishedReport]:
    """Return published reports that fit, those changed last first; a feed has one page only."""
    query = (
        select(PublishedReport)
        .where(*_fitting(wanted))
        .order_by(PublishedReport.changed_on.desc(), PublishedReport.tracking_code.desc())
    )
    return session.scalars(query.limit(wanted.limit)).all()


def cell_counts(
    session: Session, wanted: Filters, *, metric_crs: int, cell_m: float
) -> list[CellCount]:
    """Return how many of these reports lie in each cell of a grid, fullest first.

    The corners of the grid are the multiples of `cell_m` in the city's metric frame (geo/grid.py):
    with a multiple of the published grid's cell nothing is told that the points do not tell.
    """
    metres = func.ST_Transform(cast(PublishedReport.position, Geometry("POINT", 4326)), metric_crs)
    points = (
        select(metres.label("metres"))
        .where(PublishedReport.position.is_not(None), *_fitting(wanted))
        .cte()
        .prefix_with("MATERIALIZED", dialect="postgresql")  # else each point is projected twice
    )
    cells = select(
        cast(func.floor(func.ST_X(points.c.metres) / cell_m), Integer).label("column"),
        cast(func.floor(func.ST_Y(points.c.metres) / cell_m), Integer).label("row"),
    ).subquery()
    number = func.count()
    query = (
        select(cells.c.column, cells.c.row, number)
        .group_by(cells.c.column, cells.c.row)
        .order_by(number.desc(), cells.c.column, cells.c.row)
    )
    found = session.execute(query).tuples()
    return [CellCount(column=column, row=row, count=count) for column, row, count in found]


def area_counts(session: Session, wanted: Filters) -> dict[str | None, int]:
    """Return how many of these reports there are in each area; None is those without one."""
    query = (
        select(PublishedReport.area_code, func.count())
        .where(*_fitting(wanted))
        .group_by(PublishedReport.area_code)
    )
    return dict(session.execute(query).tuples().all())


def _fitting(wanted: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions of the filters that are set."""
    equal = (
        (PublishedReport.category_code, wanted.category_code),
        (PublishedReport.aspect, wanted.aspect),
        (PublishedReport.state, wanted.state),
        (PublishedReport.area_code, wanted.area_code),
    )
    conditions = [column == value for column, value in equal if value is not None]
    if wanted.since is not None:
        conditions.append(PublishedReport.submitted_on >= wanted.since)
    if wanted.until is not None:
        conditions.append(PublishedReport.submitted_on <= wanted.until)
    return conditions


def similar(session: Session, wanted: Similar) -> Sequence[tuple[PublishedReport, float | None]]:
    """Return open published reports of a category nearby, nearest first, with metres.

    Without a position: those of the area, newest first, and None for the metres. Distances are
    taken from published places, so that they tell nothing that is not public.
    """
    query = select(PublishedReport).where(
        PublishedReport.category_code == wanted.category_code,
        PublishedReport.submitted_on >= wanted.since_on,
        PublishedReport.state.in_(sorted(JOINABLE)),
    )
    newest = (PublishedReport.submitted_on.desc(), PublishedReport.tracking_code)
    if wanted.position is None:
        if wanted.area_code is None:
            return []
        query = query.where(PublishedReport.area_code == wanted.area_code)
        rows = session.scalars(query.order_by(*newest).limit(wanted.limit)).all()
        return [(row, None) for row in rows]
    here = literal(wanted.position, PositionType)
    metres = func.ST_Distance(PublishedReport.position, here)
    near = query.where(func.ST_DWithin(PublishedReport.position, here, wanted.radius_m))
    found = near.add_columns(metres).order_by(metres, *newest).limit(wanted.limit)
    return session.execute(found).tuples().all()


def has_joined(session: Session, *, tracking_code: str, browser_hmac: bytes) -> bool:
    """Say whether this browser's reader said to see the problem too (not for the public role)."""
    return session.get(ReportJoin, (tracking_code, browser_hmac)) is not None


def photos_of(session: Session, tracking_code: str) -> Sequence[PublishedPhoto]:
    """Return the released photos of a published report, in the order they were sent."""
    query = (
        select(PublishedPhoto)
        .where(PublishedPhoto.tracking_code == tracking_code)
        .order_by(PublishedPhoto.position_in_report)
    )
    return session.scalars(query).all()


def photo_by_code(session: Session, photo_code: str) -> PublishedPhoto:
    """Return a released photo. Raises PublishedReportNotFound."""
    photo = session.get(PublishedPhoto, photo_code)
    if photo is None:
        raise PublishedReportNotFound
    return photo


def replies_of(session: Session, tracking_code: str) -> Sequence[PublishedReply]:
    """Return the public replies, oldest first."""
    query = (
        select(PublishedReply)
        .where(PublishedReply.tracking_code == tracking_code)
        .order_by(PublishedReply.number)
    )
    return session.scalars(query).all()


def release_of(session: Session, ticket_id: UUID) -> Release | None:
    """Return the release of a ticket (staff only), None while nothing of it is public."""
    return session.get(Release, ticket_id)


def ticket_published_as(session: Session, tracking_code: str) -> UUID | None:
    """Return the ticket that a published report is of (staff only); None for an unknown code."""
    return session.scalar(select(Release.ticket_id).where(Release.tracking_code == tracking_code))


def release_with_report(
    session: Session, ticket_id: UUID
) -> tuple[Release | None, PublishedReport | None]:
    """Return the release of a ticket and its public row in one query (staff only)."""
    query = (
        select(Release, PublishedReport)
        .outerjoin(PublishedReport, PublishedReport.tracking_code == Release.tracking_code)
        .where(Release.ticket_id == ticket_id)
    )
    row = session.execute(query).one_or_none()
    return (None, None) if row is None else (row[0], row[1])


def photo_releases_of(session: Session, ticket_id: UUID) -> dict[UUID, PhotoRelease]:
    """Return what was decided about each photo of a ticket (staff only)."""
    rows = session.scalars(select(PhotoRelease).where(PhotoRelease.ticket_id == ticket_id))
    return {row.photo_id: row for row in rows}


def released_among(session: Session, ticket_ids: Collection[UUID]) -> Sequence[UUID]:
    """Return those of some tickets that were released to the public."""
    query = select(Release.ticket_id).where(Release.ticket_id.in_(ticket_ids))
    return session.scalars(query).all()


def first_photos(
    session: Session, tracking_codes: Sequence[str]
) -> dict[str, tuple[PublishedPhoto, int]]:
    """Return the first released photo of each of these reports, and how many it has.

    One without photos is left out.
    """
    if not tracking_codes:
        return {}
    count = func.count().over(partition_by=PublishedPhoto.tracking_code)
    query = (
        select(PublishedPhoto, count)
        .distinct(PublishedPhoto.tracking_code)
        .where(PublishedPhoto.tracking_code.in_(tracking_codes))
        .order_by(PublishedPhoto.tracking_code, PublishedPhoto.position_in_report)
    )
    return {photo.tracking_code: (photo, number) for photo, number in session.execute(query)}


def changes(session: Session, *, limit: int) -> Sequence[tuple[str, date]]:
    """Return code and day of change of published reports, those changed last first."""
    query = (
        select(PublishedReport.tracking_code, PublishedReport.changed_on)
        .order_by(PublishedReport.changed_on.desc(), PublishedReport.tracking_code.desc())
        .limit(limit)
    )
    return session.execute(query).tuples().all()


def city_numbers(
    session: Session, *, open_states: Collection[str], month_from: date, median_from: date
) -> CityNumbers:
    """Return the city in three numbers, in one query. Days count as they are published.

    `month_from`: first day of those settled this month; `median_from`: of those the median is of.
    """
    settled_on, days = PublishedReport.settled_on, PublishedReport.submitted_on
    median = func.percentile_cont(0.5).within_group(settled_on - days)
    this_month = select(func.count()).where(settled_on >= month_from).scalar_subquery()
    still_open = (
        select(func.count()).where(PublishedReport.state.in_(open_states)).scalar_subquery()
    )
    query = select(func.count(), median, this_month, still_open).where(settled_on >= median_from)
    count, median_days, settled, open_now = session.execute(query).one()
    return CityNumbers(
        settled_this_month=settled,
        median_days=float(median_days) if count >= MEDIAN_FROM_N else None,
        median_of=count,
        still_open=open_now,
    )


def with_places(session: Session, *, limit: int) -> Sequence[PublishedReport]:
    """Return published reports that have a public place, newest day first."""
    query = (
        select(PublishedReport)
        .where(PublishedReport.position.is_not(None))
        .order_by(PublishedReport.submitted_on.desc(), PublishedReport.tracking_code.desc())
        .limit(limit)
    )
    return session.scalars(query).all()


def changed_between(
    session: Session, *, area_code: str | None, aspect: str | None, first: date, last: date
) -> Sequence[PublishedReport]:
    """Return what was released or changed in some days, the latest first; None: any area, aspect."""
    query = select(PublishedReport).where(PublishedReport.changed_on.between(first, last))
    if area_code is not None:
        query = query.where(PublishedReport.area_code == area_code)
    if aspect is not None:
        query = query.where(PublishedReport.aspect == aspect)
    order = (PublishedReport.changed_on.desc(), PublishedReport.tracking_code)
    return session.scalars(query.order_by(*order)).all()
