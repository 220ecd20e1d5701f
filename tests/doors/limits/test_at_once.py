"""Through a real server: a proof counts once, and nothing keeps an address."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import altcha
import httpx
import pytest

from citizenreport.core.db import transaction
from citizenreport.web.limits import count_mail
from tests.databases import FreshDatabase, load_magelang
from tests.protection.test_canaries import dump
from tests.servers import LiveServer, live_server_on

LAMP: dict[str, Any] = {
    "category_code": "A04",
    "position": {"lon": 110.22199, "lat": -7.478474},
    "description": "Lampu jalan mati.",
}
RESIDENT = "203.0.113.77"
PREFIXES = ("203.0.113", "2001:db8:aa:bb")


@pytest.fixture
def behind_a_proxy(fresh_database: FreshDatabase) -> Any:
    with fresh_database.app.app_context(), transaction() as session:
        load_magelang(session)
    env = {
        "CITIZENREPORT_TRUSTED_PROXIES": "1",
        "CITIZENREPORT_LIMITS": "read=3/minute, guess=2/10minutes, send-unproven=20/hour",
    }
    with live_server_on(fresh_database, **env) as server:
        yield server


def proof_from(server: LiveServer, address: str) -> str:
    challenge = httpx.get(
        f"{server.base_url}/api/v1/challenge", headers={"X-Forwarded-For": address}
    ).json()
    found = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert found is not None
    return altcha.Payload(altcha.Challenge.from_dict(challenge), found).to_base64()


def test_of_many_reports_at_once_one_uses_the_proof(live_server: LiveServer) -> None:
    proof = proof_from(live_server, RESIDENT)

    def send(number: int) -> httpx.Response:
        body = LAMP | {"description": f"Lampu {number} mati."}
        url = f"{live_server.base_url}/api/v1/reports"
        return httpx.post(url, json=body, headers={"X-Proof-Of-Work": proof}, timeout=30)

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(send, range(24)))

    assert {reply.status_code for reply in replies} == {201}
    worth = sorted(reply.headers["X-Proof-Of-Work"] for reply in replies)
    assert worth == ["accepted", *["used"] * 23]
    with live_server.database.owner() as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM report), (SELECT count(*) FROM used_proof)"
        ).fetchone()
    assert found == (24, 1)


def test_no_address_is_kept_or_logged_whatever_is_counted(behind_a_proxy: LiveServer) -> None:
    server = behind_a_proxy
    addresses = [RESIDENT, "2001:db8:aa:bb::1"]
    for address in addresses:
        sent_by = {"X-Forwarded-For": address}
        proof = proof_from(server, address)
        for proven in ({"X-Proof-Of-Work": proof}, {}):
            url = f"{server.base_url}/api/v1/reports"
            assert httpx.post(url, json=LAMP, headers=sent_by | proven).status_code == 201
        statuses = set()
        for _ in range(5):
            statuses.add(httpx.get(f"{server.base_url}/laporan", headers=sent_by).status_code)
            wrong = {"Authorization": "Bearer wrong"} | sent_by
            asked = httpx.get(f"{server.base_url}/api/v1/reports/ZZZZZZZZZZ", headers=wrong)
            statuses.add(asked.status_code)
        assert {200, 404, 429} <= statuses
    with server.database.app.app_context():
        count_mail("warga-kanari@example.org")

    content = dump(server.database)

    assert b"act_count" in content
    with server.database.owner() as connection:
        counted = connection.execute("SELECT count(*) FROM act_count").fetchone()
    assert counted is not None
    assert counted[0] >= 3
    for prefix in (*PREFIXES, "warga-kanari"):
        assert prefix.encode() not in content
        assert prefix.encode() not in server.log.read_bytes()


def test_two_processes_share_what_they_have_counted(
    fresh_database: FreshDatabase,
) -> None:
    with fresh_database.app.app_context(), transaction() as session:
        load_magelang(session)
    env = {"CITIZENREPORT_LIMITS": "send-unproven=5/hour"}
    with live_server_on(fresh_database, **env) as one, live_server_on(fresh_database, **env) as two:
        statuses = []
        for _ in range(4):
            for server in (one, two):
                url = f"{server.base_url}/api/v1/reports"
                statuses.append(httpx.post(url, json=LAMP).status_code)
                told(server)
    # Each learns from its last count what the other has counted: one too many, not five.
    assert statuses[:5] == [201] * 5
    assert statuses[6:] == [429] * 2


def told(server: LiveServer) -> None:
    """Let a second pass, so that the next count tells and learns."""
    time.sleep(1.05)
    assert json.loads(httpx.get(f"{server.base_url}/api/v1/challenge").text)
