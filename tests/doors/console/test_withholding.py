"""Third persons are pointed at where a text is released; a press takes one out, nothing by itself."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.publication.models import PublishedReport
from tests.doors.console.conftest import Desk
from tests.doors.console.people import DESK, HANDLER, ROADS
from tests.doors.console.test_ticket import page_of

STORY = "Pak Budi Santoso menutup jalan dengan mobil AA 1234 BC. Hubungi 0812-3456-7890."


def text_in(page: str) -> str:
    found = re.search(r'name="public_text"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return found[1]


def test_marks_are_shown_and_taken_out_one_by_one(desk: Desk, session: Session) -> None:
    ticket, officer = desk.report("pothole", STORY), desk.person(ROADS)
    page = officer.get(page_of(ticket)).text
    assert page.count('name="samarkan"') == 4  # three, and all at once
    for passage in ("Budi Santoso", "AA 1234 BC", "0812-3456-7890"):
        assert f"<mark>{passage}</mark>" in page
    to = f"{page_of(ticket)}/tayang/samarkan"
    fields = {"seen": str(ticket.version), "text_state": "held"}
    once = officer.send(to, page=page_of(ticket), public_text=STORY, samarkan="0", **fields)
    assert once.status_code == 200
    text = text_in(once.text)
    assert text.startswith("Pak [nama] menutup jalan dengan mobil AA 1234 BC.")
    assert 'value="held" checked' in once.text
    rest = officer.send(to, page=page_of(ticket), public_text=text, samarkan="semua", **fields)
    assert text_in(rest.text).endswith("[pelat nomor]. Hubungi [nomor telepon].")
    assert 'name="samarkan"' not in rest.text
    session.refresh(ticket)
    assert session.scalars(select(PublishedReport)).all() == []


def test_what_is_left_in_is_released_as_the_person_decided(desk: Desk, session: Session) -> None:
    ticket, officer = desk.report("pothole", STORY), desk.person(ROADS)
    fields = {"seen": str(ticket.version), "text_state": "released", "public_text": STORY}
    assert officer.send(f"{page_of(ticket)}/tayang", page="/petugas", **fields).status_code == 303
    assert session.scalars(select(PublishedReport.text)).one() == STORY


def test_a_number_that_is_no_mark_takes_nothing_out(desk: Desk) -> None:
    ticket, officer = desk.report("pothole", STORY), desk.person(ROADS)
    to = f"{page_of(ticket)}/tayang/samarkan"
    for given in ("", "99", "-1", "²", "x" * 50):
        reply = officer.send(to, page=page_of(ticket), public_text=STORY, samarkan=given)
        assert (reply.status_code, text_in(reply.text)) == (200, STORY)


def test_who_may_not_release_is_shown_no_marks(desk: Desk) -> None:
    ticket = desk.report("violence", STORY)
    assert 'name="samarkan"' not in desk.person(HANDLER).get(page_of(ticket)).text
    to = f"{page_of(ticket)}/tayang/samarkan"
    other = desk.person(DESK, username="meja", name="Meja")
    assert other.send(to, page="/petugas", public_text=STORY, samarkan="0").status_code == 404


def landmark_in(page: str) -> str:
    found = re.search(r'name="public_landmark" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_a_landmark_is_marked_like_the_text_and_filled_in_only_by_a_press(desk: Desk) -> None:
    place = "Depan rumah Bu Sri Lestari, hubungi 0812-3456-7890"
    ticket, officer = desk.report("pothole", landmark=place), desk.person(ROADS)
    page = officer.get(page_of(ticket)).text
    for passage in ("Sri Lestari", "0812-3456-7890"):
        assert f"<mark>{passage}</mark>" in page
    assert landmark_in(page) == ""
    to = f"{page_of(ticket)}/tayang/samarkan"
    fields = {"seen": str(ticket.version), "text_state": "held", "landmark_sent": place}
    once = officer.send(to, page=page_of(ticket), samarkan="patokan-0", **fields)
    assert landmark_in(once.text) == "Depan rumah Bu [nama], hubungi 0812-3456-7890"
    rest = officer.send(
        to,
        page=page_of(ticket),
        samarkan="patokan-semua",
        public_landmark=landmark_in(once.text),
        **fields,
    )
    assert landmark_in(rest.text) == "Depan rumah Bu [nama], hubungi [nomor telepon]"
    assert 'value="patokan-' not in rest.text
    for given in ("patokan-", "patokan-99", "patokan-x"):
        reply = officer.send(to, page=page_of(ticket), samarkan=given, **fields)
        assert (reply.status_code, landmark_in(reply.text)) == (200, "")
