"""The Bot API on the loopback, with the rules its documentation gives, and a person who uses it.

Source: Telegram Bot API: sendMessage (text of 1 to 4,096 characters; reply keyboard), getFile (files
up to 20 MB, the path is good for the file's address), setWebhook (secret_token), Update, Message.
"""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from tests.jobs.world import World
from tests.tls import Authority, TlsServer, make_authority, tls_server

TOKEN = "123456:kanari-token"
SECRET = "kanari-rahasia-webhook"
LETTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def answer_json(handler: BaseHTTPRequestHandler, status: int, content: object) -> None:
    answer_bytes(handler, status, json.dumps(content).encode(), "application/json")


def answer_bytes(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, media_type: str
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", media_type)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@dataclass
class FakeTelegram:
    """`down` has it answer 502; `files` are what was uploaded, by file_id."""

    server: TlsServer
    authority: Authority
    files: dict[str, bytes] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    down: bool = False

    @property
    def settings(self) -> dict[str, object]:
        assert set(SECRET) <= LETTERS  # what setWebhook takes
        return {
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_SECRET": SECRET,
            "TELEGRAM_URL": self.server.url,
            "OUTGOING_TEST_CA": self.authority.path,
        }

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path, body = handler.path, self.server.asked[-1].body
        if self.down:
            answer_json(handler, 502, {"ok": False})
        elif path.startswith(f"/file/bot{TOKEN}/photos/"):
            answer_bytes(handler, 200, self.files[path.rpartition("/")[2]], "image/jpeg")
        elif not path.startswith(f"/bot{TOKEN}/"):
            answer_json(handler, 401, {"ok": False, "description": "Unauthorized"})
        elif path.endswith("/getFile"):
            self._get_file(handler, json.loads(body))
        elif path.endswith("/sendMessage"):
            self._send(handler, json.loads(body))
        else:
            answer_json(handler, 404, {"ok": False, "description": "Not Found"})

    def _get_file(self, handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
        content = self.files.get(asked["file_id"])
        if content is None or len(content) > 20_000_000:
            answer_json(handler, 400, {"ok": False, "description": "Bad Request: file is too big"})
            return
        file = {"file_id": asked["file_id"], "file_path": f"photos/{asked['file_id']}"}
        answer_json(handler, 200, {"ok": True, "result": file})

    def _send(self, handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
        if str(asked["chat_id"]) in self.blocked:
            answer_json(handler, 403, {"ok": False, "description": "Forbidden: blocked"})
            return
        markup = asked["reply_markup"]
        rows = markup.get("keyboard", [])
        is_keyboard = bool(rows) and all(row and all(b["text"] for b in row) for row in rows)
        if not 1 <= len(asked["text"]) <= 4_096 or not (is_keyboard or markup["remove_keyboard"]):
            answer_json(handler, 400, {"ok": False, "description": "Bad Request"})
            return
        self.sent.append(asked)
        answer_json(handler, 200, {"ok": True, "result": {"message_id": len(self.sent)}})


@contextmanager
def open_telegram(folder: Path) -> Generator[FakeTelegram, None, None]:
    authority = make_authority(folder)
    with tls_server(authority.server_pem()) as server:
        bot = FakeTelegram(server=server, authority=authority)
        server.answer = bot.answer
        yield bot


@dataclass
class Resident:
    """Somebody with Telegram. Updates have the form that Telegram posts."""

    world: World
    bot: FakeTelegram
    chat_id: int = 700_100_200
    numbers: Any = field(default_factory=lambda: count(1))

    def update(self, number: int | None = None, **message: Any) -> dict[str, Any]:
        number = number or next(self.numbers)
        person = {
            "id": self.chat_id,
            "is_bot": False,
            "first_name": "Kanari",
            "language_code": "id",
        }
        usual = {
            "message_id": number,
            "from": person,
            "chat": {"id": self.chat_id, "first_name": "Kanari", "type": "private"},
            "date": 1_770_000_000,
        }
        return {"update_id": 10_000 + number, "message": usual | message}

    def post(self, update: object, *, secret: str | None = SECRET) -> TestResponse:
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        client = self.world.app.test_client()
        return client.post("/kanal/telegram", json=update, headers=headers)

    def say(self, text: str = "", **message: Any) -> str:
        """Send a message and return the text of the answer."""
        given = ({"text": text} if text else {}) | message
        before = len(self.bot.sent)
        assert self.post(self.update(**given)).status_code == 200
        self.work()
        assert len(self.bot.sent) == before + 1
        return str(self.bot.sent[-1]["text"])

    def work(self) -> None:
        while self.world.work():
            pass

    def buttons(self) -> list[dict[str, Any]]:
        """Return what can be pressed below the last answer."""
        rows = self.bot.sent[-1]["reply_markup"].get("keyboard", [])
        return [button for row in rows for button in row]

    def photo(self, content: bytes, name: str = "AgAC-1") -> str:
        self.bot.files[name] = content
        size = {"file_id": name, "file_unique_id": name, "width": 64, "height": 48}
        small = size | {"file_id": "klein", "width": 9, "height": 6, "file_size": 9}
        return self.say(photo=[small, size | {"file_size": len(content)}])
