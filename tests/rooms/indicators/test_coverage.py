"""I13: the neighbourhoods (RW) in which somebody took part."""

from datetime import datetime
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.keeping import keep_published
from citizenreport.indicators.models import KeptIndicatorValue, PublishedIndicatorValue
from citizenreport.indicators.rules.coverage import neighbourhood_number
from citizenreport.indicators.service import forget_ticket, recompute
from citizenreport.intake.models import Report
from citizenreport.triage.models import Ticket
from tests.rooms.indicators.histories import (
    CACABAN,
    PANJANG,
    WITHOUT_PLACE,
    History,
    random_streams,
    wib,
)
from tests.rooms.indicators.stored import store

CUT_OFF = wib("2026-07-01T00:00")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("3", 3),
        ("RW 03", 3),
        ("rw.003", 3),
        ("RW III", None),
        ("RT 1 RW 2", None),
        ("", None),
        ("00", None),
        ("RT 2/RW 2", 2),
    ],
)
def test_a_neighbourhood_is_known_by_its_number(written: str, number: int | None) -> None:
    assert neighbourhood_number(written) == number


@given(st.text(max_size=40))
def test_no_text_breaks_it(written: str) -> None:
    number = neighbourhood_number(written)
    assert number is None or 0 < number < 1000


def told(session: Session, story: History, neighbourhood: str) -> None:
    ticket_id = store(session, story.events)
    report_id = session.get_one(Ticket, ticket_id).report_id
    session.execute(
        update(Report).where(Report.id == report_id).values(neighbourhood=neighbourhood)
    )


def of(session: Session, city: City, cut_off: datetime = CUT_OFF) -> dict[int, tuple[int, Decimal]]:
    recompute(session, city, cut_off=cut_off)
    rows = session.query(PublishedIndicatorValue).filter_by(code="I13")
    return {row.period_start_on.year: (row.numerator, row.value or Decimal(0)) for row in rows}


def test_the_same_number_of_two_villages_is_two_and_twice_the_same_is_one(
    session: Session, magelang: City
) -> None:
    for area, number in ((PANJANG, "3"), (PANJANG, "RW 03"), (CACABAN, "3"), (CACABAN, "7")):
        told(session, History("2026-03-02", area_code=area).released("2026-03-03"), number)
    assert of(session, magelang) == {2026: (3, Decimal("1.5625").quantize(Decimal("0.01")))}


def test_what_is_not_public_or_has_no_public_place_takes_no_part(
    session: Session, magelang: City
) -> None:
    told(session, History("2026-03-02"), "3")
    told(session, History("2026-03-02", category_code=WITHOUT_PLACE).released("2026-03-03"), "4")
    raised = History("2026-03-02").released("2026-03-03")
    raised.add("visibility_raised", "2026-03-04", **{"from": "public", "to": "confidential"})
    told(session, raised, "5")
    assert of(session, magelang) == {}


@pytest.mark.parametrize("seed", range(3))
def test_it_equals_a_count_in_plain_sql(session: Session, magelang: City, seed: int) -> None:
    random = Random(seed)
    for events in random_streams(seed, 60):
        ticket_id = store(session, events)
        report_id = session.get_one(Ticket, ticket_id).report_id
        number = f"RW {random.randint(1, 9):02}"
        session.execute(update(Report).where(Report.id == report_id).values(neighbourhood=number))
    ours = {year: count for year, (count, _) in of(session, magelang).items()}
    rows = session.execute(
        text("""
        SELECT extract(year FROM opened.recorded_at AT TIME ZONE 'Asia/Jakarta')::int,
               count(DISTINCT (report.area_code, report.neighbourhood))
        FROM event opened
        JOIN ticket ON ticket.id = opened.stream_id
        JOIN report ON report.id = ticket.report_id
        WHERE opened.type = 'opened' AND opened.recorded_at < :cut_off
          AND report.area_code IS NOT NULL AND report.category_code <> :without_place
          AND NOT coalesce((opened.payload->>'is_outside')::boolean, false)
          AND (SELECT min(r.occurred_at) FROM event r
               WHERE r.stream_id = ticket.id AND r.type = 'released') < :cut_off
          AND NOT EXISTS (SELECT FROM event e WHERE e.stream_id = ticket.id
               AND (e.type = 'visibility_raised' OR e.type = 'state_changed'
                    AND (e.payload->>'to' = 'withdrawn'
                         OR e.occurred_at < :cut_off AND NOT EXISTS (SELECT FROM event u
                                  WHERE u.stream_id = e.stream_id AND u.seq > e.seq
                                    AND u.recorded_at < :cut_off
                                    AND u.payload->>'from' = 'archived') AND (e.payload->>'to' = 'duplicate'
                              OR e.payload->>'reason_code' IN ('spam', 'test')))))
        GROUP BY 1
        """),
        {"cut_off": CUT_OFF, "without_place": WITHOUT_PLACE},
    )
    assert ours == dict(rows.tuples().all())
    assert sum(ours.values()) > 5


def test_what_was_published_stays_when_retention_erases(session: Session, magelang: City) -> None:
    cut_off = wib("2027-02-01T00:00")
    for area, number in ((PANJANG, "3"), (CACABAN, "7")):
        told(session, History("2026-03-02", area_code=area).released("2026-03-03"), number)
    before = of(session, magelang, cut_off)
    assert before[2026][0] == 2
    ids = list(session.scalars(select(Report.id)))
    keep_published(session, ids[:1])
    session.execute(update(Report).where(Report.id == ids[0]).values(neighbourhood=None))
    assert of(session, magelang, cut_off) == before
    session.execute(delete(KeptIndicatorValue))
    assert of(session, magelang, cut_off)[2026][0] == 1


def test_what_is_kept_goes_with_a_report_that_leaves_the_public(
    session: Session, magelang: City
) -> None:
    told(session, History("2026-03-02").released("2026-03-03"), "3")
    of(session, magelang, wib("2027-02-01T00:00"))
    keep_published(session, list(session.scalars(select(Report.id))))
    assert session.scalars(select(KeptIndicatorValue)).all()
    forget_ticket(session, session.scalars(select(Ticket.id)).one())
    assert session.scalars(select(KeptIndicatorValue)).all() == []
