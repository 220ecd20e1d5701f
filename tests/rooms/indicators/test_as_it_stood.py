"""What is counted for a cut-off is what was recorded before it, whatever has happened since."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.service import recompute
from tests.rooms.indicators.histories import History, wib
from tests.rooms.indicators.stored import log, store

CUT_OFF = wib("2026-07-01T00:00")


def published(session: Session, city: City, cut_off: datetime = CUT_OFF) -> list[tuple[Any, ...]]:
    recompute(session, city, cut_off=cut_off)
    table = PublishedIndicatorValue.__table__
    query = select(table).order_by(*table.primary_key.columns)
    shown = [column.name for column in table.columns if column.name != "cut_off_at"]
    return [tuple(row._mapping[name] for name in shown) for row in session.execute(query)]


def archived() -> History:
    return History("2026-03-02").released("2026-03-03").move("archived", "2026-03-09")


LATER = {
    "an archiving undone": lambda story: story.move("reopened", "2026-07-02"),
    "a settlement": lambda story: story.settled("2026-07-02"),
    "a verification": lambda story: story.move("verified", "2026-07-02"),
    "an answer": lambda story: story.add("replied", "2026-07-02"),
    "another deadline": lambda story: story.add(
        "deadlines_moved", "2026-07-02", settlement_due_at=wib("2026-09-01").isoformat()
    ),
    "another area": lambda story: story.add("corrected", "2026-07-02", area_code="33.71.01.1010"),
    "another agency": lambda story: story.add(
        "assigned", "2026-07-02", **{"from": "DLH", "agency_code": "DPUPR"}
    ),
}


@pytest.mark.parametrize("later", LATER)
def test_what_happened_after_a_cut_off_changes_nothing_before_it(
    session: Session, city: City, later: str
) -> None:
    story = archived() if "archiving" in later else History("2026-03-02").released("2026-03-03")
    count = len(story.events)
    ticket_id = store(session, story.events)
    store(session, History("2026-03-04").released("2026-03-05").events)
    before = published(session, city)
    log(session, ticket_id, LATER[later](story).events[count:])
    assert published(session, city) == before
    assert published(session, city, wib("2026-07-03T00:00")) != before


def test_what_was_recorded_late_counts_from_then_on(session: Session, city: City) -> None:
    """An agency notes on 2 July what it did on 9 March."""
    story = History("2026-03-02").released("2026-03-03")
    ticket_id = store(session, story.events)
    before = published(session, city)
    story.settled("2026-03-09")
    for event in story.events[2:]:
        object.__setattr__(event, "recorded_at", wib("2026-07-02"))
    log(session, ticket_id, story.events[2:])
    assert published(session, city) == before
    assert published(session, city, wib("2026-07-03T00:00"))
    row = PublishedIndicatorValue
    whole = select(row.numerator).where(row.code == "I01", row.area_code == "33.71")
    assert set(session.scalars(whole)) == {1}


def test_what_has_left_the_public_is_not_told_of_an_earlier_day(
    session: Session, city: City
) -> None:
    story = History("2026-03-02").released("2026-03-03")
    ticket_id = store(session, story.events)
    assert published(session, city)
    log(session, ticket_id, story.add("unreleased", "2026-07-02").events[2:])
    assert published(session, city) == []


@pytest.mark.parametrize(("by", "remains"), [("retention", True), ("reporter", False)])
def test_what_time_erases_stays_counted(
    session: Session, city: City, by: str, remains: bool
) -> None:
    story = History("2026-03-02").released("2026-03-03").settled("2026-03-09")
    ticket_id = store(session, story.events)
    before = published(session, city)
    log(session, ticket_id, story.add("erased", "2026-06-02", by=by).events[-1:])
    assert published(session, city) == (before if remains else [])
