"""One act on many tickets: chosen, reviewed, done, undone."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.core.clock import utcnow
from citizenreport.identity.models import Staff
from citizenreport.ledger.models import Event
from citizenreport.pipeline import bulk
from citizenreport.triage.models import Ticket
from citizenreport.triage.queue_models import BulkAct
from citizenreport.triage.states import State
from tests.doors.console.conftest import TOKEN, Desk, Visitor
from tests.doors.console.people import HANDLER, INSPECTOR, PARKS, ROADS
from tests.doors.console.test_queue import QUEUE

BULK = "/petugas/tiket/sekaligus"
HIDDEN = re.compile(r'name="bulk_id" value="([^"]+)"')


def post(visitor: Visitor, path: str, choices: list[str], **fields: str) -> TestResponse:
    """Send a form as a browser does, with one field for each chosen ticket."""
    shown = visitor.client.get(f"{QUEUE}?urut=tenggat").text
    token = TOKEN.search(shown)
    assert token is not None
    data = {"csrf_token": unescape(token[1]), "ticket": choices, **fields}
    return visitor.client.post(path, data=data)


def choice(ticket: Ticket) -> str:
    return f"{ticket.id}:{ticket.version}"


def reviewed(visitor: Visitor, tickets: list[Ticket], **fields: str) -> str:
    reply = post(visitor, BULK, [choice(one) for one in tickets], tinjau="1", **fields)
    assert reply.status_code == 200, reply.text
    return reply.text


def done(visitor: Visitor, tickets: list[Ticket], **fields: str) -> str:
    """Do it; return the address of what happened."""
    fields.setdefault("bulk_id", str(uuid4()))
    reply = post(visitor, f"{BULK}/lakukan", [choice(one) for one in tickets], **fields)
    assert reply.status_code == 303, reply.text
    return reply.headers["Location"]


def undo(visitor: Visitor, address: str) -> TestResponse:
    return visitor.send(f"{address}/batal", page=address)


def test_the_way_from_the_list_to_the_act(desk: Desk, session: Session) -> None:
    tickets = [desk.report() for _ in range(3)]
    visitor = desk.person(ROADS)
    page = visitor.get(QUEUE).text
    choices = re.findall(r'name="ticket" value="([^"]+)"', page)
    assert sorted(choices) == sorted(choice(one) for one in tickets)
    asked = post(visitor, BULK, choices[:2], kind="move")
    assert "2 tiket dipilih" in asked.text
    assert "Tinjau dulu" in asked.text
    shown = post(visitor, BULK, choices[:2], kind="move", target="verified", tinjau="1").text
    assert "Lakukan untuk 2 tiket" in shown
    session.expire_all()
    assert {one.state for one in tickets} == {"new"}, "a review changes nothing"
    bulk_id = HIDDEN.search(shown)
    assert bulk_id is not None
    made = post(
        visitor, f"{BULK}/lakukan", choices[:2], kind="move", target="verified", bulk_id=bulk_id[1]
    )
    assert "2 tiket diubah" in visitor.get(made.headers["Location"]).text
    session.expire_all()
    assert sorted(one.state for one in tickets) == ["new", "verified", "verified"]


def test_a_review_leaves_no_trace(desk: Desk, session: Session) -> None:
    tickets = [desk.report() for _ in range(2)]
    visitor = desk.person(ROADS)
    before = session.scalar(select(func.count()).select_from(Event))
    versions = [one.version for one in tickets]
    reviewed(visitor, tickets, kind="priority", priority="kritis", reason="Dekat sekolah.")
    session.expire_all()
    assert [one.version for one in tickets] == versions
    assert session.scalar(select(func.count()).select_from(Event)) == before
    assert session.scalars(select(BulkAct)).all() == []


def test_each_ticket_says_what_would_happen_or_why_not(desk: Desk, session: Session) -> None:
    new, working = desk.report(), desk.report()
    working.state = State.IN_PROGRESS.value
    session.commit()
    page = reviewed(desk.person(ROADS), [new, working], kind="move", target="verified")
    assert "Lakukan untuk 1 tiket" in page
    assert "Langkah ini tidak mungkin dari keadaan tiket sekarang" in page
    assert "Baru masuk → Terverifikasi" in page
    assert "Tidak dapat dibatalkan" in page


def test_a_protected_ticket_is_not_offered_and_always_refused(desk: Desk, session: Session) -> None:
    ticket = desk.report("violence", "Canary.")
    visitor = desk.person(HANDLER)
    assert 'name="ticket"' not in visitor.get(QUEUE).text
    page = reviewed(visitor, [ticket], kind="move", target="verified")
    assert "Tiket rahasia ditangani satu per satu" in page
    address = done(visitor, [ticket], kind="move", target="verified")
    assert "ditangani satu per satu" in visitor.get(address).text
    session.expire_all()
    assert ticket.state == "new"


def test_a_ticket_of_others_is_like_none(desk: Desk, session: Session) -> None:
    mine, theirs = desk.report(), desk.report("tree")
    code = desk.last.tracking_code
    visitor = desk.person(ROADS)
    page = reviewed(visitor, [mine, theirs], kind="move", target="verified")
    assert code not in page
    none = post(visitor, BULK, [f"{uuid4()}:1"], kind="move", target="verified", tinjau="1").text
    assert "Tiket tidak ditemukan, atau bukan wewenang Anda" in page
    assert "Tiket tidak ditemukan, atau bukan wewenang Anda" in none
    done(visitor, [mine, theirs], kind="move", target="verified")
    session.expire_all()
    assert (mine.state, theirs.state) == ("verified", "new")


def test_a_stale_choice_is_told_and_the_others_are_done(desk: Desk, session: Session) -> None:
    stale, fresh = desk.report(), desk.report()
    visitor = desk.person(ROADS)
    old = choice(stale)
    stale.version += 1
    session.commit()
    reply = post(
        visitor,
        f"{BULK}/lakukan",
        [old, choice(fresh)],
        kind="move",
        target="verified",
        bulk_id=str(uuid4()),
    )
    page = visitor.get(reply.headers["Location"]).text
    assert "baru saja diubah orang lain" in page
    assert "1 tiket diubah" in page
    session.expire_all()
    assert (stale.state, fresh.state) == ("new", "verified")


def test_sent_twice_it_is_done_once(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    fields = {"kind": "priority", "priority": "kritis", "reason": "Gawat.", "bulk_id": str(uuid4())}
    first = done(visitor, [ticket], **fields)
    assert done(visitor, [ticket], **fields) == first
    session.expire_all()
    assert ticket.version == 2


@pytest.mark.parametrize(
    ("fields", "column", "after"),
    [
        ({"kind": "priority", "priority": "kritis", "reason": "Gawat."}, "priority", "kritis"),
        ({"kind": "move", "target": "needs_info", "reason": "Di mana?"}, "state", "needs_info"),
    ],
)
def test_undo_brings_back_what_was(
    desk: Desk, session: Session, fields: dict[str, str], column: str, after: str
) -> None:
    ticket = desk.report()
    before = getattr(ticket, column)
    visitor = desk.person(ROADS)
    address = done(visitor, [ticket], **fields)
    session.expire_all()
    assert getattr(ticket, column) == after
    assert undo(visitor, address).status_code == 303
    session.expire_all()
    assert getattr(ticket, column) == before
    assert undo(visitor, address).status_code == 409


def test_a_schedule_is_made_and_undone(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    ticket.state = State.IN_PROGRESS.value
    session.commit()
    visitor = desk.person(ROADS)
    day = (utcnow() + timedelta(days=20)).date().isoformat()
    address = done(visitor, [ticket], kind="schedule", until_on=day, reason="Menunggu aspal.")
    session.expire_all()
    assert ticket.state == "scheduled"
    undo(visitor, address)
    session.expire_all()
    assert (ticket.state, ticket.scheduled_until) == ("in_progress", None)


def test_people_are_assigned_and_the_one_of_before_comes_back(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    me = session.scalars(select(Staff.id)).one()
    assert str(me) in post(visitor, BULK, [choice(ticket)], kind="assign").text
    address = done(visitor, [ticket], kind="assign", assignee_id=str(me))
    session.expire_all()
    assert ticket.assignee_id == me
    undo(visitor, address)
    session.expire_all()
    assert ticket.assignee_id is None


def test_what_somebody_touched_since_stays(desk: Desk, session: Session) -> None:
    touched, left = desk.report(), desk.report()
    visitor = desk.person(ROADS)
    address = done(visitor, [touched, left], kind="priority", priority="kritis", reason="Gawat.")
    session.expire_all()
    touched.version += 1
    session.commit()
    undo(visitor, address)
    page = visitor.get(address).text
    assert "Tidak dibatalkan:" in page
    session.expire_all()
    assert (touched.priority, left.priority != "kritis") == ("kritis", True)


def test_where_there_is_no_way_back_undo_says_so(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    address = done(visitor, [ticket], kind="move", target="verified")
    undo(visitor, address)
    assert "tidak dapat kembali dengan sendirinya" in visitor.get(address).text
    session.expire_all()
    assert ticket.state == "verified"


def test_undo_ends_after_a_while(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    address = done(visitor, [ticket], kind="priority", priority="kritis", reason="Gawat.")
    made = session.get(BulkAct, UUID(address.rsplit("/", 1)[1]))
    assert made is not None
    made.done_at -= bulk.UNDO_FOR
    session.commit()
    assert "Batalkan, sampai" not in visitor.get(address).text
    assert undo(visitor, address).status_code == 409
    session.expire_all()
    assert ticket.priority == "kritis"


def test_nobody_sees_or_undoes_the_act_of_another(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    first = desk.person(ROADS)
    address = done(first, [ticket], kind="priority", priority="kritis", reason="Gawat.")
    other = desk.person(ROADS, PARKS, username="dua", name="Dua")
    assert other.get(address).status_code == 404
    assert other.send(f"{address}/batal", page=QUEUE).status_code == 404
    taken = post(
        other,
        f"{BULK}/lakukan",
        [choice(ticket)],
        kind="move",
        target="verified",
        bulk_id=address.rsplit("/", 1)[1],
    )
    assert taken.status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "explode"},
        {"kind": "priority", "priority": "x", "reason": "a"},
        {"kind": "priority", "priority": "kritis", "reason": " "},
        {"kind": "schedule", "until_on": "kemarin", "reason": "a"},
        {"kind": "schedule", "until_on": "2020-01-01", "reason": "a"},
        {"kind": "move", "target": "closed"},
        {"kind": "move", "target": "resolved", "reason": "a"},
        {"kind": "assign", "assignee_id": "x"},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_and_what_was_typed_stays(
    desk: Desk, fields: dict[str, str]
) -> None:
    ticket = desk.report()
    reply = post(desk.person(ROADS), BULK, [choice(ticket)], tinjau="1", **fields)
    assert reply.status_code == 422
    if fields["kind"] != "explode":
        assert choice(ticket) in reply.text


@pytest.mark.parametrize("bad", ["", "x", "x:1", f"{UUID(int=0)}:"])
def test_a_forged_choice_is_refused(desk: Desk, bad: str) -> None:
    assert post(desk.person(ROADS), BULK, [bad], kind="move").status_code == 422


def test_too_many_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MAX_TICKETS", 1)
    tickets = [desk.report(), desk.report()]
    reply = post(
        desk.person(ROADS),
        BULK,
        [choice(one) for one in tickets],
        kind="move",
        target="verified",
        tinjau="1",
    )
    assert reply.status_code == 422
    assert "Pilih 1 sampai 100 tiket" in reply.text


def test_who_changes_nothing_chooses_nothing(desk: Desk) -> None:
    ticket = desk.report()
    visitor = desk.person(INSPECTOR)
    assert 'name="ticket"' not in visitor.get(QUEUE).text
    assert visitor.send(BULK, page="/petugas", ticket=choice(ticket)).status_code == 403
