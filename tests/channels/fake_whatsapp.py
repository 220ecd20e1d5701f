"""The Cloud API on the loopback, with the rules its documentation gives, and a person who uses it.

Source: WhatsApp Business Platform, Cloud API: messages (text to 4,096 characters; lists of 10 rows,
titles of 24; 3 buttons of 20; the customer service window of 24 hours), media (bearer at both steps);
Meta Webhooks (X-Hub-Signature-256).
"""

import hashlib
import hmac
import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from tests.channels.fake_telegram import answer_bytes, answer_json
from tests.jobs.world import World
from tests.tls import Authority, TlsServer, make_authority, tls_server

TOKEN, APP_SECRET, VERIFY = "kanari-wa-token", "kanari-app-secret", "kanari-verify"
NUMBER_ID = "106540352242922"


def fits(message: dict[str, Any]) -> bool:
    """Tell whether the Cloud API takes a message."""
    if message.get("messaging_product") != "whatsapp" or not str(message["to"]).isdigit():
        return False
    if message["type"] == "text":
        return 1 <= len(message["text"]["body"]) <= 4_096
    shown = message["interactive"]
    action = shown["action"]
    if not 1 <= len(shown["body"]["text"]) <= 1_024:
        return False
    if shown["type"] == "list":
        rows = [row for section in action["sections"] for row in section["rows"]]
        return (
            1 <= len(rows) <= 10
            and len({row["id"] for row in rows}) == len(rows)
            and all(1 <= len(row["title"]) <= 24 for row in rows)
            and all(len(row.get("description", "")) <= 72 for row in rows)
            and 1 <= len(action["button"]) <= 20
        )
    if shown["type"] == "button":
        titles = [one["reply"]["title"] for one in action["buttons"]]
        return 1 <= len(titles) <= 3 and all(1 <= len(title) <= 20 for title in titles)
    return shown["type"] == "location_request_message" and action == {"name": "send_location"}


@dataclass
class FakeWhatsApp:
    """`is_in_window`: whether the person has written within 24 hours, as the service sees it."""

    server: TlsServer
    authority: Authority
    media: dict[str, bytes] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    is_in_window: bool = True

    @property
    def settings(self) -> dict[str, object]:
        return {
            "WHATSAPP_TOKEN": TOKEN,
            "WHATSAPP_APP_SECRET": APP_SECRET,
            "WHATSAPP_VERIFY_TOKEN": VERIFY,
            "WHATSAPP_NUMBER_ID": NUMBER_ID,
            "WHATSAPP_URL": f"{self.server.url}/v23.0",
            "OUTGOING_TEST_CA": self.authority.path,
        }

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = self.server.asked[-1]
        name = asked.path.rpartition("/")[2]
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            answer_json(handler, 401, {"error": {"code": 190}})
        elif asked.path == f"/v23.0/{NUMBER_ID}/messages":
            self._take(handler, json.loads(asked.body))
        elif asked.path.startswith("/v23.0/") and name in self.media:
            found = {"id": name, "url": f"{self.server.url}/lookaside/{name}"}
            answer_json(handler, 200, found | {"mime_type": "image/jpeg"})
        elif asked.path.startswith("/lookaside/") and name in self.media:
            answer_bytes(handler, 200, self.media[name], "image/jpeg")
        else:
            answer_json(handler, 400, {"error": {"code": 100}})

    def _take(self, handler: BaseHTTPRequestHandler, message: dict[str, Any]) -> None:
        if not self.is_in_window:
            answer_json(handler, 400, {"error": {"code": 131047}})
        elif not fits(message):
            answer_json(handler, 400, {"error": {"code": 131009}})
        else:
            self.sent.append(message)
            answer_json(handler, 200, {"messages": [{"id": f"wamid.{len(self.sent)}"}]})


@contextmanager
def open_whatsapp(folder: Path) -> Generator[FakeWhatsApp, None, None]:
    authority = make_authority(folder)
    with tls_server(authority.server_pem()) as server:
        fake = FakeWhatsApp(server=server, authority=authority)
        server.answer = fake.answer
        yield fake


def signed(body: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class Phone:
    """Somebody with WhatsApp. Notifications have the form that Meta posts."""

    world: World
    fake: FakeWhatsApp
    number: str = "6281234567890"
    numbers: Any = field(default_factory=lambda: count(1))

    def notification(self, *messages: dict[str, Any], **value: Any) -> bytes:
        metadata = {"display_phone_number": "62293360000", "phone_number_id": NUMBER_ID}
        contents = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        if messages:
            contents["contacts"] = [{"profile": {"name": "Kanari"}, "wa_id": self.number}]
            contents["messages"] = list(messages)
        change = {"value": contents, "field": "messages"}
        entry = {"id": "102290129340398", "changes": [change]}
        return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()

    def message(self, kind: str, **content: Any) -> dict[str, Any]:
        number = next(self.numbers)
        base = {"from": self.number, "id": f"wamid.kanari{number}", "timestamp": "1770000000"}
        return base | {"type": kind} | content

    def post(self, body: bytes, *, signature: str | None = None) -> TestResponse:
        headers = {"X-Hub-Signature-256": signed(body) if signature is None else signature}
        client = self.world.app.test_client()
        return client.post("/kanal/whatsapp", data=body, headers=headers)

    def send(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a message and return the answer."""
        before = len(self.fake.sent)
        assert self.post(self.notification(message)).status_code == 200
        while self.world.work():
            pass
        assert len(self.fake.sent) == before + 1
        return self.fake.sent[-1]

    def say(self, text: str) -> dict[str, Any]:
        return self.send(self.message("text", text={"body": text}))

    def press(self, number: int = 0) -> dict[str, Any]:
        """Press what the last answer shows at a place."""
        action = self.fake.sent[-1]["interactive"]["action"]
        if "buttons" in action:
            reply = action["buttons"][number]["reply"]
            shown = {"type": "button_reply", "button_reply": reply}
        else:
            row = action["sections"][0]["rows"][number]
            shown = {"type": "list_reply", "list_reply": row}
        return self.send(self.message("interactive", interactive=shown))
