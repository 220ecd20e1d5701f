"""Filters, cells and areas over many rows: what they find, and that indexes find it."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from citizenreport.geo.frame import metric_frame
from citizenreport.geo.grid import cell_centre
from citizenreport.publication.models import PublishedReport
from citizenreport.publication.queries import area_counts, cell_counts, page
from citizenreport.publication.rules import Filters, Page
from tests.rooms.publication.many import FIRST_DAY, fill

UTM_49S = 32749
ROWS = 8_000
DAY = FIRST_DAY + timedelta(days=300)
AREA = "33.71.03.1005"
INDEXES = {
    "": ("ix_published_report_submitted", {}),
    "category": ("ix_published_report_category", {"category_code": "A08"}),
    "aspect": ("ix_published_report_aspect_day", {"aspect": "harmoni"}),
    "state": ("ix_published_report_state_day", {"state": "closed"}),
    "area": ("ix_published_report_area_day", {"area_code": AREA}),
    "days": ("ix_published_report_submitted", {"since": DAY, "until": DAY + timedelta(days=2)}),
    "area and days": ("ix_published_report_area_day", {"area_code": AREA, "since": DAY}),
    "nothing fits": ("ix_published_report_category", {"category_code": "A12"}),
}


@pytest.fixture
def many(session: Session, as_owner: Callable[[], AbstractContextManager[None]]) -> Session:
    with as_owner():
        fill(session, ROWS)
    return session


def plan_of(session: Session, ask: Callable[[], object]) -> str:
    """Return how the database answers the one query of a call."""
    asked: list[tuple[str, Any]] = []

    def note(_: Connection, __: object, statement: str, values: Any, *rest: object) -> None:
        asked.append((statement, values))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    ((statement, values),) = asked
    rows = connection.exec_driver_sql(f"EXPLAIN {statement}", values)
    return "\n".join(row[0] for row in rows)


def rows_of(session: Session, wanted: Filters) -> list[PublishedReport]:
    return [row for row in session.scalars(select(PublishedReport)) if fits(row, wanted)]


def fits(row: PublishedReport, wanted: Filters) -> bool:
    names = ("category_code", "aspect", "state", "area_code")
    asked = {name: getattr(wanted, name) for name in names if getattr(wanted, name) is not None}
    return all(getattr(row, name) == value for name, value in asked.items()) and (
        wanted.since or date.min
    ) <= row.submitted_on <= (wanted.until or date.max)


@pytest.mark.parametrize("name", INDEXES)
def test_a_page_is_found_by_an_index_in_the_order_it_is_shown(many: Session, name: str) -> None:
    index, filters = INDEXES[name]
    plan = plan_of(many, lambda: page(many, Page(limit=21, **filters)))  # type: ignore[arg-type]
    assert index in plan, plan
    assert "Seq Scan" not in plan, plan
    assert "Sort" not in plan, plan


@pytest.mark.parametrize("name", INDEXES)
def test_pages_hold_every_row_that_fits_once_newest_first(many: Session, name: str) -> None:
    _, filters = INDEXES[name]
    wanted = Filters(**filters)  # type: ignore[arg-type]
    found: list[PublishedReport] = []
    while True:
        last = (found[-1].submitted_on.isoformat(), found[-1].tracking_code) if found else None
        rows = page(many, Page(limit=5000, after=last, **filters))  # type: ignore[arg-type]
        found += rows
        if len(rows) < 5000:
            break
    keys = [(row.submitted_on, row.tracking_code) for row in found]
    assert keys == sorted(keys, reverse=True)
    assert {row.tracking_code for row in found} == {
        row.tracking_code for row in rows_of(many, wanted)
    }


@pytest.mark.parametrize("cell_m", [100, 500])
def test_cells_count_the_published_points_in_them(many: Session, cell_m: float) -> None:
    wanted = Filters(aspect="nyaman", since=DAY)
    found = cell_counts(many, wanted, metric_crs=UTM_49S, cell_m=cell_m)
    frame = metric_frame(UTM_49S)
    expected = Counter(
        cell_centre(row.position, metric_crs=UTM_49S, cell_m=cell_m)
        for row in rows_of(many, wanted)
        if row.position is not None
    )
    assert {
        frame.to_position((cell.column + 0.5) * cell_m, (cell.row + 0.5) * cell_m): cell.count
        for cell in found
    } == dict(expected)
    assert [cell.count for cell in found] == sorted(expected.values(), reverse=True)


def test_areas_and_those_without_one_sum_to_all(many: Session) -> None:
    wanted = Filters(category_code="N06")
    found = area_counts(many, wanted)
    assert found == dict(Counter(row.area_code for row in rows_of(many, wanted)))
    assert found[None] > 0


def test_a_report_in_the_middle_of_a_published_cell_stays_in_it(many: Session) -> None:
    """A rounded point is a cell's centre: counting may not move it to the next one."""
    middle = cell_centre(
        next(r.position for r in many.scalars(select(PublishedReport)) if r.position is not None),
        metric_crs=UTM_49S,
    )
    row = many.scalars(select(PublishedReport).limit(1)).one()
    row.position, row.category_code = middle, "Q01"
    many.flush()
    (cell,) = cell_counts(many, Filters(category_code="Q01"), metric_crs=UTM_49S, cell_m=100)
    frame = metric_frame(UTM_49S)
    assert frame.to_position((cell.column + 0.5) * 100, (cell.row + 0.5) * 100) == middle
