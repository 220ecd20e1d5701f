"""I09: what reporters of public reports answered, by year, in steps that tell of nobody."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.service import forget_ticket, recompute
from citizenreport.intake.models import Report
from citizenreport.surveys.models import SurveyAnswer
from citizenreport.surveys.rules.satisfaction import Element
from citizenreport.surveys.service import cut_links
from citizenreport.triage.models import Ticket
from tests.rooms.indicators.histories import PANJANG, History, wib
from tests.rooms.indicators.stored import store
from tests.rooms.indicators.test_service import raise_visibility

AUGUST = wib("2026-08-01T00:00")


def answered(
    session: Session, count: int, *, score: int = 4, on: str = "2026-03-20", is_public: bool = True
) -> list[UUID]:
    """Store settled reports whose reporters gave every element the same score."""
    ids = []
    for _ in range(count):
        story = History("2026-03-02", area_code=PANJANG)
        story = (story.released("2026-03-03") if is_public else story).settled("2026-03-10")
        ticket_id = store(session, story.events)
        session.add(
            SurveyAnswer(
                id=uuid4(),
                ticket_id=ticket_id,
                answered_on=date.fromisoformat(on),
                scores={element.value: score for element in Element},
                is_settled=True,
            )
        )
        ids.append(ticket_id)
    session.execute(update(Report).values(secret_hmac=b"x" * 32))
    session.flush()
    return ids


def published(
    session: Session, city: City, cut_off: datetime = AUGUST
) -> list[PublishedIndicatorValue]:
    recompute(session, city, cut_off=cut_off)
    row = PublishedIndicatorValue
    return list(session.scalars(select(row).where(row.code == "I09")))


def brief(rows: list[PublishedIndicatorValue]) -> list[tuple[Any, ...]]:
    return [(r.period_start_on.year, float(r.value or 0), r.numerator, r.denominator) for r in rows]


def test_a_value_says_how_many_answered_of_how_many(session: Session, city: City) -> None:
    answered(session, 6, score=4)
    answered(session, 6, score=3)
    for _ in range(8):  # settled, and asked in vain
        events = History("2026-03-02").released("2026-03-03").settled("2026-03-10").events
        store(session, events)
    session.execute(update(Report).values(secret_hmac=b"x" * 32))
    (row,) = published(session, city)
    assert brief([row]) == [(2026, 87.5, 12, 20)]
    assert (row.universe, row.unit, row.area_code) == ("survey", "index_25_100", "33.71")
    assert row.status == "provisional"
    assert row.extra["response_rate"] == "60.00"
    assert 80 < float(row.extra["interval_low"]) < 87.5 < float(row.extra["interval_high"]) < 95
    assert "grade" not in row.extra  # twelve, and no census


def test_nine_answers_are_published_by_nothing(session: Session, city: City) -> None:
    answered(session, 9)
    assert published(session, city) == []


def test_answers_that_may_still_change_do_not_count(session: Session, city: City) -> None:
    answered(session, 12)
    assert published(session, city, wib("2026-04-14T00:00")) == []
    assert published(session, city, wib("2026-04-15T00:00")) != []


def test_a_few_answers_of_the_next_quarter_move_nothing(session: Session, city: City) -> None:
    answered(session, 12)
    before = brief(published(session, city))
    answered(session, 9, score=1, on="2026-04-02")
    after = brief(published(session, city))
    assert [row[:3] for row in after] == [row[:3] for row in before]
    answered(session, 1, score=1, on="2026-04-02")
    assert brief(published(session, city))[0][2] == 22


def test_what_is_not_public_moves_nothing(session: Session, city: City) -> None:
    answered(session, 12)
    before = [
        (row.value, row.extra, row.numerator, row.denominator) for row in published(session, city)
    ]
    answered(session, 30, score=1, is_public=False)
    raised = answered(session, 20, score=1)
    session.execute(update(Ticket).where(Ticket.id.in_(raised)).values(visibility="confidential"))
    after = [
        (row.value, row.extra, row.numerator, row.denominator) for row in published(session, city)
    ]
    assert after == before


def test_a_report_that_leaves_the_public_takes_the_value_with_it(
    session: Session, city: City
) -> None:
    ids = answered(session, 12)
    assert published(session, city)
    raise_visibility(session, ids[0], at="2026-07-01")
    forget_ticket(session, ids[0])
    row = PublishedIndicatorValue
    assert session.scalars(select(row).where(row.code == "I09")).all() == []
    assert brief(published(session, city))[0][2] == 11


def test_an_answer_without_its_ticket_counts_on(session: Session, city: City) -> None:
    ids = answered(session, 12)
    before = brief(published(session, city))
    cut_links(session, ids, public=ids)
    assert brief(published(session, city)) == before
    session.execute(update(SurveyAnswer).values(was_public=False))
    assert published(session, city) == []
