"""The queue."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.geo.position import Position
from citizenreport.identity.models import Staff
from citizenreport.intake.rules import Channel, Subject
from citizenreport.triage import queue as triage_queue
from citizenreport.triage.states import State
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.counting import queries_of
from tests.doors.console.people import ADMIN, ANALYST, DESK, HANDLER, INSPECTOR, ROADS, WOMEN

QUEUE = "/petugas/tiket"
CODE = re.compile(r'class="(?:row-link )?code"[^>]*>([2-9A-Z]{10})<')


def codes(visitor: Visitor, path: str = QUEUE) -> list[str]:
    reply = visitor.get(path)
    assert reply.status_code == 200
    return CODE.findall(reply.text)


def test_an_officer_sees_the_own_agency_only(desk: Desk) -> None:
    desk.report()
    mine = desk.last.tracking_code
    desk.report("tree")
    desk.report("violence")
    assert codes(desk.person(ROADS)) == [mine]


def test_the_soonest_deadline_comes_first(desk: Desk) -> None:
    now = utcnow()
    sent = {}
    for days in (1, 9, 4):
        desk.report(at=now - timedelta(days=days))
        sent[days] = desk.last.tracking_code
    assert codes(desk.person(ROADS)) == [sent[9], sent[4], sent[1]]


def test_city_desk_and_inspectorate_see_every_agency(desk: Desk) -> None:
    desk.report()
    desk.report("tree")
    assert len(codes(desk.person(DESK))) == 2
    assert len(codes(desk.person(INSPECTOR, username="insp"))) == 2


def test_an_analyst_sees_no_ticket(desk: Desk) -> None:
    desk.report()
    visitor = desk.person(ANALYST)
    assert visitor.get(QUEUE).status_code == 403
    assert "/petugas/tiket" not in visitor.get("/petugas").text


@pytest.mark.parametrize("role", [DESK, ADMIN])
def test_of_a_confidential_ticket_they_see_code_and_deadline_only(desk: Desk, role: object) -> None:
    ticket = desk.report("violence", "Canary Budi memukul tetangga.")
    visitor = desk.person(role)  # type: ignore[arg-type]
    page = visitor.get(QUEUE).text
    assert desk.last.tracking_code in page
    table = page[page.index("<tbody") :]
    for word in ("Canary", "Kekerasan", "Perempuan", "Kelurahan", "Prioritas", str(ticket.id)):
        assert word not in table
    assert visitor.get(f"{QUEUE}/{ticket.id}").status_code in (403, 404)


@pytest.mark.parametrize("question", ["?kategori=violence", "?instansi=women"])
def test_filters_about_content_leave_such_tickets_out(desk: Desk, question: str) -> None:
    desk.report("violence")
    assert codes(desk.person(DESK), QUEUE + question) == []


def test_a_handler_sees_what_is_in_it(desk: Desk) -> None:
    desk.report("violence")
    page = desk.person(HANDLER).get(QUEUE).text
    assert "Kekerasan di rumah" in page
    assert "Rahasia" in page


def test_where_a_confidential_ticket_is_stands_on_its_own_page_only(desk: Desk) -> None:
    desk.report("violence", area_code="a1")
    page = desk.person(HANDLER).get(QUEUE).text
    assert "Kelurahan A1" not in page[page.index("<tbody") :]


def test_an_officer_of_the_same_agency_does_not_know_it_exists(desk: Desk) -> None:
    desk.report("violence")
    assert codes(desk.person(WOMEN)) == []


def test_a_body_never_sees_a_report_about_itself(desk: Desk) -> None:
    desk.report(subject=Subject(agency_code="roads"))
    desk.report(subject=Subject(agency_code="inspect"))
    about_inspectorate = desk.last.tracking_code
    assert codes(desk.person(ROADS)) == [about_inspectorate]
    assert about_inspectorate not in codes(desk.person(INSPECTOR, username="insp"))


def test_filters_narrow_the_list(desk: Desk, session: Session) -> None:
    first = desk.report()
    verified = desk.last.tracking_code
    first.state = State.VERIFIED.value
    session.commit()
    desk.report()
    new = desk.last.tracking_code
    desk.report("tree")
    visitor = desk.person(DESK)
    assert codes(visitor, QUEUE + "?keadaan=verified") == [verified]
    assert set(codes(visitor, QUEUE + "?kategori=pothole")) == {verified, new}
    assert codes(visitor, QUEUE + "?kategori=pothole&keadaan=new") == [new]
    assert set(codes(visitor, QUEUE + "?instansi=roads")) == {verified, new}


def test_overdue_looks_at_the_next_running_clock(desk: Desk, session: Session) -> None:
    now = utcnow()
    late = desk.report(at=now - timedelta(days=40))
    late_code = desk.last.tracking_code
    paused = desk.report(at=now - timedelta(days=40))
    paused.first_responded_at = paused.paused_at = now
    paused.state = State.NEEDS_INFO.value
    fresh = desk.report(at=now)
    session.commit()
    visitor = desk.person(ROADS)
    assert codes(visitor, QUEUE + "?tenggat=overdue") == [late_code]
    late.first_responded_at = late.verified_at = now  # only the settlement runs, and it has time
    late.settlement_due_at = now + timedelta(days=5)
    session.commit()
    assert codes(visitor, QUEUE + "?tenggat=overdue") == []
    assert fresh.state == "new"


def test_what_is_done_is_not_in_the_way(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    ticket.state = State.ARCHIVED.value
    session.commit()
    visitor = desk.person(ROADS)
    assert codes(visitor) == []
    assert codes(visitor, QUEUE + "?keadaan=archived") == [desk.last.tracking_code]


def test_pages_go_through_every_ticket_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triage_queue, "PAGE_TICKETS", 2)
    sent = set()
    for _ in range(5):  # all due at one instant: the id decides
        desk.report()
        sent.add(desk.last.tracking_code)
    visitor = desk.person(ROADS)
    seen: list[str] = []
    path: str | None = QUEUE + "?keadaan=new"
    for _ in range(3):
        assert path is not None
        page = visitor.get(path).text
        seen += CODE.findall(page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        path = found[1].replace("&amp;", "&") if found else None
        assert path is None or "keadaan=new" in path
    assert path is None
    assert len(seen) == 5
    assert set(seen) == sent


def test_counts_tell_states_and_deadlines(desk: Desk, session: Session) -> None:
    for _ in range(3):
        desk.report(at=utcnow())
    desk.report(at=utcnow() - timedelta(days=60))
    page = re.sub(r"\s+", " ", desk.person(ROADS).get(QUEUE).text)
    assert "<b>1</b> Terlambat" in page
    assert "<b>4</b> Baru masuk" in page
    assert "Dijadwalkan</a>" not in page


def test_counts_stop_at_their_cap(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triage_queue, "COUNT_CAP", 2)
    monkeypatch.setattr("citizenreport.console.queue.COUNT_CAP", 2)
    for _ in range(3):
        desk.report()
    assert "<b>2+</b> Baru masuk" in re.sub(r"\s+", " ", desk.person(ROADS).get(QUEUE).text)


@pytest.mark.parametrize(
    "question",
    [
        "?keadaan=gone",
        "?instansi=nowhere",
        "?kategori='",
        "?tenggat=x",
        "?setelah=x",
        "?setelah=%00",
        "?setelah=MjAyNi0xMS0xNiAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA",
        "?setelah=" + "A" * 5_000,
        "?keadaan=%ff",
    ],
)
def test_a_wrong_filter_is_refused_in_words(desk: Desk, question: str) -> None:
    reply = desk.person(ROADS).get(QUEUE + question)
    assert reply.status_code == 422
    assert "tidak dikenal" in reply.text


def test_a_code_read_over_the_phone_finds_its_ticket(desk: Desk) -> None:
    ticket = desk.report()
    code = desk.last.tracking_code
    visitor = desk.person(ROADS)
    spoken = f"{code[:5].lower()}-{code[5:]}"
    found = visitor.send(QUEUE + "/cari", page=QUEUE, kode=spoken)
    assert found.headers["Location"] == f"{QUEUE}/{ticket.id}"


@pytest.mark.parametrize("code", ["", "ABCDEFGHJK", "\x00", "'; --", "A" * 9_999])
def test_a_code_of_nobody_or_of_others_says_the_same(desk: Desk, code: str) -> None:
    desk.report("tree")
    visitor = desk.person(ROADS)
    answers = {
        visitor.send(QUEUE + "/cari", page=QUEUE, kode=kode).headers["Location"]
        for kode in (code, desk.last.tracking_code)
    }
    assert answers == {f"{QUEUE}?tak=1"}
    assert "bukan wewenang" in visitor.get(f"{QUEUE}?tak=1").text


def test_the_queue_takes_few_queries(desk: Desk, session: Session) -> None:
    for _ in range(10):
        desk.report()
    visitor = desk.person(ROADS)
    with queries_of(session) as seen:
        assert len(codes(visitor)) == 10
    assert 0 < len(seen) <= 6, seen


def test_details_narrow_the_list_too(desk: Desk, session: Session) -> None:
    mine = desk.report()
    desk.report(position=Position(lon=110.24, lat=-7.47), channel=Channel.PHONE)
    far = desk.last.tracking_code
    visitor = desk.person(ROADS)
    mine.assignee_id = session.scalars(select(Staff.id)).one()
    session.commit()
    near = codes(visitor, QUEUE + "?penanggung=saya")
    assert len(near) == 1
    assert codes(visitor, QUEUE + "?penanggung=kosong") == [far]
    assert codes(visitor, QUEUE + "?kelurahan=a2") == [far]
    assert codes(visitor, QUEUE + "?saluran=telepon") == [far]
    assert codes(visitor, QUEUE + "?aspek=aman") == []
    assert "Penanggung jawab: Sri" in visitor.get(QUEUE).text


@pytest.mark.parametrize("question", ["aspek=aman", "kelurahan=a1", "saluran=web"])
def test_a_confidential_ticket_is_not_found_by_details(desk: Desk, question: str) -> None:
    desk.report("violence")
    visitor = desk.person(HANDLER)
    assert codes(visitor, QUEUE + "?kategori=violence") == [desk.last.tracking_code]
    assert codes(visitor, f"{QUEUE}?{question}") == []


@pytest.mark.parametrize(
    "question", ["aspek=x", "kelurahan=zz", "saluran=x", "penanggung=dia", "aspek=%00"]
)
def test_unknown_details_are_refused(desk: Desk, question: str) -> None:
    assert desk.person(ROADS).get(f"{QUEUE}?{question}").status_code == 422
