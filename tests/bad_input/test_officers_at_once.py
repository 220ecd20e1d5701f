"""Two officers, and one who clicks twice, at the same moment on a real server with threads."""

import re
import threading
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from citizenreport.core.db import transaction
from citizenreport.identity.rules import Grant, Role
from tests.bad_input.intake import LAMP, URL
from tests.databases import load_magelang
from tests.identity.factories import PASSWORD, make_staff
from tests.servers import LiveServer

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
OFFICERS = ("sri.lestari", "tono.wibowo")
CLICKS = 3  # of each officer


@pytest.fixture
def agency(live_server: LiveServer) -> str:
    """The agency that a report about a lamp goes to, with two officers."""
    with live_server.database.app.app_context(), transaction() as session:
        load_magelang(session)
    answer = httpx.post(f"{live_server.base_url}{URL}", json=LAMP, timeout=60)
    code = str(answer.json()["agency_code"])
    with live_server.database.app.app_context(), transaction() as session:
        for name in OFFICERS:
            make_staff(session, name, Grant(role=Role.OFFICER, agency_code=code))
    return code


def token_of(page: str) -> str:
    found = TOKEN.search(page)
    assert found is not None
    return found[1]


def signed_in(server: LiveServer, username: str) -> httpx.Client:
    client = httpx.Client(base_url=server.base_url, timeout=60)
    page = client.get("/petugas/masuk").text
    fields = {"csrf_token": token_of(page), "username": username, "password": PASSWORD}
    assert client.post("/petugas/masuk", data=fields).status_code == 303
    return client


def together(sends: list[Callable[[], httpx.Response]]) -> Counter[int]:
    """Let all of it happen as one; return how often each answer came."""
    gate, found = threading.Barrier(len(sends)), list[int]()

    def run(send: Callable[[], httpx.Response]) -> None:
        gate.wait()
        found.append(send().status_code)

    threads = [threading.Thread(target=run, args=(send,)) for send in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(found)


def counted(server: LiveServer, question: str) -> int:
    with server.database.owner() as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("act", "fields", "question"),
    [
        (
            "langkah",
            {"target": "verified"},
            "SELECT count(*) FROM event WHERE type = 'state_changed'",
        ),
        (
            "jawaban",
            {"text": "Petugas kami ke lokasi besok."},
            "SELECT count(*) FROM message WHERE kind = 'reply'",
        ),
    ],
    ids=["step", "reply"],
)
def test_of_acts_at_the_same_moment_one_counts_and_the_others_are_told(
    live_server: LiveServer, agency: str, act: str, fields: dict[str, str], question: str
) -> None:
    assert agency
    with live_server.database.owner() as connection:
        row = connection.execute("SELECT id FROM ticket").fetchone()
    assert row is not None
    path = f"/petugas/tiket/{row[0]}"
    sends: list[Callable[[], httpx.Response]] = []
    clients = [signed_in(live_server, name) for name in OFFICERS]
    for client in clients:
        given = {"csrf_token": token_of(client.get(path).text), "seen": "1", **fields}
        sends += [lambda c=client, g=given: c.post(f"{path}/{act}", data=g)] * CLICKS  # type: ignore[misc]
    try:
        answers = together(sends)
    finally:
        for client in clients:
            client.close()
    assert answers == Counter({303: 1, 409: len(sends) - 1})
    assert counted(live_server, question) == 1
    assert counted(live_server, "SELECT version FROM ticket") == 2
