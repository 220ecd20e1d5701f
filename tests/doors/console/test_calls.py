"""`/petugas/panggilan` and `/petugas/piket/kabar`: answering a call, and how one is called."""

from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.duty.calls import begin_round
from citizenreport.duty.models import DutyCall
from citizenreport.identity.models import Staff
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.staff import addresses_of
from citizenreport.triage.models import Ticket
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ANALYST, DESK, HANDLER, INSPECTOR, PARKS, ROADS, WOMEN
from tests.messaging.browsers import Browser

REACH = "/petugas/piket/kabar"


def called(desk: Desk, ticket: Ticket, username: str | None = None) -> str:
    """Have a ticket call, the person or the city desk; return the page of the call."""
    session = desk.session
    call = begin_round(session, desk.city, ticket, round_seq=1, now=utcnow())
    if username is not None:
        query = select(Staff.id).where(Staff.username == username)
        call.staff_id, call.agency_code = session.scalars(query).one(), ticket.agency_code
    session.commit()
    return f"/petugas/panggilan/{call.id}"


def call_in(session: Session) -> DutyCall:
    session.expire_all()
    return session.scalars(select(DutyCall)).one()


def test_the_link_needs_a_login_and_opening_it_answers_nothing(
    desk: Desk, visitor: Visitor, session: Session
) -> None:
    officer = desk.person(PARKS)
    page = called(desk, desk.report("tree"), "sri.lestari")
    assert visitor.get(page).status_code == 303
    assert "Saya jawab panggilan ini" in officer.get(page).text
    assert call_in(session).ended_at is None


def test_who_was_called_answers_and_comes_to_the_ticket(desk: Desk, session: Session) -> None:
    officer = desk.person(PARKS, name="Sri")
    ticket = desk.report("tree")
    page = called(desk, ticket, "sri.lestari")
    answer = officer.send(f"{page}/jawab", page=page)
    assert answer.headers["Location"] == f"/petugas/tiket/{ticket.id}?beres=panggilan"
    assert call_in(session).outcome == "acknowledged"
    shown = officer.get(f"/petugas/tiket/{ticket.id}").text
    assert "Panggilan piket" in shown
    assert "dijawab" in shown


def test_a_second_answer_is_told_that_it_is_over(desk: Desk) -> None:
    officer = desk.person(PARKS)
    page = called(desk, desk.report("tree"), "sri.lestari")
    officer.send(f"{page}/jawab", page=page)
    again = officer.send(f"{page}/jawab", page="/petugas/piket/kabar")
    assert again.status_code == 409
    assert "sudah dijawab atau sudah selesai" in again.text


@pytest.mark.parametrize(
    ("grant", "status"), [(ROADS, 404), (WOMEN, 404), (INSPECTOR, 403), (ANALYST, 403)]
)
def test_others_find_no_call(desk: Desk, grant, status: int) -> None:  # type: ignore[no-untyped-def]
    desk.person(PARKS)
    page = called(desk, desk.report("tree"), "sri.lestari")
    other = desk.person(grant, username="tono", name="Tono")
    assert other.get(page).status_code == status
    assert other.send(f"{page}/jawab", page="/petugas").status_code == status


def test_unknown_calls_are_not_there(desk: Desk) -> None:
    assert desk.person(PARKS).get(f"/petugas/panggilan/{uuid4()}").status_code == 404


class TestConfidential:
    def test_the_desk_sees_code_and_deadline_and_may_answer(
        self, desk: Desk, session: Session
    ) -> None:
        lia = desk.person(DESK, username="lia", name="Lia")
        page = called(desk, desk.report("violence", "Dipukuli suaminya."))
        shown = lia.get(page).text
        assert desk.last.tracking_code in shown
        for secret in ("Kekerasan", "Dinas Perempuan", "Dipukuli", "Kelurahan A1"):
            assert secret not in shown
        answer = lia.send(f"{page}/jawab", page=page)
        assert answer.headers["Location"].startswith("/petugas/panggilan/")
        assert call_in(session).outcome == "acknowledged"

    def test_a_colleague_who_is_no_handler_finds_nothing(self, desk: Desk) -> None:
        page = called(desk, desk.report("violence"))
        colleague = desk.person(WOMEN, username="tono", name="Tono")
        assert colleague.get(page).status_code == 404
        assert "Panggilan yang belum dijawab" not in colleague.get("/petugas/tiket").text

    def test_where_it_is_stands_on_the_page_of_the_ticket_only(self, desk: Desk) -> None:
        handler = desk.person(HANDLER, username="rini", name="Rini")
        page = handler.get(called(desk, desk.report("violence", area_code="a1"))).text
        assert "Kekerasan di rumah" in page
        assert "Kelurahan" not in page

    def test_a_handler_answers(self, desk: Desk) -> None:
        handler = desk.person(HANDLER, username="rini", name="Rini")
        page = called(desk, desk.report("violence"))
        assert handler.send(f"{page}/jawab", page=page).status_code == 303


def test_the_queue_shows_calls_that_wait_before_everything_else(desk: Desk) -> None:
    officer = desk.person(PARKS, name="Sri")
    page = called(desk, desk.report("tree"), "sri.lestari")
    queue = officer.get("/petugas/tiket").text
    assert queue.index("Panggilan yang belum dijawab") < queue.index("<table")
    assert page in queue
    officer.send(f"{page}/jawab", page=page)
    assert "Panggilan yang belum dijawab" not in officer.get("/petugas/tiket").text


class TestReach:
    def mail(self, session: Session, keys: KeyRing) -> list[str]:
        session.expire_all()
        return [address_of(keys, row) for row in session.scalars(select(StaffAddress))]

    def test_a_mail_address_is_kept_sealed_changed_and_ended(
        self, desk: Desk, session: Session, keys: KeyRing
    ) -> None:
        officer = desk.person(ROADS)
        for address in ("sri@kota.example", "sri.l@kota.example"):
            assert officer.send(f"{REACH}/surel", page=REACH, email=address).status_code == 303
        (row,) = session.scalars(select(StaffAddress))
        assert b"kota.example" not in bytes(row.address_sealed)
        assert self.mail(session, keys) == ["sri.l@kota.example"]
        page = officer.get(REACH).text
        assert "sri.l@kota.example belum dipastikan" in page
        assert "panggilan akan melewati Anda" in page, (
            "nobody is called at an address not confirmed"
        )
        officer.send(f"{REACH}/surel", page=REACH, email="")
        assert self.mail(session, keys) == []
        assert "panggilan akan melewati Anda" in officer.get(REACH).text

    def test_what_is_no_address_is_said_and_kept(self, desk: Desk, session: Session) -> None:
        answer = desk.person(ROADS).send(f"{REACH}/surel", page=REACH, email="sri@")
        assert answer.status_code == 422
        assert 'value="sri@"' in answer.text
        assert session.scalars(select(StaffAddress)).all() == []

    def test_a_browser_calls_one_person_and_stops(self, desk: Desk, session: Session) -> None:
        sri = desk.person(ROADS)
        tono = desk.person(PARKS, username="tono", name="Tono")
        fields = fields_of(Browser(endpoint="https://push.example/a"))
        for visitor in (sri, tono):
            assert visitor.send(f"{REACH}/peramban", page=REACH, **fields).status_code == 204
        (row,) = session.scalars(select(StaffAddress))
        query = select(Staff.id).where(Staff.username == "tono")
        assert row.staff_id == session.scalars(query).one()
        sri.send(f"{REACH}/peramban/henti", page=REACH, **fields)
        assert len(addresses_of(session, [row.staff_id])) == 1
        tono.send(f"{REACH}/peramban/henti", page=REACH, **fields)
        assert session.scalars(select(StaffAddress)).all() == []

    def test_a_forged_browser_is_refused(self, desk: Desk) -> None:
        fields = {"endpoint": "http://localhost/x", "p256dh": "AA", "auth": "AA"}
        assert desk.person(ROADS).send(f"{REACH}/peramban", page=REACH, **fields).status_code == 422


def fields_of(browser: Browser) -> dict[str, str]:
    address = browser.address
    return {"endpoint": address.endpoint, "p256dh": address.p256dh, "auth": address.auth}
