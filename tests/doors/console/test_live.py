"""Pages notice what others do: cheaply, without reading, without a longer session."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.console.live import changed_between
from citizenreport.core.clock import utcnow
from citizenreport.identity.models import StaffSession
from citizenreport.identity.rules import IDLE
from citizenreport.ledger.models import Event
from citizenreport.triage.models import Ticket
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.counting import queries_of
from tests.doors.console.people import DESK, HANDLER, PARKS, ROADS
from tests.doors.console.test_acts import step
from tests.doors.console.test_ticket import page_of

QUEUE = "/petugas/tiket"
WATCH = re.compile(r'id="live"[^>]* hx-get="([^"]+)"[^>]* data-tag="([^"]+)"')


class Watcher:
    """Asks as the script of a page does, with the tag of the last answer."""

    def __init__(self, visitor: Visitor, path: str) -> None:
        match = WATCH.search(visitor.get(path).text)
        assert match is not None
        self.visitor, self.url = visitor, unescape(match[1])
        self.tag = f'W/"{match[2]}"'

    def ask(self) -> TestResponse:
        reply = self.visitor.get(self.url, headers={"If-None-Match": self.tag})
        self.tag = reply.headers.get("ETag", self.tag)
        return reply


def test_a_page_of_which_nothing_changed_costs_two_queries(desk: Desk, session: Session) -> None:
    ticket = desk.report(at=utcnow())
    visitor = desk.person(ROADS)
    for path in (QUEUE, page_of(ticket)):
        watcher = Watcher(visitor, path)
        with queries_of(session) as seen:
            reply = watcher.ask()
        assert (reply.status_code, reply.data) == (304, b"")
        assert len(seen) <= 2, seen


def test_the_queue_tells_how_many_tickets_changed_until_it_is_drawn_again(desk: Desk) -> None:
    first, second = desk.report(at=utcnow()), desk.report(at=utcnow())
    other = desk.person(ROADS, username="budi", name="Budi")
    visitor = desk.person(ROADS)
    watcher = Watcher(visitor, f"{QUEUE}?urut=terbaru")
    step(other, first, "verified")
    step(other, second, "verified")
    desk.report(at=utcnow())
    reply = watcher.ask()
    assert "3 tiket berubah" in reply.text
    assert 'href="/petugas/tiket?urut=terbaru"' in reply.text
    assert watcher.ask().status_code == 304, "said once"
    assert Watcher(visitor, f"{QUEUE}?urut=terbaru").ask().status_code == 304


def test_a_ticket_tells_who_did_what_and_nothing_of_what_was_written(desk: Desk) -> None:
    ticket = desk.report(at=utcnow())
    other = desk.person(ROADS, username="budi", name="Budi Raharjo")
    watcher = Watcher(desk.person(ROADS), page_of(ticket))
    step(other, ticket, "verified")
    reply = watcher.ask()
    assert "Budi Raharjo: Terverifikasi" in unescape(reply.text)
    assert f'href="{page_of(ticket)}"' in reply.text
    assert watcher.ask().status_code == 304


def test_of_a_confidential_ticket_only_that_it_changed_and_nothing_is_noted(
    desk: Desk, session: Session
) -> None:
    ticket = desk.report("violence", "Canary dipukul.", at=utcnow())
    other = desk.person(HANDLER, username="budi", name="Budi Raharjo")
    watcher = Watcher(desk.person(HANDLER), page_of(ticket))
    step(other, ticket, "verified")
    read = select(func.count()).select_from(Event).where(Event.type == "content_read")
    before = session.scalar(read)
    reply = watcher.ask()
    assert "Tiket ini baru saja diubah." in reply.text
    assert "Budi" not in reply.text
    assert session.scalar(read) == before


def test_who_may_not_read_a_ticket_hears_nothing_of_it(desk: Desk) -> None:
    ticket = desk.report(at=utcnow())
    sealed = desk.report("violence", at=utcnow())
    for visitor, one in (
        (desk.person(PARKS, username="budi"), ticket),
        (desk.person(DESK), sealed),
    ):
        assert visitor.get(f"{page_of(one)}/perubahan?sejak=0").status_code == 404


def test_the_desk_does_not_hear_that_somebody_works_on_what_it_may_not_read(desk: Desk) -> None:
    ticket = desk.report("violence", at=utcnow())
    watcher = Watcher(desk.person(DESK), QUEUE)
    handler = desk.person(HANDLER, username="budi")
    page = page_of(ticket)
    note = handler.send(f"{page}/catatan", page=page, seen="1", text="Sudah saya telepon.")
    assert note.status_code == 303
    assert watcher.ask().status_code == 304


def test_asking_does_not_lengthen_the_session(desk: Desk, session: Session) -> None:
    ticket = desk.report(at=utcnow())
    visitor = desk.person(ROADS)
    watchers = [Watcher(visitor, QUEUE), Watcher(visitor, page_of(ticket))]
    long_ago = utcnow() - timedelta(minutes=10)
    session.execute(update(StaffSession).values(seen_at=long_ago))
    assert [watcher.ask().status_code for watcher in watchers] == [304, 304]
    assert session.scalar(select(StaffSession.seen_at)) == long_ago
    visitor.get(QUEUE)
    assert session.scalar(select(StaffSession.seen_at)) != long_ago, "a person's look does"
    session.execute(update(StaffSession).values(seen_at=utcnow() - IDLE))
    assert watchers[0].ask().status_code == 303, "to the login"


@pytest.mark.parametrize("text", ["", "a", "AAAA", "é", "=" * 9, "A" * 9_000])
def test_marks_nobody_made_are_no_error_of_ours(desk: Desk, text: str) -> None:
    reply = desk.person(ROADS).get(f"{QUEUE}/perubahan", query_string={"tampil": text})
    assert reply.status_code in (200, 422)


@pytest.mark.parametrize("text", ["", "-1", "٣", "9" * 10])
def test_a_place_in_the_history_is_a_number(desk: Desk, text: str) -> None:
    ticket: Ticket = desk.report(at=utcnow())
    reply = desk.person(ROADS).get(f"{page_of(ticket)}/perubahan", query_string={"sejak": text})
    assert reply.status_code == 422


def test_a_ticket_that_pushes_another_off_the_page_is_one_change() -> None:
    shown = {b"a": b"1", b"b": b"1", b"c": b"1"}
    assert changed_between(shown, {b"n": b"1", b"a": b"1", b"b": b"2"}) == 2
    assert changed_between(shown, shown) == 0
    assert changed_between(shown, {}) == 3
