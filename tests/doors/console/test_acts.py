"""What staff do with a ticket."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.identity.models import StaffSession
from citizenreport.identity.rules import Grant
from citizenreport.ledger.models import Event
from citizenreport.triage.models import Message, Ticket
from citizenreport.triage.states import State
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import HANDLER, INSPECTOR, PARKS, ROADS
from tests.doors.console.test_ticket import page_of

STORY = "Sudah kami tambal dengan aspal panas pagi ini."


def act(visitor: Visitor, ticket: Ticket, path: str, **fields: str) -> TestResponse:
    """Send a form of the ticket's page as the page is now."""
    page = visitor.get(page_of(ticket)).text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    given = {"seen": seen[1] if seen else "1"} | fields
    return visitor.send(f"{page_of(ticket)}/{path}", page="/petugas", **given)


def step(visitor: Visitor, ticket: Ticket, target: str, **fields: str) -> TestResponse:
    form = {"form": f"langkah-{target}", "target": target}
    return act(visitor, ticket, "langkah", **(form | fields))


def events(session: Session, ticket: Ticket) -> list[str]:
    query = select(Event.type).where(Event.stream_id == ticket.id).order_by(Event.seq)
    return list(session.scalars(query))


def test_a_ticket_is_carried_to_its_end(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    for target in ("verified", "in_progress"):
        reply = step(visitor, ticket, target)
        assert reply.status_code == 303, reply.text
        assert reply.headers["Location"] == f"{page_of(ticket)}?beres=langkah"
    given = {"reason": STORY, "why_no_photo": "Dikerjakan malam hari."}
    assert act(visitor, ticket, "selesai", **given).status_code == 303
    session.refresh(ticket)
    assert ticket.state == "resolved"
    assert events(session, ticket) == ["opened", *["state_changed"] * 3]
    page = visitor.get(page_of(ticket) + "?beres=langkah").text
    assert STORY in page
    assert "Langkah tersimpan." in page
    assert "Sri" in page


def test_a_step_that_wants_a_reason_is_refused_without(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    reply = step(desk.person(ROADS), ticket, "archived", reason="  ")
    assert reply.status_code == 422
    assert "Tuliskan alasannya" in reply.text
    assert 'href="#langkah-archived-reason"' in reply.text
    session.refresh(ticket)
    assert (ticket.state, ticket.version) == ("new", 1)


@pytest.mark.parametrize("target", ["closed", "resolved", "withdrawn", "new", "nonsense", ""])
def test_steps_outside_the_table_are_refused(desk: Desk, session: Session, target: str) -> None:
    ticket = desk.report()
    reply = step(desk.person(ROADS), ticket, target, reason="karena")
    assert reply.status_code in (409, 403, 422)
    session.refresh(ticket)
    assert ticket.state == "new"
    assert events(session, ticket) == ["opened"]


def test_who_was_slower_keeps_what_was_typed(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    slow, fast = desk.person(ROADS), desk.person(ROADS, username="budi", name="Budi")
    assert step(fast, ticket, "verified").status_code == 303
    reply = act(slow, ticket, "jawaban", form="jawaban", seen="1", text=STORY)
    assert reply.status_code == 409
    assert "baru saja diubah" in reply.text
    assert STORY in reply.text
    assert 'name="seen" value="2"' in reply.text
    assert "Terverifikasi" in reply.text
    assert session.scalar(select(func.count()).select_from(Message)) == 0
    again = act(slow, ticket, "jawaban", form="jawaban", text=STORY)
    assert again.status_code == 303


def test_what_was_typed_into_a_form_that_is_gone_is_kept_too(desk: Desk) -> None:
    ticket = desk.report()
    slow, fast = desk.person(ROADS), desk.person(ROADS, username="budi", name="Budi")
    step(fast, ticket, "archived", reason="Laporan uji coba.")
    reply = step(slow, ticket, "needs_info", seen="1", reason=STORY)
    assert reply.status_code == 409
    assert STORY in reply.text
    assert "langkah-needs_info" not in reply.text


@pytest.mark.parametrize("seen", ["", "x", "-1", "99999999999999999999", "²", "0"])
def test_a_version_nobody_saw_changes_nothing(desk: Desk, session: Session, seen: str) -> None:
    ticket = desk.report()
    assert step(desk.person(ROADS), ticket, "verified", seen=seen).status_code == 409
    session.refresh(ticket)
    assert ticket.state == "new"


def test_an_answer_reaches_the_reporter_and_stops_the_first_clock(
    desk: Desk, session: Session
) -> None:
    ticket = desk.report()
    assert act(desk.person(ROADS), ticket, "jawaban", text=STORY).status_code == 303
    message = session.scalars(select(Message)).one()
    assert (message.kind, message.text) == ("reply", STORY)
    session.refresh(ticket)
    assert ticket.first_responded_at is not None


@pytest.mark.parametrize(
    ("text", "told"), [(" \n ", "masih kosong"), ("a" * 4_001, "terlalu panjang")]
)
def test_an_empty_or_endless_answer_is_refused(desk: Desk, text: str, told: str) -> None:
    reply = act(desk.person(ROADS), desk.report(), "jawaban", form="jawaban", text=text)
    assert reply.status_code == 422
    assert told in reply.text
    assert text.strip() in reply.text


def test_odd_characters_are_stored_unharmed(desk: Desk, session: Session) -> None:
    text = "Baik\x00 \x1b[31m\r\n<script>alert(1)</script> 😀"
    visitor, ticket = desk.person(ROADS), desk.report()
    assert act(visitor, ticket, "jawaban", text=text).status_code == 303
    stored = session.scalars(select(Message.text)).one()
    assert stored == "Baik [31m\n<script>alert(1)</script> 😀"
    assert "<script>" not in visitor.get(page_of(ticket)).text


def test_a_confidential_answer_is_sealed(desk: Desk, session: Session) -> None:
    ticket = desk.report("violence")
    visitor = desk.person(HANDLER)
    assert act(visitor, ticket, "jawaban", text=STORY).status_code == 303
    message = session.scalars(select(Message)).one()
    assert message.text is None
    assert STORY.encode() not in bytes(message.text_sealed or b"")
    assert STORY in visitor.get(page_of(ticket)).text


FORMS = [
    ("langkah", {"target": "verified"}),
    ("jawaban", {"text": STORY}),
    ("tayang", {"text_state": "released", "public_text": "a"}),
    ("perlindungan", {"visibility": "confidential"}),
    ("serah", {"agency_code": "parks"}),
    ("gabung", {"parent_code": "ABCDEFGHJK", "reason": "sama"}),
]


@pytest.mark.parametrize(("path", "fields"), FORMS)
@pytest.mark.parametrize(("grant", "status"), [(PARKS, {403, 404}), (INSPECTOR, {403})])
def test_others_change_nothing(
    desk: Desk,
    session: Session,
    path: str,
    fields: dict[str, str],
    grant: Grant,
    status: set[int],
) -> None:
    ticket = desk.report()
    reply = act(desk.person(grant), ticket, path, seen="1", **fields)
    assert reply.status_code in status
    session.refresh(ticket)
    assert (ticket.version, ticket.state) == (1, "new")
    assert events(session, ticket) == ["opened"]


@pytest.mark.parametrize(("path", "fields"), FORMS)
def test_a_foreign_page_changes_nothing(
    desk: Desk, session: Session, path: str, fields: dict[str, str]
) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    reply = visitor.client.post(f"{page_of(ticket)}/{path}", data={"seen": "1"} | fields)
    assert reply.status_code == 403
    session.refresh(ticket)
    assert ticket.version == 1


def test_a_session_that_ran_out_loses_no_word(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    page = visitor.get(page_of(ticket)).text
    token = re.search(r'csrf_token" value="([^"]+)"', page)
    assert token is not None
    session.execute(update(StaffSession).values(seen_at=StaffSession.seen_at - timedelta(hours=1)))
    session.commit()
    given = {"csrf_token": token[1], "seen": "1", "text": STORY}
    reply = visitor.client.post(f"{page_of(ticket)}/jawaban", data=given)
    assert reply.status_code == 401
    assert STORY in reply.text
    assert "/petugas/masuk" in reply.text


def test_waiting_for_the_reporter_ends_where_it_began(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    step(visitor, ticket, "needs_info", reason="Di sebelah mana?")
    page = visitor.get(page_of(ticket)).text
    assert "berhenti, menunggu pelapor" in page
    assert "langkah-new" in page
    assert "langkah-in_progress" not in page
    assert step(visitor, ticket, "in_progress").status_code == 409
    assert step(visitor, ticket, "new").status_code == 303
    session.refresh(ticket)
    assert State(ticket.state) is State.NEW
