"""Copies in channels outside: a text without anybody in it, and the number there."""

import re
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.intake.models import Report
from citizenreport.intake.rules import Contact, ErasedBy
from citizenreport.pipeline.erase import erase_report
from citizenreport.triage.letter_models import OutsideCopy
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import HANDLER, PARKS, ROADS
from tests.doors.console.test_acts import act
from tests.doors.console.test_ticket import page_of

WORDS = "Saya Siti, rumah saya nomor 7, lubang di depan."
NUMBER = "12 345-ab"


@pytest.fixture
def desk(app: Flask, desk: Desk) -> Desk:
    """The town with a channel outside."""
    desk.city = replace(desk.city, outside_channels={"sp4n": "SP4N-LAPOR!"})
    app.extensions[EXTENSION].city_holder.replace(desk.city)
    return desk


def copied(visitor: Visitor, path: str) -> str:
    found = re.search(
        r'<textarea id="salinan"[^>]*>(.*?)</textarea>', visitor.get(path).text, re.DOTALL
    )
    assert found is not None
    return unescape(found[1])


def test_the_text_holds_only_what_the_public_may_read(desk: Desk) -> None:
    contact = Contact(name="Siti Aminah", phone="+6281234567890")
    ticket, visitor = desk.report(description=WORDS, contact=contact), desk.person(ROADS)
    act(visitor, ticket, "tayang", text_state="held", public_text="")
    assert 'class="leave"' in visitor.get(f"{page_of(ticket)}/salinan").text, (
        "a page of the console"
    )
    shown = copied(visitor, f"{page_of(ticket)}/salinan")
    assert desk.last.tracking_code in shown
    assert "Jalan berlubang" in shown
    assert "Siti" not in shown
    assert "nomor 7" not in shown
    act(visitor, ticket, "tayang", text_state="released", public_text="Lubang di jalan.")
    shown = copied(visitor, f"{page_of(ticket)}/salinan")
    assert "Lubang di jalan." in shown
    assert "nomor 7" not in shown


def test_the_number_is_shown_and_leads_to_the_ticket(desk: Desk) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    reply = act(visitor, ticket, "salinan", channel="sp4n", external_number=NUMBER)
    assert reply.status_code == 303
    assert "12345-AB" in visitor.get(page_of(ticket)).text
    found = visitor.send("/petugas/tiket/cari", page="/petugas/tiket", kode="12345-ab")
    assert found.headers["Location"].endswith(page_of(ticket))
    stranger = desk.person(PARKS, username="taman")
    lost = stranger.send("/petugas/tiket/cari", page="/petugas/tiket", kode="12345-ab")
    assert lost.headers["Location"].endswith("tak=1")


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"channel": "x", "external_number": NUMBER}, 422, "Pilih kanal"),
        ({"channel": "sp4n", "external_number": " "}, 422, "Tulis nomor"),
        ({"channel": "sp4n", "external_number": "9" * 61}, 422, "Tulis nomor"),
        ({"channel": "sp4n", "external_number": "SUDAH1"}, 409, "sudah tercatat"),
    ],
)
def test_what_does_not_fit_is_refused(
    desk: Desk, session: Session, fields: dict[str, str], status: int, told: str
) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    act(visitor, ticket, "salinan", channel="sp4n", external_number="sudah1")
    reply = act(visitor, ticket, "salinan", form="salinan", **fields)
    assert reply.status_code == status
    assert told in reply.text
    assert session.scalars(select(OutsideCopy.external_number)).all() == ["SUDAH1"]


def test_a_confidential_report_is_not_copied(desk: Desk, session: Session) -> None:
    ticket, handler = desk.report("violence"), desk.person(HANDLER)
    assert "salinan" not in handler.get(page_of(ticket)).text
    assert handler.get(f"{page_of(ticket)}/salinan").status_code == 403
    reply = act(handler, ticket, "salinan", channel="sp4n", external_number=NUMBER)
    assert reply.status_code == 403
    assert session.scalars(select(OutsideCopy)).all() == []


def test_nothing_leaves_of_what_is_restricted_or_was_not_released(desk: Desk) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    path = f"{page_of(ticket)}/salinan"
    assert path not in visitor.get(page_of(ticket)).text.replace(f'action="{path}"', "")
    refused = visitor.get(path)
    assert (refused.status_code, "sudah ditayangkan" in refused.text) == (403, True)
    act(visitor, ticket, "tayang", text_state="held", public_text="")
    assert visitor.get(path).status_code == 200
    act(visitor, ticket, "perlindungan", visibility="restricted")
    assert visitor.get(path).status_code == 403
    kept = act(visitor, ticket, "salinan", channel="sp4n", external_number=NUMBER)
    assert kept.status_code == 303, "a number leads inside only"


def test_a_number_is_not_found_by_once_the_report_is_confidential(desk: Desk) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    act(visitor, ticket, "salinan", channel="sp4n", external_number=NUMBER)
    act(visitor, ticket, "perlindungan", visibility="confidential")
    found = visitor.send("/petugas/tiket/cari", page="/petugas/tiket", kode="12345-AB")
    assert found.headers["Location"].endswith("tak=1")


def test_erasing_the_reporter_forgets_the_number(desk: Desk, session: Session) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    act(visitor, ticket, "salinan", channel="sp4n", external_number=NUMBER)
    session.expire_all()
    report = session.get_one(Report, ticket.report_id)
    erase_report(session, desk.city, desk.keys, report, how=ErasedBy.REPORTER, now=utcnow())
    session.commit()
    assert session.scalars(select(OutsideCopy)).all() == []
