"""Records of the register as people write them, for the tests of several pages."""

import re
from io import BytesIO

from werkzeug.test import TestResponse

from tests.doors.console.conftest import TOKEN, Desk, Visitor

LIST = "/petugas/inovasi"
NEW = f"{LIST}/baru"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
LONG = " ".join(["Tim memeriksa jalan setiap pagi dan menutup lubang hari itu juga."] * 7)
GIVEN = {
    "agency_code": "roads",
    "year": "2026",
    "name": "Tambal Cepat",
    "stage": "trial",
    "initiator": "agency",
    "form": "public_service",
    "is_digital": "ya",
    "main_affair": "Pekerjaan umum",
    "trial_on": "2026-03-02",
    "place": "Kelurahan A1",
    "legal_basis": f"Perwali 1/2026. {LONG}",
    "problem": f"Lubang jalan lama ditutup. {LONG}",
    "strategic_issue": LONG,
    "novelty": LONG,
    "advantage": LONG,
    "aim": "Lubang ditutup dalam sehari.",
    "benefit": "Jalan aman dilewati.",
    "result": "Tiga ratus lubang tertutup.",
    "video_url": "https://www.youtube.com/watch?v=abc123",
    "category_codes": "pothole",
    "area_codes": "a1",
}


def write(visitor: Visitor, **changes: str) -> str:
    """Begin a record; return the address of its page."""
    given = {name: value for name, value in {**GIVEN, **changes}.items() if value}
    done = visitor.send(NEW, page=NEW, **given)
    assert done.status_code == 303, done.text
    return done.headers["Location"].partition("?")[0]


def step(visitor: Visitor, page: str, target: str, **fields: str) -> TestResponse:
    """Press the button of a step on a record's page, as it is now."""
    shown = visitor.get(page).text
    version = re.search(r'name="version" value="(\d+)"', shown)
    told = {"version": version[1] if version else "0", "target": target, **fields}
    return visitor.send(f"{page}/langkah", page=page, **told)


def upload(visitor: Visitor, page: str, content: bytes, **fields: str) -> TestResponse:
    match = TOKEN.search(visitor.get(page).text)
    assert match is not None
    told = {"csrf_token": match[1], "kind": "document", "title": "SK Kepala Dinas", **fields}
    return visitor.client.post(
        f"{page}/berkas",
        data=told | {"file": (BytesIO(content), "berkas.pdf")},
        content_type="multipart/form-data",
    )


def endorsed(desk: Desk, agency: Visitor, head: Visitor, city: Visitor, **changes: str) -> str:
    """Take a record to where the agency's head stands for it; return the address of its page."""
    page = write(agency, **changes)
    for visitor, target, fields in (
        (agency, "submitted", {}),
        (city, "validated", {"novelty": "new", "novelty_reason": "Caranya baru."}),
        (city, "approved", {}),
        (head, "endorsed", {}),
    ):
        done = step(visitor, page, target, **fields)
        assert done.status_code == 303, (target, done.text)
    return page
