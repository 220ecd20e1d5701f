"""What a program does in the queue of its agency, and what it never sees."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.identity import api_keys
from citizenreport.identity.api_keys import ApiKeyUse
from citizenreport.identity.scopes import Scope
from citizenreport.intake.rules import Contact, Subject
from citizenreport.ledger.models import Event
from citizenreport.triage.models import Message
from citizenreport.web.limits import Limits
from tests.doors.api.programs import URL, Program, codes, value_of
from tests.doors.console.conftest import SENT_AT, Desk, desk, town  # noqa: F401
from tests.doors.console.people import PARKS, ROADS
from tests.doors.limits.conftest import limits  # noqa: F401

NOBODY = "Warga Rahasia"


def test_the_list_holds_the_tickets_of_the_keys_agency_alone(desk: Desk) -> None:  # noqa: F811
    desk.report("tree")
    own = desk.report("pothole")
    reply = Program(desk, "roads").get()
    assert codes(reply) == [desk.last.tracking_code]
    assert reply.json is not None
    [item] = reply.json["items"]
    assert (item["id"], item["state"], item["version"]) == (str(own.id), "new", 1)
    assert item["url"].endswith(f"{URL}/{own.id}")
    assert reply.headers["Cache-Control"] == "no-store"


def test_the_city_desks_key_reads_every_agencys_open_kinds(desk: Desk) -> None:  # noqa: F811
    found = [desk.report(kind) and desk.last.tracking_code for kind in ("pothole", "noise")]
    desk.report("violence")
    program = Program(desk, "desk", Scope.READ_TICKETS)
    assert set(codes(program.get())) == set(found)
    assert codes(program.get(f"{URL}?agency=roads")) == found[:1]


def test_pages_follow_each_other_without_gap_or_double(desk: Desk) -> None:  # noqa: F811
    for hours in range(27):
        desk.report(at=SENT_AT + timedelta(hours=hours))
    program = Program(desk, "roads")
    for sort in ("deadline", "priority", "newest", "oldest"):
        first = program.get(f"{URL}?sort={sort}")
        assert first.json is not None
        second = program.get(f"{URL}?sort={sort}&after={first.json['next']}")
        assert second.json is not None
        assert second.json["next"] is None
        assert (len(codes(first)), len({*codes(first), *codes(second)})) == (25, 27), sort


def test_filters_are_those_of_the_queue(desk: Desk) -> None:  # noqa: F811
    desk.report("noise", "Musik keras tiap malam.")
    noise = desk.last.tracking_code
    desk.report("tree", "Pohon condong ke sekolah.", at=SENT_AT + timedelta(days=2))
    tree = desk.last.tracking_code
    program = Program(desk, "parks")
    for query, expected in {
        "category=noise": [noise],
        "state=verified": [],
        "since=2026-11-18": [tree],
        "until=2026-11-17": [noise],
        "channel=web&sort=oldest": [noise, tree],
        "area=a1&sort=newest": [tree, noise],
        "whose=joined": [],
    }.items():
        assert codes(program.get(f"{URL}?{query}")) == expected, query
    asked = program.ask("POST", f"{URL}/search", json={"words": "condong"})
    assert codes(asked) == [tree]


@pytest.mark.parametrize(
    "query",
    ["state=baru", "category=nope", "after=zzz", "since=kemarin", "cari=x", "sort=x", "area=x"],
)
def test_a_wrong_filter_is_pointed_at(desk: Desk, query: str) -> None:  # noqa: F811
    reply = Program(desk, "roads").get(f"{URL}?{query}")
    assert reply.status_code == 422
    assert reply.json is not None
    assert reply.json["errors"][0]["pointer"] == f"#/{query.partition('=')[0]}"


def test_a_ticket_is_shown_without_the_reporters_contact(desk: Desk) -> None:  # noqa: F811
    ticket = desk.report(contact=Contact(name=NOBODY, phone="+628123456789"))
    program = Program(desk, "roads")
    reply = program.get(f"{URL}/{ticket.id}")
    assert reply.status_code == 200
    assert reply.json is not None
    assert reply.json["description"].startswith("Lubang besar")
    assert reply.json["steps"] == ["verified", "needs_info", "returned"]
    assert reply.headers["ETag"] == '"1"'
    assert NOBODY not in reply.text
    assert "8123456789" not in reply.text
    known = program.get(f"{URL}/{ticket.id}", headers={"If-None-Match": '"1"'})
    assert known.status_code == 304


def test_what_is_not_the_keys_answers_like_what_there_is_not(desk: Desk) -> None:  # noqa: F811
    others = desk.report("tree")
    sealed = desk.report("violence")
    about = desk.report("noise", subject=Subject(agency_code="desk"))
    unknown = uuid4()
    for agency_code, hidden in (("roads", others), ("women", sealed), ("desk", sealed)):
        program = Program(desk, agency_code)
        for method, path, body in (
            ("GET", "", None),
            ("POST", "/steps", {"target": "verified"}),
            ("POST", "/replies", {"text": "Ya."}),
            ("POST", "/notes", {"text": "Ya."}),
        ):

            def answer(id_: UUID, call: tuple[str, str, object] = (method, path, body)) -> object:
                headers = {"If-Match": '"1"'}
                reply = program.ask(call[0], f"{URL}/{id_}{call[1]}", json=call[2], headers=headers)  # noqa: B023
                return reply.status_code, reply.data, reply.headers.get("ETag")

            assert answer(hidden.id) == answer(unknown)
    assert Program(desk, "desk").get(f"{URL}/{about.id}").status_code == 404
    assert Program(desk, "women").get().json == {"items": [], "next": None}


def test_a_program_accepts_begins_and_settles_with_a_reply(
    desk: Desk,  # noqa: F811
    session: Session,
) -> None:
    ticket, program = desk.report(), Program(desk, "roads")
    for target in ("verified", "in_progress"):
        done = program.post(ticket, "steps", {"target": target})
        assert done.status_code == 200, done.text
        assert value_of(session, ticket, "state") == target
        assert done.headers["ETag"] == f'"{ticket.version}"'
    body = {
        "target": "resolved",
        "reason": "Sudah ditambal.",
        "reply": "Terima kasih, sudah kami tambal.",
        "why_no_photo": "Foto di sistem dinas.",
    }
    done = program.post(ticket, "steps", body)
    assert done.status_code == 200, done.text
    assert value_of(session, ticket, "state") == "resolved"
    actors = session.scalars(
        select(Event.actor_id).where(Event.stream_id == ticket.id, Event.type != "opened")
    ).all()
    assert set(actors) == {program.id}
    shown = desk.person(ROADS).get(f"/petugas/tiket/{ticket.id}")
    assert "Program: Sistem Jalan" in shown.text


def test_nothing_of_a_step_stays_when_a_part_of_it_is_refused(
    desk: Desk,  # noqa: F811
    session: Session,
) -> None:
    ticket, program = desk.report(), Program(desk, "roads")
    body = {"target": "resolved", "reason": "Selesai.", "reply": "Selesai.", "why_no_photo": "-"}
    assert program.post(ticket, "steps", body).status_code == 409
    assert value_of(session, ticket, "version") == 1
    assert session.scalars(select(Message).where(Message.ticket_id == ticket.id)).all() == []


def test_a_ticket_is_given_back_with_a_reason_and_noted_upon(
    desk: Desk,  # noqa: F811
    session: Session,
) -> None:
    ticket, program = desk.report(), Program(desk, "roads")
    noted = program.post(ticket, "notes", {"text": "SPK 17."})
    assert noted.json is not None
    assert noted.json["history"][-1]["text"] == "SPK 17."
    session.refresh(ticket)
    assert program.post(ticket, "steps", {"target": "returned"}).status_code == 422
    done = program.post(ticket, "steps", {"target": "returned", "reason": "Jalan provinsi."})
    assert done.status_code == 200, done.text
    assert value_of(session, ticket, "state") == "returned"


def test_a_step_without_or_with_an_old_version_changes_nothing(
    desk: Desk,  # noqa: F811
    session: Session,
) -> None:
    ticket, program = desk.report(), Program(desk, "roads")
    missing = program.post(ticket, "steps", {"target": "verified"}, seen=0)
    assert missing.status_code == 428
    assert program.post(ticket, "steps", {"target": "verified"}).status_code == 200
    again = program.post(ticket, "steps", {"target": "in_progress"}, seen=1)
    assert (again.status_code, again.headers["ETag"]) == (412, '"2"')
    assert again.mimetype == "application/problem+json"
    assert value_of(session, ticket, "state") == "verified"


def test_a_scope_opens_its_own_routes_and_no_others(desk: Desk) -> None:  # noqa: F811
    ticket = desk.report()
    reader = Program(desk, "roads", Scope.READ_TICKETS)
    assert reader.get(f"{URL}/{ticket.id}").status_code == 200
    refused = reader.post(ticket, "steps", {"target": "verified"})
    assert refused.status_code == 403
    assert refused.json is not None
    assert refused.json["scope"] == "tickets:write"
    shown = reader.get(f"{URL}/{ticket.id}")
    assert shown.json is not None
    assert shown.json["steps"] == []
    assert Program(desk, "roads", Scope.WRITE_TICKETS).get().status_code == 403
    assert Program(desk, "roads", Scope.READ_KEY).get().status_code == 403


def test_a_part_is_read_and_noted_upon_but_not_moved(desk: Desk, session: Session) -> None:  # noqa: F811
    ticket = desk.report("tree")
    lead = desk.person(PARKS)
    lead.send(
        f"/petugas/tiket/{ticket.id}/bersama",
        page=f"/petugas/tiket/{ticket.id}",
        seen=str(ticket.version),
        agency_code="roads",
        text="Tutup jalannya.",
    )
    session.refresh(ticket)
    program = Program(desk, "roads")
    assert codes(program.get(f"{URL}?whose=joined")) == [desk.last.tracking_code]
    assert program.post(ticket, "notes", {"text": "Besok pagi."}).status_code == 200
    session.refresh(ticket)
    assert program.post(ticket, "steps", {"target": "verified"}).status_code == 403


def test_the_cookie_of_the_console_opens_nothing_here(desk: Desk) -> None:  # noqa: F811
    visitor = desk.person(ROADS)
    assert visitor.get(URL).status_code == 401


def test_a_key_is_counted_by_itself(
    desk: Desk,  # noqa: F811
    limits: Callable[[str], Limits],  # noqa: F811
) -> None:
    limits("key=2/minute")
    first, second = Program(desk, "roads"), Program(desk, "roads")
    assert [first.get().status_code for _ in range(3)] == [200, 200, 429]
    assert second.get().headers["RateLimit"].startswith('"key";r=1;')
    refused = first.get()
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.json is not None
    assert "kunci ini" in refused.json["detail"]


def test_what_a_key_did_is_counted_and_forgotten_after_its_time(
    desk: Desk,  # noqa: F811
    session: Session,
) -> None:
    ticket, program = desk.report(), Program(desk, "roads", Scope.READ_TICKETS)
    for _ in range(2):
        program.get(f"{URL}/{ticket.id}")
    program.get(f"{URL}/{uuid4()}")
    program.post(ticket, "steps", {"target": "verified"})
    uses = {(use.act, use.status): use.uses for use in api_keys.uses_of(session, program.id)}
    assert uses == {
        ("staff_tickets.show", 200): 2,
        ("staff_tickets.show", 404): 1,
        ("staff_tickets.step", 403): 1,
    }
    last = max(use.last_at for use in api_keys.uses_of(session, program.id))
    api_keys.forget_old_uses(session, now=last + timedelta(days=89))
    assert len(session.scalars(select(ApiKeyUse)).all()) == 3
    api_keys.forget_old_uses(session, now=last + timedelta(days=92))
    assert session.scalars(select(ApiKeyUse)).all() == []
