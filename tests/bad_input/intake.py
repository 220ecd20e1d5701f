"""The door under test, what is stored behind it, and what a refusal must look like."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.core.keys import KeyRing
from citizenreport.storage.rules import Storage

URL = "/api/v1/reports"
PROBLEM = "application/problem+json"
LAMP: dict[str, Any] = {
    "category_code": "A04",
    "position": {"lon": 110.22199, "lat": -7.478474},
    "description": "Lampu jalan di depan sekolah mati sejak kemarin.",
}
VIOLENCE: dict[str, Any] = {"category_code": "A12", "description": "Tetangga saya dipukuli."}
TABLES = (
    "report",
    "assignment",
    "ticket",
    "event",
    "report_key",
    "photo",
    "idempotency_key",
    "message",
    "procrastinate_jobs",
)


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Everything a report leaves behind: rows by table, and files."""

    rows: dict[str, int]
    files: frozenset[str]

    def since(self, before: "Stored") -> dict[str, int]:
        """Return what came since, without what stayed as it was."""
        grown = {name: self.rows[name] - before.rows[name] for name in TABLES}
        grown["files"] = len(self.files) - len(before.files)
        assert self.files >= before.files
        return {name: number for name, number in grown.items() if number}


@dataclass(kw_only=True)
class Intake:
    client: FlaskClient
    session: Session
    storage: Storage
    keys: KeyRing
    _resolved: set[str] = field(default_factory=set)

    def post(self, body: object, **headers: str) -> TestResponse:
        """Post JSON; bytes go as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.post_raw(content, content_type="application/json", **headers)

    def post_parts(self, *parts: bytes, boundary: str = "batas", **headers: str) -> TestResponse:
        """Post a multipart body made of these parts (see `part`)."""
        return self.post_raw(
            whole(*parts, boundary=boundary),
            content_type=f"multipart/form-data; boundary={boundary}",
            **headers,
        )

    def post_raw(self, content: bytes, *, content_type: str, **headers: str) -> TestResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(URL, data=content, content_type=content_type, headers=given)

    def stored(self) -> Stored:
        counts = " UNION ALL ".join(f"SELECT '{t}', count(*) FROM {t}" for t in TABLES)
        rows = {str(name): int(number) for name, number in self.session.execute(text(counts))}
        return Stored(rows=rows, files=frozenset(self.storage.keys()))

    def read(self, sent: TestResponse) -> dict[str, Any]:
        """Read a report back as its reporter does."""
        assert sent.status_code == 201, sent.text
        assert sent.json is not None
        reply = self.client.get(
            f"{URL}/{sent.json['tracking_code']}",
            headers={"Authorization": f"Bearer {sent.json['secret']}"},
        )
        assert reply.status_code == 200, reply.text
        assert reply.json is not None
        return dict(reply.json)

    def pointers(self, reply: TestResponse) -> set[str]:
        """Return what a refusal points at; it is a problem document whose type resolves."""
        problem = self.problem(reply)
        return {fault["pointer"] for fault in problem.get("errors", [])}

    def problem(self, reply: TestResponse) -> dict[str, Any]:
        assert 400 <= reply.status_code < 500, reply.text
        assert reply.mimetype == PROBLEM
        assert reply.headers["Cache-Control"] == "no-store"
        problem = reply.json
        assert problem is not None
        assert problem["status"] == reply.status_code
        assert problem["title"]
        for fault in problem.get("errors", []):
            assert fault["pointer"] == "#" or fault["pointer"].startswith("#/")
            assert fault["detail"]
        self._resolves(problem["type"])
        return dict(problem)

    def _resolves(self, type_uri: str) -> None:
        if type_uri not in self._resolved:
            page = self.client.get(urlsplit(type_uri).path)
            assert page.status_code == 200, type_uri
            assert page.mimetype == "text/html"
            self._resolved.add(type_uri)


def part(
    name: str, content: bytes, *, filename: str | None = None, media_type: str | None = None
) -> bytes:
    """Return one part of a multipart body, as browsers write it. Source: RFC 7578, section 4."""
    head = f'Content-Disposition: form-data; name="{name}"'
    if filename is not None:
        safe = filename.replace("\\", "\\\\").replace('"', '\\"')
        safe = safe.replace("\r", "%0D").replace("\n", "%0A")
        head += f'; filename="{safe}"'
    if media_type is not None:
        head += f"\r\nContent-Type: {media_type}"
    return head.encode() + b"\r\n\r\n" + content


def whole(*parts: bytes, boundary: str = "batas") -> bytes:
    """Return a multipart body."""
    mark = b"--" + boundary.encode()
    return b"".join(mark + b"\r\n" + p + b"\r\n" for p in parts) + mark + b"--\r\n"


def report_part(body: object = None) -> bytes:
    return part("report", json.dumps(LAMP if body is None else body, ensure_ascii=False).encode())


ONE_REPORT = {"report": 1, "assignment": 1, "ticket": 1, "event": 1}
"""What a report without photo, contact and key leaves."""


def reports(count: int) -> dict[str, int]:
    """Return what this many such reports leave."""
    return {name: number * count for name, number in ONE_REPORT.items() if count}
