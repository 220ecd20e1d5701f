"""A mediation is its handlers' alone, sealed entry by entry, and tells nobody who reported."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.cities.rules import ProtectionClass
from citizenreport.console.mediation import agreement_data
from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.models import Report
from citizenreport.intake.queries import data_key_of
from citizenreport.intake.rules import Contact, ErasedBy
from citizenreport.jobs.mails import subject_of
from citizenreport.jobs.mediations import follow_up_mail, remind_of_follow_ups
from citizenreport.ledger.models import Event
from citizenreport.pipeline.erase import erase_report
from citizenreport.triage import mediation
from citizenreport.triage.mediation_models import Mediation, MediationEntry
from citizenreport.triage.models import Ticket
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ADMIN, DESK, HANDLER, INSPECTOR, PARKS, ROADS, WOMEN
from tests.doors.console.test_acts import events
from tests.doors.console.test_referrals import readings
from tests.doors.console.test_ticket import page_of

CANARY = "Kanari-pernyataan"
LEAD = Grant(role=Role.AGENCY_LEAD, agency_code="women")


@pytest.fixture
def desk(app: Flask, desk: Desk) -> Desk:
    """The town, where violence may be mediated and its office has a duty address."""
    kind = replace(desk.city.categories["violence"], mediation=True)
    office = replace(desk.city.agencies["women"], duty_email="piket@women.test")
    desk.city = replace(
        desk.city,
        categories={**desk.city.categories, "violence": kind},
        agencies={**desk.city.agencies, "women": office},
    )
    app.extensions[EXTENSION].city_holder.replace(desk.city)
    return desk


def today() -> date:
    return utcnow().astimezone(ZoneInfo("Asia/Jakarta")).date()


def sent(
    visitor: Visitor, session: Session, ticket: Ticket, path: str = "", **fields: str
) -> TestResponse:
    session.refresh(ticket)
    address = f"{page_of(ticket)}/mediasi{path}"
    return visitor.send(address, page="/petugas", seen=str(ticket.version), **fields)


def begun(desk: Desk, session: Session) -> tuple[Ticket, Visitor]:
    """Open a mediation with two parties."""
    contact = Contact(name="Pelapor Rahasia")
    ticket, handler = desk.report("violence", contact=contact), desk.person(HANDLER)
    assert sent(handler, session, ticket, name="Bu Mediator").status_code == 303
    for name in ("Pak Satu", "Bu Dua"):
        fields = {"name": name, "contact": "0811", "statement": f"{CANARY} {name}"}
        assert sent(handler, session, ticket, "/pihak", **fields).status_code == 303
    return ticket, handler


def agreed(session: Session, ticket: Ticket, handler: Visitor, **fields: str) -> TestResponse:
    usual = {"state": "agreed", "on": today().isoformat(), "text": "Saling menghormati."}
    return sent(handler, session, ticket, "/hasil", **(usual | {"form": "akhiri"} | fields))


def test_a_mediation_goes_from_its_mediator_to_a_signed_agreement(
    desk: Desk, session: Session
) -> None:
    ticket, handler = begun(desk, session)
    meeting = {"on": today().isoformat(), "text": "Bertemu di balai."}
    assert sent(handler, session, ticket, "/pertemuan", **meeting).status_code == 303
    assert agreed(session, ticket, handler).status_code == 303
    page = handler.get(f"{page_of(ticket)}/mediasi").text
    for shown in ("Bu Mediator", "Pak Satu", "Bu Dua", "Bertemu di balai.", "Saling menghormati."):
        assert shown in page
    pdf = handler.get(f"{page_of(ticket)}/mediasi/kesepakatan.pdf")
    assert pdf.data.startswith(b"%PDF-")
    assert desk.last.tracking_code not in pdf.headers["Content-Disposition"]
    told = [one for one in events(session, ticket) if one != "content_read"]
    assert told == [
        "opened",
        "mediation_opened",
        *(["mediation_noted"] * 3),
        "mediation_ended",
    ]


def test_everything_written_is_sealed_each_for_itself(desk: Desk, session: Session) -> None:
    begun(desk, session)
    entries = session.scalars(select(MediationEntry)).all()
    seals = [bytes(entry.words_sealed or b"") for entry in entries]
    assert len(set(seals)) == len(seals) == 3
    assert all(seals)
    assert not any(b"Kanari" in seal or b"Satu" in seal for seal in seals)
    payloads = str([event.payload for event in session.scalars(select(Event))])
    assert "Satu" not in payloads


def test_the_agreement_names_neither_reporter_nor_report_nor_a_statement(
    desk: Desk, session: Session
) -> None:
    ticket, handler = begun(desk, session)
    agreed(session, ticket, handler)
    session.expire_all()
    found = mediation.of_ticket(session, ticket)
    assert found is not None
    key = data_key_of(session, desk.keys, ticket.report_id)
    with desk.app.test_request_context():
        data = str(
            agreement_data(desk.city, ticket, found, mediation.entries_of(session, found, key))
        )
    assert "Pak Satu" in data
    for hidden in ("Pelapor Rahasia", desk.last.tracking_code, CANARY, "0811", "Kekerasan"):
        assert hidden not in data


def test_each_showing_is_a_chained_row(desk: Desk, session: Session) -> None:
    ticket, handler = begun(desk, session)
    agreed(session, ticket, handler)
    before = readings(session, ticket)
    handler.get(f"{page_of(ticket)}/mediasi")
    handler.get(f"{page_of(ticket)}/mediasi/kesepakatan.pdf")
    assert readings(session, ticket) == before + 2


@pytest.mark.parametrize(
    "grant",
    [WOMEN, LEAD, DESK, INSPECTOR, ADMIN, ROADS],
    ids=["colleague", "lead", "desk", "inspectorate", "administrator", "other"],
)
def test_nobody_but_a_handler_learns_of_it(desk: Desk, session: Session, grant: Grant) -> None:
    ticket, _ = begun(desk, session)
    stranger = desk.person(grant, username="orang.lain")
    for path in ("", "/kesepakatan.pdf"):
        reply = stranger.get(f"{page_of(ticket)}/mediasi{path}")
        assert reply.status_code in (403, 404)
        assert "Satu" not in reply.text
    assert sent(stranger, session, ticket, "/pihak", name="X").status_code in (403, 404)


def quarrel(desk: Desk, session: Session, kind: str) -> tuple[Ticket, Visitor]:
    """Open a mediation of a kind that is not confidential, as the officer of its agency."""
    category = replace(desk.city.categories[kind], mediation=True)
    desk.city = replace(desk.city, categories={**desk.city.categories, kind: category})
    desk.app.extensions[EXTENSION].city_holder.replace(desk.city)
    ticket, officer = desk.report(kind), desk.person(PARKS, username="petugas.taman")
    assert sent(officer, session, ticket, name="Bu Mediator").status_code == 303
    for name in ("Pak Satu", "Bu Dua"):
        fields = {"name": name, "contact": "0811", "statement": f"{CANARY} {name}"}
        assert sent(officer, session, ticket, "/pihak", **fields).status_code == 303
    return ticket, officer


@pytest.mark.parametrize("kind", ["noise", "tree"], ids=["restricted", "public"])
def test_what_is_not_confidential_is_mediated_under_the_same_seals(
    desk: Desk, session: Session, kind: str
) -> None:
    ticket, officer = quarrel(desk, session, kind)
    seals = [bytes(one.words_sealed or b"") for one in session.scalars(select(MediationEntry))]
    assert len(set(seals)) == 3
    assert not any(b"Kanari" in seal for seal in seals)
    assert agreed(session, ticket, officer).status_code == 303
    before = readings(session, ticket)
    page = officer.get(f"{page_of(ticket)}/mediasi").text
    assert f"{CANARY} Bu Dua" in page
    assert officer.get(f"{page_of(ticket)}/mediasi/kesepakatan.pdf").data.startswith(b"%PDF-")
    assert readings(session, ticket) == before + 2
    assert CANARY not in officer.get(page_of(ticket)).text
    assert CANARY not in str([event.payload for event in session.scalars(select(Event))])


@pytest.mark.parametrize(
    "grant", [DESK, INSPECTOR, ADMIN, ROADS], ids=["desk", "inspectorate", "admin", "other"]
)
def test_who_reads_a_public_ticket_does_not_read_its_mediation(
    desk: Desk, session: Session, grant: Grant
) -> None:
    ticket, _ = quarrel(desk, session, "tree")
    stranger = desk.person(grant, username="orang.lain")
    for path in ("", "/kesepakatan.pdf"):
        reply = stranger.get(f"{page_of(ticket)}/mediasi{path}")
        assert reply.status_code in (403, 404)
        assert "Satu" not in reply.text
    assert sent(stranger, session, ticket, "/pihak", name="X").status_code in (403, 404)
    assert "/mediasi" not in stranger.get(page_of(ticket)).text


def test_an_agency_with_a_part_does_not_read_the_mediation(desk: Desk, session: Session) -> None:
    ticket, officer = quarrel(desk, session, "tree")
    fields = {"form": "bersama", "agency_code": "roads", "text": "Tutup jalannya."}
    asked = officer.send(
        f"{page_of(ticket)}/bersama", page="/petugas", seen=str(ticket.version), **fields
    )
    assert asked.status_code == 303
    partner = desk.person(ROADS, username="mitra")
    assert partner.get(page_of(ticket)).status_code == 200
    assert partner.get(f"{page_of(ticket)}/mediasi").status_code == 403


def test_made_confidential_the_record_opens_to_its_handlers_alone(
    desk: Desk, session: Session
) -> None:
    ticket, officer = quarrel(desk, session, "tree")
    session.refresh(ticket)
    raised = {"form": "perlindungan", "visibility": "confidential"}
    address = f"{page_of(ticket)}/perlindungan"
    assert (
        officer.send(address, page="/petugas", seen=str(ticket.version), **raised).status_code
        == 303
    )
    assert officer.get(f"{page_of(ticket)}/mediasi").status_code == 404


def test_erasing_the_reporter_of_a_public_ticket_empties_its_record_for_good(
    desk: Desk, session: Session
) -> None:
    ticket, officer = quarrel(desk, session, "tree")
    session.expire_all()
    report = session.get_one(Report, ticket.report_id)
    erase_report(session, desk.city, desk.keys, report, how=ErasedBy.REPORTER, now=utcnow())
    session.commit()
    assert set(session.scalars(select(MediationEntry.words_sealed))) == {None}
    page = officer.get(f"{page_of(ticket)}/mediasi")
    assert "Pak Satu" not in page.text
    assert sent(officer, session, ticket, "/pihak", name="X").status_code == 403
    assert data_key_of(session, desk.keys, ticket.report_id) is None


def test_a_ticket_that_is_not_for_mediation_has_none(desk: Desk, session: Session) -> None:
    assert HANDLER.protection_class is ProtectionClass.VIOLENCE
    ticket, officer = desk.report(), desk.person(ROADS)
    assert officer.get(f"{page_of(ticket)}/mediasi").status_code == 403
    assert sent(officer, session, ticket, name="Bu M").status_code == 403
    assert "/mediasi" not in officer.get(page_of(ticket)).text


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"text": " "}, 422, "masih kosong"),
        ({"on": "x"}, 422, "Tanggal itu tidak cocok"),
        ({"on": "2999-01-01"}, 422, "Tanggal itu tidak cocok"),
        ({"follow_up_on": "2020-01-01"}, 422, "Tanggal itu tidak cocok"),
        ({"state": "hebat"}, 422, "tidak dikenal"),
    ],
)
def test_an_end_that_does_not_fit_keeps_what_was_typed(
    desk: Desk, session: Session, fields: dict[str, str], status: int, told: str
) -> None:
    ticket, handler = begun(desk, session)
    reply = agreed(session, ticket, handler, **({"text": "Panjang sekali."} | fields))
    assert reply.status_code == status
    assert told in reply.text
    assert fields.get("text", "Panjang sekali.") in reply.text
    session.expire_all()
    assert session.scalars(select(Mediation.state)).one() == "open"


def test_one_party_alone_agrees_with_nobody(desk: Desk, session: Session) -> None:
    ticket, handler = desk.report("violence"), desk.person(HANDLER)
    sent(handler, session, ticket, name="Bu M")
    sent(handler, session, ticket, "/pihak", name="Pak Satu")
    reply = agreed(session, ticket, handler)
    assert reply.status_code == 422
    assert "sedikitnya dua pihak" in reply.text
    assert agreed(session, ticket, handler, state="failed").status_code == 303
    assert handler.get(f"{page_of(ticket)}/mediasi/kesepakatan.pdf").status_code == 409


def test_who_saw_an_older_version_overwrites_nothing(desk: Desk, session: Session) -> None:
    ticket, handler = begun(desk, session)
    address = f"{page_of(ticket)}/mediasi/pihak"
    reply = handler.send(address, page="/petugas", seen="1", form="tambah-pihak", name="Bu Tiga")
    assert reply.status_code == 409
    assert "Bu Tiga" in reply.text
    assert len(session.scalars(select(MediationEntry)).all()) == 3


def test_its_office_is_reminded_once_on_the_day_by_the_code_alone(
    desk: Desk, session: Session
) -> None:
    ticket, handler = begun(desk, session)
    day = today() + timedelta(days=10)
    agreed(session, ticket, handler, follow_up_on=day.isoformat())
    remind_of_follow_ups(now=utcnow() + timedelta(days=5))
    assert "follow_up_due" not in events(session, ticket)
    for _ in range(2):
        remind_of_follow_ups(now=utcnow() + timedelta(days=10))
    assert events(session, ticket).count("follow_up_due") == 1
    seq = session.scalars(select(Event.seq).where(Event.type == "follow_up_due")).one()
    subject = subject_of(session, ticket_id=str(ticket.id), seq=seq)
    assert subject is not None
    with desk.app.test_request_context():
        mail = follow_up_mail(desk.city, subject)
    assert mail.to == "piket@women.test"
    assert desk.last.tracking_code in mail.text
    assert "ediasi" not in mail.text + mail.subject
    note = {"on": today().isoformat(), "text": "Berjalan baik."}
    assert sent(handler, session, ticket, "/tindak-lanjut", **note).status_code == 303


def test_erasing_the_reporter_empties_the_record(desk: Desk, session: Session) -> None:
    ticket, handler = begun(desk, session)
    session.expire_all()
    report = session.get_one(Report, ticket.report_id)
    erase_report(session, desk.city, desk.keys, report, how=ErasedBy.REPORTER, now=utcnow())
    session.commit()
    assert set(session.scalars(select(MediationEntry.words_sealed))) == {None}
    page = handler.get(f"{page_of(ticket)}/mediasi")
    assert page.status_code == 200
    assert "Pak Satu" not in page.text
    assert sent(handler, session, ticket, "/pihak", name="X").status_code == 403
