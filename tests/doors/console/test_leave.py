"""A stand-in entered by somebody else: by the lead of the agency or an administrator, never for handlers."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity import queries
from citizenreport.identity.models import Delegation, Staff
from citizenreport.identity.rules import Grant, Role
from citizenreport.ledger.models import Event
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ADMIN, DESK, HANDLER, PARKS, ROADS, WOMEN
from tests.identity.factories import PASSWORD, make_staff

LEAVE = "/petugas/cuti"
LEAD = Grant(role=Role.AGENCY_LEAD, agency_code="roads")
WOMEN_LEAD = Grant(role=Role.AGENCY_LEAD, agency_code="women")


def id_of(desk: Desk, username: str) -> str:
    return str(queries.staff_named(desk.session, username).id)


def enter(desk: Desk, by: Visitor, giver: str, taker: str, *, first: int = 0, last: int = 3) -> int:
    today = desk.city.local_date(utcnow())
    fields = {
        "taker_id": id_of(desk, taker),
        "from_on": (today + timedelta(days=first)).isoformat(),
        "until_on": (today + timedelta(days=last)).isoformat(),
    }
    path = f"{LEAVE}/{id_of(desk, giver)}"
    return by.send(path, page="/petugas/akun", **fields).status_code


def given(session: Session) -> list[Delegation]:
    session.expire_all()
    return list(session.scalars(select(Delegation)))


@pytest.fixture
def pair(desk: Desk) -> tuple[Staff, Staff]:
    """Sri and Budi of roads; neither is signed in."""
    sri = make_staff(desk.session, "sri", ROADS, name="Sri")
    return sri, make_staff(desk.session, "budi", ROADS, name="Budi")


@pytest.mark.parametrize("grant", [LEAD, ADMIN], ids=["lead", "administrator"])
def test_somebody_else_enters_it_and_the_stand_in_reads_the_tickets(
    desk: Desk, session: Session, pair: tuple[Staff, Staff], grant: Grant
) -> None:
    make_staff(session, "tono", PARKS, ROADS, name="Tono")
    ticket = desk.report("pothole")
    boss = desk.person(grant, username="bos", name="Bos")
    assert "Atur cuti Sri" in boss.get(LEAVE).text
    assert enter(desk, boss, "sri", "budi") == 303
    (row,) = given(session)
    assert (row.from_staff_id, row.made_by) == (pair[0].id, queries.staff_named(session, "bos").id)
    event = session.scalars(select(Event).where(Event.type == "delegated")).one()
    assert (event.stream_id, event.actor_id) == (pair[0].id, row.made_by)
    page = boss.get(f"{LEAVE}/{pair[0].id}").text
    assert "dicatat Bos" in page
    assert "Budi" in boss.get(LEAVE).text
    budi = Visitor(desk.app.test_client())
    budi.sign_in("budi", PASSWORD)
    assert "Anda menggantikan Sri" in budi.get("/petugas/tiket").text
    assert budi.get(f"/petugas/tiket/{ticket.id}").status_code == 200


def test_the_person_and_who_entered_it_may_both_end_it(
    desk: Desk, session: Session, pair: tuple[Staff, Staff]
) -> None:
    lead = desk.person(LEAD, username="bos", name="Bos")
    enter(desk, lead, "sri", "budi")
    sri = Visitor(desk.app.test_client())
    sri.sign_in("sri", PASSWORD)
    assert "dicatat Bos" in sri.get("/petugas/akun").text
    path = f"/petugas/akun/cuti/{given(session)[0].id}/batal"
    assert sri.send(path, page="/petugas/akun").status_code == 303
    enter(desk, lead, "sri", "budi", first=1)
    (row,) = [one for one in given(session) if one.ends_at > utcnow()]
    path = f"{LEAVE}/{pair[0].id}/{row.id}/batal"
    assert lead.send(path, page="/petugas/akun").status_code == 303
    assert [one for one in given(session) if one.ends_at > utcnow()] == []
    assert lead.send(path, page="/petugas/akun").status_code == 404


@pytest.mark.parametrize(
    ("by", "giver"),
    [
        (LEAD, (PARKS,)),  # another agency's
        (LEAD, (ROADS, PARKS)),  # partly another agency's
        (LEAD, (DESK,)),  # the city desk's
        (WOMEN_LEAD, (WOMEN, HANDLER)),  # the key to confidential reports
        (ADMIN, (WOMEN, HANDLER)),
        (ADMIN, (ADMIN,)),
    ],
)
def test_what_is_not_theirs_to_give_is_refused(
    desk: Desk, session: Session, by: Grant, giver: tuple[Grant, ...]
) -> None:
    make_staff(session, "ani", *giver, name="Ani")
    make_staff(session, "rekan", *giver, name="Rekan")
    boss = desk.person(by, username="bos", name="Bos")
    assert "Atur cuti Ani" not in boss.get(LEAVE).text
    assert boss.get(f"{LEAVE}/{id_of(desk, 'ani')}").status_code == 403
    assert enter(desk, boss, "ani", "rekan") == 403
    assert given(session) == []


def test_nobody_enters_their_own_here(desk: Desk, session: Session) -> None:
    make_staff(session, "budi", ROADS, name="Budi")
    lead = desk.person(LEAD, username="bos", name="Bos")
    assert enter(desk, lead, "bos", "budi") == 403


def test_what_was_typed_stays_when_it_is_refused(
    desk: Desk, session: Session, pair: tuple[Staff, Staff]
) -> None:
    make_staff(session, "jauh", WOMEN, name="Jauh")
    lead = desk.person(LEAD, username="bos", name="Bos")
    assert enter(desk, lead, "sri", "jauh") == 422
    assert enter(desk, lead, "sri", "budi", first=3, last=0) == 422
    today = desk.city.local_date(utcnow()).isoformat()
    fields = {"taker_id": str(pair[1].id), "from_on": today, "until_on": "kapan-kapan"}
    answer = lead.send(f"{LEAVE}/{pair[0].id}", page="/petugas/akun", **fields)
    assert answer.status_code == 422
    assert f'value="{today}"' in answer.text
    assert f'value="{pair[1].id}" selected' in answer.text
    assert given(session) == []


def test_the_roster_says_who_is_called_instead(
    desk: Desk, session: Session, pair: tuple[Staff, Staff]
) -> None:
    lead = desk.person(LEAD, username="bos", name="Bos")
    day = desk.city.local_date(utcnow())
    shift = {
        "agency_code": "roads",
        "staff_id": str(pair[0].id),
        "rank": "0",
        "starts_at": f"{day - timedelta(days=1)}T08:00",
        "ends_at": f"{day + timedelta(days=2)}T08:00",
        "weeks": "1",
    }
    assert lead.send("/petugas/piket", page="/petugas/piket", **shift).status_code == 303
    enter(desk, lead, "sri", "budi")
    assert "yang dipanggil: Budi" not in lead.get("/petugas/piket").text, "Budi has no address"
    budi = Visitor(desk.app.test_client())
    budi.sign_in("budi", PASSWORD)
    assert budi.get("/petugas/piket").status_code == 200
