"""`/petugas/jejak`: what the inspectorate may look up, and what it never learns."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Actor, Grant
from citizenreport.triage import trail
from citizenreport.triage.models import Ticket
from citizenreport.triage.trail import TrailWish, trail_page
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.counting import queries_of
from tests.doors.console.people import ADMIN, ANALYST, DESK, HANDLER, INSPECTOR, ROADS

Owner = Callable[[], AbstractContextManager[None]]
TRAIL = "/petugas/jejak"


def lines(visitor: Visitor, path: str = TRAIL) -> list[str]:
    """Return the rows of the table, the newest first, each in one line."""
    reply = visitor.get(path)
    assert reply.status_code == 200
    body = reply.text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def searched(visitor: Visitor, **typed: str) -> list[str]:
    reply = visitor.send(TRAIL, page=TRAIL, **typed)
    assert reply.status_code == 303, reply.text
    assert not any(value and value in reply.headers["Location"] for value in (typed.get("kode"),))
    return lines(visitor, reply.headers["Location"])


def read_as_handler(desk: Desk, ticket: Ticket) -> None:
    handler = desk.person(HANDLER, username="ratna", name="Ratna")
    assert handler.get(f"/petugas/tiket/{ticket.id}").status_code == 200


def test_a_ticket_is_found_by_its_code(desk: Desk) -> None:
    desk.report(at=utcnow())
    code = desk.last.tracking_code
    desk.report(at=utcnow())
    inspector = desk.person(INSPECTOR)
    assert len(lines(inspector)) == 2
    [line] = searched(inspector, kode=code)
    assert code in line
    assert "Laporan masuk" in line


def test_who_read_a_confidential_report_is_told_and_nothing_of_the_report(desk: Desk) -> None:
    ticket = desk.report("violence", "Canary teriakan.", at=utcnow())
    code = desk.last.tracking_code
    read_as_handler(desk, ticket)
    inspector = desk.person(INSPECTOR)
    found = searched(inspector, kode=code)
    assert [("Ratna" in line, "Isi laporan rahasia dibuka" in line) for line in found] == [
        (True, True),
        (False, False),
    ]
    page = inspector.get(TRAIL).text
    assert not re.search("Canary|Kekerasan|Panjang", page)
    assert f"/petugas/tiket/{ticket.id}" not in page


def test_a_person_is_found_by_user_name(desk: Desk) -> None:
    ticket = desk.report("violence", at=utcnow())
    desk.report(at=utcnow())
    read_as_handler(desk, ticket)
    [line] = searched(desk.person(INSPECTOR), nama="ratna")
    assert "Ratna" in line


def test_one_kind_of_event_alone(desk: Desk) -> None:
    ticket = desk.report("violence", at=utcnow())
    read_as_handler(desk, ticket)
    inspector = desk.person(INSPECTOR)
    assert len(lines(inspector, f"{TRAIL}?jenis=content_read")) == 1
    assert lines(inspector, f"{TRAIL}?jenis=merged") == []
    assert "Tidak ada peristiwa yang cocok" in inspector.get(f"{TRAIL}?jenis=merged").text


def test_of_a_ticket_about_the_inspectorate_there_is_nothing(desk: Desk, session: Session) -> None:
    ticket = desk.report("violence", at=utcnow())
    code = desk.last.tracking_code
    ticket.subject_agency_code = desk.city.conflict_order["*"]
    session.commit()
    inspector = desk.person(INSPECTOR)
    assert lines(inspector) == []
    assert lines(inspector, f"{TRAIL}?tiket={ticket.id}") == []
    refused = inspector.send(TRAIL, page=TRAIL, kode=code)
    unknown = inspector.send(TRAIL, page=TRAIL, kode="ABCDEFGHJK")
    assert (refused.status_code, unknown.status_code) == (422, 422)
    assert plain(refused.text, code) == plain(unknown.text, "ABCDEFGHJK")


def plain(page: str, code: str) -> str:
    """Return a page without its form tokens and the code that was typed."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page).replace(code, "")


@pytest.mark.parametrize(
    "typed",
    [
        *({"nama": "tidakada"}, {"kode": "x"}, {"dari": "kemarin"}, {"sampai": "0001-01-01"}),
        {"jenis": "opened; drop"},
    ],
)
def test_what_cannot_be_found_is_said_and_what_was_typed_stays(
    desk: Desk, typed: dict[str, str]
) -> None:
    reply = desk.person(INSPECTOR).send(TRAIL, page=TRAIL, **typed)
    assert reply.status_code == 422
    assert 'role="alert"' in reply.text
    if "nama" in typed:
        assert 'value="tidakada"' in reply.text


@pytest.mark.parametrize("grant", [ROADS, DESK, HANDLER, ANALYST, ADMIN])
def test_nobody_else_looks_anything_up(desk: Desk, grant: Grant) -> None:
    visitor = desk.person(grant)
    assert visitor.get(TRAIL).status_code == 403
    assert visitor.send(TRAIL, page="/petugas", kode="ABCDEFGHJK").status_code == 403
    assert TRAIL not in visitor.get("/petugas").text


def test_the_pages_follow_each_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "PAGE_ENTRIES", 2)
    for minutes in range(5):
        desk.report(at=utcnow() - timedelta(minutes=minutes))
    inspector = desk.person(INSPECTOR)
    seen, path = [], TRAIL
    while path:
        seen += lines(inspector, path)
        following = re.search(r'href="([^"]+)" rel="next"', inspector.get(path).text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 5


def test_a_page_takes_few_queries(desk: Desk, session: Session) -> None:
    for _ in range(3):
        desk.report(at=utcnow())
    inspector = desk.person(INSPECTOR)
    with queries_of(session) as seen:
        inspector.get(TRAIL)
    assert len(seen) <= 6, seen


MANY_EVENTS = """
INSERT INTO event (stream_kind, stream_id, seq, recorded_at, occurred_at, actor_id, type,
    schema_version, payload, nonce, previous_hash, hash)
SELECT 'ticket', gen_random_uuid(), 1, now() - n * interval '1 minute', now(),
    CASE WHEN n % 3 = 0 THEN gen_random_uuid() END, 'noted', 1, '{}', 'x', 'x', 'x'
FROM generate_series(1, 20000) AS n
"""


@pytest.mark.parametrize("wish", ["ticket_id", "staff_id", "since"])
def test_no_search_reads_the_whole_ledger(
    desk: Desk, session: Session, as_owner: Owner, wish: str
) -> None:
    ticket = desk.report(at=utcnow())
    with as_owner():
        session.execute(text(MANY_EVENTS))
        session.execute(text("ANALYZE event"))
    given = {"ticket_id": ticket.id, "staff_id": ticket.id, "since": utcnow() - timedelta(hours=1)}
    actor = Actor(staff_id=ticket.id, name="I", grants=(INSPECTOR,))
    asked: list[tuple[str, Any]] = []

    def note(_: Connection, __: object, statement: str, values: Any, *rest: object) -> None:
        asked.append((statement, values))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        trail_page(session, desk.city, actor, TrailWish(**{wish: given[wish]}))
    finally:
        event.remove(connection, "before_cursor_execute", note)
    [(statement, values)] = asked
    plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
    assert "Seq Scan on event" not in plan, plan
