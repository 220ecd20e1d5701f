"""Each number of the control room is that of the list it leads to: the same tickets, one by one."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.console import control_room, job_words
from citizenreport.core.clock import utcnow
from citizenreport.core.errors import CitizenReportError
from citizenreport.core.keys import KeyRing
from citizenreport.core.queue import enqueue
from citizenreport.intake.models import Report
from citizenreport.intake.rules import Subject
from citizenreport.jobs.models import JobFailure
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import OPEN, State
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import DESK
from tests.scenes import Scene

ROOM = "/petugas/kendali"
ROW = re.compile(
    r'<th scope="row"><a href="([^"]+)">([^<]+)</a></th>\s*((?:<td[^>]*><span>\d+</span></td>\s*)+)'
)
SETTLED = (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)


class Watch:
    """Someone of the city desk who goes from each number to its list."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    def numbers(self, path: str) -> dict[str, tuple[str, list[int]]]:
        """Return what each line of the tables says: its list, and its numbers."""
        page = self.visitor.get(path)
        assert page.status_code == 200
        return {
            unescape(label): (unescape(url), [int(n) for n in re.findall(r"<span>(\d+)<", cells)])
            for url, label, cells in ROW.findall(page.text)
        }

    def listed(self, url: str) -> set[str]:
        """Return the codes of a list, all its pages."""
        found: set[str] = set()
        while True:
            page = self.visitor.get(url)
            assert page.status_code == 200, url
            body = page.text.partition("<tbody")[2].partition("</tbody>")[0]
            found |= set(re.findall(r'class="(?:row-link )?code"[^>]*>([A-Z0-9-]+)<', body))
            more = re.search(r'<a href="([^"]*setelah=[^"]*)"', page.text)
            if more is None:
                return found
            url = unescape(more[1])


@pytest.fixture
def watch(
    app: Flask, session: Session, magelang: City, keys: KeyRing, scene: Scene
) -> Iterator[Watch]:
    yield Watch(Desk(app, session, magelang, keys).person(DESK))
    app.extensions[EXTENSION].city_holder.forget()


def seed(scene: Scene) -> None:
    """Make tickets of every kind, through the pipeline, some of them long ago."""
    now = utcnow()
    desk = scene.city.desk_agency_code
    for at in (now, now - timedelta(days=60)):

        def ticket(code: str, at: datetime = at, **fields: object) -> Ticket:
            return scene.ticket_of(scene.submit(code, now=at, **fields))

        for code in ("A04", "A03", "A01", "T08", "H03", "H05", "A12"):
            ticket(code)
        scene.move(ticket("A04"), State.RETURNED)
        scene.move(ticket("A01"), State.RETURNED)
        scene.move(ticket("A12"), State.RETURNED)
        scene.move(ticket("A04"), *SETTLED)
        scene.move(ticket("A04"), *SETTLED, State.CONTESTED)
        scene.move(ticket("A12"), *SETTLED, State.CONTESTED)
        scene.move(ticket("A04"), State.NEEDS_INFO)  # its clock stands still
        scene.move(ticket("T08"), State.VERIFIED)
        scene.raise_(ticket("A03"))
        ticket("A04", subject=Subject(agency_code=desk))
        ticket("A04", subject=Subject(agency_code="DLH"))


def expected(
    scene: Scene, fits: Callable[[Ticket], bool], *, is_open: bool = True
) -> tuple[set[str], int]:
    """Return the codes of the tickets that fit and how many of them are confidential.

    A report about the city desk is never seen by it.
    """
    found, protected = set(), 0
    scene.session.expire_all()
    query = select(Ticket, Report.tracking_code).join(Report, Report.id == Ticket.report_id)
    for ticket, code in scene.session.execute(query):
        is_own = ticket.subject_agency_code == scene.city.desk_agency_code
        if is_own or (is_open and State(ticket.state) not in OPEN) or not fits(ticket):
            continue
        found.add(code)
        protected += ticket.visibility == Visibility.CONFIDENTIAL.value
    return found, protected


def is_late(ticket: Ticket) -> bool:
    return ticket.next_due_at < utcnow() and ticket.paused_at is None


def test_each_number_of_what_waits_is_its_list(watch: Watch, scene: Scene) -> None:
    seed(scene)
    desk = scene.city.desk_agency_code
    kinds: dict[str, Callable[[Ticket], bool]] = {
        "Belum tersalurkan": lambda t: (
            t.agency_code == desk
            and t.state == State.NEW
            and t.visibility != Visibility.CONFIDENTIAL
        ),
        "Dikembalikan instansi": lambda t: t.state == State.RETURNED,
        "Lewat tenggat": is_late,
        "Disanggah pelapor": lambda t: t.state == State.CONTESTED,
    }
    shown = watch.numbers(ROOM)
    for label, fits in kinds.items():
        url, numbers = shown[label]
        codes, protected = expected(scene, fits)
        assert codes, label
        assert numbers == [len(codes) - protected, protected], label
        assert watch.listed(url) == codes, label


def test_each_number_of_a_slow_agency_is_its_list(watch: Watch, scene: Scene) -> None:
    seed(scene)
    shown = {
        url: numbers
        for url, numbers in watch.numbers(ROOM).values()
        if "instansi=" in url and "tenggat=" in url
    }
    assert len(shown) >= 2
    for url, (overdue, open_) in shown.items():
        agency = re.findall(r"instansi=(\w+)", url)[0]

        def at_agency(ticket: Ticket, agency: str = agency) -> bool:
            is_public = ticket.visibility != Visibility.CONFIDENTIAL.value
            return ticket.agency_code == agency and is_public

        codes, _ = expected(scene, lambda t: at_agency(t) and is_late(t))
        assert len(codes) == overdue
        assert watch.listed(url) == codes
        assert len(expected(scene, at_agency)[0]) == open_


def test_each_number_of_the_day_is_its_list(watch: Watch, scene: Scene) -> None:
    seed(scene)
    shown = watch.numbers(f"{ROOM}/hari-ini")
    assert len(shown) >= 4
    for url, (count,) in shown.values():
        [state] = re.findall(r"keadaan=(\w+)", url)
        [day] = re.findall(r"dari=([\d-]+)", url)

        def came_in(ticket: Ticket, day: str = day, state: str = state) -> bool:
            on = scene.city.local_date(ticket.submitted_at).isoformat()
            is_public = ticket.visibility != Visibility.CONFIDENTIAL.value
            return ticket.state == state and on == day and is_public

        codes, _ = expected(scene, came_in, is_open=False)
        assert len(codes) == count, state
        assert watch.listed(url) == codes, state
    page = watch.visitor.get(f"{ROOM}/hari-ini").text
    left_out = re.search(r"Ditambah (\d+) laporan rahasia", page)
    assert left_out is not None
    assert int(left_out[1]) >= 1


def test_the_number_of_stuck_jobs_is_its_list(
    watch: Watch, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_room, "JOBS_A_PAGE", 5)
    for _ in range(12):
        enqueue(session, "send_receipt", ticket_id="0", seq=1)
    ids = set(session.scalars(text("UPDATE procrastinate_jobs SET status='failed' RETURNING id")))
    session.add(JobFailure(job_id=min(ids), reason="mail-unavailable", failed_at=utcnow()))
    session.add(JobFailure(job_id=max(ids), reason="strange-thing", failed_at=utcnow()))
    session.commit()
    assert "Semua yang macet: 12" in watch.visitor.get(ROOM).text
    found: set[int] = set()
    url, pages = f"{ROOM}/pekerjaan", ""
    while url:
        page = watch.visitor.get(url).text
        pages += page
        found |= {int(one) for one in re.findall(r'id="kerja-(\d+)"', page)}
        more = re.search(r'<a href="([^"]*setelah=\d+)"', page)
        url = unescape(more[1]) if more else ""
    assert found == ids
    assert "Layanan surel sedang tidak tersedia." in pages
    assert "Kesalahan yang belum dikenal" in pages
    assert "strange-thing" in pages


def test_an_error_of_our_own_is_told_in_its_words(app: Flask) -> None:
    with app.test_request_context("/petugas"):
        for error in CitizenReportError.__subclasses__():
            assert job_words.reason_words(error.code) == error.title
            assert job_words.is_known(error.code)
        assert job_words.reason_words("operational-error") == "Basis data tidak menjawab."
