"""The small demo as it stands in the database."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.db import db
from citizenreport.core.keys import KeyRing
from citizenreport.identity.models import Staff
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.ledger.audit import verify
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import walk
from citizenreport.pipeline.demo.deeds import Life
from citizenreport.pipeline.demo.run import progress
from citizenreport.publication.models import PublishedPhoto, PublishedReport
from citizenreport.surveys.models import PublishedPulseValue, PulseRow, SurveyAnswer
from citizenreport.triage.models import Message, Ticket
from citizenreport.triage.states import State
from tests.demo.conftest import UNTIL

PHONE = re.compile(r"(\+?62|\b0)[\s.-]?8\d[\d\s.-]{6,}")
LONG_NUMBER = re.compile(r"\d{7,}")
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")


@pytest.fixture
def session(made: Flask) -> Iterator[Session]:
    with made.app_context():
        yield db.session()
        db.session.remove()


def everything_written(session: Session, keys: KeyRing) -> list[str]:
    """Return every word of the demo, sealed ones opened."""
    words = list(
        session.scalars(select(PublishedReport.text).where(PublishedReport.text.is_not(None)))
    )
    for report in session.scalars(select(Report)):
        data_key = intake_queries.data_key_of(session, keys, report.id)
        words.append(intake_queries.description_of(report, data_key))
        words.append(intake_queries.landmark_of(report, data_key) or "")
    words += [message.text or "" for message in session.scalars(select(Message))]
    return [word for word in words if word]


def test_every_state_of_a_ticket_can_be_seen(session: Session) -> None:
    found = set(session.scalars(select(Ticket.state)))
    assert found == {state.value for state in State}


def test_everything_is_marked_as_demo(session: Session) -> None:
    assert session.scalar(select(func.count()).select_from(Report)) == 60
    for table in (Report, Ticket, PublishedReport, Staff):
        assert set(session.scalars(select(table.is_demo))) == {True}, table.__name__
    opened = session.scalars(select(Event.payload).where(Event.type == "opened"))
    assert {payload["is_demo"] for payload in opened} == {True}


def test_those_who_act_are_demo_staff(session: Session) -> None:
    actors = set(session.scalars(select(Event.actor_id).where(Event.actor_id.is_not(None))))
    demo = set(session.scalars(select(Staff.id).where(Staff.is_demo)))
    assert actors
    assert actors <= demo


def test_the_event_chains_verify(session: Session) -> None:
    audit = verify(walk(session), {})
    assert audit.faults == ()
    assert audit.events > 250


def test_events_stand_at_the_time_they_tell_of(session: Session, lives: list[Life]) -> None:
    """The clock was moved: nothing is recorded today, nor after the end."""
    first, last = session.execute(
        select(func.min(Event.recorded_at), func.max(Event.recorded_at))
    ).one()
    assert first == lives[0].submitted_at
    assert last < UNTIL
    order = session.scalars(select(Ticket.submitted_at).order_by(Ticket.id)).all()
    assert list(order) == sorted(order)


def test_confidential_reports_are_sealed(session: Session, keys: KeyRing) -> None:
    secret = session.scalars(
        select(Report)
        .join(Ticket, Ticket.report_id == Report.id)
        .where(Ticket.visibility == Visibility.CONFIDENTIAL.value)
    ).all()
    assert secret
    for report in secret:
        assert (report.description, report.landmark, report.answers) == (None, None, None)
        data_key = intake_queries.data_key_of(session, keys, report.id)
        assert intake_queries.description_of(report, data_key)
    messages = session.scalars(
        select(Message)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Ticket.visibility == Visibility.CONFIDENTIAL.value)
    ).all()
    assert messages
    assert all(message.text is None and message.text_sealed for message in messages)


def test_only_public_reports_are_published(session: Session, city: City) -> None:
    published = session.scalars(select(PublishedReport)).all()
    assert len(published) > 15
    assert all(
        city.categories[row.category_code].visibility is Visibility.PUBLIC for row in published
    )
    visible = set(
        session.scalars(
            select(Report.tracking_code)
            .join(Ticket, Ticket.report_id == Report.id)
            .where(Ticket.visibility == Visibility.PUBLIC.value)
        )
    )
    assert {row.tracking_code for row in published} <= visible


def test_a_published_text_is_what_staff_made_of_it(session: Session) -> None:
    texts = [t for t in session.scalars(select(PublishedReport.text)) if t]
    assert len(texts) > 12
    for shown in texts:
        assert shown[0] == shown[0].upper()
        assert not shown.isupper()
        assert "[[" not in shown


def test_nothing_looks_like_personal_data(session: Session, keys: KeyRing) -> None:
    words = everything_written(session, keys)
    assert len(words) > 100
    for word in words:
        assert not PHONE.search(word), word
        assert not LONG_NUMBER.search(word), word
        assert not ADDRESS.search(word), word


def test_contacts_are_nobodys(session: Session, keys: KeyRing) -> None:
    count = 0
    for report in session.scalars(select(Report).where(Report.contact_sealed.is_not(None))):
        contact = intake_queries.contact_of(
            report, intake_queries.data_key_of(session, keys, report.id)
        )
        assert contact.name is not None
        assert contact.name.startswith("Warga Contoh ")
        assert contact.email is not None
        assert contact.email.endswith("@example.org")
        assert contact.phone is None
        count += 1
    assert count > 10


def test_no_hole_of_a_template_is_left_open(session: Session, keys: KeyRing) -> None:
    assert not [word for word in everything_written(session, keys) if "{" in word or "}" in word]


def test_some_photos_are_published_and_look_drawn(session: Session) -> None:
    assert session.scalar(select(func.count()).select_from(PublishedPhoto))


def test_places_lie_in_the_city_and_in_their_kelurahan(session: Session, lives: list[Life]) -> None:
    rows = session.execute(
        select(Report.submitted_at, Report.located_area_code, Report.outside_m).where(
            Report.position.is_not(None)
        )
    ).all()
    where = {life.submitted_at: life.area_code for life in lives}
    assert len(rows) > 25
    for submitted_at, located, outside_m in rows:
        assert located == where[submitted_at]
        assert outside_m == 0


def test_indicators_are_published_at_the_end(session: Session) -> None:
    codes = Counter(session.scalars(select(PublishedIndicatorValue.code)))
    assert set(codes) >= {"I01", "I02"}


def test_the_progress_says_that_it_is_finished(session: Session) -> None:
    found = progress(session)
    assert found is not None
    assert (found.done, found.wanted, found.is_finished) == (60, 60, True)


def test_the_outbox_asks_nobody_to_be_mailed(made: Flask, session: Session) -> None:
    from citizenreport.jobs.dispatch import dispatch  # noqa: PLC0415

    dispatch()
    names = set(session.scalars(text("SELECT task_name FROM procrastinate_jobs")))
    assert names <= {"make_thumbnail"}


def test_some_reporters_have_answered_the_survey(session: Session) -> None:
    answers = session.scalars(select(SurveyAnswer)).all()
    assert 5 <= len(answers) <= 40
    assert all(answer.is_demo for answer in answers)


def test_the_last_months_of_the_pulse_are_published(session: Session) -> None:
    months = session.scalars(select(PublishedPulseValue.month_on).distinct()).all()
    assert max(months).isoformat() == "2026-10-01"
    assert len(months) == 3
    assert set(session.scalars(select(PublishedPulseValue.is_demo))) == {True}
    assert session.scalar(select(func.count(PulseRow.browser_hmac))) == 0
    assert session.scalar(select(func.count(PulseRow.held))) == 0
