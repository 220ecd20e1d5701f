"""`/lacak/survei`: the satisfaction survey of a report that was opened."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.intake.models import Report
from citizenreport.pipeline.person_export import person_export
from citizenreport.surveys.models import SurveyAnswer
from citizenreport.surveys.rules.satisfaction import Element
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State
from citizenreport.web import links
from citizenreport.web.links import Purpose, mint_link
from tests.doors.pages.resident import Page, Resident, receipt_of
from tests.doors.pages.staff import Staff

DONE = (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
SURVEY = "/lacak/survei"
ALL_GOOD = {element.value: "4" for element in Element}


def settled(resident: Resident, staff: Staff, category_code: str = "A04") -> str:
    """Report, follow, have it settled; return the code."""
    code, secret = receipt_of(resident.report(category_code))
    resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    staff.move(code, *DONE)
    return code


def answers(session: Session) -> list[SurveyAnswer]:
    session.expire_all()
    return list(session.scalars(select(SurveyAnswer)))


def opened_by_link(resident: Resident, about: UUID) -> Page:
    path = mint_link(about, Purpose.SURVEY).removeprefix("http://localhost")
    return resident.press(resident.open(path), path)


@pytest.mark.parametrize("category_code", ["A04", "A12"])
def test_the_way_from_the_report_to_a_stored_answer(
    resident: Resident, staff: Staff, session: Session, category_code: str
) -> None:
    code = settled(resident, staff, category_code)
    assert SURVEY in resident.open("/lacak/laporan").links
    page = resident.open(SURVEY)
    assert page.response.headers["Cache-Control"] == "no-store"
    assert code not in page.text
    thanks = resident.press(page, SURVEY, **ALL_GOOD, is_settled="yes")
    assert thanks.response.request.path == f"{SURVEY}/terima-kasih"
    assert "Terima kasih" in thanks.text
    assert f"{SURVEY}/sanggah" not in [form.action for form in thanks.forms]
    (row,) = answers(session)
    assert row.ticket_id == staff.ticket(code).id
    assert row.scores == {element.value: 4 for element in Element}
    assert row.is_settled is True


def test_what_is_held_about_the_reporter_tells_the_answer(
    resident: Resident, staff: Staff, session: Session, keys: KeyRing, magelang: City
) -> None:
    code = settled(resident, staff)
    resident.press(resident.open(SURVEY), SURVEY, time="2", is_settled="no")
    report = session.get_one(Report, staff.ticket(code).report_id)
    (told,) = person_export(session, magelang, keys, report).data["survey"]
    assert (told["scores"], told["is_settled"]) == ({"time": 2}, False)


def test_there_is_no_way_in_before_it_is_settled(resident: Resident, staff: Staff) -> None:
    code, secret = receipt_of(resident.report())
    resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    assert SURVEY not in resident.open("/lacak/laporan").links
    early = resident.open(SURVEY)
    assert early.status == 409
    assert "belum dibuka atau sudah ditutup" in early.text


def test_every_question_may_be_skipped_but_not_all(
    resident: Resident, staff: Staff, session: Session
) -> None:
    settled(resident, staff)
    page = resident.open(SURVEY)
    refused = resident.press(page, SURVEY)
    assert refused.status == 422
    assert "Jawab paling sedikit satu pertanyaan" in refused.text
    assert set(refused.ids) >= {"survey"}
    resident.press(page, SURVEY, time="2")
    assert [row.scores for row in answers(session)] == [{"time": 2}]


def test_an_answer_is_shown_again_and_changed(
    resident: Resident, staff: Staff, session: Session
) -> None:
    settled(resident, staff)
    resident.press(resident.open(SURVEY), SURVEY, time="2", is_settled="no")
    again = resident.open(SURVEY)
    assert again.form(SURVEY).value("time") == "2"
    assert again.form(SURVEY).value("is_settled") == "no"
    resident.press(again, SURVEY, time="3")
    assert [row.scores for row in answers(session)] == [{"time": 3}]


def test_after_the_days_for_changing_it_stays(
    resident: Resident, staff: Staff, session: Session
) -> None:
    settled(resident, staff)
    form = resident.open(SURVEY)
    resident.press(form, SURVEY, time="2")
    session.execute(update(SurveyAnswer).values(answered_on=utcnow().date() - timedelta(days=20)))
    late = resident.open(SURVEY)
    assert "masa mengubahnya sudah lewat" in late.text
    assert late.forms == [] or SURVEY not in [f.action for f in late.forms]
    shown = resident.press(form, SURVEY, time="4")
    assert "Jawaban Anda tersimpan" in shown.text
    assert [row.scores for row in answers(session)] == [{"time": 2}]


# ---- contesting


@pytest.mark.parametrize(
    ("typed", "told"), [("", "Menurut pelapor, masalahnya belum beres"), ("Masih gelap.", "Masih")]
)
def test_who_says_no_contests_by_one_tap(
    resident: Resident, staff: Staff, typed: str, told: str
) -> None:
    code = settled(resident, staff)
    thanks = resident.press(resident.open(SURVEY), SURVEY, is_settled="no")
    contested = resident.press(thanks, f"{SURVEY}/sanggah", reason=typed)
    assert "Keberatan Anda sudah kami terima" in contested.text
    assert staff.ticket(code).state == State.CONTESTED
    assert told in resident.open("/lacak/laporan").text
    again = resident.press(thanks, f"{SURVEY}/sanggah", reason=typed)  # pressed twice
    assert again.status == 200


def test_words_that_do_not_fit_are_said_and_kept(resident: Resident, staff: Staff) -> None:
    code = settled(resident, staff)
    thanks = resident.press(resident.open(SURVEY), SURVEY, is_settled="no")
    refused = resident.press(thanks, f"{SURVEY}/sanggah", reason="x" * 5_000)
    assert refused.status == 422
    assert "reason-fault" in refused.ids
    assert refused.form(f"{SURVEY}/sanggah").value("reason") == "x" * 5_000
    assert staff.ticket(code).state == State.RESOLVED


def test_after_the_window_contesting_is_not_offered_and_refused(
    resident: Resident, staff: Staff, session: Session
) -> None:
    code = settled(resident, staff)
    thanks = resident.press(resident.open(SURVEY), SURVEY, is_settled="no")
    session.execute(update(Ticket).values(settled_at=utcnow() - timedelta(days=12)))
    late = resident.open(f"{SURVEY}/terima-kasih")
    assert "Masa sanggah sudah lewat" in late.text
    assert f"{SURVEY}/sanggah" not in [form.action for form in late.forms]
    assert resident.press(thanks, f"{SURVEY}/sanggah", reason="").status == 409
    assert staff.ticket(code).state == State.RESOLVED


# ---- links and forgeries


def test_a_link_in_a_mail_opens_the_survey_and_nothing_else(
    resident: Resident, staff: Staff, session: Session
) -> None:
    code, _ = receipt_of(resident.report())
    resident.client.delete_cookie("receipt")
    staff.move(code, *DONE)
    page = opened_by_link(resident, staff.ticket(code).report_id)
    assert page.response.request.path == SURVEY
    assert code not in page.response.text
    thanks = resident.press(page, SURVEY, is_settled="no")
    assert len(answers(session)) == 1
    resident.press(thanks, f"{SURVEY}/sanggah")
    assert staff.ticket(code).state == State.CONTESTED
    assert "/lacak/laporan" not in {*page.links, *thanks.links}
    assert resident.open("/lacak/laporan").status == 303


def test_a_link_opens_no_confidential_survey_without_the_secret(
    resident: Resident, staff: Staff
) -> None:
    code, _ = receipt_of(resident.report("A12"))
    resident.client.delete_cookie("receipt")
    staff.move(code, *DONE)
    page = opened_by_link(resident, staff.ticket(code).report_id)
    assert SURVEY not in [form.action for form in page.forms]
    assert "Kata rahasia" in page.text


def test_a_link_that_is_too_old_opens_nothing(
    resident: Resident, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = settled(resident, staff)
    path = mint_link(staff.ticket(code).report_id, Purpose.SURVEY).removeprefix("http://localhost")
    later = utcnow() + timedelta(days=31)
    monkeypatch.setattr(links, "utcnow", lambda: later)
    assert resident.open(path).status == 404


def test_the_link_opened_last_decides_whose_survey_it_is(
    resident: Resident, staff: Staff, session: Session
) -> None:
    mine = settled(resident, staff)
    other = Resident(resident.client.application.test_client())
    others, _ = receipt_of(other.report())
    staff.move(others, *DONE)
    page = opened_by_link(resident, staff.ticket(others).report_id)
    resident.press(page, SURVEY, time="1")
    assert [row.ticket_id for row in answers(session)] == [staff.ticket(others).id]
    assert staff.ticket(mine).id != staff.ticket(others).id


def test_the_form_cannot_name_another_report(
    resident: Resident, staff: Staff, session: Session
) -> None:
    mine = settled(resident, staff)
    other = Resident(resident.client.application.test_client())
    others, _ = receipt_of(other.report())
    staff.move(others, *DONE)
    theirs = staff.ticket(others)
    forged = {"ticket_id": str(theirs.id), "report_id": str(theirs.report_id), "code": others}
    resident.press(resident.open(SURVEY), SURVEY, time="1", **forged)
    assert [row.ticket_id for row in answers(session)] == [staff.ticket(mine).id]


@pytest.mark.parametrize(
    ("name", "text"), [("time", "5"), ("time", "0"), ("cost", "4.0"), ("is_settled", "maybe")]
)
def test_a_forged_value_is_refused_and_what_was_chosen_is_kept(
    resident: Resident, staff: Staff, session: Session, name: str, text: str
) -> None:
    settled(resident, staff)
    filled = {"conduct": "3"} | {name: text}
    refused = resident.press(resident.open(SURVEY), SURVEY, **filled)
    assert refused.status == 422
    assert f"#{name}" in refused.links
    assert refused.form(SURVEY).value("conduct") == "3"
    assert answers(session) == []


@pytest.mark.parametrize("path", [SURVEY, f"{SURVEY}/terima-kasih"])
def test_without_a_pass_there_is_no_survey(resident: Resident, path: str) -> None:
    answer = resident.client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/lacak")


@pytest.mark.parametrize("path", [SURVEY, f"{SURVEY}/sanggah"])
def test_without_a_pass_nothing_is_stored(resident: Resident, session: Session, path: str) -> None:
    token = resident.open("/lacak").form("/lacak").value("csrf_token")
    answer = resident.client.post(path, data={"csrf_token": token, "time": "4"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/lacak")
    assert answers(session) == []


def test_a_foreign_page_cannot_answer(resident: Resident, staff: Staff, session: Session) -> None:
    settled(resident, staff)
    assert resident.client.post(SURVEY, data={"time": "4"}).status_code == 403
    assert answers(session) == []


def test_no_page_of_staff_reads_answers(app: Flask) -> None:
    from pathlib import Path  # noqa: PLC0415

    import citizenreport  # noqa: PLC0415

    console = Path(citizenreport.__file__).parent / "console"
    sources = {path.name: path.read_text() for path in console.rglob("*.py")}
    assert len(sources) > 5
    assert [n for n, text in sources.items() if "SurveyAnswer" in text or "answer_of" in text] == []
