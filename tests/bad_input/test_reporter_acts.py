"""What a reporter writes about the own report: stored as typed, whatever it is."""

import re

import pytest
from sqlalchemy import text as sql

from citizenreport.cities.rules import City
from citizenreport.triage.states import State
from tests.bad_input.intake import Intake
from tests.bad_input.naughty import OWN, naughty, typable
from tests.doors.pages.resident import Form, Resident, receipt_of
from tests.doors.pages.staff import Staff

LAST = "SELECT text FROM message ORDER BY written_at DESC, id DESC LIMIT 1"


@pytest.fixture
def staff(intake: Intake, magelang: City) -> Staff:
    return Staff(intake.session, magelang, intake.keys, intake.storage)


@pytest.fixture
def resident(intake: Intake) -> Resident:
    return Resident(intake.client)


def follow(resident: Resident) -> str:
    code, secret = receipt_of(resident.report("A04"))
    resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    return code


def form_of(resident: Resident, action: str) -> Form:
    return resident.open("/lacak/laporan").form(action)


def ask(intake: Intake, staff: Staff, code: str) -> None:
    staff.move(code, State.NEEDS_INFO, reason="Nomor tiangnya berapa?")
    intake.session.commit()


@pytest.mark.real_data
def test_an_answer_is_stored_as_typed_or_said_to_be_wrong(
    intake: Intake, resident: Resident, staff: Staff
) -> None:
    code = follow(resident)
    ask(intake, staff, code)
    form = form_of(resident, "/lacak/jawab")
    for given in typable([*naughty()[::12], *OWN]):
        meant = given.replace("\r\n", "\n").replace("\x00", "").strip()
        reply = resident.client.post("/lacak/jawab", data=dict(form.fields) | {"answer": given})
        if not meant or len(meant) > 2_000:
            assert reply.status_code == 422, ascii(given)
            assert staff.ticket(code).state == State.NEEDS_INFO
            continue
        assert reply.status_code == 303, ascii(given)
        assert intake.session.execute(sql(LAST)).scalar_one() == meant
        page = resident.client.get("/lacak/laporan").text
        if len(meant) > 8 and re.search("<[a-z]", meant):
            assert meant not in page, ascii(given)
        ask(intake, staff, code)


def test_an_act_out_of_turn_changes_nothing(
    intake: Intake, resident: Resident, staff: Staff
) -> None:
    code = follow(resident)
    form, before = form_of(resident, "/lacak/tarik"), intake.stored()
    for action, field in (("jawab", "answer"), ("sanggah", "reason"), ("beres", "x")):
        sent = dict(form.fields) | {field: "Masih gelap."}
        reply = resident.client.post(f"/lacak/{action}", data=sent)
        assert reply.status_code == 303
    assert intake.stored().since(before) == {}
    assert staff.ticket(code).state == State.NEW


def test_nobody_acts_without_the_pass(intake: Intake, resident: Resident, staff: Staff) -> None:
    code = follow(resident)
    stranger = Resident(intake.client.application.test_client())
    form, before = stranger.open("/lacak").form("/lacak"), intake.stored()
    for action in ("jawab", "sanggah", "beres", "tarik"):
        sent = dict(form.fields) | {"code": code, "tracking_code": code, "answer": "x"}
        reply = stranger.client.post(f"/lacak/{action}", data=sent)
        assert reply.status_code == 303
        assert reply.headers["Location"] == "/lacak"
    assert intake.stored().since(before) == {}
    assert staff.ticket(code).state == State.NEW
