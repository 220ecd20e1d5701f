"""Every route of the staff, asked by every role: the table of permissions is what happens."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask

from citizenreport.identity.rules import PERMISSIONS, Grant, Permission, Role
from citizenreport.identity.scopes import Scope
from citizenreport.intake.rules import Subject
from citizenreport.triage.models import Ticket
from citizenreport.web.guards import PUBLIC, guard_of
from tests.doors.console.conftest import Desk, Visitor, desk, town  # noqa: F401
from tests.doors.console.people import (
    ADMIN,
    ANALYST,
    DESK,
    HANDLER,
    INSPECTOR,
    PARKS,
    ROADS,
    WOMEN,
)

NOWHERE = UUID(int=0)
LEAD = Grant(role=Role.AGENCY_LEAD, agency_code="roads")
LEADER = Grant(role=Role.CITY_LEADER)
ONE_OF_EACH = (ROADS, LEAD, HANDLER, DESK, ANALYST, LEADER, INSPECTOR, ADMIN)

Route = tuple[str, str, tuple[Permission, ...]]


def guarded_routes(app: Flask, id_: UUID = NOWHERE) -> Iterator[Route]:
    """Yield (method, address, permissions) of every route that is not public, about one id."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        guard = guard_of(app.view_functions[rule.endpoint])
        if guard == PUBLIC or isinstance(guard, Scope):
            continue
        assert isinstance(guard, tuple)
        values = {name: id_ if f"<uuid:{name}>" in rule.rule else "0" for name in rule.arguments}
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield method, adapter.build(rule.endpoint, values), guard


def status(visitor: Visitor, method: str, address: str) -> int:
    if method == "GET":
        return visitor.get(address).status_code
    return visitor.send(address, page="/petugas").status_code


def test_every_role_has_somebody() -> None:
    assert {grant.role for grant in ONE_OF_EACH} == set(Role) == set(PERMISSIONS) - set(Scope)


@pytest.mark.parametrize("grant", ONE_OF_EACH, ids=[str(grant.role) for grant in ONE_OF_EACH])
def test_a_role_opens_what_its_permissions_say_and_nothing_else(
    app: Flask,
    desk: Desk,  # noqa: F811
    grant: Grant,
) -> None:
    visitor = desk.person(grant)
    routes = list(guarded_routes(app))
    assert len(routes) > 15
    wrong = []
    for method, address, permissions in routes:
        is_granted = bool(PERMISSIONS[grant.role] & set(permissions))
        found = status(visitor, method, address)
        if (found == 403) is is_granted or found >= 500:
            wrong.append((method, address, found))
    assert wrong == []


def test_nobody_who_is_not_signed_in_gets_anywhere(app: Flask, desk: Desk) -> None:  # noqa: F811
    client = app.test_client()
    for method, address, _ in guarded_routes(app):
        reply = client.open(address, method=method)
        if method == "GET":
            assert reply.status_code == 303, address
            assert reply.headers["Location"].startswith("/petugas/masuk?"), address
        else:
            assert reply.status_code == 403, address


STORY = "Canary: kepala seksi minta uang."


def tried(app: Flask, visitor: Visitor, ticket: Ticket) -> list[tuple[str, int]]:
    """Try every route about a ticket; return those that did not answer as for none, or told of it."""
    found = []
    about = zip(guarded_routes(app, ticket.id), guarded_routes(app), strict=True)
    for (method, address, _), (_, of_none, _) in about:
        if address == of_none:
            continue
        reply = visitor.get(address) if method == "GET" else visitor.send(address, page="/petugas")
        if reply.status_code not in (403, 404) or STORY in reply.text:
            found.append((address, reply.status_code))
    return found


def test_a_ticket_of_another_agency_answers_like_none(app: Flask, desk: Desk) -> None:  # noqa: F811
    ticket = desk.report("tree", STORY)
    assert tried(app, desk.person(ROADS), ticket) == []
    own = desk.person(PARKS, username="taman", name="Taman")
    assert tried(app, own, ticket) != [], "the check sees what opens"


@pytest.mark.parametrize(
    "grant",
    [LEAD, WOMEN, DESK, ADMIN, INSPECTOR],
    ids=["accused", "colleague", "desk", "administrator", "inspectorate"],
)
def test_a_confidential_ticket_opens_to_its_handlers_only(
    app: Flask,
    desk: Desk,  # noqa: F811
    grant: Grant,
) -> None:
    ticket = desk.report("violence", STORY, subject=Subject(agency_code="roads", person="Pak X"))
    visitor = desk.person(grant)
    assert tried(app, visitor, ticket) == []
    for page in ("/petugas", "/petugas/tiket"):
        assert STORY not in visitor.get(page).text
        assert "Kekerasan di rumah</a>" not in visitor.get(page).text
