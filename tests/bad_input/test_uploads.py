"""Uploads far beyond the limit, to a real server: a clear answer, and never in memory."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from citizenreport.core.cluster import Cluster
from citizenreport.core.db import transaction
from tests.databases import FreshDatabase, fresh_database_in, load_magelang
from tests.servers import LiveServer, live_server_on

MIB = 1024 * 1024
UPLOAD = 300 * MIB
GROWTH_MIB = 200  # of all processes: well below what was sent, above one photo batch in memory
PIECE = b"x" * 65_536
PHOTO = (
    b"--b\r\n"
    b'Content-Disposition: form-data; name="photos"; filename="a.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n\r\n"
)
FORM = "multipart/form-data; boundary=b"


@pytest.fixture(scope="module")
def server(template: Cluster, settings: dict[str, object]) -> Iterator[LiveServer]:
    with fresh_database_in(template, "uploads", settings) as database:
        load(database)
        with live_server_on(database) as started:
            yield started


def load(database: FreshDatabase) -> None:
    with database.app.app_context(), transaction() as session:
        load_magelang(session)


def peak_mib(server: LiveServer) -> int:
    """Return the most memory that the server's processes ever held together."""
    pids = [server.process.pid, *children_of(server.process.pid)]
    return sum(_peak_kib(pid) for pid in pids) // 1024


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def _peak_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def upload(server: LiveServer, path: str, content_type: str, *, is_chunked: bool) -> bytes:
    """Send 300 MiB, as far as the server lets us; return its answer."""
    where = urlsplit(server.base_url)
    assert where.hostname is not None
    assert where.port is not None
    length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {UPLOAD}"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: {content_type}\r\n{length}"
    )
    with socket.create_connection((where.hostname, where.port), timeout=60) as connection:
        connection.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode())
        try:
            for number in range(UPLOAD // len(PIECE)):
                piece = PHOTO + PIECE if number == 0 else PIECE
                framed = b"%x\r\n%s\r\n" % (len(piece), piece) if is_chunked else piece
                connection.sendall(framed)
        except OSError:
            pass  # it has heard enough
        answer = b""
        while part := connection.recv(65_536):
            answer += part
        return answer


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("content_type", [FORM, "application/json"])
def test_the_api_answers_with_a_problem(
    server: LiveServer, content_type: str, *, is_chunked: bool
) -> None:
    before = peak_mib(server)
    answer = upload(server, "/api/v1/reports", content_type, is_chunked=is_chunked)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"content-type: application/problem+json" in answer
    assert b"/problems/too-large" in answer
    assert peak_mib(server) - before < GROWTH_MIB


@pytest.mark.parametrize("is_chunked", [False, True])
def test_the_form_answers_with_a_page(server: LiveServer, *, is_chunked: bool) -> None:
    before = peak_mib(server)
    answer = upload(server, "/lapor", FORM, is_chunked=is_chunked)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"content-type: text/html" in answer
    assert b"Kecilkan foto" in answer
    assert peak_mib(server) - before < GROWTH_MIB
