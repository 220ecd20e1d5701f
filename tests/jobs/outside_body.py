"""An outside body with a GeoReport endpoint of its own, on the loopback; it may fail in many ways."""

from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from citizenreport.partners.georeport import Content, Form, Repeated, render
from tests.tls import TlsServer, say, say_content

TYPE = "text/xml; charset=utf-8"


@dataclass
class OutsideBody:
    """Keeps what is sent, once for each `Idempotency-Key` when `knows_again`.

    `says`: a status or a body given instead of every answer. `loses_answers`: it takes, and breaks off.
    """

    server: TlsServer
    knows_again: bool = True
    is_shown: bool = True
    loses_answers: bool = False
    gives_tokens: bool = False
    says: int | bytes | None = None
    taken: list[dict[str, list[str]]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    status: str = "open"
    notes: str = ""
    updates: list[tuple[str, str, datetime]] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = self.server.asked[-1]
        path = urlsplit(asked.path).path.removeprefix("/open311/v2/").removesuffix(".xml")
        if isinstance(self.says, bytes):
            say_content(handler, 200, self.says, "text/html")
        elif self.says is not None:
            say(handler, self.says)
        elif handler.command == "POST":
            self._take(handler, parse_qs(asked.body.decode()), asked.headers["idempotency-key"])
        else:
            self._tell(handler, path)

    def _take(self, handler: BaseHTTPRequestHandler, sent: dict[str, list[str]], key: str) -> None:
        if not (self.knows_again and key in self.keys):
            self.taken.append(sent)
            self.keys.append(key)
        if self.loses_answers:
            handler.close_connection = True
            return
        name = "token" if self.gives_tokens else "service_request_id"
        self._say(handler, "service_requests", "request", [{name: "T-1"}], status=201)

    def _tell(self, handler: BaseHTTPRequestHandler, path: str) -> None:
        if path == "servicerequestupdates":
            rows: list[Content] = [
                {
                    "update_id": id_,
                    "service_request_id": "T-1",
                    "status": "IN_PROGRESS",
                    "updated_datetime": at.isoformat(),
                    "description": words,
                }
                for id_, words, at in self.updates
            ]
            self._say(handler, "service_request_updates", "request_update", rows)
        elif path.startswith("tokens/"):
            row: Content = {"service_request_id": "T-1", "token": "T-1"}
            self._say(handler, "service_requests", "request", [row])
        elif not self.is_shown and path != "requests":
            say(handler, 404)
        else:
            shown = self.taken if self.is_shown else []
            self._say(handler, "service_requests", "request", [self._row(one) for one in shown])

    def _row(self, sent: dict[str, list[str]]) -> Content:
        return {
            "service_request_id": "T-1",
            "status": self.status,
            "status_notes": self.notes,
            "service_code": sent["service_code"][0],
            "description": sent["description"][0],
        }

    def _say(
        self,
        handler: BaseHTTPRequestHandler,
        root: str,
        item: str,
        rows: list[Content],
        *,
        status: int = 200,
    ) -> None:
        body = render(root, Repeated(item=item, items=rows), Form.XML)
        say_content(handler, status, body, TYPE)
