"""Who asked the body hears that it answered; the exchange outlives a change of keys."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.identity.models import Staff
from citizenreport.intake.models import Report
from citizenreport.jobs.questions import tell_of_answer
from citizenreport.ledger.models import Event
from citizenreport.messaging.staff import set_mail
from citizenreport.pipeline import rewrap
from citizenreport.triage.models import Ticket
from citizenreport.triage.question_models import BodyQuestion
from citizenreport.triage.right_of_reply import exchanges_of
from tests.doors.console.conftest import Desk
from tests.doors.console.test_right_of_reply import ANSWERED, ASKED, STORY, accused, put
from tests.messaging.post_office import PostOffice, text_of


def answered(desk: Desk, session: Session) -> tuple[Ticket, BodyQuestion, Event]:
    ticket, _, question = put(desk, session)
    page = f"/petugas/pertanyaan/{question.id}"
    assert accused(desk).send(page, page=page, text=ANSWERED).status_code == 303
    query = select(Event).where(Event.stream_id == ticket.id, Event.type == "question_answered")
    return ticket, question, session.scalars(query).one()


def test_who_asked_is_told_of_the_answer_by_the_code_and_nothing_else(
    desk: Desk,
    session: Session,
    app: Flask,
    post_office: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticket, question, event = answered(desk, session)
    monkeypatch.setitem(app.config, "SMTP_URL", post_office.url)
    handler = session.scalars(select(Staff).where(Staff.username == "sri.lestari")).one()
    set_mail(session, desk.keys, handler.id, "penangan@kota.example", now=utcnow())
    accused_person = session.scalars(select(Staff).where(Staff.username == "pak.kepala")).one()
    set_mail(session, desk.keys, accused_person.id, "kepala@roads.example", now=utcnow())
    tell_of_answer(ticket_id=str(ticket.id), seq=event.seq)
    (mail,) = post_office.mails
    assert mail["To"] == "penangan@kota.example"
    said = f"{mail['Subject']} {text_of(mail)}"
    report = session.get_one(Report, ticket.report_id)
    assert report.tracking_code in said
    for word in ("Kanari", "kode etik", ASKED, STORY, "roads", "violence", str(question.id)):
        assert word not in said


def test_question_and_answer_open_after_the_keys_were_changed(desk: Desk, session: Session) -> None:
    ticket, question, _ = answered(desk, session)
    fresh = KeyRing(
        encryption={**desk.keys.encryption, "9999": bytes(range(32))},
        pepper=desk.keys.pepper,
        derivation=desk.keys.derivation,
        checkpoint=desk.keys.checkpoint,
        is_demo=True,
    )
    assert rewrap.rewrap(session, fresh, "body_question", limit=10) == 1
    session.refresh(question)
    alone = replace(fresh, encryption={"9999": fresh.encryption["9999"]})
    (exchange,) = exchanges_of(session, alone, ticket)
    assert (exchange.question, exchange.answer) == (ASKED, ANSWERED)
