"""Correcting what a report is about, and where."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.core.db import transaction
from citizenreport.identity.models import Staff
from citizenreport.indicators.queries import fact_of
from citizenreport.indicators.service import fold_tickets
from citizenreport.intake.models import Report
from citizenreport.ledger.models import Event
from citizenreport.publication.models import PublishedReport
from citizenreport.routing.models import Assignment
from citizenreport.triage.models import Message, Ticket
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import DESK, HANDLER, INSPECTOR, PARKS, ROADS, WOMEN
from tests.doors.console.test_acts import act, events
from tests.doors.console.test_ticket import page_of

WHY = "Fotonya menunjukkan pohon miring, bukan lubang."


def corrected(
    visitor: Visitor, ticket: Ticket, category: str, area: str = "a1", reason: str = WHY
) -> int:
    given = {"form": "betulkan", "category_code": category, "area_code": area, "reason": reason}
    return act(visitor, ticket, "betulkan", **given).status_code


def released(visitor: Visitor, ticket: Ticket) -> None:
    given = {"text_state": "released", "public_text": "Lubang besar."}
    assert act(visitor, ticket, "tayang", **given).status_code == 303


def test_a_ticket_goes_to_whom_its_true_kind_belongs_and_both_kinds_stay(
    desk: Desk, session: Session
) -> None:
    ticket = desk.report()
    assert corrected(desk.person(ROADS), ticket, "tree") == 303
    session.refresh(ticket)
    assert (ticket.category_code, ticket.agency_code, ticket.priority) == (
        "tree",
        "parks",
        "tinggi",
    )
    assert session.scalars(select(Report.category_code)).one() == "pothole"
    assert events(session, ticket) == ["opened", "corrected", "assigned"]
    decision = session.get_one(Assignment, ticket.assignment_id)
    assert (decision.agency_code, decision.decided_by) == ("parks", "rule")
    page = desk.person(PARKS, username="taman", name="Taman").get(page_of(ticket)).text
    assert "Dikirim sebagai: Jalan berlubang" in page
    assert WHY in page


def test_what_was_public_is_hidden_at_once_and_waits_for_another_release(
    desk: Desk, session: Session
) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    released(visitor, ticket)
    assert session.scalar(select(func.count()).select_from(PublishedReport)) == 1
    assert corrected(visitor, ticket, "pothole", "a2") == 303
    assert session.scalar(select(func.count()).select_from(PublishedReport)) == 0
    assert events(session, ticket) == ["opened", "released", "corrected", "unreleased"]
    session.refresh(ticket)
    assert (ticket.agency_code, ticket.area_code) == ("roads", "a2")
    released(visitor, ticket)
    assert session.scalars(select(PublishedReport.area_code)).one() == "a2"


def test_indicators_count_what_staff_found(desk: Desk, session: Session) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    released(visitor, ticket)
    corrected(visitor, ticket, "tree", "a2")
    fold_tickets(session, [ticket.id])
    fact = fact_of(session, ticket.id)
    assert fact is not None
    assert (fact.category_code, fact.area_code, fact.released_at) == ("tree", "a2", None)


def test_a_stricter_kind_makes_the_ticket_stricter(desk: Desk, session: Session) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    released(visitor, ticket)
    mine = str(session.scalars(select(Staff.id)).one())
    assert act(visitor, ticket, "penanggung", assignee_id=mine).status_code == 303
    assert corrected(visitor, ticket, "violence") == 303
    session.refresh(ticket)
    assert ticket.assignee_id is None
    assert (ticket.visibility, ticket.protection_class) == ("confidential", "violence")
    assert ticket.agency_code == "women"
    report = session.scalars(select(Report)).one()
    assert report.description is None
    assert report.description_sealed is not None
    assert session.scalars(select(Message.text)).all() == [None]
    assert session.scalar(select(func.count()).select_from(PublishedReport)) == 0
    assert visitor.get(page_of(ticket)).status_code == 404
    assert desk.person(HANDLER, username="ibu", name="Ibu").get(page_of(ticket)).status_code == 200


def test_a_laxer_kind_keeps_the_protection(desk: Desk, session: Session) -> None:
    ticket = desk.report("noise")
    assert corrected(desk.person(PARKS), ticket, "pothole") == 303
    session.refresh(ticket)
    assert ticket.visibility == Visibility.RESTRICTED.value


def test_nothing_leaves_a_protected_class(desk: Desk, session: Session) -> None:
    ticket = desk.report("violence")
    visitor = desk.person(HANDLER)
    assert corrected(visitor, ticket, "pothole") == 422
    assert "Jalan berlubang" not in visitor.get(page_of(ticket)).text
    session.refresh(ticket)
    assert (ticket.category_code, ticket.version) == ("violence", 1)


@pytest.mark.parametrize(
    ("category", "area", "reason"),
    [
        ("pothole", "a1", WHY),
        ("nothing", "a1", WHY),
        ("tree", "a9", WHY),
        ("tree", "a1", " "),
        ("tree", "a1", "x" * 2_001),
        ("", "", WHY),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    desk: Desk, session: Session, category: str, area: str, reason: str
) -> None:
    ticket = desk.report()
    assert corrected(desk.person(ROADS), ticket, category, area, reason) == 422
    session.refresh(ticket)
    assert (ticket.category_code, ticket.version) == ("pothole", 1)


@pytest.mark.parametrize("who", [PARKS, WOMEN, INSPECTOR], ids=["parks", "women", "inspector"])
def test_only_who_holds_the_ticket_corrects_it(desk: Desk, who: object) -> None:
    visitor = desk.person(who)  # type: ignore[arg-type]
    assert corrected(visitor, desk.report(), "tree") in (403, 404)


def test_an_agency_that_a_person_chose_keeps_the_ticket_where_the_rules_say_the_same(
    desk: Desk, session: Session
) -> None:
    ticket = desk.report()
    officer, city_desk = desk.person(ROADS), desk.person(DESK, username="meja", name="Meja")
    act(officer, ticket, "langkah", form="x", target="returned", reason="Bukan jalan kota.")
    act(city_desk, ticket, "serah", agency_code="parks")
    parks = desk.person(PARKS, username="taman", name="Taman")
    assert corrected(parks, ticket, "pothole", "a2") == 303
    session.refresh(ticket)
    assert (ticket.agency_code, ticket.area_code) == ("parks", "a2")


def test_a_settled_ticket_is_not_corrected(desk: Desk, session: Session) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    act(visitor, ticket, "langkah", target="archived", reason="Bukan laporan.")
    assert corrected(visitor, ticket, "tree") == 409
    session.refresh(ticket)
    assert ticket.category_code == "pothole"


def test_the_reporter_is_told_in_words(desk: Desk, app: Flask) -> None:
    ticket = desk.report()
    corrected(desk.person(ROADS), ticket, "tree")
    headers = {"Authorization": f"Bearer {desk.last.secret}"}
    reply = app.test_client().get(f"/api/v1/reports/{desk.last.tracking_code}", headers=headers)
    assert reply.json is not None
    told = [(step["type"], step["text"]) for step in reply.json["history"]]
    assert told == [("opened", None), ("corrected", WHY), ("assigned", None)]
    assert reply.json["category_code"] == "tree"


def test_the_log_holds_codes_only(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    corrected(desk.person(ROADS), ticket, "tree", "a2")
    with transaction() as own:
        payload = own.scalars(select(Event.payload).where(Event.type == "corrected")).one()
    assert WHY not in str(payload)
    assert (payload["from_category_code"], payload["category_code"]) == ("pothole", "tree")
    assert (payload["from_area_code"], payload["area_code"]) == ("a1", "a2")
