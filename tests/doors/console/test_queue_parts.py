"""What another agency asks of ours stands in our own queue, and we may write notes on it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.ledger.models import Event
from citizenreport.triage import queue as triage_queue
from citizenreport.triage.models import Mention, Message
from citizenreport.triage.part_models import PartDeadline
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.counting import queries_of
from tests.doors.console.people import DESK, PARKS, ROADS
from tests.doors.console.test_export import table, taken
from tests.doors.console.test_joint import PARKS_HANDLER, ask, page_of, send
from tests.doors.console.test_queue import QUEUE, codes
from tests.doors.console.test_queue_search import found

ALL = f"{QUEUE}?urut=tenggat"
NOTE = "Kabelnya masih di atas dahan, tunggu kami."


def rows(visitor: Visitor, address: str = ALL) -> dict[str, str]:
    """Return the rows of the queue by code."""
    page = visitor.get(address).text
    body = page[page.index("<tbody") : page.index("</tbody>")] if "<tbody" in page else ""
    return {
        code[1]: row
        for row in body.split("<tr>")[1:]
        if (code := re.search(r">([A-Z0-9]{10})<", row)) is not None
    }


def test_a_part_stands_in_the_queue_with_its_mark_and_its_deadline(desk: Desk) -> None:
    desk.report("tree")
    own = desk.last.tracking_code
    ticket = desk.report()
    code = desk.last.tracking_code
    lead, partner = desk.person(ROADS), desk.person(PARKS, username="taman")
    assert set(rows(partner)) == {own}
    ask(lead, ticket)
    shown = rows(partner)
    assert set(shown) == {own, code}
    assert ">Bagian<" in shown[code]
    assert "dipimpin Dinas Jalan" in shown[code]
    assert "Bagian kami" in shown[code]
    assert "Tanggapan pertama" not in shown[code], "that clock is the lead's"
    assert 'type="checkbox"' not in shown[code], "many at once is for own tickets"
    assert ">Bagian<" not in shown[own]
    assert ">Bagian<" not in rows(lead)[code]
    send(partner, ticket, "/bersama/selesai", agency_code="parks", text="Sudah.")
    assert set(rows(partner)) == {own}


def test_parts_are_counted_filtered_searched_and_exported_like_the_rest(desk: Desk) -> None:
    ticket = desk.report("pothole", "Dahan menutup rambu.")
    code = desk.last.tracking_code
    lead, partner = desk.person(ROADS), desk.person(PARKS, username="taman")
    ask(lead, ticket)
    assert re.search(r"<b>1</b> Baru masuk", partner.get(ALL).text)
    for question, is_there in {
        "keadaan=new": True,
        "kategori=pothole": True,
        "kategori=tree": False,
        "penanggung=bersama": True,
        "penanggung=kosong": False,
        "keadaan=closed": False,
        "urut=prioritas": True,
        "urut=terbaru": True,
    }.items():
        assert (codes(partner, f"{QUEUE}?{question}") == [code]) is is_there, question
    assert found(partner, "dahan rambu") == [code]
    assert [row[0] for row in table(taken(partner, "urut=tenggat"))[1:]] == [code]


def test_a_late_part_is_late_by_the_settlement(desk: Desk, session: Session) -> None:
    ticket = desk.report(at=utcnow() - timedelta(days=40))
    lead, partner = desk.person(ROADS), desk.person(PARKS, username="taman")
    ask(lead, ticket)
    ticket.settlement_due_at = utcnow() + timedelta(days=3)
    session.commit()
    assert len(codes(lead, f"{QUEUE}?tenggat=overdue")) == 1
    assert codes(partner, f"{QUEUE}?tenggat=overdue") == []
    ticket.settlement_due_at = utcnow() - timedelta(days=1)
    session.commit()
    assert len(codes(partner, f"{QUEUE}?tenggat=overdue")) == 1


@pytest.mark.parametrize("order", ["tenggat", "prioritas", "terbaru", "terlama"])
def test_pages_go_through_own_tickets_and_parts_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr(triage_queue, "PAGE_TICKETS", 2)
    lead, partner = desk.person(ROADS), desk.person(PARKS, username="taman")
    sent = set()
    for days, category in ((1, "tree"), (2, "pothole"), (3, "tree"), (4, "pothole"), (5, "tree")):
        ticket = desk.report(category, at=utcnow() - timedelta(days=days))
        sent.add(desk.last.tracking_code)
        if category == "pothole":
            ask(lead, ticket)
    seen: list[str] = []
    address: str | None = f"{QUEUE}?urut={order}"
    while address is not None:
        page = partner.get(address).text
        seen += rows(partner, address)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else None
    assert len(seen) == 5
    assert set(seen) == sent


def test_a_confidential_part_is_listed_to_handlers_only(desk: Desk, session: Session) -> None:
    ticket = desk.report("violence", "Canary teriakan.")
    code = desk.last.tracking_code
    ticket.joint_agency_codes = ["parks"]
    session.commit()
    handler = desk.person(PARKS_HANDLER, username="penangan")
    assert codes(handler) == [code]
    assert ">Bagian<" in rows(handler)[code]
    assert codes(desk.person(PARKS, username="taman")) == []


def test_who_reads_every_agency_sees_a_joint_ticket_once(desk: Desk) -> None:
    ticket = desk.report()
    code = desk.last.tracking_code
    ask(desk.person(ROADS), ticket)
    assert codes(desk.person(DESK, username="meja")) == [code]
    assert codes(desk.person(ROADS, PARKS, username="dua")) == [code]


def test_the_queue_with_parts_takes_few_queries(desk: Desk, session: Session) -> None:
    lead, partner = desk.person(ROADS), desk.person(PARKS, username="taman")
    for _ in range(4):
        ask(lead, desk.report())
        desk.report("tree")
    with queries_of(session) as seen:
        assert len(codes(partner, ALL)) == 8
    assert 0 < len(seen) <= 6, seen


def test_who_has_a_part_writes_notes_that_every_agency_on_it_reads(
    desk: Desk, session: Session
) -> None:
    ticket = desk.report()
    lead = desk.person(ROADS)
    partner = desk.person(PARKS, username="taman", name="Tami")
    assert send(partner, ticket, "/catatan", form="catatan", text=NOTE) == 404
    ask(lead, ticket)
    assert "Tulis catatan" in partner.get(page_of(ticket)).text
    text = f"{NOTE} @sri.lestari"
    assert send(partner, ticket, "/catatan", form="catatan", text=text) == 303
    for reader in (lead, partner):
        assert NOTE in reader.get(page_of(ticket)).text
    assert session.scalars(select(Mention)).one().ticket_id == ticket.id
    events = session.scalars(select(Event).where(Event.type == "noted")).all()
    assert len(events) == 1
    assert NOTE not in str(events[0].payload)
    assert send(partner, ticket, "/catatan", form="catatan", text=" ") == 422
    assert send(partner, ticket, "/prioritas", priority="tinggi", reason="x") == 403
    send(lead, ticket, "/bersama/tarik", agency_code="parks")
    assert send(partner, ticket, "/catatan", form="catatan", text=NOTE) == 404


def test_a_note_on_a_confidential_part_is_sealed(desk: Desk, session: Session) -> None:
    ticket = desk.report("violence", "Canary teriakan.")
    ticket.joint_agency_codes = ["parks"]
    session.commit()
    handler = desk.person(PARKS_HANDLER, username="penangan")
    assert send(handler, ticket, "/catatan", form="catatan", text=NOTE) == 303
    note = session.scalars(select(Message).where(Message.kind == "note")).one()
    assert note.text is None
    assert note.text_sealed is not None


def test_a_part_with_a_day_of_its_own_is_ordered_and_late_by_it(
    desk: Desk, session: Session
) -> None:
    far, near = desk.report(at=utcnow()), desk.report(at=utcnow())
    near_code = desk.last.tracking_code
    lead, partner = desk.person(ROADS), desk.person(PARKS, username="taman")
    ask(lead, far)
    day = (desk.city.local_date(utcnow()) + timedelta(days=1)).isoformat()
    fields = {"form": "bersama", "agency_code": "parks", "text": "Tutup."}
    assert send(lead, near, "/bersama", due_on=day, **fields) == 303
    assert codes(partner, ALL)[0] == near_code
    row = session.scalars(select(PartDeadline)).one()
    assert desk.city.local_date(row.due_at).isoformat() == day
    shown = lead.get(page_of(near)).text
    assert "Sampai " in shown
    row.due_at = utcnow() - timedelta(minutes=5)
    session.commit()
    assert codes(partner, f"{QUEUE}?tenggat=overdue") == [near_code]
    assert codes(lead, f"{QUEUE}?tenggat=overdue") == []
    assert near_code in partner.get(f"{QUEUE}/papan?urut=tenggat").text


def test_a_part_may_not_end_after_the_settlement(desk: Desk, session: Session) -> None:
    ticket, lead = desk.report(at=utcnow()), desk.person(ROADS)
    fields = {"form": "bersama", "agency_code": "parks", "text": "Tutup jalannya."}
    for due_on in ("2001-01-01", "2999-01-01", "besok"):
        assert send(lead, ticket, "/bersama", due_on=due_on, **fields) == 422
    assert session.scalars(select(PartDeadline)).all() == []
