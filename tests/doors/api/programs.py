"""Programs of the small town, each with a key."""

from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.core.clock import utcnow
from citizenreport.identity import api_keys
from citizenreport.identity.scopes import Scope
from citizenreport.triage.models import Ticket
from tests.doors.console.conftest import Desk

URL = "/api/v1/tickets"
WORKER = (Scope.READ_TICKETS, Scope.WRITE_TICKETS)


class Program:
    """Asks as a program with a key would: no cookie, JSON."""

    def __init__(self, desk: Desk, agency_code: str, *scopes: Scope) -> None:
        wanted = [scope.value for scope in scopes or WORKER]
        row, self.key = api_keys.make(
            desk.session,
            name="Sistem Jalan",
            scopes=wanted,
            days=30,
            now=utcnow(),
            agency_code=agency_code,
            is_desk=agency_code == desk.city.desk_agency_code,
        )
        self.id = row.id
        desk.session.commit()
        self.client = desk.app.test_client(use_cookies=False)

    def ask(self, method: str, address: str, **given: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.key}", **given.pop("headers", {})}
        return self.client.open(address, method=method, headers=headers, **given)

    def get(self, address: str = URL, **given: Any) -> TestResponse:
        return self.ask("GET", address, **given)

    def post(
        self, ticket: Ticket, act: str, body: object, *, seen: int | None = None
    ) -> TestResponse:
        headers = {} if seen == 0 else {"If-Match": f'"{seen or ticket.version}"'}
        return self.ask("POST", f"{URL}/{ticket.id}/{act}", json=body, headers=headers)


def codes(reply: TestResponse) -> list[str]:
    assert reply.status_code == 200, reply.text
    assert reply.json is not None
    return [item["tracking_code"] for item in reply.json["items"]]


def value_of(session: Session, ticket: Ticket, name: str) -> Any:
    session.refresh(ticket)
    return getattr(ticket, name)
