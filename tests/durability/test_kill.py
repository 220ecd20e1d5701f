"""What was acknowledged is stored, exactly once, whatever happens to the server."""

import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from sqlalchemy import select

from citizenreport.core.db import transaction
from citizenreport.intake.models import Report
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import walk
from citizenreport.triage.models import Ticket
from tests.servers import LiveServer, live_server_on

CLIENTS, EACH = 8, 250  # two thousand posts
KILL_AFTER = 600  # acknowledgements
BODY = {
    "category_code": "A04",
    "position": {"lon": 110.22199, "lat": -7.478474},
}


@dataclass
class Client:
    """Posts its reports one by one, and remembers each acknowledgement under its key."""

    number: int
    base_url: str
    keys: list[str] = field(
        default_factory=lambda: [secrets.token_urlsafe(24) for _ in range(EACH)]
    )
    acknowledged: dict[str, dict[str, object]] = field(default_factory=dict)

    def send(self, http: httpx.Client, key: str) -> None:
        body = BODY | {"description": f"Lampu nomor {self.number}-{key[:6]} mati."}
        reply = http.post(
            f"{self.base_url}/api/v1/reports", json=body, headers={"Idempotency-Key": key}
        )
        assert reply.status_code == 201, reply.text
        self.acknowledged.setdefault(key, reply.json())
        assert self.acknowledged[key] == reply.json()  # a repeat gets the first answer

    def run(self) -> None:
        with httpx.Client(timeout=30) as http:
            for key in self.keys:
                try:
                    self.send(http, key)
                except httpx.TransportError:
                    return  # the server was killed


def test_kill_9_in_the_middle_loses_and_doubles_nothing(live_server: LiveServer) -> None:
    clients = [Client(number=n, base_url=live_server.base_url) for n in range(CLIENTS)]
    run_until_killed(clients, live_server)
    before = [dict(client.acknowledged) for client in clients]
    assert sum(map(len, before)) >= KILL_AFTER

    port = urlsplit(live_server.base_url).port
    with live_server_on(live_server.database, port=port):
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(set(client.acknowledged) == set(client.keys) for client in clients)

    with live_server.database.app.app_context(), transaction() as session:
        stored = session.scalars(select(Report.tracking_code)).all()
        tickets = session.scalars(select(Ticket.report_id)).all()
        audit = verify(walk(session), {})
    codes = {str(answer["tracking_code"]) for c in clients for answer in c.acknowledged.values()}
    assert sorted(stored) == sorted(codes)
    assert len(stored) == len(set(stored)) == len(tickets) == len(set(tickets)) == CLIENTS * EACH
    assert audit.faults == ()
    assert audit.streams >= CLIENTS * EACH
    for client, first in zip(clients, before, strict=True):
        for key, answer in first.items():
            assert json.dumps(client.acknowledged[key]) == json.dumps(answer)


def run_until_killed(clients: list[Client], server: LiveServer) -> None:
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 120
    while sum(len(client.acknowledged) for client in clients) < KILL_AFTER:
        assert time.monotonic() < deadline, "the server is too slow to be killed in the middle"
        time.sleep(0.005)
    server.kill()
    for thread in threads:
        thread.join()
