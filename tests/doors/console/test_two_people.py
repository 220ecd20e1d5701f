"""Two people on one ticket: whoever saw an older state changes nothing, and keeps their words."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from citizenreport.ledger.models import Event
from citizenreport.triage.models import Ticket
from citizenreport.web.guards import PUBLIC, guard_of
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import DESK, ROADS
from tests.doors.console.test_acts import step
from tests.doors.console.test_ticket import page_of

WORDS = "Ini sudah saya tulis panjang-panjang."
CERTAIN = (
    *("/betulkan", "/catatan", "/gabung", "/jadwal", "/jawaban", "/langkah", "/penanggung"),
    *(
        "/perlindungan",
        "/perpanjangan",
        "/perpanjangan/putusan",
        "/prioritas",
        "/selesai",
        "/tayang",
    ),
)
SHOWN_AGAIN = ("/tayang/samarkan",)
"""The form comes back with words taken out of it: nothing is changed yet."""
LEAD = Grant(role=Role.AGENCY_LEAD, agency_code="roads")


def acts_on_a_ticket(app: Flask) -> list[str]:
    """Return the addresses, below a ticket's own, to which staff send an act on it."""
    found = []
    for rule in app.url_map.iter_rules():
        is_post = "POST" in (rule.methods or set())
        if is_post and "ticket_id" in rule.arguments and not rule.rule.startswith("/api/"):
            assert guard_of(app.view_functions[rule.endpoint]) != PUBLIC
            found.append(rule.rule)
    return sorted(found)


def fields_for(desk: Desk, parent_code: str) -> dict[str, str]:
    """Return what fits every form, so that nothing but the state of the ticket can be wrong."""
    soon = desk.city.local_date(utcnow()) + timedelta(days=5)
    return {
        "form": "catatan",
        "target": "needs_info",
        "reason": WORDS,
        "text": WORDS,
        "public_text": WORDS,
        "text_state": "released",
        "visibility": "restricted",
        "parent_code": parent_code,
        "priority": "kritis",
        "until_on": soon.isoformat(),
        "days": "5",
        "decision": "granted",
        "category_code": "tree",
        "area_code": "a2",
        "agency_code": "parks",
        "outcome": "not_done",
        "visit_id": str(uuid4()),
        "why_no_photo": WORDS,
        "assignee_id": "",
    }


def trace(session: Session, ticket: Ticket) -> tuple[int, int]:
    """Return how often the ticket was changed, and how much was ever told of it."""
    session.expire_all()
    told = select(func.count()).select_from(Event).where(Event.stream_id == ticket.id)
    return session.get_one(Ticket, ticket.id).version, session.scalar(told) or 0


@pytest.fixture
def asked(desk: Desk, session: Session) -> Ticket:
    """A ticket under way, for which somebody else has asked for an extension."""
    other = desk.person(ROADS, username="budi", name="Budi")
    ticket = desk.report(at=utcnow())
    step(other, ticket, "verified")
    step(other, ticket, "in_progress")
    session.refresh(ticket)
    given = {"seen": str(ticket.version), "days": "3", "reason": WORDS}
    other.send(f"{page_of(ticket)}/perpanjangan", page=page_of(ticket), **given)
    return ticket


def test_no_act_on_a_ticket_goes_through_from_an_older_state(
    app: Flask, desk: Desk, session: Session, asked: Ticket
) -> None:
    visitor = desk.person(ROADS, LEAD, DESK)
    desk.report(at=utcnow())
    fields = fields_for(desk, desk.last.tracking_code)
    before = trace(session, asked)
    changed = []
    told = {}
    for rule in acts_on_a_ticket(app):
        address = re.sub(r"<[^>]+>", str(uuid4()), rule.replace("<uuid:ticket_id>", str(asked.id)))
        reply = visitor.send(address, page="/petugas", seen="1", **fields)
        told[rule.rpartition("<uuid:ticket_id>")[2]] = reply.status_code
        went_through = reply.status_code in (200, 302, 303) and not rule.endswith(SHOWN_AGAIN)
        if trace(session, asked) != before or went_through:
            changed.append((rule, reply.status_code))
            before = trace(session, asked)
    assert changed == []
    conflicts = {act for act, status in told.items() if status == 409}
    assert {*CERTAIN} <= conflicts, "they got as far as the state of the ticket"


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("jawaban", "jawaban"),
        ("catatan", "catatan"),
        ("prioritas", "prioritas"),
        ("jadwal", "jadwal"),
        ("selesai", "selesai"),
        ("betulkan", "betulkan"),
        ("langkah", "langkah-needs_info"),
    ],
)
def test_a_conflict_is_told_and_the_words_stand_in_their_field(
    desk: Desk, asked: Ticket, act: str, form: str
) -> None:
    visitor = desk.person(ROADS)
    fields = {**fields_for(desk, ""), "form": form, "seen": "1"}
    reply = visitor.send(f"{page_of(asked)}/{act}", page=page_of(asked), **fields)
    assert reply.status_code == 409
    page = unescape(reply.text)
    assert "baru saja diubah orang lain" in page
    assert "Tulisan Anda masih ada di bawah." in page
    assert f"\n{WORDS}</textarea>" in page
    assert 'name="seen" value="4"' in page, "the page is of the state now"


def test_the_loser_sends_again_from_the_page_that_told_of_it(
    desk: Desk, session: Session, asked: Ticket
) -> None:
    visitor: Visitor = desk.person(ROADS)
    address = f"{page_of(asked)}/jawaban"
    visitor.send(address, page=page_of(asked), seen="1", form="jawaban", text=WORDS)
    session.refresh(asked)
    again = visitor.send(address, page=page_of(asked), seen=str(asked.version), text=WORDS)
    assert again.status_code == 303
    assert visitor.get(page_of(asked)).text.count(WORDS) >= 1


def test_the_walk_finds_the_acts_that_are_there(app: Flask) -> None:
    found = {rule.rsplit("/", 1)[-1] for rule in acts_on_a_ticket(app)}
    assert {"langkah", "jawaban", "tayang", "perlindungan", "serah", "gabung", "catatan"} <= found


def test_a_conflict_shows_what_the_other_one_did(desk: Desk, asked: Ticket) -> None:
    visitor = desk.person(ROADS)
    fields = {"seen": "1", "told": "1", "form": "catatan", "text": WORDS}
    page = unescape(visitor.send(f"{page_of(asked)}/catatan", page=page_of(asked), **fields).text)
    summary = page[page.index("error-summary") : page.index("two-columns")]
    for told in ("Yang terjadi sementara itu:", "Budi: Terverifikasi", "Budi: Ditindaklanjuti"):
        assert told in summary
    assert f"\n{WORDS}</textarea>" in page


def test_every_form_of_the_page_says_of_which_state_it_is(desk: Desk, asked: Ticket) -> None:
    page = desk.person(ROADS, LEAD, DESK).get(page_of(asked)).text
    forms = re.findall(rf'<form[^>]*action="{page_of(asked)}/[^>]*>.*?</form>', page, re.DOTALL)
    assert len(forms) > 8
    lacking = [form[:120] for form in forms if 'name="seen"' not in form and "post" in form]
    assert lacking == []
