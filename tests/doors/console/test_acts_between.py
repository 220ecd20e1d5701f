"""Acts between bodies: the desk, what is returned and handed over, what is joined with another."""

import pytest
from sqlalchemy.orm import Session

from citizenreport.routing.models import Assignment
from tests.doors.console.conftest import Desk
from tests.doors.console.people import DESK, HANDLER, PARKS, ROADS
from tests.doors.console.test_acts import act, events, step
from tests.doors.console.test_ticket import page_of


def test_the_city_desk_does_not_do_an_agencys_work(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(DESK)
    assert "Langkah berikutnya" not in visitor.get(page_of(ticket)).text
    assert step(visitor, ticket, "verified").status_code == 403


def test_what_is_returned_goes_to_the_desk_and_on_from_there(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    roads, city_desk = desk.person(ROADS), desk.person(DESK, username="meja", name="Meja")
    parks = desk.person(PARKS, username="taman", name="Taman")
    step(roads, ticket, "returned", reason="Ini taman, bukan jalan.")
    assert "Serahkan ke instansi lain" in city_desk.get(page_of(ticket)).text
    reply = act(city_desk, ticket, "serah", agency_code="parks")
    assert reply.status_code == 303, reply.text
    session.refresh(ticket)
    assert (ticket.agency_code, ticket.state, ticket.return_count) == ("parks", "new", 1)
    assignment = session.get_one(Assignment, ticket.assignment_id)
    assert (assignment.decided_by, assignment.agency_code) == ("staff", "parks")
    assert events(session, ticket)[-2:] == ["state_changed", "assigned"]
    assert roads.get(page_of(ticket)).status_code == 404
    page = parks.get(page_of(ticket)).text
    assert "Ditugaskan ke Dinas Taman oleh petugas" in page
    assert "Diserahkan ke Dinas Taman" in page


def test_handlers_do_for_a_confidential_ticket_what_the_desk_cannot(
    desk: Desk, session: Session
) -> None:
    ticket = desk.report("violence")
    handler, city_desk = desk.person(HANDLER), desk.person(DESK, username="meja")
    step(handler, ticket, "returned", reason="Bukan untuk kami.")
    assert city_desk.get(page_of(ticket)).status_code == 404
    page = handler.get(page_of(ticket)).text
    assert "Serahkan ke instansi lain" in page
    assert "Dinas Jalan" not in page  # it names no handlers of this class
    assert act(handler, ticket, "serah", form="serah", agency_code="roads").status_code == 422
    assert act(handler, ticket, "serah", agency_code="women").status_code == 303
    session.refresh(ticket)
    assert (ticket.state, ticket.agency_code) == ("new", "women")


def test_nothing_becomes_a_duplicate_of_nothing(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    assert step(desk.person(ROADS), ticket, "duplicate", reason="Sama.").status_code == 422
    session.refresh(ticket)
    assert ticket.state == "new"


def test_after_the_second_return_the_assignment_binds(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    ticket.return_count = 2
    session.commit()
    visitor = desk.person(ROADS)
    assert "langkah-returned" not in visitor.get(page_of(ticket)).text
    assert step(visitor, ticket, "returned", reason="Bukan kami.").status_code == 409


@pytest.mark.parametrize("agency", ["nowhere", "", "roads'"])
def test_a_ticket_is_handed_to_agencies_of_the_city_only(
    desk: Desk, session: Session, agency: str
) -> None:
    ticket = desk.report()
    step(desk.person(ROADS), ticket, "returned", reason="Bukan kami.")
    city_desk = desk.person(DESK, username="meja")
    assert act(city_desk, ticket, "serah", form="serah", agency_code=agency).status_code == 422
    session.refresh(ticket)
    assert (ticket.state, ticket.agency_code) == ("returned", "roads")


def test_a_duplicate_points_to_the_first(desk: Desk, session: Session) -> None:
    first = desk.report()
    code = desk.last.tracking_code
    second = desk.report()
    visitor = desk.person(ROADS)
    reply = act(visitor, second, "gabung", parent_code=code.lower(), reason="Lubang yang sama.")
    assert reply.status_code == 303, reply.text
    session.refresh(second)
    assert (second.state, second.parent_ticket_id) == ("duplicate", first.id)
    back = act(visitor, first, "gabung", parent_code=desk.last.tracking_code, reason="Sama.")
    assert back.status_code == 409


def test_merging_never_crosses_agencies_one_may_not_read_or_visibilities(
    desk: Desk, session: Session
) -> None:
    desk.report("tree")
    foreign = desk.last.tracking_code
    open_ticket = desk.report()
    stricter = desk.report()
    hidden = desk.last.tracking_code
    visitor = desk.person(ROADS)
    act(visitor, stricter, "perlindungan", visibility="restricted")
    given = {"form": "gabung", "reason": "Sama."}
    unknown = act(visitor, open_ticket, "gabung", parent_code=foreign, **given)
    assert unknown.status_code == 422
    assert foreign in unknown.text
    assert act(visitor, open_ticket, "gabung", parent_code=hidden, **given).status_code == 409
    session.refresh(open_ticket)
    assert open_ticket.state == "new"
