"""A weak network: a real proxy on loopback between browser and server, that can be told to fail.

Only `POST /api/v1/reports` is treated badly; everything else passes as it is.
"""

import http.client
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

SENDS = "/api/v1/reports"
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}
WAIT_S = 30


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What happens to one send. `is_forwarded`: the server gets it, only its answer suffers."""

    status: int = 0
    retry_after: str = ""
    delay_s: float = 0
    is_cut: bool = False

    @property
    def is_forwarded(self) -> bool:
        return self.status == 0


SLOW = Trouble(delay_s=8)
HALF_AN_ANSWER = Trouble(is_cut=True)
UNAVAILABLE = Trouble(status=503)


@dataclass
class WeakNetwork:
    """`ahead`: what happens to the next sends, one each; then all is well."""

    base_url: str
    ahead: deque[Trouble] = field(default_factory=deque)
    sends_at: list[float] = field(default_factory=list)


@contextmanager
def weak_network_before(base_url: str) -> Iterator[WeakNetwork]:
    """Run the proxy before a server."""
    network = WeakNetwork(base_url="")

    class Handler(_Handler):
        origin = urlsplit(base_url).netloc
        weak = network

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    network.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield network
    finally:
        server.shutdown()
        server.server_close()
        thread.join(WAIT_S)


class _Handler(BaseHTTPRequestHandler):
    origin: str
    weak: WeakNetwork
    timeout = WAIT_S

    def do_GET(self) -> None:
        self._pass(Trouble())

    def do_POST(self) -> None:
        trouble = Trouble()
        if self.path == SENDS:
            self.weak.sends_at.append(time.monotonic())
            trouble = self.weak.ahead.popleft() if self.weak.ahead else trouble
        self._pass(trouble)

    def _pass(self, trouble: Trouble) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.close_connection = True
        if not trouble.is_forwarded:
            time.sleep(trouble.delay_s)
            self._answer(trouble.status, {"Retry-After": trouble.retry_after}, b"")
            return
        upstream = http.client.HTTPConnection(self.origin, timeout=WAIT_S)
        sent = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        upstream.request(self.command, self.path, body or None, sent)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        time.sleep(trouble.delay_s)
        kept = [pair for pair in answer.getheaders() if pair[0].lower() not in HOP]
        self._head(answer.status, kept, len(content))
        self.wfile.write(content[: len(content) // 2] if trouble.is_cut else content)

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self._head(status, [pair for pair in headers.items() if pair[1]], len(content))
        self.wfile.write(content)

    def _head(self, status: int, headers: list[tuple[str, str]], length: int) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
