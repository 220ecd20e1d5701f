"""A ticket's page suggests with reasons and decides nothing; the card says how good it is."""

from datetime import date
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, ProtectionClass
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.identity.rules import Grant, Role
from citizenreport.suggestions import service
from citizenreport.suggestions.learning import learn
from citizenreport.triage.models import Ticket
from tests.doors.console.conftest import Desk
from tests.doors.console.people import DESK
from tests.doors.console.test_ticket import page_of
from tests.rooms.suggestions.made_texts import made
from tests.scenes import PANJANG

ROADS = Grant(role=Role.OFFICER, agency_code="DPUPR")
HANDLER = Grant(
    role=Role.CONFIDENTIAL_HANDLER,
    agency_code="DPMP4KB",
    protection_class=ProtectionClass.VIOLENCE,
)


@pytest.fixture
def office(app: Flask, session: Session, magelang: City, keys: KeyRing) -> Desk:
    return Desk(app, session, magelang, keys)


def report(office: Desk, code: str, words: str) -> Ticket:
    return office.report(code, words, at=utcnow(), position=PANJANG)


def keep(session: Session) -> None:
    learned = learn(made(240))
    assert learned is not None
    figures = {
        "category": {
            "count": 57,
            **dict.fromkeys(("accuracy", "top3", "macro_f1", "ece", "brier"), 0.875),
            "most_frequent": 0.25,
        }
    }
    service.keep(
        session,
        learned,
        until_on=date(2026, 3, 1),
        example_count=240,
        measured_from=date(2026, 2, 1),
        figures=figures,
        now=utcnow(),
    )
    session.commit()


def shown(office: Desk, ticket: Ticket) -> str:
    page = unescape(office.person(ROADS).get(page_of(ticket)).text)
    start = page.find('aria-labelledby="saran"')
    return page[start : page.index("</div>", start)] if start >= 0 else ""


def test_a_new_city_suggests_from_its_pack_with_the_words_that_spoke(office: Desk) -> None:
    told = shown(office, report(office, "A08", "Lampu penerangan mati, peteng ndedet"))
    assert "Penerangan jalan umum mati/kurang" in told
    assert "karena: " in told
    assert "peteng" in told
    assert "dari 100" not in told, "the pack gives no likelihood"


def test_what_was_learned_is_shown_with_how_likely_it_is(office: Desk, session: Session) -> None:
    keep(session)
    told = shown(office, report(office, "A08", "Lampu tiang mati, gelap sejak kemarin"))
    assert "Penerangan jalan umum mati/kurang" in told
    assert "dari 100; karena: " in told
    assert "Instansi: DLH" in told


def test_where_it_agrees_with_the_ticket_it_says_nothing(office: Desk, session: Session) -> None:
    keep(session)
    agreeing = [report(office, "A08", words) for words in ("Jalan rusak, lubang di aspal", "12 34")]
    officer = office.person(ROADS)
    for ticket in agreeing:
        assert 'aria-labelledby="saran"' not in officer.get(page_of(ticket)).text


def test_a_text_that_looks_protected_gets_no_suggestion_and_is_held(
    office: Desk, session: Session
) -> None:
    keep(session)
    ticket = report(office, "A08", "Tetangga kena KDRT, dipukul suami, jalan depan rumah rusak")
    page = office.person(ROADS).get(page_of(ticket)).text
    assert 'aria-labelledby="saran"' not in page
    assert 'id="tahan"' in page
    assert 'value="held" checked' in page


def test_of_a_confidential_ticket_nothing_is_suggested(office: Desk, session: Session) -> None:
    keep(session)
    ticket = report(office, "A12", "Lampu mati dan istri tetangga dipukul")
    page = office.person(HANDLER).get(page_of(ticket)).text
    assert ticket.visibility == "confidential"
    assert 'aria-labelledby="saran"' not in page
    assert 'id="tahan"' not in page


def test_the_card_tells_the_figures_and_where_they_come_from(
    office: Desk, session: Session
) -> None:
    desk = office.person(DESK)
    assert "Saat ini saran berasal dari paket kota saja." in desk.get("/petugas/saran").text
    keep(session)
    keep(session)
    page = unescape(desk.get("/petugas/saran").text)
    assert "240 teks laporan" in page
    assert "0,88" in page
    assert "57" in page
    assert "Versi sebelumnya" in page
    assert "paket kota saja" not in page


def test_weights_that_cannot_be_read_count_as_nothing_learned(
    office: Desk, session: Session
) -> None:
    keep(session)
    row = service.cards(session)[0]
    row.content = b"PK nothing"
    session.commit()
    told = shown(office, report(office, "A08", "Lampu penerangan mati, peteng"))
    assert "Penerangan jalan umum" in told
    assert "dari 100" not in told
