"""Tickets nearby and those that may repeat a ticket, on its page."""

import re
from datetime import timedelta

from sqlalchemy.orm import Session

from citizenreport.geo.position import Position
from citizenreport.identity.rules import Grant, Role
from citizenreport.ledger.models import Event
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State
from tests.doors.console.city import INSIDE
from tests.doors.console.conftest import SENT_AT, Desk, Visitor
from tests.doors.console.people import DESK, HANDLER, ROADS

NEXT_DOOR = Position(lon=INSIDE.lon + 0.0004, lat=INSIDE.lat)  # 44 m east
FAR = Position(lon=INSIDE.lon + 0.004, lat=INSIDE.lat)  # 440 m
LATER = SENT_AT + timedelta(days=3)


def around(visitor: Visitor, ticket: Ticket) -> str:
    """Return the section about other tickets in one line; empty when there is none."""
    page = visitor.get(f"/petugas/tiket/{ticket.id}").text
    found = re.search(r'aria-labelledby="sekitar">(.*?)</section>', page, re.DOTALL)
    return re.sub(r"\s+", " ", found[1]) if found else ""


def code_of(desk: Desk) -> str:
    return desk.last.tracking_code


def test_what_lies_near_is_listed_with_distance_state_and_age(desk: Desk) -> None:
    desk.report("tree", "Dahan patah", position=NEXT_DOOR)
    near = code_of(desk)
    desk.report("tree", position=FAR)
    far = code_of(desk)
    ticket = desk.report(at=LATER)
    section = around(desk.person(DESK), ticket)
    assert "Tiket di sekitar" in section
    assert "Mungkin hal yang sama" not in section
    assert near in section
    assert far not in section
    assert "44 m" in section
    assert "Baru masuk" in section


def test_tickets_of_others_are_not_told(desk: Desk) -> None:
    desk.report("tree", position=NEXT_DOOR)
    desk.report("violence", position=NEXT_DOOR)
    ticket = desk.report(at=LATER)
    assert around(desk.person(ROADS), ticket) == ""


def test_a_confidential_ticket_is_never_found_by_its_place(desk: Desk) -> None:
    both = Grant(role=Role.OFFICER, agency_code="women"), HANDLER
    hidden = desk.report("violence", "Pintu didobrak", position=INSIDE)
    open_one = desk.report("pothole", position=INSIDE, at=LATER)
    again = desk.report("violence", "Pintu didobrak", position=FAR, at=LATER)
    other = code_of(desk)
    open_one.agency_code = "women"
    desk.session.commit()
    visitor = desk.person(*both)
    assert around(visitor, open_one) == ""
    section = around(visitor, again)
    assert "jenis sama · selisih 3 hari" in section
    assert not re.search(r"\d m\b|pintu", section)
    assert "Tiket di sekitar" not in section
    assert other not in around(visitor, hidden), "what came later is no parent"


def test_a_likely_duplicate_says_why_and_is_joined_by_one_click(
    desk: Desk, session: Session
) -> None:
    parent = desk.report("pothole", "Lubang besar di aspal", position=NEXT_DOOR)
    first = code_of(desk)
    ticket = desk.report("pothole", "Aspal berlubang besar", at=LATER)
    visitor = desk.person(ROADS)
    section = around(visitor, ticket)
    assert "jenis sama · berjarak 44 m · selisih 3 hari" in section
    assert "kata yang sama: aspal, besar" in section
    assert f"Gabungkan ke {first}" in section
    reason = re.search(r'name="reason" value="([^"]+)"', section)
    assert reason is not None
    page = f"/petugas/tiket/{ticket.id}"
    reply = visitor.send(f"{page}/gabung", page=page, seen="1", parent_code=first, reason=reason[1])
    assert reply.status_code == 303
    session.refresh(ticket)
    assert (ticket.state, ticket.parent_ticket_id) == (State.DUPLICATE, parent.id)
    assert "Gabungkan ke" not in around(visitor, parent), "a duplicate is nobody's parent"


def test_a_suggestion_never_crosses_visibility(desk: Desk, session: Session) -> None:
    restricted = desk.report("pothole", position=NEXT_DOOR)
    restricted.visibility = "restricted"
    session.commit()
    ticket = desk.report(at=LATER)
    section = around(desk.person(ROADS), ticket)
    assert "Tiket di sekitar" in section
    assert "Mungkin hal yang sama" not in section


def test_duplicates_of_a_duplicate_go_along(desk: Desk, session: Session) -> None:
    oldest = desk.report()
    oldest_code = code_of(desk)
    middle = desk.report(at=LATER)
    middle_code = code_of(desk)
    newest = desk.report(at=LATER)
    visitor = desk.person(ROADS)
    for child, parent_code in ((newest, middle_code), (middle, oldest_code)):
        page = f"/petugas/tiket/{child.id}"
        visitor.send(f"{page}/gabung", page=page, seen="1", parent_code=parent_code, reason="Sama.")
    session.refresh(newest)
    assert newest.parent_ticket_id == oldest.id
    merged = session.query(Event).filter_by(stream_id=newest.id, type="merged").all()
    assert [e.payload["parent_ticket_id"] for e in merged] == [str(middle.id), str(oldest.id)]
