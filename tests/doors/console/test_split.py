"""One report, two problems: two tickets, each with its own agency and deadlines."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.jobs.dispatch import Facts, work_of
from citizenreport.ledger.models import Event
from citizenreport.pipeline.release import TextRelease, release_report
from citizenreport.publication.rules import NotReleasable, ReleaseState
from citizenreport.triage.models import Message, Ticket
from citizenreport.triage.queries import of_report
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import HANDLER, PARKS, ROADS

WORDS = "Pohon di sebelahnya miring ke jalan."


def split(visitor: Visitor, ticket: Ticket, category_code: str = "tree", **fields: str) -> int:
    page = f"/petugas/tiket/{ticket.id}"
    given = {"form": "pecah", "seen": str(ticket.version), "area_code": "a2", "text": WORDS}
    reply = visitor.send(
        f"{page}/pecah", page="/petugas", category_code=category_code, **given | fields
    )
    session = Session.object_session(ticket)
    assert session is not None
    session.refresh(ticket)
    return reply.status_code


def both(session: Session, ticket: Ticket) -> tuple[Ticket, Ticket]:
    first, second = of_report(session, ticket.report_id)
    return first, second


def test_the_second_problem_gets_its_own_agency_place_and_deadlines(
    desk: Desk, session: Session
) -> None:
    ticket = desk.report("pothole", "Jalan berlubang dan pohon miring.")
    assert split(desk.person(ROADS), ticket) == 303
    first, second = both(session, ticket)
    assert (first.agency_code, first.category_code, first.state) == ("roads", "pothole", "new")
    assert (second.agency_code, second.category_code, second.area_code) == ("parks", "tree", "a2")
    assert (second.priority, second.state) == ("tinggi", State.NEW)
    assert second.split_from_id == first.id
    assert second.first_response_due_at > first.first_response_due_at
    page = desk.person(PARKS, username="taman").get(f"/petugas/tiket/{second.id}").text
    assert WORDS in page
    assert "Jalan berlubang dan pohon miring." in page
    assert "Tayang untuk umum" not in page, "the report has one public page"
    assert f"/petugas/tiket/{first.id}" not in page, "the other ticket is not theirs"


def test_both_streams_tell_of_it_in_codes(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    split(desk.person(ROADS), ticket)
    first, second = both(session, ticket)
    told = {
        (event.stream_id, event.type): event.payload
        for event in session.scalars(select(Event))
        if event.type.startswith("split")
    }
    assert told[first.id, "split"]["split_ticket_id"] == str(second.id)
    assert told[second.id, "split_off"]["split_from_ticket_id"] == str(first.id)
    assert WORDS not in str(told)
    opened = session.scalars(
        select(Event).where(Event.stream_id == second.id, Event.type == "opened")
    ).one()
    facts = Facts(
        has_contact=True,
        has_watch=False,
        was_called=False,
        has_joined=False,
        priority=second.priority,
        is_demo=False,
        is_imported=False,
        bare_photo_ids=(),
    )
    names = {name for name, _ in work_of(opened, facts)}
    assert names == {"alert_agency"}, "the agency is called; nobody confirms an address twice"


@pytest.mark.parametrize(
    ("category_code", "fields", "status"),
    [
        ("violence", {}, 422),
        ("noise", {}, 422),
        ("nope", {}, 422),
        ("tree", {"area_code": "nowhere"}, 422),
        ("tree", {"text": " "}, 422),
        ("tree", {"seen": "9"}, 409),
    ],
)
def test_what_cannot_be_split_off_is_refused(
    desk: Desk, session: Session, category_code: str, fields: dict[str, str], status: int
) -> None:
    ticket = desk.report()
    assert split(desk.person(ROADS), ticket, category_code, **fields) == status
    assert len(of_report(session, ticket.report_id)) == 1


def test_a_report_is_split_into_four_at_most(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    assert [split(visitor, ticket) for _ in range(4)] == [303, 303, 303, 409]
    assert len(of_report(session, ticket.report_id)) == 4


def test_the_words_on_a_part_of_a_confidential_report_are_sealed(
    desk: Desk, session: Session
) -> None:
    ticket = desk.report("violence", "Canary")
    assert split(desk.person(HANDLER), ticket, "violence") == 303
    first, second = both(session, ticket)
    assert second.visibility == first.visibility == Visibility.CONFIDENTIAL
    message = session.scalars(select(Message).where(Message.ticket_id == second.id)).one()
    assert message.text is None
    assert message.text_sealed is not None


def test_making_one_part_stricter_makes_all_of_them(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    split(visitor, ticket)
    page = f"/petugas/tiket/{ticket.id}"
    visitor.send(f"{page}/perlindungan", page=page, seen="2", visibility="restricted")
    assert {t.visibility for t in both(session, ticket)} == {"restricted"}


def test_a_part_is_never_released(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    split(desk.person(ROADS), ticket)
    _, second = both(session, ticket)
    act = Act(parties=frozenset({Party.AGENCY}), at=second.submitted_at, seen=second.version)
    text = TextRelease(state=ReleaseState.RELEASED, public_text="Pohon miring.")
    with pytest.raises(NotReleasable):
        release_report(session, desk.city, second, text, act=act)


def test_what_was_typed_stays_when_it_is_refused(desk: Desk) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    page = f"/petugas/tiket/{ticket.id}"
    reply = visitor.send(
        f"{page}/pecah", page=page, form="pecah", seen="1", category_code="noise", text=WORDS
    )
    assert reply.status_code == 422
    assert re.search(rf'<textarea id="pecah-text"[^>]*>\n{WORDS}</textarea>', reply.text)
    assert re.search(r'<option value="noise" selected', reply.text)
