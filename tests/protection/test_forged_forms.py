"""A form that is none of ours changes nothing, whoever is signed in and whatever it is sent to."""

from collections.abc import Mapping
from html import unescape
from typing import Final
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from citizenreport.ledger.models import Event
from citizenreport.web.csrf import ForgedRequest
from tests.doors.console.conftest import TOKEN, Desk, Visitor, desk, town  # noqa: F401
from tests.doors.console.people import DESK, ROADS
from tests.protection.test_routes_by_role import guarded_routes

NOBODYS: Final = "A" * 86
ABROAD: Final[Mapping[str, str]] = {
    "Sec-Fetch-Site": "cross-site",
    "Origin": "https://evil.example",
}


def token_of(visitor: Visitor) -> str:
    found = TOKEN.search(visitor.get("/petugas").text)
    assert found is not None
    return unescape(found[1])


def posts(app: Flask, id_: UUID) -> list[str]:
    return [address for method, address, _ in guarded_routes(app, id_) if method == "POST"]


@pytest.mark.parametrize("kind", ["none", "nobodys", "anothers", "abroad"])
def test_no_form_of_the_staff_goes_through_without_its_own_token(
    app: Flask,
    desk: Desk,  # noqa: F811
    kind: str,
) -> None:
    ticket = desk.report()
    other = desk.person(DESK, username="orang.lain", name="Lain")
    visitor = desk.person(ROADS)
    sent = {
        "none": {},
        "nobodys": {"csrf_token": NOBODYS},
        "anothers": {"csrf_token": token_of(other)},
        "abroad": {"csrf_token": token_of(visitor)},
    }[kind]
    before = desk.session.scalar(select(func.count()).select_from(Event))
    addresses = posts(app, ticket.id)
    assert len(addresses) > 50
    for address in addresses:
        given = {"seen": "1", "target": "verified", "text": "x", "reason": "x", **sent}
        reply = visitor.client.post(address, data=given, headers=ABROAD if kind == "abroad" else {})
        assert reply.status_code == 403, address
        assert ForgedRequest.title in reply.text, address
    assert desk.session.scalar(select(func.count()).select_from(Event)) == before
    desk.session.refresh(ticket)
    assert (ticket.version, ticket.state) == (1, "new")
