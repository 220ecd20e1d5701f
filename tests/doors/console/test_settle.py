"""Calling a ticket settled, with photos of what was done."""

from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.core.clock import utcnow
from citizenreport.intake.models import Photo
from citizenreport.triage.models import Message, Ticket
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import TOKEN, Desk, Visitor
from tests.doors.console.people import HANDLER, ROADS
from tests.doors.console.test_acts import events, step
from tests.doors.console.test_field import INSIDE, JAKARTA, taken_at
from tests.doors.console.test_ticket import page_of, picture

DONE = "Sudah ditambal dengan aspal panas."


def started(desk: Desk, visitor: Visitor, category: str = "pothole", **given: object) -> Ticket:
    ticket = desk.report(category, at=utcnow(), **given)
    step(visitor, ticket, "verified")
    step(visitor, ticket, "in_progress")
    return ticket


def settle(visitor: Visitor, ticket: Ticket, *photos: bytes, **fields: str) -> TestResponse:
    """Send the form as a browser does, files and all."""
    page = visitor.get(page_of(ticket)).text
    token = TOKEN.search(page)
    assert token is not None
    files = [(BytesIO(photo), f"{n}.jpg") for n, photo in enumerate(photos)]
    given = {"csrf_token": token[1], "form": "selesai", "seen": str(ticket.version), **fields}
    return visitor.client.post(f"{page_of(ticket)}/selesai", data=given | {"photos": files})


def test_a_photo_shows_what_was_done(desk: Desk, session: Session, app: Flask) -> None:
    visitor = desk.person(ROADS)
    ticket = started(desk, visitor, photos=(picture(),))
    assert settle(visitor, ticket, picture().content, reason=DONE).status_code == 303
    session.refresh(ticket)
    assert ticket.state == "resolved"
    before, after = session.scalars(select(Photo).order_by(Photo.position_in_report)).all()
    assert (before.added_by, after.position_in_report) == (None, 2)
    assert after.added_by is not None
    assert events(session, ticket)[-2:] == ["work_shown", "state_changed"]
    assert "Foto sesudah, nomor 2" in visitor.get(page_of(ticket)).text
    headers = {"Authorization": f"Bearer {desk.last.secret}"}
    own = app.test_client().get(f"/api/v1/reports/{desk.last.tracking_code}", headers=headers)
    assert own.json is not None
    assert own.json["photo_count"] == 2


def test_without_a_photo_it_wants_to_know_why(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    ticket = started(desk, visitor)
    refused = settle(visitor, ticket, reason=DONE)
    assert refused.status_code == 422
    assert "tuliskan mengapa tidak ada fotonya" in refused.text
    assert DONE in refused.text
    session.refresh(ticket)
    assert ticket.state == "in_progress"
    told = settle(visitor, ticket, reason=DONE, why_no_photo="Dikerjakan malam hari.")
    assert told.status_code == 303
    text = session.scalars(select(Message.text)).one()
    assert text == f"{DONE}\n\nTanpa foto sesudah: Dikerjakan malam hari."


def test_what_cannot_be_seen_needs_no_photo(desk: Desk, session: Session, app: Flask) -> None:
    holder = app.extensions[EXTENSION].city_holder
    pothole = replace(desk.city.categories["pothole"], is_physical=False)
    holder.replace(replace(desk.city, categories={**desk.city.categories, "pothole": pothole}))
    visitor = desk.person(ROADS)
    ticket = started(desk, visitor)
    assert settle(visitor, ticket, reason=DONE).status_code == 303


def test_photos_of_a_confidential_ticket_are_sealed(desk: Desk, session: Session) -> None:
    visitor = desk.person(HANDLER)
    ticket = started(desk, visitor, "violence")
    assert settle(visitor, ticket, picture().content, reason=DONE).status_code == 303
    assert session.scalars(select(Photo.is_sealed)).all() == [True]


@pytest.mark.parametrize(
    ("photos", "fields", "told"),
    [
        ((b"no picture",), {"reason": DONE}, "Foto"),
        ((picture().content,) * 6, {"reason": DONE}, "paling banyak lima"),
        ((picture().content,), {"reason": " "}, "Tuliskan alasannya"),
        ((), {"reason": DONE, "why_no_photo": "x" * 301}, "300 huruf"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    desk: Desk, session: Session, photos: tuple[bytes, ...], fields: dict[str, str], told: str
) -> None:
    visitor = desk.person(ROADS)
    ticket = started(desk, visitor)
    reply = settle(visitor, ticket, *photos, **fields)
    assert reply.status_code == 422
    assert told in reply.text
    session.refresh(ticket)
    assert (ticket.state, session.scalars(select(Photo)).all()) == ("in_progress", [])


def test_a_photo_taken_in_another_city_settles_nothing_and_keeps_the_words(
    desk: Desk, session: Session
) -> None:
    visitor = desk.person(ROADS)
    ticket = started(desk, visitor)
    reply = settle(visitor, ticket, taken_at(JAKARTA), reason=DONE)
    assert reply.status_code == 422
    assert "Foto ini diambil di luar kota." in reply.text
    assert DONE in reply.text
    session.refresh(ticket)
    assert (ticket.state, session.scalars(select(Photo)).all()) == ("in_progress", [])
    assert settle(visitor, ticket, taken_at(INSIDE), reason=DONE).status_code == 303


def test_the_plain_step_does_not_go_round_the_photo(desk: Desk) -> None:
    visitor = desk.person(ROADS)
    ticket = started(desk, visitor)
    assert step(visitor, ticket, "resolved", reason=DONE).status_code == 422
