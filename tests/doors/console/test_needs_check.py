"""What came in a way that moderators should look at twice says so, until somebody has."""

from tests.doors.console.conftest import Desk
from tests.doors.console.people import DESK, HANDLER, ROADS

QUEUE = "/petugas/tiket"
MARK = "Perlu dicek"


def marked(desk: Desk, category_code: str = "pothole") -> str:
    ticket = desk.report(category_code)
    ticket.needs_check = True
    desk.session.commit()
    return f"{QUEUE}/{ticket.id}"


def test_the_queue_and_the_ticket_say_so(desk: Desk) -> None:
    page = marked(desk)
    officer = desk.person(ROADS)
    assert MARK in officer.get(QUEUE).text
    assert MARK in officer.get(page).text


def test_other_tickets_do_not(desk: Desk) -> None:
    ticket = desk.report()
    officer = desk.person(ROADS)
    assert MARK not in officer.get(QUEUE).text
    assert MARK not in officer.get(f"{QUEUE}/{ticket.id}").text


def test_once_verified_it_is_a_ticket_like_any(desk: Desk) -> None:
    ticket = desk.report()
    ticket.needs_check, ticket.verified_at = True, ticket.submitted_at
    desk.session.commit()
    assert MARK not in desk.person(ROADS).get(QUEUE).text


def test_of_a_confidential_ticket_only_its_handlers_learn_it(desk: Desk) -> None:
    marked(desk, "violence")
    assert MARK not in desk.person(DESK).get(QUEUE).text
    assert MARK in desk.person(HANDLER, username="handler").get(QUEUE).text
