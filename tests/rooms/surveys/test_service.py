"""Answers in the database: one a report, one a browser and month; what is held, published, forgotten."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.jobs.surveys import forget_surveys
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.surveys import queries, service
from citizenreport.surveys.models import PublishedPulseValue, PulseRow, SurveyAnswer
from citizenreport.surveys.rules import pulse
from citizenreport.surveys.rules.pulse import Feeling, Held, PulseAnswer
from citizenreport.surveys.rules.satisfaction import (
    Answer,
    Element,
    SurveyAnswered,
    SurveyClosed,
)
from citizenreport.surveys.service import Decision, Sender
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State
from tests.scenes import Scene

DONE = (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
GOOD = Answer(scores={Element.TIME: 4, Element.COST: 3}, is_settled=True)
BAD = Answer(scores={Element.TIME: 1}, is_settled=False)
NOON = datetime(2026, 11, 10, 5, tzinfo=UTC)
SAFE = PulseAnswer(by_day=Feeling.SAFE, after_dark=Feeling.UNSAFE)


def settled(scene: Scene, category_code: str = "A04") -> Ticket:
    ticket = scene.ticket_of(scene.submit(category_code))
    scene.move(ticket, *DONE)
    return ticket


def stored(session: Session) -> SurveyAnswer:
    return session.scalars(select(SurveyAnswer)).one()


def says(
    session: Session,
    city: City,
    keys: KeyRing,
    answer: PulseAnswer = SAFE,
    *,
    token: str = "",
    address: str = "",
    now: datetime = NOON,
) -> None:
    """Answer from a browser and a network of its own unless told."""
    number = uuid4().int
    sender = Sender(
        token=token or service.new_browser_token(),
        address=address or f"10.{number % 256}.{number // 256 % 256}.1",
    )
    service.answer_pulse(session, city, keys, answer, sender=sender, now=now)


def held(session: Session) -> list[str | None]:
    return list(session.scalars(select(PulseRow.held)))


# ---- satisfaction


def test_a_second_answer_replaces_the_first(scene: Scene) -> None:
    ticket, now = settled(scene), utcnow()
    service.answer_survey(scene.session, scene.city, ticket, GOOD, now=now)
    service.answer_survey(scene.session, scene.city, ticket, BAD, now=now)
    scene.session.expire_all()
    assert queries.as_answer(stored(scene.session)) == BAD


def test_an_answer_leaves_no_event_and_no_time(scene: Scene) -> None:
    ticket = settled(scene)
    before = scene.session.scalar(select(func.count()).select_from(Event))
    service.answer_survey(scene.session, scene.city, ticket, GOOD, now=utcnow())
    assert scene.session.scalar(select(func.count()).select_from(Event)) == before
    kinds = {column.type.python_type for column in SurveyAnswer.__table__.columns}
    assert datetime not in kinds


@pytest.mark.parametrize("states", [(), DONE[:2], (State.WITHDRAWN,)])
def test_there_is_no_survey_before_it_is_settled(scene: Scene, states: tuple[State, ...]) -> None:
    ticket = scene.ticket_of(scene.submit())
    scene.session.execute(update(Ticket).values(state=(*states, State.NEW)[-1].value))
    scene.session.refresh(ticket)
    with pytest.raises(SurveyClosed):
        service.answer_survey(scene.session, scene.city, ticket, GOOD, now=utcnow())


def test_the_survey_closes_after_its_days(scene: Scene) -> None:
    ticket = settled(scene)
    last = utcnow() + timedelta(days=scene.city.survey_open_days)
    assert service.standing(scene.session, scene.city, ticket, now=last).is_open
    with pytest.raises(SurveyClosed):
        service.standing(scene.session, scene.city, ticket, now=last + timedelta(days=1))


def test_an_answer_stays_after_the_days_for_changing_it(scene: Scene) -> None:
    ticket, now = settled(scene), utcnow()
    service.answer_survey(scene.session, scene.city, ticket, GOOD, now=now)
    late = now + timedelta(days=scene.city.survey_change_days + 1)
    with pytest.raises(SurveyAnswered):
        service.answer_survey(scene.session, scene.city, ticket, BAD, now=late)
    assert queries.as_answer(stored(scene.session)) == GOOD


def test_the_erasure_of_a_report_takes_its_answer_and_no_other(scene: Scene) -> None:
    ticket, other = settled(scene), settled(scene)
    for one in (ticket, other):
        service.answer_survey(scene.session, scene.city, one, GOOD, now=utcnow())
    service.forget_tickets(scene.session, [ticket.id])
    assert stored(scene.session).ticket_id == other.id


@pytest.mark.parametrize("is_raised", [False, True])
def test_an_old_answer_forgets_its_ticket_and_keeps_whether_it_was_public(
    scene: Scene, is_raised: bool
) -> None:
    ticket = scene.ticket_of(scene.released())
    scene.move(ticket, *DONE)
    service.answer_survey(scene.session, scene.city, ticket, GOOD, now=utcnow())
    if is_raised:
        scene.raise_(ticket, Visibility.CONFIDENTIAL)
    late = utcnow() + timedelta(days=scene.city.survey_link_days)
    forget_surveys(scene.session, now=late)
    assert stored(scene.session).ticket_id == ticket.id
    forget_surveys(scene.session, now=late + timedelta(days=1))
    scene.session.expire_all()
    row = stored(scene.session)
    assert (row.ticket_id, row.was_public) == (None, not is_raised)


# ---- the pulse


def test_a_browser_has_one_answer_a_month_the_last_one(
    session: Session, magelang: City, keys: KeyRing
) -> None:
    token = service.new_browser_token()
    says(session, magelang, keys, token=token)
    changed = PulseAnswer(by_day=Feeling.VERY_UNSAFE)
    says(session, magelang, keys, changed, token=token)
    assert queries.pulse_answers(session, date(2026, 11, 1)) == [changed]


def test_the_months_of_a_browser_cannot_be_linked(
    session: Session, magelang: City, keys: KeyRing
) -> None:
    token = service.new_browser_token()
    says(session, magelang, keys, token=token)
    says(session, magelang, keys, token=token, now=NOON + timedelta(days=30))
    marks = set(session.scalars(select(PulseRow.browser_hmac)))
    assert len(marks) == 2
    assert session.scalar(select(func.count()).select_from(PulseRow)) == 2


def test_a_month_begins_at_midnight_of_the_city(
    session: Session, magelang: City, keys: KeyRing
) -> None:
    says(session, magelang, keys, now=datetime(2026, 11, 30, 16, 59, tzinfo=UTC))
    says(session, magelang, keys, now=datetime(2026, 11, 30, 17, 0, tzinfo=UTC))
    months = session.scalars(select(PulseRow.month_on).order_by(PulseRow.month_on)).all()
    assert months == [date(2026, 11, 1), date(2026, 12, 1)]


def test_a_flood_from_one_network_is_held_as_a_whole(
    session: Session, magelang: City, keys: KeyRing
) -> None:
    for n in range(pulse.NETWORK_PER_HOUR):
        says(session, magelang, keys, address=f"203.0.113.{n}")
    assert set(held(session)) == {None}
    says(session, magelang, keys, address="203.0.113.250")
    assert set(held(session)) == {Held.NETWORK}
    says(session, magelang, keys, address="198.51.100.1")
    assert held(session).count(None) == 1


def test_a_flood_for_one_area_is_held_and_slow_answers_are_not(
    session: Session, magelang: City, keys: KeyRing
) -> None:
    area = PulseAnswer(by_day=Feeling.SAFE, area_code="33.71.03.1005")
    for n in range(pulse.AREA_PER_HOUR + 1):
        says(session, magelang, keys, area, now=NOON + timedelta(minutes=2 * n))
    assert set(held(session)) == {None}
    later = NOON + timedelta(days=1)
    for _ in range(pulse.AREA_PER_HOUR + 1):
        says(session, magelang, keys, area, now=later)
    assert held(session).count(Held.AREA) == pulse.AREA_PER_HOUR + 1
    assert held(session).count(None) == pulse.AREA_PER_HOUR + 1


@pytest.mark.parametrize("do_count", [True, False])
def test_a_person_decides_about_what_is_held(
    session: Session, magelang: City, keys: KeyRing, do_count: bool
) -> None:
    for _ in range(pulse.NETWORK_PER_HOUR + 1):
        says(session, magelang, keys, address="203.0.113.9")
    (group,) = queries.held_groups(session)
    assert (group.n, group.first_at, group.last_at) == (pulse.NETWORK_PER_HOUR + 1, NOON, NOON)
    assert queries.pulse_answers(session, group.month_on) == []
    decision = Decision(
        month_on=group.month_on,
        held=Held(group.held),
        area_code=group.area_code,
        do_count=do_count,
    )
    who = uuid4()
    assert service.decide_held(session, decision, actor_id=who, now=NOON) == group.n
    assert service.decide_held(session, decision, actor_id=who, now=NOON) == 0  # pressed twice
    (event,) = history(session, StreamKind.STAFF, who)
    assert event.payload["n"] == group.n
    assert event.payload["is_counted"] is do_count
    says(session, magelang, keys, address="203.0.113.9")  # holds nothing that was decided
    counted = len(queries.pulse_answers(session, group.month_on))
    assert counted == (group.n + 1 if do_count else 1)
    assert queries.held_groups(session) == []


def test_a_month_is_published_once_when_it_is_ripe(
    session: Session, magelang: City, keys: KeyRing
) -> None:
    for _ in range(50):
        says(session, magelang, keys)
    session.execute(update(PulseRow).values(held=None))
    assert service.publish_pulse(session, magelang, now=datetime(2026, 12, 7, tzinfo=UTC)) == []
    ripe = datetime(2026, 12, 8, tzinfo=UTC)
    assert service.publish_pulse(session, magelang, now=ripe) == [date(2026, 11, 1)]
    assert service.publish_pulse(session, magelang, now=ripe) == []
    found = session.scalars(select(PublishedPulseValue)).all()
    assert {(v.question, v.division, v.n) for v in found} == {
        ("day", "none", 50),
        ("dark", "none", 50),
    }


def test_a_month_with_too_few_answers_is_not_published(
    session: Session, magelang: City, keys: KeyRing
) -> None:
    for _ in range(49):
        says(session, magelang, keys)
    ripe = datetime(2026, 12, 8, tzinfo=UTC)
    assert service.publish_pulse(session, magelang, now=ripe) == []


def test_what_is_held_never_is_in_a_result(session: Session, magelang: City, keys: KeyRing) -> None:
    for _ in range(60):
        says(session, magelang, keys)
    for _ in range(pulse.NETWORK_PER_HOUR + 1):
        says(session, magelang, keys, address="203.0.113.9")
    service.publish_pulse(session, magelang, now=datetime(2026, 12, 8, tzinfo=UTC))
    assert set(session.scalars(select(PublishedPulseValue.n))) == {60}


def test_marks_are_forgotten_one_after_the_other(
    session: Session, magelang: City, keys: KeyRing
) -> None:
    says(session, magelang, keys)
    for _ in range(pulse.NETWORK_PER_HOUR + 1):
        says(session, magelang, keys, address="203.0.113.9")

    def kept() -> tuple[int, int, int, int]:
        row = PulseRow
        columns = (row.network_hmac, row.arrived_at, row.browser_hmac, row.id)
        counts = [session.scalar(select(func.count(column))) or 0 for column in columns]
        return counts[0], counts[1], counts[2], counts[3]

    n = pulse.NETWORK_PER_HOUR + 2
    service.forget(session, magelang, now=NOON + timedelta(hours=23))
    assert kept() == (n, n, n, n)
    service.forget(session, magelang, now=NOON + timedelta(hours=25))
    assert kept() == (0, 0, n, n)
    service.forget(session, magelang, now=datetime(2026, 11, 30, 17, tzinfo=UTC))
    assert kept() == (0, 0, 0, n)
    service.forget(session, magelang, now=datetime(2026, 12, 8, tzinfo=UTC))
    assert kept() == (0, 0, 0, 1)  # held ones that nobody decided about
    service.forget(session, magelang, now=NOON + timedelta(days=magelang.pulse_days + 31))
    assert kept() == (0, 0, 0, 0)


def test_no_address_is_stored(session: Session, magelang: City, keys: KeyRing) -> None:
    says(session, magelang, keys, address="203.0.113.77")
    row = session.scalars(select(PulseRow)).one()
    for column in PulseRow.__table__.columns:
        assert "203.0.113" not in str(getattr(row, column.name))
        assert b"203.0.113" not in bytes(row.network_hmac or b"")
