"""Every route for programs, asked with every scope: the table of permissions is what happens."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask

from citizenreport.identity.rules import PERMISSIONS
from citizenreport.identity.scopes import Scope
from citizenreport.web.guards import guard_of
from tests.doors.api.programs import Program
from tests.doors.console.conftest import Desk, desk, town  # noqa: F401

STORY = "Canary: kepala seksi minta uang."


def key_routes(app: Flask, id_: UUID) -> Iterator[tuple[str, str, Scope]]:
    """Yield (method, address, scope) of every route that a key opens, about one id."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        scope = guard_of(app.view_functions[rule.endpoint])
        if isinstance(scope, Scope):
            values = dict.fromkeys(rule.arguments, id_)
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}):
                yield method, adapter.build(rule.endpoint, values), scope


def test_every_scope_is_in_the_table() -> None:
    assert all(scope in PERMISSIONS for scope in Scope)


@pytest.mark.parametrize("scope", list(Scope))
def test_a_scope_opens_its_routes_and_nothing_else(
    app: Flask,
    desk: Desk,  # noqa: F811
    scope: Scope,
) -> None:
    program = Program(desk, "desk", scope)
    routes = list(key_routes(app, UUID(int=0)))
    assert len(routes) > 5
    for method, address, needed in routes:
        status = program.ask(method, address, json={}).status_code
        assert (status == 403) is (needed is not scope), (method, address, status)
        assert status < 500


def test_without_a_key_no_such_route_opens(app: Flask, desk: Desk) -> None:  # noqa: F811
    client = app.test_client()
    for method, address, _ in key_routes(app, UUID(int=0)):
        reply = client.open(address, method=method, json={})
        assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("agency_code", ["women", "roads", "desk", "inspect"])
def test_no_key_opens_a_confidential_ticket(app: Flask, desk: Desk, agency_code: str) -> None:  # noqa: F811
    ticket = desk.report("violence", STORY)
    program = (
        Program(desk, agency_code, *Scope) if agency_code == "desk" else Program(desk, agency_code)
    )
    bodies = {"steps": {"target": "verified"}, "replies": {"text": "Ya."}, "notes": {"text": "Ya."}}
    tried = 0
    for method, address, _ in key_routes(app, ticket.id):
        if str(ticket.id) not in address:
            continue
        body = bodies.get(address.rsplit("/", 1)[1])
        reply = program.ask(method, address, json=body, headers={"If-Match": '"1"'})
        assert reply.status_code == 404, address
        tried += 1
    assert tried == 4
    for reply in (
        program.get(),
        program.get("/api/v1/tickets?category=violence"),
        program.ask("POST", "/api/v1/tickets/search", json={"words": desk.last.tracking_code}),
    ):
        assert reply.json == {"items": [], "next": None}
