"""Whatever is sent to the surveys: one answer, or a clear refusal; never an error of ours."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from citizenreport.cities.rules import City
from citizenreport.core.db import transaction
from citizenreport.core.keys import KeyRing
from citizenreport.surveys import service
from citizenreport.surveys.models import PulseRow, SurveyAnswer
from citizenreport.surveys.rules.pulse import Feeling, PulseAnswer
from citizenreport.surveys.rules.satisfaction import Answer, Element
from citizenreport.surveys.service import Sender
from citizenreport.triage.models import Ticket
from tests.bad_input.intake import Intake
from tests.bad_input.naughty import OWN, naughty, typable
from tests.databases import FreshDatabase, load_magelang
from tests.doors.pages.resident import Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.doors.pages.test_survey import DONE
from tests.scenes import Scene

PULSE = ("by_day", "after_dark", "area_code", "age_band", "sex")
SENDERS = 8


@pytest.fixture
def resident(intake: Intake) -> Resident:
    return Resident(intake.client)


@pytest.mark.real_data
def test_strings_of_every_kind_are_no_answers_to_the_pulse(
    intake: Intake, resident: Resident
) -> None:
    form = dict(resident.open("/rasa-aman").form("/rasa-aman").fields)
    for number, given in enumerate(typable([*naughty()[::6], *OWN])):
        if not given.strip("\x00 \r\n\t"):
            continue
        name = PULSE[number % len(PULSE)]
        reply = resident.client.post("/rasa-aman", data=form | {name: given})
        assert reply.status_code == 422, ascii(given)
        assert "belum tersimpan" in reply.text
    assert intake.session.scalar(select(func.count()).select_from(PulseRow)) == 0


@pytest.mark.real_data
def test_strings_of_every_kind_are_no_answers_to_the_survey(
    intake: Intake, resident: Resident, magelang: City
) -> None:
    staff = Staff(intake.session, magelang, intake.keys, intake.storage)
    code, secret = receipt_of(resident.report("A04"))
    resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    staff.move(code, *DONE)
    intake.session.commit()
    form = dict(resident.open("/lacak/survei").form("/lacak/survei").fields)
    names = [*(element.value for element in Element), "is_settled"]
    for number, given in enumerate(typable([*naughty()[::6], *OWN])):
        if not given.strip("\x00 \r\n\t") or given.strip() in {"1", "2", "3", "4"}:
            continue
        name = names[number % len(names)]
        reply = resident.client.post("/lacak/survei", data=form | {name: given})
        assert reply.status_code == 422, ascii(given)
    assert intake.session.scalar(select(func.count()).select_from(SurveyAnswer)) == 0


def at_once(app: Flask, work: Callable[[], None]) -> None:
    """Do it in several threads at the same moment; the first fault of any is raised."""
    gate = threading.Barrier(SENDERS)

    def run(_: int) -> None:
        with app.app_context():
            gate.wait()
            work()

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(run, range(SENDERS)))


def test_an_answer_sent_many_times_at_once_is_one(
    fresh_database: FreshDatabase, keys: KeyRing
) -> None:
    app = fresh_database.app
    with app.app_context():
        with transaction() as session:
            city = load_magelang(session)
        with transaction() as session:
            storage = app.extensions["citizenreport"].storage
            scene = Scene(session=session, city=city, keys=keys, storage=storage)
            ticket = scene.ticket_of(scene.submit())
            scene.move(ticket, *DONE)
            ticket_id, settled_at = ticket.id, ticket.settled_at
    assert settled_at is not None
    token = service.new_browser_token()
    now = datetime(2026, 11, 10, 5, tzinfo=UTC)

    def survey() -> None:
        with transaction() as session:
            ticket = session.get_one(Ticket, ticket_id)
            said = Answer(scores={Element.TIME: 3})
            service.answer_survey(session, city, ticket, said, now=settled_at)

    def pulse() -> None:
        with transaction() as session:
            service.answer_pulse(
                session,
                city,
                keys,
                PulseAnswer(by_day=Feeling.SAFE),
                sender=Sender(token=token, address="203.0.113.9"),
                now=now,
            )

    at_once(app, survey)
    at_once(app, pulse)
    with app.app_context(), transaction() as session:
        assert session.scalar(select(func.count()).select_from(SurveyAnswer)) == 1
        assert session.scalar(select(func.count()).select_from(PulseRow)) == 1
