"""Those who come, change their work, and go, through the administrators' page."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.identity import queries
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import AdministratorAlone, Grant, Role
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.messaging.staff import addresses_of, set_mail
from citizenreport.triage.models import Ticket
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ADMIN, DESK, HANDLER, PARKS, ROADS
from tests.doors.console.test_second_step import set_up
from tests.identity.factories import make_staff

PAGE = "/petugas/staf"
NEW = "tujuh gunung satu sungai"


@pytest.fixture
def admin(desk: Desk) -> Visitor:
    return desk.person(ADMIN, username="ada.admin", name="Ada")


def person(session: Session, username: str) -> Staff:
    session.expire_all()
    return queries.staff_named(session, username)


def add(admin: Visitor, **fields: str) -> str:
    given = {"name": "Budi", "username": "budi", "role": "officer", "agency_code": "roads"}
    return admin.send(PAGE, page=PAGE, **given | fields).text


def password_on(page: str) -> str:
    found = re.search(r'id="sandi">([a-z2-7-]{19})<', page)
    assert found is not None
    return found[1]


def held_by(desk: Desk, session: Session, staff: Staff) -> Ticket:
    ticket = desk.report()
    session.execute(update(Ticket).where(Ticket.id == ticket.id).values(assignee_id=staff.id))
    session.commit()
    return ticket


def assignee(session: Session, ticket: Ticket) -> object:
    session.expire_all()
    return session.scalar(select(Ticket.assignee_id).where(Ticket.id == ticket.id))


def test_a_new_colleague_signs_in_and_chooses_a_password(
    desk: Desk, admin: Visitor, session: Session
) -> None:
    password = password_on(add(admin))
    assert password not in admin.get(PAGE).text
    budi = Visitor(desk.app.test_client())
    assert budi.sign_in("budi", password).headers["Location"] == "/petugas/akun"
    assert "sementara" in budi.get("/petugas/akun").text
    given = {"current": password, "password": NEW, "again": NEW}
    budi.send("/petugas/akun/kata-sandi", page="/petugas/akun", **given)
    assert person(session, "budi").password_expires_at is None
    assert budi.sign_in("budi", NEW).headers["Location"] == "/petugas"


def test_a_first_password_lasts_three_days(desk: Desk, admin: Visitor, session: Session) -> None:
    password = password_on(add(admin))
    past = Staff.password_expires_at - timedelta(days=3)
    session.execute(update(Staff).where(Staff.username == "budi").values(password_expires_at=past))
    session.commit()
    assert Visitor(desk.app.test_client()).sign_in("budi", password).status_code == 401


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "confidential_handler"},
        {"role": "boss"},
        {"role": "officer", "agency_code": ""},
        {"role": "officer", "agency_code": "nowhere"},
        {"username": "B"},
        {"name": ""},
        {"name": "x" * 101},
        {"username": "ada.admin"},
    ],
)
def test_a_refused_account_keeps_what_was_typed(
    admin: Visitor, session: Session, fields: dict[str, str]
) -> None:
    given = {"name": "Budi", "username": "budi", "role": "officer", "agency_code": "roads"}
    reply = admin.send(PAGE, page=PAGE, **given | fields)
    assert reply.status_code == 422
    assert 'value="Budi"' in reply.text or "name" in fields
    assert queries.find_staff(session, "budi") is None


def test_who_goes_is_out_at_once_and_tickets_go_back(
    desk: Desk, admin: Visitor, session: Session
) -> None:
    sri = desk.person(ROADS)
    staff = person(session, "sri.lestari")
    ticket = held_by(desk, session, staff)
    reply = admin.send(f"{PAGE}/{staff.id}/tutup", page=PAGE)
    assert reply.headers["Location"].endswith("beres=tutup&kembali=1")
    assert "1 tiket dikembalikan" in admin.get(reply.headers["Location"]).text
    assert sri.get("/petugas").status_code == 303
    assert sri.sign_in().status_code == 401
    assert assignee(session, ticket) is None
    last = history(session, StreamKind.TICKET, ticket.id)[-1]
    assert (last.type, last.payload) == ("person_assigned", {"assignee_id": None})
    assert history(session, StreamKind.STAFF, staff.id)[-1].type == "staff_left"


def test_who_moves_works_elsewhere_after_signing_in_again(
    desk: Desk, admin: Visitor, session: Session
) -> None:
    sri = desk.person(ROADS)
    staff = person(session, "sri.lestari")
    ticket = held_by(desk, session, staff)
    fields = {"role": "officer", "agency_code": "parks"}
    admin.send(f"{PAGE}/{staff.id}/peran", page=PAGE, **fields)
    assert sri.get("/petugas").status_code == 303, "rights change with a new session"
    assert assignee(session, ticket) is None
    assert sri.sign_in().status_code == 303
    assert sri.get(f"/petugas/tiket/{ticket.id}").status_code == 404
    assert queries.own_grants(session, staff.id) == [PARKS]
    assert history(session, StreamKind.STAFF, staff.id)[-1].payload == {"roles": ["officer@parks"]}


def test_who_stays_at_the_agency_keeps_the_tickets(
    desk: Desk, admin: Visitor, session: Session
) -> None:
    desk.person(ROADS)
    staff = person(session, "sri.lestari")
    ticket = held_by(desk, session, staff)
    fields = {"role": "agency_lead", "agency_code": "roads"}
    admin.send(f"{PAGE}/{staff.id}/peran", page=PAGE, **fields)
    assert assignee(session, ticket) == staff.id


def test_a_forgotten_password_is_replaced_and_the_second_factor_stays(
    desk: Desk, admin: Visitor, session: Session
) -> None:
    sri = desk.person(ROADS)
    staff = person(session, "sri.lestari")
    set_up(sri, session)
    password = password_on(admin.send(f"{PAGE}/{staff.id}/kata-sandi", page=PAGE).text)
    assert sri.get("/petugas").status_code == 303
    assert sri.sign_in().status_code == 401
    assert "/masuk/kode" in sri.sign_in(password=password).headers["Location"]


@pytest.mark.parametrize("act", ["tutup", "peran", "kata-sandi"])
def test_nobody_changes_their_own_account(admin: Visitor, session: Session, act: str) -> None:
    own = person(session, "ada.admin")
    reply = admin.send(f"{PAGE}/{own.id}/{act}", page=PAGE, role="city_desk")
    assert reply.status_code == 403
    assert admin.get(PAGE).status_code == 200
    assert queries.own_grants(session, own.id) == [ADMIN]


@pytest.mark.parametrize("act", ["tutup", "peran", "kata-sandi"])
def test_handlers_of_confidential_reports_are_not_the_pages(
    admin: Visitor, session: Session, act: str
) -> None:
    handler = make_staff(session, "ibu.rahasia", HANDLER, name="Ibu")
    reply = admin.send(f"{PAGE}/{handler.id}/{act}", page=PAGE, role="city_desk")
    assert reply.status_code == 403
    assert queries.own_grants(session, handler.id) == [HANDLER]


def test_an_administrator_holds_no_other_role(session: Session) -> None:
    for other in (ROADS, DESK, HANDLER, Grant(role=Role.ANALYST)):
        with pytest.raises(AdministratorAlone):
            make_staff(session, "dua.peran", ADMIN, other)


def test_where_somebody_was_called_goes_with_them(
    desk: Desk, admin: Visitor, session: Session, keys: KeyRing
) -> None:
    add(admin)
    budi = person(session, "budi")
    set_mail(session, keys, budi.id, "budi@rumah.example", now=utcnow())
    session.commit()
    admin.send(f"{PAGE}/{budi.id}/tutup", page=PAGE)
    session.expire_all()
    assert addresses_of(session, [budi.id]) == []
