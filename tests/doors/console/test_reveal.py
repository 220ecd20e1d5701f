"""Opening a reporter's contact: a reason, a fresh proof, a limit, and traces."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from citizenreport.identity.models import StaffSession
from citizenreport.identity.rules import PERMISSIONS, Permission, Role
from citizenreport.intake.models import Report
from citizenreport.intake.rules import Contact
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.pages.timeline import steps
from citizenreport.triage.models import ContactReveal, Message, Ticket
from citizenreport.triage.reveals import MOST_AN_HOUR
from citizenreport.web.follow import own_report
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ADMIN, ANALYST, HANDLER, INSPECTOR, PARKS, ROADS
from tests.identity.factories import PASSWORD

PHONE = "+6281234567890"
MAIL = "warga@example.org"
CONTACT = Contact(name="Bu Warga", email=MAIL, phone=PHONE)
REASON = "Alamat rumahnya perlu dipastikan lewat telepon."


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return desk.report(contact=CONTACT)


def reveal(visitor: Visitor, ticket: Ticket, **fields: str) -> tuple[int, str]:
    path = f"/petugas/tiket/{ticket.id}/kontak"
    given = {"form": "kontak", "reason": REASON} | fields
    reply = visitor.send(path, page="/petugas", **given)
    return reply.status_code, reply.text


def age_proofs(session: Session) -> None:
    older = StaffSession.proved_at - timedelta(minutes=5)
    session.execute(update(StaffSession).values(proved_at=older))
    session.commit()


def test_a_contact_is_shown_on_one_answer_only(desk: Desk, ticket: Ticket) -> None:
    sri = desk.person(ROADS)
    page = f"/petugas/tiket/{ticket.id}"
    assert PHONE not in sri.get(page).text
    status, text = reveal(sri, ticket)
    assert status == 200
    assert PHONE in text
    assert MAIL in text
    assert PHONE not in sri.get(page).text


def test_it_leaves_a_chained_row_and_an_event_without_the_contact(
    desk: Desk, ticket: Ticket, session: Session
) -> None:
    reveal(desk.person(ROADS), ticket)
    [access] = history(session, StreamKind.ACCESS, ticket.id)
    assert access.type == "contact_revealed"
    event = history(session, StreamKind.TICKET, ticket.id)[-1]
    assert event.type == "contact_revealed"
    assert access.actor_id == event.actor_id is not None
    assert set(event.payload) == {"message_id"}


def test_the_reporter_reads_it_in_plain_words(
    desk: Desk, ticket: Ticket, session: Session, keys: KeyRing
) -> None:
    reveal(desk.person(ROADS), ticket)
    report = session.get_one(Report, ticket.report_id)
    with desk.app.test_request_context():
        found = own_report(session, desk.city, keys, report)
        told = steps(desk.city, found["history"], agency_code=ticket.agency_code)
    assert told[-1].sentence.endswith("membuka kontak Anda, dengan alasan:")
    assert told[-1].text == REASON


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001])
def test_without_a_reason_nothing_is_opened(
    desk: Desk, ticket: Ticket, session: Session, reason: str
) -> None:
    status, text = reveal(desk.person(ROADS), ticket, reason=reason)
    assert status == 422
    assert PHONE not in text
    assert session.scalars(select(ContactReveal)).all() == []


def test_an_old_proof_is_not_enough(desk: Desk, ticket: Ticket, session: Session) -> None:
    sri = desk.person(ROADS)
    age_proofs(session)
    status, text = reveal(sri, ticket)
    assert status == 422
    assert PHONE not in text
    assert REASON in text, "what was typed is kept"
    status, text = reveal(sri, ticket, current="salah sekali ini")
    assert status == 422
    assert "salah sekali ini" not in text
    status, text = reveal(sri, ticket, current=PASSWORD)
    assert status == 200
    assert PASSWORD not in text
    assert reveal(sri, ticket)[0] == 200, "the proof counts for five minutes"


def test_ten_an_hour_and_no_more(desk: Desk, ticket: Ticket, session: Session) -> None:
    sri = desk.person(ROADS)
    for _ in range(MOST_AN_HOUR):
        assert reveal(sri, ticket)[0] == 200
    status, text = reveal(sri, ticket)
    assert status == 429
    assert "10 kontak dalam satu jam" in text
    assert PHONE not in text
    budi = desk.person(ROADS, username="budi.santoso", name="Budi")
    assert reveal(budi, ticket)[0] == 200, "each person has their own ten"
    earlier = ContactReveal.revealed_at - timedelta(hours=1)
    session.execute(update(ContactReveal).values(revealed_at=earlier))
    session.commit()
    assert reveal(sri, ticket)[0] == 200


def test_a_report_without_a_contact_has_none_to_open(desk: Desk) -> None:
    bare = desk.report()
    sri = desk.person(ROADS)
    assert reveal(sri, bare)[0] == 409
    assert "Buka kontak" not in sri.get(f"/petugas/tiket/{bare.id}").text


@pytest.mark.parametrize(
    ("grant", "status"),
    [(PARKS, 404), (INSPECTOR, 403), (ADMIN, 403), (ANALYST, 403), (HANDLER, 404)],
    ids=["other agency", "inspectorate", "administrator", "analyst", "handler elsewhere"],
)
def test_others_open_nothing(
    desk: Desk, ticket: Ticket, session: Session, grant: object, status: int
) -> None:
    found, text = reveal(desk.person(grant), ticket)  # type: ignore[arg-type]
    assert found == status
    assert PHONE not in text
    assert session.scalars(select(ContactReveal)).all() == []


def test_a_handler_opens_it_and_the_reason_is_sealed(desk: Desk, session: Session) -> None:
    ticket = desk.report("violence", "Ada yang memukul.", contact=CONTACT)
    status, text = reveal(desk.person(HANDLER), ticket)
    assert status == 200
    assert PHONE in text
    [message] = session.scalars(select(Message).where(Message.ticket_id == ticket.id))
    assert message.text is None
    assert message.text_sealed is not None


def test_no_administrators_role_opens_contacts() -> None:
    assert Permission.REVEAL_CONTACT not in PERMISSIONS[Role.ADMINISTRATOR]
