"""Several agencies on one ticket: who reads it, whose part is whose, and when it may be settled."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import ProtectionClass
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.rules import Subject
from citizenreport.ledger.models import Event
from citizenreport.triage.models import Message, Ticket
from citizenreport.triage.states import State
from citizenreport.web.follow import own_report
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import DESK, HANDLER, PARKS, ROADS, WOMEN

TASK = "Pangkas dahan di atas lubang."
DONE = "Dahan sudah dipangkas."
WHY = "Pohonnya milik provinsi."
PARKS_HANDLER = Grant(
    role=Role.CONFIDENTIAL_HANDLER,
    agency_code="parks",
    protection_class=ProtectionClass.VIOLENCE,
)


def page_of(ticket: Ticket) -> str:
    return f"/petugas/tiket/{ticket.id}"


def send(visitor: Visitor, ticket: Ticket, path: str, **fields: str) -> int:
    shown = {"seen": str(ticket.version)} | fields
    reply = visitor.send(f"{page_of(ticket)}{path}", page="/petugas", **shown)
    ticket_session = Session.object_session(ticket)
    assert ticket_session is not None
    ticket_session.refresh(ticket)
    return reply.status_code


def ask(visitor: Visitor, ticket: Ticket, agency_code: str = "parks", text: str = TASK) -> int:
    return send(visitor, ticket, "/bersama", form="bersama", agency_code=agency_code, text=text)


def test_a_part_from_the_asking_to_the_end(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    lead = desk.person(ROADS)
    partner = desk.person(PARKS, username="taman", name="Tami")
    assert partner.get(page_of(ticket)).status_code == 404
    assert ask(lead, ticket) == 303
    page = partner.get(page_of(ticket)).text
    assert TASK in page
    assert "Jawab pelapor" not in page, "the part gives no other act"
    for state in ("verified", "in_progress"):
        assert send(lead, ticket, "/langkah", target=state) == 303
    settled = {"reason": "Selesai.", "why_no_photo": "Tidak perlu."}
    assert send(lead, ticket, "/selesai", form="selesai", **settled) == 409
    assert send(partner, ticket, "/langkah", target="resolved", reason="x") == 403
    assert send(partner, ticket, "/bersama/selesai", agency_code="parks", text=DONE) == 303
    assert partner.get(page_of(ticket)).status_code == 404
    assert re.search(rf"Bagian selesai.*{TASK}.*{DONE}", lead.get(page_of(ticket)).text, re.DOTALL)
    assert send(lead, ticket, "/selesai", form="selesai", **settled) == 303
    assert ticket.state == State.RESOLVED
    events = session.scalars(select(Event).where(Event.type.startswith("joint_"))).all()
    assert [(e.type, e.payload["joint_agency_code"]) for e in events] == [
        ("joint_asked", "parks"),
        ("joint_closed", "parks"),
    ]
    assert TASK not in str([e.payload for e in events])


def test_the_reporter_reads_who_joined_and_what_was_done_but_not_the_task(desk: Desk) -> None:
    ticket = desk.report()
    lead, partner = desk.person(ROADS), desk.person(PARKS, username="taman")
    ask(lead, ticket)
    send(partner, ticket, "/bersama/selesai", agency_code="parks", text=DONE)
    report = intake_queries.by_id(desk.session, ticket.report_id)
    with desk.app.test_request_context():
        told = own_report(desk.session, desk.city, desk.keys, report)["history"]
    assert [(step["type"], step["partner_code"], step["text"]) for step in told[1:]] == [
        ("joint_asked", "parks", None),
        ("joint_closed", "parks", DONE),
    ]
    assert all(step["agency_code"] in (None, "roads") for step in told)


def test_the_queue_lists_parts_apart(desk: Desk) -> None:
    ticket = desk.report()
    code = desk.last.tracking_code
    lead, partner = desk.person(ROADS), desk.person(PARKS, username="taman")
    assert code not in partner.get("/petugas/tiket?penanggung=bersama").text
    ask(lead, ticket)
    assert code in partner.get("/petugas/tiket?penanggung=bersama").text
    assert code in partner.get("/petugas").text
    assert code not in lead.get("/petugas").text
    assert code not in lead.get("/petugas/tiket?penanggung=bersama").text


def test_taking_a_part_back_ends_the_reading(desk: Desk) -> None:
    ticket = desk.report()
    lead, partner = desk.person(ROADS), desk.person(PARKS, username="taman")
    ask(lead, ticket)
    assert send(partner, ticket, "/bersama/tarik", agency_code="parks") == 403
    assert send(lead, ticket, "/bersama/tarik", agency_code="parks") == 303
    assert ticket.joint_agency_codes == []
    assert partner.get(page_of(ticket)).status_code == 404
    assert send(lead, ticket, "/bersama/tarik", agency_code="parks") == 409


@pytest.mark.parametrize(
    ("agency_code", "text", "status"),
    [("roads", TASK, 422), ("nowhere", TASK, 422), ("parks", " ", 422), ("parks", "x" * 2001, 422)],
)
def test_a_bad_asking_is_refused_and_what_was_typed_stays(
    desk: Desk, agency_code: str, text: str, status: int
) -> None:
    ticket = desk.report()
    assert ask(desk.person(ROADS), ticket, agency_code, text) == status
    assert ticket.joint_agency_codes == []


def test_nobody_is_asked_twice_and_only_the_own_part_is_closed(desk: Desk) -> None:
    ticket = desk.report()
    lead = desk.person(ROADS)
    ask(lead, ticket)
    assert ask(lead, ticket) == 422
    assert send(lead, ticket, "/bersama/selesai", agency_code="parks", text=DONE) == 403
    city_desk = desk.person(DESK, username="meja")
    assert send(city_desk, ticket, "/bersama/selesai", agency_code="parks", text=DONE) == 403


def test_the_body_a_report_is_about_is_never_asked(desk: Desk) -> None:
    ticket = desk.report(subject=Subject(agency_code="parks", person=""))
    lead = desk.person(Grant(role=Role.OFFICER, agency_code=ticket.agency_code))
    assert ask(lead, ticket, "parks") == 422


def test_of_a_confidential_ticket_only_handlers_get_a_part(desk: Desk, session: Session) -> None:
    ticket = desk.report("violence", "Canary rahasia")
    lead = desk.person(HANDLER)
    assert ask(lead, ticket, "parks") == 422, "no handlers there"
    ticket.joint_agency_codes = ["parks"]  # even if it got there
    session.commit()
    officer = desk.person(PARKS, username="taman")
    assert officer.get(page_of(ticket)).status_code == 404
    assert desk.person(WOMEN, username="rekan").get(page_of(ticket)).status_code == 404
    handler = desk.person(PARKS_HANDLER, username="penangan")
    page = handler.get(page_of(ticket)).text
    assert "Canary rahasia" in page
    for act in ("Serahkan ke instansi lain", "Langkah berikutnya", "Jawab pelapor"):
        assert act not in page, "a part makes nobody a handler of the whole"
    assert send(handler, ticket, "/bersama/selesai", agency_code="parks", text=DONE) == 303
    note = session.scalars(select(Message).where(Message.kind == "part")).one()
    assert note.text is None
    assert note.text_sealed is not None


def test_a_part_of_a_confidential_ticket_gives_an_officer_of_its_lead_no_more(
    desk: Desk, session: Session
) -> None:
    ticket = desk.report("violence")
    ticket.joint_agency_codes = ["parks"]
    session.commit()
    both = desk.person(WOMEN, PARKS_HANDLER)
    assert both.get(page_of(ticket)).status_code == 200
    assert send(both, ticket, "/langkah", target="verified") == 403
    assert send(both, ticket, "/jawaban", text="Halo.") == 403
    assert ticket.version == 1


def test_parts_end_with_protection_with_leaving_the_work_and_with_a_hand_over(
    desk: Desk,
) -> None:
    lead = desk.person(ROADS)
    raised, archived = desk.report(), desk.report()
    for ticket in (raised, archived):
        ask(lead, ticket)
    assert send(lead, raised, "/perlindungan", visibility="restricted") == 303
    assert send(lead, archived, "/langkah", target="archived", reason="Bukan.") == 303
    assert raised.joint_agency_codes == archived.joint_agency_codes == []
    handed = desk.report()
    ask(lead, handed)
    handed.state = State.RETURNED.value
    desk.session.commit()
    city_desk = desk.person(DESK, username="meja")
    assert send(city_desk, handed, "/serah", agency_code="parks") == 303
    assert (handed.agency_code, handed.joint_agency_codes) == ("parks", [])


def test_a_part_is_declined_with_a_reason_that_only_staff_read(desk: Desk) -> None:
    ticket = desk.report()
    lead, partner = desk.person(ROADS), desk.person(PARKS, username="taman")
    ask(lead, ticket)
    assert send(partner, ticket, "/bersama/tolak", agency_code="parks", text=" ") == 422
    assert send(lead, ticket, "/bersama/tolak", agency_code="parks", text=WHY) == 403
    assert send(partner, ticket, "/bersama/tolak", agency_code="parks", text=WHY) == 303
    assert ticket.joint_agency_codes == []
    assert partner.get(page_of(ticket)).status_code == 404
    assert re.search(rf"Ditolak.*Alasan: {WHY}", lead.get(page_of(ticket)).text, re.DOTALL)
    report = intake_queries.by_id(desk.session, ticket.report_id)
    with desk.app.test_request_context():
        told = own_report(desk.session, desk.city, desk.keys, report)["history"]
    assert [(step["type"], step["text"]) for step in told[2:]] == [("joint_declined", None)]
    assert ask(lead, ticket) == 303, "it can be asked again"
