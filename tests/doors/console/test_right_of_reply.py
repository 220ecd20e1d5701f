"""The body a report is about is asked and answers, and learns nothing of the report."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.models import Report
from citizenreport.intake.rules import Contact, ErasedBy, Subject
from citizenreport.jobs.questions import tell_body_of_question
from citizenreport.ledger.models import Event
from citizenreport.pipeline.erase import erase_report
from citizenreport.triage.models import Ticket
from citizenreport.triage.question_models import BodyQuestion
from citizenreport.triage.question_rules import NotOwnWords, check_own_words
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import SENT_AT, Desk, Visitor
from tests.doors.console.people import DESK, HANDLER, PARKS, ROADS
from tests.doors.console.test_ticket import page_of
from tests.messaging.post_office import PostOffice, text_of

ACCUSED = Grant(role=Role.AGENCY_LEAD, agency_code="roads")
OTHER = Grant(role=Role.AGENCY_LEAD, agency_code="parks")
STORY = "Suami saya pegawai di sana, Selasa malam memukul di Gang Melati nomor tujuh."
ASKED = "Apakah ada aturan tentang kekerasan oleh pegawai, dan bagaimana ditegakkan?"
ANSWERED = "Kanari-jawaban: kami punya kode etik dan majelis."
CONTACT = Contact(name="Rahayu Kanari", email="rahayu@kanari.example", phone="+6281299988877")


def reported(desk: Desk) -> Ticket:
    subject = Subject(agency_code="roads", person="Pak Kanari")
    return desk.report("violence", STORY, subject=subject, contact=CONTACT)


def ask(handler: Visitor, session: Session, ticket: Ticket, words: str = ASKED) -> int:
    session.refresh(ticket)
    fields = {"text": words, "seen": str(ticket.version)}
    page = f"{page_of(ticket)}/hak-jawab"
    return handler.send(page, page="/petugas", **fields).status_code


def put(desk: Desk, session: Session) -> tuple[Ticket, Visitor, BodyQuestion]:
    ticket, handler = reported(desk), desk.person(HANDLER)
    assert ask(handler, session, ticket) == 303
    return ticket, handler, session.scalars(select(BodyQuestion)).one()


def accused(desk: Desk, grant: Grant = ACCUSED) -> Visitor:
    return desk.person(grant, username="pak.kepala", name="Pak Kepala")


def test_a_body_is_asked_answers_once_and_the_handler_reads_it(
    desk: Desk, session: Session
) -> None:
    ticket, handler, question = put(desk, session)
    lead = accused(desk)
    page = f"/petugas/pertanyaan/{question.id}"
    assert page in lead.get("/petugas/pertanyaan").text
    assert ASKED in lead.get(page).text
    assert lead.send(page, page=page, text="  ").status_code == 422
    assert lead.send(page, page=page, text=ANSWERED).status_code == 303
    again = lead.send(page, page="/petugas", text="Kami ralat jawabannya.")
    assert again.status_code == 409
    assert "Kami ralat jawabannya." in again.text, "nothing typed is lost"
    assert ANSWERED in handler.get(f"{page_of(ticket)}/hak-jawab").text


def plain(page: str, code: str) -> str:
    """Return a page without its form tokens and the code that was typed."""
    return re.sub(r'value="[\w=-]{60,}"', "", page).replace(code, "")


def test_the_accused_learns_nothing_of_the_report(desk: Desk, session: Session) -> None:
    """Everything that the accused can open, searched for everything that the report is."""
    ticket, _, question = put(desk, session)
    report = session.get_one(Report, ticket.report_id)
    lead = accused(desk)
    page = f"/petugas/pertanyaan/{question.id}"
    lead.send(page, page=page, text=ANSWERED)
    addresses = ("/petugas", "/petugas/pertanyaan", page, "/petugas/tiket", "/petugas/rekap")
    shown = [lead.get(address) for address in addresses]
    found, unknown = (
        lead.send("/petugas/tiket/cari", page="/petugas/tiket", kode=code)
        for code in (report.tracking_code, "ABCDEFGHJK")
    )
    assert found.status_code == unknown.status_code
    assert plain(found.text, report.tracking_code) == plain(unknown.text, "ABCDEFGHJK")
    local = SENT_AT + timedelta(hours=7)
    telling = [
        *(report.tracking_code, str(ticket.id), str(report.id)),
        *("Gang Melati", "Rahayu", "kanari.example", "999888", "Pak Kanari", "Suami saya"),
        *(f"{local:%Y-%m-%d}", f"{local.day} Nov 2026", "Bu Sri"),
    ]
    for reply in shown:
        whole = f"{reply.text}{reply.headers}"
        assert [word for word in telling if word in whole] == [], reply.request.path
    assert "Kekerasan di rumah" not in lead.get(page).text
    for path in ("", "/hak-jawab", "/mediasi", "/ringkasan"):
        assert lead.get(f"{page_of(ticket)}{path}").status_code == 404
        assert lead.send(f"{page_of(ticket)}{path}", page="/petugas").status_code in (404, 405)


def test_the_address_of_a_question_tells_no_time(desk: Desk, session: Session) -> None:
    _, _, question = put(desk, session)
    assert question.id.version == 4


@pytest.mark.parametrize(
    "grant", [OTHER, DESK], ids=["another body", "the desk, which is not asked"]
)
def test_another_body_finds_no_question(desk: Desk, session: Session, grant: Grant) -> None:
    _, _, question = put(desk, session)
    stranger = accused(desk, grant)
    page = f"/petugas/pertanyaan/{question.id}"
    replies = [stranger.get(page), stranger.send(page, page="/petugas", text="Kami.")]
    nothing = stranger.get(f"/petugas/pertanyaan/{uuid4()}")
    assert [reply.status_code for reply in replies] == [404, 404]
    assert str(question.id) not in stranger.get("/petugas/pertanyaan").text
    assert body_of(replies[0].text) == body_of(nothing.text)


def body_of(page: str) -> str:
    without_ids = re.sub(r"[0-9a-f-]{36}", "", page)
    return re.sub(r'(nonce|value)="[^"]+"', "", without_ids)


@pytest.mark.parametrize("grant", [ROADS, PARKS], ids=["officer of the body", "officer"])
def test_officers_answer_for_nobody(desk: Desk, session: Session, grant: Grant) -> None:
    _, _, question = put(desk, session)
    officer = accused(desk, grant)
    assert officer.get(f"/petugas/pertanyaan/{question.id}").status_code == 403


def test_a_question_that_gives_the_report_away_is_refused(desk: Desk, session: Session) -> None:
    ticket, handler = reported(desk), desk.person(HANDLER)
    report = session.get_one(Report, ticket.report_id)
    spaced = " ".join(report.tracking_code.lower())
    for words in (
        f"Tentang laporan {report.tracking_code}, apa kata Anda?",
        f"Tentang {spaced}, apa kata Anda?",
        "Kenalkah Anda dengan RAHAYU   kanari?",
        "Siapa pemilik 62-812-9998-8877?",
        "Benarkah ia Selasa malam, memukul di Gang Melati nomor 7?",
    ):
        session.refresh(ticket)
        fields = {"text": words, "seen": str(ticket.version)}
        reply = handler.send(f"{page_of(ticket)}/hak-jawab", page="/petugas", **fields)
        assert reply.status_code == 422, words
        assert words.split(",", maxsplit=1)[0] in reply.text, "nothing typed is lost"
    assert session.scalars(select(BodyQuestion)).all() == []


def test_own_words_may_share_a_few_with_the_report() -> None:
    check_own_words("Apakah ada pegawai yang memukul?", never=["", "AB12"], written=[STORY])
    with pytest.raises(NotOwnWords):
        check_own_words("kode a-b-1-2", never=["AB12"], written=[])


def test_a_ticket_that_names_no_body_has_nobody_to_ask(desk: Desk, session: Session) -> None:
    ticket, handler = desk.report("violence", STORY), desk.person(HANDLER)
    assert ask(handler, session, ticket) == 409
    assert handler.get(f"{page_of(ticket)}/hak-jawab").status_code == 409


def test_a_stale_form_puts_no_question(desk: Desk, session: Session) -> None:
    ticket, handler = reported(desk), desk.person(HANDLER)
    page = f"{page_of(ticket)}/hak-jawab"
    reply = handler.send(page, page="/petugas", text=ASKED, seen="0")
    assert reply.status_code == 409
    assert ASKED in reply.text


def test_words_are_sealed_and_each_step_is_chained(desk: Desk, session: Session) -> None:
    ticket, _, question = put(desk, session)
    lead = accused(desk)
    page = f"/petugas/pertanyaan/{question.id}"
    lead.send(page, page=page, text=ANSWERED)
    query = text("SELECT row_to_json(q)::text FROM body_question q")
    stored = str(session.scalar(query)).replace("\\\\x", "")
    for words in (ASKED, ANSWERED):
        assert words not in stored
        assert words.encode().hex() not in stored
    told = session.scalars(select(Event.type).where(Event.stream_id == ticket.id)).all()
    assert {"question_put", "question_read", "question_answered"} <= set(told)


def test_it_is_erased_with_the_case(app: Flask, desk: Desk, session: Session) -> None:
    ticket, handler, question = put(desk, session)
    lead = accused(desk)
    page = f"/petugas/pertanyaan/{question.id}"
    lead.send(page, page=page, text=ANSWERED)
    report = session.get_one(Report, ticket.report_id)
    session.refresh(ticket)
    keys = app.extensions[EXTENSION].keys
    erase_report(session, desk.city, keys, report, how=ErasedBy.REPORTER, now=utcnow())
    session.commit()
    session.refresh(question)
    held = (question.question_sealed, question.answer_sealed, question.wrapped_key)
    assert held == (None, None, None)
    assert lead.get(page).status_code == 404
    assert str(question.id) not in lead.get("/petugas/pertanyaan").text
    assert ANSWERED not in handler.get(f"{page_of(ticket)}/hak-jawab").text


def test_the_mail_says_that_there_is_a_question_and_no_more(
    app: Flask,
    desk: Desk,
    session: Session,
    post_office: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "SMTP_URL", post_office.url)
    office = replace(desk.city.agencies["roads"], duty_email="piket@roads.example")
    city = replace(desk.city, agencies={**desk.city.agencies, "roads": office})
    app.extensions[EXTENSION].city_holder.replace(city)
    ticket, _, question = put(desk, session)
    query = text("SELECT args FROM procrastinate_jobs WHERE task_name = 'tell_body_of_question'")
    (ids,) = session.scalars(query).all()
    assert ids == {"question_id": str(question.id)}
    tell_body_of_question(**ids)
    mail = post_office.only
    whole = f"{mail}{text_of(mail)}"
    assert mail["To"] == "piket@roads.example"
    assert "/petugas/pertanyaan" in whole
    code = session.get_one(Report, ticket.report_id).tracking_code
    telling = (code, str(ticket.id), str(question.id), "aturan tentang", "Melati", "Kekerasan")
    assert [word for word in telling if word in whole] == []
