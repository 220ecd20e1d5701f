"""Letters to bodies outside the city: written, followed, and without the reporter in them."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.cities.rules import Agency
from citizenreport.console.referrals import letter_data
from citizenreport.core.clock import utcnow
from citizenreport.intake.models import Report
from citizenreport.intake.rules import Contact, ErasedBy, Subject
from citizenreport.pipeline.erase import erase_report
from citizenreport.triage import referrals
from citizenreport.triage.letter_models import Referral
from citizenreport.triage.models import Ticket
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import HANDLER, PARKS, ROADS
from tests.doors.console.test_acts import act, events
from tests.doors.console.test_ticket import page_of

WHY = "Tiang ini milik PLN; telepon 123."
ASK = "Mohon tiangnya ditegakkan."
PLN = Agency(
    agency_code="x_pln", name="PLN ULP", short_name="PLN", kind="eksternal", is_external=True
)
POLICE = replace(PLN, agency_code="x_pol", name="Polres", short_name="Polres", address="Jalan 1")


@pytest.fixture
def desk(app: Flask, desk: Desk) -> Desk:
    """The town with two bodies outside it."""
    agencies = {**desk.city.agencies, "x_pln": PLN, "x_pol": POLICE}
    desk.city = replace(desk.city, agencies=agencies)
    app.extensions[EXTENSION].city_holder.replace(desk.city)
    return desk


def today() -> date:
    return utcnow().astimezone(ZoneInfo("Asia/Jakarta")).date()


def referred(visitor: Visitor, ticket: Ticket, **fields: str) -> TestResponse:
    usual = {"form": "rujukan", "body_code": "x_pln", "reason": WHY, "ask": ASK}
    return act(visitor, ticket, "rujukan", **(usual | fields))


def letter_of(session: Session, ticket: Ticket) -> Referral:
    session.expire_all()
    return session.scalars(select(Referral).where(Referral.ticket_id == ticket.id)).one()


def followed(visitor: Visitor, ticket: Ticket, letter: Referral, **fields: str) -> TestResponse:
    usual = {"on": today().isoformat()}
    form = f"surat-{letter.id}-{fields['target']}"
    return act(visitor, ticket, f"rujukan/{letter.id}", form=form, **(usual | fields))


def own_types(visitor: Visitor, desk: Desk) -> list[Any]:
    headers = {"Authorization": f"Bearer {desk.last.secret}"}
    reply = visitor.client.get(f"/api/v1/reports/{desk.last.tracking_code}", headers=headers)
    assert reply.json is not None
    return [step["type"] for step in reply.json["history"]]


def test_a_letter_is_written_numbered_printed_and_ends_the_ticket(
    desk: Desk, session: Session
) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    assert referred(visitor, ticket).status_code == 303
    session.refresh(ticket)
    assert ticket.state == "referred"
    assert events(session, ticket) == ["opened", "state_changed", "referral_made"]
    letter = letter_of(session, ticket)
    page = visitor.get(page_of(ticket)).text
    number = referrals.letter_number(letter)
    assert number == f"001/ROADS/{letter.letter_year}"
    assert number in page
    pdf = visitor.get(f"{page_of(ticket)}/rujukan/{letter.id}/surat.pdf")
    assert pdf.data.startswith(b"%PDF-")
    assert desk.last.tracking_code in pdf.headers["Content-Disposition"]
    assert own_types(visitor, desk) == ["opened", "state_changed", "referral_made"]


def test_numbers_follow_each_other_in_an_agency(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    numbers = []
    for _ in range(3):
        ticket = desk.report()
        assert referred(visitor, ticket).status_code == 303
        numbers.append(letter_of(session, ticket).letter_number)
    assert numbers == [1, 2, 3]


def test_a_letter_is_followed_to_its_end(desk: Desk, session: Session) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    referred(visitor, ticket)
    letter = letter_of(session, ticket)
    assert (
        followed(visitor, ticket, letter, target="sent", external_number="P-77").status_code == 303
    )
    assert followed(visitor, ticket, letter, target="answered", text="Besok.").status_code == 303
    assert followed(visitor, ticket, letter, target="closed", text="Tegak.").status_code == 303
    letter = letter_of(session, ticket)
    assert letter.state == "closed"
    words = referrals.words_of(letter, None)
    assert (words.external_number, words.answer, words.outcome) == ("P-77", "Besok.", "Tegak.")
    page = visitor.get(page_of(ticket)).text
    assert "P-77" in page
    assert "Tegak." in page
    assert own_types(visitor, desk)[-3:] == [
        "referral_sent",
        "referral_answered",
        "referral_closed",
    ]


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"body_code": "parks"}, 422, "Pilih instansi luar"),
        ({"body_code": "x"}, 422, "Pilih instansi luar"),
        ({"ask": " "}, 422, "masih kosong"),
        ({"reason": ""}, 422, "Tuliskan alasannya"),
    ],
)
def test_a_letter_that_does_not_hold_changes_nothing_and_keeps_what_was_typed(
    desk: Desk, session: Session, fields: dict[str, str], status: int, told: str
) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    reply = referred(visitor, ticket, **fields)
    assert reply.status_code == status
    assert told in reply.text
    typed = {"reason": WHY, "ask": ASK} | fields
    assert typed["ask"] in reply.text
    session.expire_all()
    assert ticket.state == "new"
    assert session.scalars(select(Referral)).all() == []


@pytest.mark.parametrize(
    "written",
    ["Bu Siti Aminah minta dijawab.", "hubungi SITI@example.org", "telepon 0812 3456-7890"],
)
def test_a_letter_that_names_the_reporter_is_refused_unless_they_agreed(
    desk: Desk, session: Session, written: str
) -> None:
    contact = Contact(name="Siti Aminah", email="siti@example.org", phone="+6281234567890")
    ticket, visitor = desk.report(contact=contact), desk.person(ROADS)
    reply = referred(visitor, ticket, ask=written)
    assert reply.status_code == 422
    assert "memuat nama atau kontak pelapor" in reply.text
    agreed = referred(visitor, ticket, ask=written, consent="lewat telepon, 24 November")
    assert agreed.status_code == 303


def test_an_accused_body_is_neither_offered_nor_written_to(desk: Desk) -> None:
    ticket = desk.report(subject=Subject(agency_code="x_pol"))
    visitor = desk.person(ROADS)
    page = visitor.get(page_of(ticket)).text
    assert 'value="x_pln"' in page
    assert 'value="x_pol"' not in page
    assert referred(visitor, ticket, body_code="x_pol").status_code == 422


def test_a_step_out_of_turn_or_on_a_wrong_day_is_refused(desk: Desk, session: Session) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    referred(visitor, ticket)
    letter = letter_of(session, ticket)
    assert followed(visitor, ticket, letter, target="answered", text="x").status_code == 409
    tomorrow = (today() + timedelta(days=1)).isoformat()
    for on in (tomorrow, "2020-01-01", "x"):
        assert followed(visitor, ticket, letter, target="sent", on=on).status_code == 422
    assert followed(visitor, ticket, letter, target="hebat").status_code == 422
    assert letter_of(session, ticket).state == "made"


def test_a_letter_of_another_ticket_is_not_found(desk: Desk, session: Session) -> None:
    ticket, other = desk.report(), desk.report()
    visitor = desk.person(ROADS)
    referred(visitor, ticket)
    letter = letter_of(session, ticket)
    assert visitor.get(f"{page_of(other)}/rujukan/{letter.id}/surat.pdf").status_code == 404
    stranger = desk.person(PARKS, username="taman")
    assert stranger.get(f"{page_of(ticket)}/rujukan/{letter.id}/surat.pdf").status_code == 404


class TestAConfidentialOne:
    def test_its_letter_is_sealed_recorded_and_says_no_place(
        self, desk: Desk, session: Session
    ) -> None:
        ticket, handler = desk.report("violence", "Rahasia besar."), desk.person(HANDLER)
        assert referred(handler, ticket, body_code="x_pol", ask="Kanari-XYZ").status_code == 303
        letter = letter_of(session, ticket)
        assert letter.words is None
        assert b"Kanari" not in bytes(letter.words_sealed or b"")
        before = readings(session, ticket)
        assert handler.get(f"{page_of(ticket)}/rujukan/{letter.id}/surat.pdf").status_code == 200
        assert readings(session, ticket) == before + 1
        report = session.get_one(Report, ticket.report_id)
        words = referrals.Words(reason=WHY, ask=ASK)
        with desk.app.test_request_context():
            data = letter_data(desk.city, ticket, report, letter, words)
        assert data["is_secret"] is True
        assert "Kelurahan" not in str(data)
        assert "Rahasia besar" not in str(data)

    def test_letters_are_sealed_when_a_ticket_is_made_confidential(
        self, desk: Desk, session: Session
    ) -> None:
        ticket, visitor = desk.report(), desk.person(ROADS)
        referred(visitor, ticket)
        act(visitor, ticket, "perlindungan", visibility="confidential")
        letter = letter_of(session, ticket)
        assert (letter.words, letter.words_sealed is None) == (None, False)


def readings(session: Session, ticket: Ticket) -> int:
    count = text("SELECT count(*) FROM event WHERE type = 'content_read' AND stream_id = :id")
    return int(session.execute(count, {"id": ticket.id}).scalar_one())


def test_erasing_the_reporter_empties_the_letters(desk: Desk, session: Session) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    referred(visitor, ticket)
    report = session.get_one(Report, ticket.report_id)
    erase_report(session, desk.city, desk.keys, report, how=ErasedBy.REPORTER, now=utcnow())
    session.commit()
    letter = letter_of(session, ticket)
    assert (letter.words, letter.words_sealed) == (None, None)
    page = visitor.get(page_of(ticket))
    assert page.status_code == 200
    assert re.search(r"001/ROADS/\d{4}", page.text)
    assert ASK not in page.text
