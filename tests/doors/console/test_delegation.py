"""A colleague does one's work during leave: for that time, and never more than one may oneself."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity import queries
from citizenreport.identity.models import Delegation, StaffSession
from citizenreport.identity.rules import Grant, Role, taken_over
from citizenreport.intake.rules import Subject
from citizenreport.triage.models import Ticket
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ADMIN, CHILD_HANDLER, DESK, HANDLER, PARKS, ROADS, WOMEN
from tests.identity.factories import PASSWORD, make_staff

ACCOUNT = "/petugas/akun"
LEAVE = "/petugas/akun/cuti"
LEAD = Grant(role=Role.AGENCY_LEAD, agency_code="roads")


def today(desk: Desk) -> date:
    return desk.city.local_date(utcnow())


def give(desk: Desk, visitor: Visitor, to: str, *, first: int = 0, last: int = 3) -> int:
    taker = queries.find_staff(desk.session, to)
    fields = {
        "taker_id": str(taker.id) if taker else "",
        "from_on": (today(desk) + timedelta(days=first)).isoformat(),
        "until_on": (today(desk) + timedelta(days=last)).isoformat(),
    }
    return visitor.send(LEAVE, page=ACCOUNT, **fields).status_code


def sign_in(desk: Desk, username: str) -> Visitor:
    visitor = Visitor(desk.app.test_client())
    assert visitor.sign_in(username, PASSWORD).status_code == 303
    return visitor


def opens(visitor: Visitor, ticket: Ticket) -> bool:
    return visitor.get(f"/petugas/tiket/{ticket.id}").status_code == 200


@pytest.fixture
def pair(desk: Desk) -> Visitor:
    """Sri of roads and parks, signed in; Budi of parks, not yet."""
    make_staff(desk.session, "budi", PARKS, name="Budi")
    return desk.person(ROADS, PARKS)


def test_a_stand_in_works_from_the_next_sign_in_on(desk: Desk, pair: Visitor) -> None:
    ticket = desk.report("pothole")
    desk.session.execute(
        update(Ticket)
        .where(Ticket.id == ticket.id)
        .values(assignee_id=queries.staff_named(desk.session, "sri.lestari").id)
    )
    before = sign_in(desk, "budi")
    assert not opens(before, ticket)
    assert give(desk, pair, "budi") == 303
    assert not opens(before, ticket), "rights change with a new session"
    after = sign_in(desk, "budi")
    assert opens(after, ticket)
    queue = after.get("/petugas/tiket?penanggung=saya").text
    assert "Anda menggantikan Sri" in queue
    assert desk.last.tracking_code in queue


def test_it_ends_with_its_last_day_and_at_once_when_taken_back(
    desk: Desk, pair: Visitor, session: Session
) -> None:
    ticket = desk.report("pothole")
    give(desk, pair, "budi")
    budi = sign_in(desk, "budi")
    assert opens(budi, ticket)
    given = session.scalars(select(Delegation)).one()
    assert pair.send(f"{LEAVE}/{given.id}/batal", page=ACCOUNT).status_code == 303
    assert not opens(budi, ticket)
    assert pair.send(f"{LEAVE}/{given.id}/batal", page=ACCOUNT).status_code == 404


def test_it_does_not_begin_before_its_first_day(desk: Desk, pair: Visitor) -> None:
    ticket = desk.report("pothole")
    assert give(desk, pair, "budi", first=1) == 303
    assert not opens(sign_in(desk, "budi"), ticket)


def test_nobody_takes_back_somebody_elses(desk: Desk, pair: Visitor, session: Session) -> None:
    give(desk, pair, "budi")
    given = session.scalars(select(Delegation)).one()
    path = f"{LEAVE}/{given.id}/batal"
    assert sign_in(desk, "budi").send(path, page=ACCOUNT).status_code == 404


@pytest.mark.parametrize(("first", "last"), [(3, 0), (-9, -3), (0, 93)])
def test_leave_has_a_beginning_and_an_end(desk: Desk, pair: Visitor, first: int, last: int) -> None:
    assert give(desk, pair, "budi", first=first, last=last) == 422


@pytest.mark.parametrize("to", ["sri.lestari", "jauh", "ada.admin", "nobody"])
def test_work_goes_to_colleagues_only(desk: Desk, pair: Visitor, to: str) -> None:
    make_staff(desk.session, "jauh", WOMEN, name="Jauh")
    make_staff(desk.session, "ada.admin", ADMIN, name="Ada")
    assert give(desk, pair, to) == 422
    assert desk.session.scalars(select(Delegation)).all() == []


def test_a_stand_in_for_a_role_with_a_second_factor_needs_one(
    desk: Desk, pair: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(desk.app.config, "SECOND_FACTOR_ROLES", frozenset({"officer"}))
    assert give(desk, pair, "budi") == 422


def test_confidential_reports_go_to_handlers_of_their_class_only(desk: Desk) -> None:
    ticket = desk.report("violence", "Ada yang memukul.")
    make_staff(desk.session, "rekan", WOMEN, name="Rekan")
    make_staff(desk.session, "anak", CHILD_HANDLER, name="Anak")
    handler = desk.person(HANDLER, WOMEN)
    for colleague in ("rekan", "anak"):
        assert give(desk, handler, colleague) == 303
        assert not opens(sign_in(desk, colleague), ticket)


def test_the_accused_body_never_reads_it_as_a_stand_in(desk: Desk) -> None:
    about = Subject(agency_code="roads", person="Pak X")
    ticket = desk.report("violence", "Canary: kepala seksi.", subject=about)
    make_staff(desk.session, "dua", HANDLER, LEAD, name="Dua")
    handler = desk.person(HANDLER)
    assert opens(handler, ticket)
    assert give(desk, handler, "dua") == 303
    assert not opens(sign_in(desk, "dua"), ticket)


def test_what_was_taken_over_is_not_given_on(desk: Desk, pair: Visitor) -> None:
    ticket = desk.report("pothole")
    make_staff(desk.session, "citra", PARKS, name="Citra")
    give(desk, pair, "budi")
    assert give(desk, sign_in(desk, "budi"), "citra") == 303
    assert not opens(sign_in(desk, "citra"), ticket)


def test_who_has_gone_is_stood_in_for_no_longer(desk: Desk, pair: Visitor) -> None:
    ticket = desk.report("pothole")
    give(desk, pair, "budi")
    budi = sign_in(desk, "budi")
    queries.staff_named(desk.session, "sri.lestari").is_active = False
    desk.session.commit()
    assert not opens(budi, ticket)


def test_administrators_neither_give_nor_take() -> None:
    assert taken_over([ADMIN], [DESK, ROADS]) == []
    assert taken_over([ROADS], [ADMIN, DESK]) == [DESK]


def test_an_old_proof_is_asked_again(desk: Desk, pair: Visitor, session: Session) -> None:
    older = StaffSession.proved_at - timedelta(minutes=6)
    session.execute(update(StaffSession).values(proved_at=older))
    session.commit()
    assert give(desk, pair, "budi") == 303
    assert session.scalars(select(Delegation)).all() == []
