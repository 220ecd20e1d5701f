"""`/petugas/kendali`: what lies, who is slow, what is stuck, and whether today is usual."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.queue import enqueue
from citizenreport.intake.models import Report
from citizenreport.jobs.models import JobFailure
from citizenreport.triage import control
from citizenreport.triage.control import Volume
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State
from tests.doors.console.conftest import Desk
from tests.doors.console.counting import queries_of
from tests.doors.console.people import DESK

ROOM = "/petugas/kendali"
QUERIES_MAX = 12


def put(session: Session, ticket: Ticket, state: State) -> None:
    session.execute(
        text("UPDATE ticket SET state = :state WHERE id = :id"),
        {"state": state.value, "id": ticket.id},
    )
    session.commit()


def failed_job(session: Session, name: str = "send_receipt") -> int:
    enqueue(session, "send_receipt", ticket_id="0", seq=1)
    job_id = session.scalar(text("UPDATE procrastinate_jobs SET status = 'failed' RETURNING id"))
    assert isinstance(job_id, int)
    session.add(JobFailure(job_id=job_id, reason="mail-refused", failed_at=utcnow()))
    session.commit()
    return job_id


def numbers(page: str, label: str) -> tuple[int, int]:
    """Return what a line of the table says: tickets, and confidential ones."""
    row = re.search(
        rf">{label}</a></th>.*?<span>(\d+)</span>.*?<span>(\d+)</span>", page, re.DOTALL
    )
    assert row is not None, label
    return int(row[1]), int(row[2])


def test_each_number_is_that_of_the_list_behind_it(desk: Desk, session: Session) -> None:
    now = utcnow()
    for state in (State.RETURNED, State.CONTESTED, State.CONTESTED):
        put(session, desk.report(at=now), state)
    desk.report(at=now - timedelta(days=60))
    desk.report("violence", at=now - timedelta(days=60))
    person = desk.person(DESK)
    page = person.get(ROOM).text
    assert numbers(page, "Dikembalikan instansi") == (1, 0)
    assert numbers(page, "Disanggah pelapor") == (2, 0)
    assert numbers(page, "Lewat tenggat") == (1, 1)
    assert numbers(page, "Belum tersalurkan") == (0, 0)
    for label, count in (("Disanggah pelapor", 2), ("Lewat tenggat", 2)):
        link = re.search(rf'href="([^"]+)">{label}</a>', page)
        assert link is not None
        listed = person.get(link[1].replace("&amp;", "&")).text
        codes = set(re.findall(r'href="/petugas/tiket/[0-9a-f-]{36}"', listed))
        assert len(codes) == count or listed.count("rahasia") > 0


def test_nothing_of_a_confidential_ticket_but_its_count_is_told(desk: Desk) -> None:
    desk.report("violence", at=utcnow() - timedelta(days=60))
    page = desk.person(DESK).get(ROOM).text
    assert numbers(page, "Lewat tenggat") == (0, 1)
    assert "Kekerasan" not in page
    assert "Dinas Perempuan" not in page
    assert desk.last.tracking_code not in page


def test_a_stuck_notice_says_why_and_runs_again_by_a_button(desk: Desk, session: Session) -> None:
    job_id = failed_job(session)
    person = desk.person(DESK)
    page = person.get(ROOM).text
    assert "Surel tidak dapat dikirim ke alamat ini." in page
    assert "Surel tanda terima untuk pelapor" in page
    again = f"{ROOM}/pekerjaan/{job_id}/ulang"
    assert person.send(again, page=ROOM).status_code == 303
    status = text("SELECT status::text FROM procrastinate_jobs WHERE id = :id")
    assert session.scalar(status, {"id": job_id}) == "todo"
    assert person.send(again, page=ROOM).status_code == 404


def test_today_is_compared_with_the_median_of_the_weekday_until_the_same_hour(
    desk: Desk, session: Session
) -> None:
    noon = datetime(2026, 11, 17, 5, tzinfo=UTC)
    for week in range(1, 9):
        for _ in range(1 if week < 5 else 3):
            desk.report(at=noon - timedelta(weeks=week, hours=1))
        desk.report(at=noon - timedelta(weeks=week, hours=-1))  # later that day: not yet
    for _ in range(4):
        desk.report(at=noon - timedelta(hours=2))
    assert control.volume(session, desk.city, now=noon) == Volume(today=4, usual=2)


def test_a_day_is_unusual_only_when_it_is_by_some_reports_and_by_half() -> None:
    assert not Volume(today=4, usual=2).is_unusual
    assert Volume(today=9, usual=3).is_unusual
    assert Volume(today=0, usual=6).is_unusual
    assert not Volume(today=105, usual=100).is_unusual


def test_the_page_asks_few_questions_however_much_lies(desk: Desk, session: Session) -> None:
    for _ in range(6):
        desk.report(at=utcnow() - timedelta(days=60))
    failed_job(session)
    person = desk.person(DESK)
    with queries_of(session) as seen:
        assert person.get(ROOM).status_code == 200
    assert len(seen) <= QUERIES_MAX, seen


def test_reports_are_counted_where_the_room_is_empty(desk: Desk, session: Session) -> None:
    assert session.query(Report).count() == 0
    page = desk.person(DESK).get(ROOM).text
    assert "Tidak ada yang macet" in page
    assert "Seperti biasa" in page
