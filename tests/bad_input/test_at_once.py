"""Several clients with one key at the same moment, on a real server with threads."""

import io
import json
import re
import secrets
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from tests.bad_input.intake import LAMP, TABLES, URL
from tests.servers import LiveServer

CLIENTS = 8
PUBLISHED = """
INSERT INTO published_report
    (tracking_code, category_code, aspect, complaint_class, agency_code, state, submitted_on,
     settlement_due_on, changed_on, is_demo)
VALUES ('JOJNEDREPT', 'A04', 'aman', 'pengaduan_tidak_berkadar_pengawasan', 'DLH', 'new',
    current_date, current_date, current_date, false)
"""


def at_once(send: Callable[[httpx.Client, int], httpx.Response]) -> list[httpx.Response]:
    """Let all clients send together; return their answers."""
    gate, answers = threading.Barrier(CLIENTS), [httpx.Response(0)] * CLIENTS

    def run(number: int) -> None:
        with httpx.Client(timeout=60) as http:
            gate.wait()
            answers[number] = send(http, number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def rows(server: LiveServer) -> dict[str, int]:
    with server.database.owner() as connection:
        counted = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in TABLES
        }
    return {table: number for table, number in counted.items() if number}


def files(server: LiveServer) -> int:
    folder = Path(str(server.database.settings["STORAGE_DIR"]))
    return sum(path.is_file() for path in folder.rglob("*"))


@pytest.fixture
def jpeg() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "lime").save(made, "JPEG")
    return made.getvalue()


ONE = {"report": 1, "assignment": 1, "ticket": 1, "event": 1, "idempotency_key": 1}


def test_what_comes_at_once_is_stored_once_and_answered_the_same(
    live_server: LiveServer, jpeg: bytes
) -> None:
    """One server for all of it: starting one costs more than the rest together."""
    address = live_server.base_url + URL
    the_same_report_is_one(live_server, address)
    photos_of_the_same_report_are_kept_once(live_server, address, jpeg)
    two_bodies_under_one_key_are_one_report(live_server, address)
    joins_are_counted_once_for_each_browser(live_server)
    the_server_survives_what_is_no_request(live_server, address)
    assert "Traceback" not in live_server.log.read_text()


def the_same_report_is_one(server: LiveServer, address: str) -> None:
    key = secrets.token_urlsafe(24)
    answers = at_once(
        lambda http, _: http.post(address, json=LAMP, headers={"Idempotency-Key": key})
    )
    assert Counter(answer.status_code for answer in answers) == {201: CLIENTS}
    assert len({answer.text for answer in answers}) == 1
    assert rows(server) == ONE


def photos_of_the_same_report_are_kept_once(server: LiveServer, address: str, jpeg: bytes) -> None:
    key, before, were = secrets.token_urlsafe(24), rows(server), files(server)
    answers = at_once(
        lambda http, _: http.post(
            address,
            data={"report": json.dumps(LAMP)},
            files=[("photo", ("a.jpg", jpeg)), ("photo", ("b.jpg", jpeg))],
            headers={"Idempotency-Key": key},
        )
    )
    assert Counter(answer.status_code for answer in answers) == {201: CLIENTS}
    assert len({answer.text for answer in answers}) == 1
    now = rows(server)
    assert {table: now[table] - before.get(table, 0) for table in now} == ONE | {"photo": 2}
    assert files(server) - were == 2


def two_bodies_under_one_key_are_one_report(server: LiveServer, address: str) -> None:
    for _ in range(5):
        key, before = secrets.token_urlsafe(24), rows(server)["report"]
        answers = at_once(
            lambda http, number, key=key: http.post(
                address,
                json=LAMP | {"description": f"Lampu nomor {number % 2}"},
                headers={"Idempotency-Key": key},
            )
        )
        by_body = [{a.status_code for a in answers[n::2]} for n in (0, 1)]
        assert sorted(by_body, key=max) == [{201}, {422}]
        refused = next(answer for answer in answers if answer.status_code == 422)
        assert refused.json()["type"].endswith("/problems/idempotency-key-reused")
        assert rows(server)["report"] == before + 1


def joins_are_counted_once_for_each_browser(server: LiveServer) -> None:
    with server.database.owner() as connection:
        connection.execute(PUBLISHED)
    page = f"{server.base_url}/laporan/JOJNEDREPT"
    answers = at_once(lambda http, _: join(http, page))
    assert Counter(answer.status_code for answer in answers) == {303: CLIENTS}
    assert joins(server) == (CLIENTS, 5)
    with httpx.Client() as browser:
        join(browser, page)
        cookies = dict(browser.cookies)
    assert set(cookies) >= {"joins", "csrf"}

    def again(http: httpx.Client, _: int) -> httpx.Response:
        http.cookies.update(cookies)
        return join(http, page)

    answers = at_once(again)
    assert Counter(answer.status_code for answer in answers) == {303: CLIENTS}
    assert joins(server) == (CLIENTS + 1, 5)


def join(http: httpx.Client, page: str) -> httpx.Response:
    found = re.search(r'name="csrf_token" value="([^"]+)"', http.get(page).text)
    assert found is not None
    return http.post(f"{page}/ikut", data={"csrf_token": found[1]})


def joins(server: LiveServer) -> tuple[int, int]:
    with server.database.owner() as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM report_join), seen_by_at_least FROM published_report"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def the_server_survives_what_is_no_request(server: LiveServer, address: str) -> None:
    """Raw bytes, headers without end, bodies that never come: then a report as always."""
    before = rows(server)["report"]
    place = urlsplit(address)
    assert place.hostname
    assert place.port
    head = b"POST " + URL.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    for raw in [
        b"\x16\x03\x01\x00\xa5\x01\x00",  # TLS
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        head + b"X-Long: " + b"a" * 500_000 + b"\r\n\r\n",
        head + b"X-Many: 1\r\n" * 5_000 + b"\r\n",
        head + b"Content-Length: -1\r\n\r\n{}",
        head + b"Content-Length: 1_0\r\n\r\n{}",
        head + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        head + b"Content-Length: 500\r\n\r\n{",
        head + b"Idempotency-Key: \xff\xfe\x80\r\nContent-Length: 2\r\n\r\n{}",
    ]:
        with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
            answer = b""
            # The server may refuse and hang up before it has heard the end.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(raw)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError):
                while piece := connection.recv(65_536):
                    answer += piece
        assert not answer.startswith(b"HTTP/1.1 5"), (raw[:60], answer[:200])
    five_megabytes = {"description": "x" * 5_000_000}
    assert httpx.post(address, json=LAMP | five_megabytes, timeout=60).status_code == 413
    chunked = httpx.post(
        address,
        content=iter([json.dumps(LAMP).encode()]),
        headers={"Content-Type": "application/json"},
    )
    assert chunked.status_code == 201
    assert rows(server)["report"] == before + 1
