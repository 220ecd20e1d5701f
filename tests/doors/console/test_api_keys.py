"""Keys for programs on the page: who makes, sees and ends which, and that a key is shown once."""

import re

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.identity.api_keys import ApiKey
from citizenreport.identity.models import StaffSession
from citizenreport.identity.rules import Grant, Role
from citizenreport.ledger.models import Event
from tests.doors.console.conftest import SENT_AT, Desk, Visitor
from tests.doors.console.people import ADMIN, DESK, HANDLER, INSPECTOR, ROADS
from tests.identity.factories import PASSWORD

PAGE = "/petugas/kunci"
LEAD = Grant(role=Role.AGENCY_LEAD, agency_code="roads")
OTHER_LEAD = Grant(role=Role.AGENCY_LEAD, agency_code="parks")
SHOWN = re.compile(r'id="kunci">(crk_[\w-]+)<')


def proved(visitor: Visitor) -> Visitor:
    assert visitor.send("/petugas/akun/pastikan", page=PAGE, current=PASSWORD).status_code == 303
    return visitor


def made(visitor: Visitor, **fields: str) -> TestResponse:
    usual = {
        "name": "Sistem Jalan",
        "agency_code": "roads",
        "scope": "tickets:read",
        "days": "30",
    }
    return visitor.send(PAGE, page=PAGE, **(usual | fields))


def test_a_key_is_shown_once_and_works_until_it_is_ended(desk: Desk, session: Session) -> None:
    desk.report()
    lead = desk.person(LEAD)
    session.execute(update(StaffSession).values(proved_at=SENT_AT))
    session.commit()
    asked = made(lead)
    assert asked.headers["Location"].startswith("/petugas/akun/pastikan?")
    shown = made(proved(lead))
    found = SHOWN.search(shown.text)
    assert found is not None
    assert shown.headers["Cache-Control"] == "no-store"
    assert found[1] not in lead.get(PAGE).text
    headers = {"Authorization": f"Bearer {found[1]}"}
    program = desk.app.test_client(use_cookies=False)
    assert program.get("/api/v1/tickets", headers=headers).status_code == 200
    key = session.scalars(select(ApiKey)).one()
    assert "staff_tickets.index" in lead.get(f"{PAGE}/{key.id}").text
    assert lead.send(f"{PAGE}/{key.id}/akhiri", page=PAGE).status_code == 303
    assert program.get("/api/v1/tickets", headers=headers).status_code == 401
    events = session.scalars(select(Event).where(Event.stream_id == key.id).order_by(Event.seq))
    told = [(event.type, event.actor_id) for event in events]
    assert [type_ for type_, _ in told] == ["key_made", "key_ended"]
    assert {actor for _, actor in told} == {key.made_by}
    assert lead.send(f"{PAGE}/{key.id}/akhiri", page=PAGE).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"agency_code": "parks"},
        {"agency_code": "desk"},
        {"scope": "tickets:route"},
        {"scope": "everything"},
        {"days": "367"},
        {"days": "-1"},
        {"name": " "},
    ],
)
def test_what_is_not_ones_own_or_not_known_is_refused_and_kept(
    desk: Desk, session: Session, fields: dict[str, str]
) -> None:
    reply = made(proved(desk.person(LEAD)), **fields)
    assert reply.status_code == 422
    assert session.scalars(select(ApiKey)).all() == []
    if "name" not in fields:
        assert 'value="Sistem Jalan"' in reply.text


def test_nobody_sees_or_ends_another_agencys_keys_but_administrators(
    desk: Desk, session: Session
) -> None:
    made(proved(desk.person(LEAD)))
    key = session.scalars(select(ApiKey)).one()
    other = desk.person(OTHER_LEAD, username="taman", name="Taman")
    assert "Sistem Jalan" not in other.get(PAGE).text
    assert other.get(f"{PAGE}/{key.id}").status_code == 404
    assert other.send(f"{PAGE}/{key.id}/akhiri", page=PAGE).status_code == 404
    admin = desk.person(ADMIN, username="admin", name="Admin")
    assert made(proved(admin)).status_code == 403
    assert admin.send(f"{PAGE}/{key.id}/akhiri", page=PAGE).status_code == 303


def test_the_desk_makes_keys_for_itself_alone(desk: Desk, session: Session) -> None:
    visitor = proved(desk.person(DESK))
    assert made(visitor).status_code == 422
    assert SHOWN.search(made(visitor, agency_code="desk", scope="tickets:route").text)
    assert session.scalars(select(ApiKey.agency_code)).all() == ["desk"]


@pytest.mark.parametrize("grant", [ROADS, HANDLER, INSPECTOR], ids=lambda grant: grant.role.value)
def test_others_make_none(desk: Desk, grant: Grant) -> None:
    visitor = desk.person(grant)
    assert visitor.get(PAGE).status_code == 403
    assert visitor.send(PAGE, page="/petugas").status_code == 403
