"""Erased is erased: canaries in every field, found everywhere before and nowhere after.

A real server, real commits; the whole database is dumped, the storage and the logs are read.
"""

import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from citizenreport.core.db import db, transaction
from citizenreport.intake.models import LegalHold, Report
from citizenreport.intake.rights import lift_hold, place_hold
from citizenreport.jobs.thumbnails import make_thumbnail
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import heads, walk
from citizenreport.triage.states import State
from citizenreport.web.context import current_city, current_keys, current_storage
from tests.doors.pages.resident import Resident
from tests.doors.pages.staff import Staff
from tests.protection.test_canaries import Canaries, dump, photo_of, report_of, stored
from tests.servers import LiveServer

WRITTEN = ("jawaban", "tambahan", "sanggah", "balasan", "tayang")
QUESTIONS = {"A04": "nomor_tiang", "A12": "boleh_dihubungi"}  # answered in free words


class MoreCanaries(Canaries):
    """Also in what is written later."""

    def __init__(self) -> None:
        super().__init__()
        self.by_field |= {
            name: f"kanari{name}{secrets.token_hex(4)}" for name in (*WRITTEN, "isian")
        }


def sent_in(server: LiveServer, canaries: Canaries, category_code: str) -> dict[str, str]:
    """Send a report with a canary in every field."""
    answers = {"answers": {QUESTIONS[category_code]: canaries["isian"]}}
    reply = httpx.post(
        f"{server.base_url}/api/v1/reports",
        data={"report": json.dumps(report_of(canaries, category_code) | answers)},
        files={"photo": ("x.jpg", photo_of(canaries), "image/jpeg")},
        headers={"Idempotency-Key": secrets.token_urlsafe(24)},
    )
    assert reply.status_code == 201, reply.text
    found: dict[str, str] = reply.json()
    return found


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def server(live_server: LiveServer) -> Iterator[LiveServer]:
    with live_server.database.app.app_context():
        yield live_server
        db.session.remove()


def staff() -> Staff:
    return Staff(
        session=db.session(),
        city=current_city(),
        keys=current_keys(),
        storage=current_storage(),
    )


def lived(server: LiveServer, canaries: Canaries, category_code: str) -> tuple[Resident, str]:
    """Let a report go its whole way: question, answer, addition, reply, settled, contested."""
    sent = sent_in(server, canaries, category_code)
    code, is_public = sent["tracking_code"], category_code == "A04"
    resident = Resident(server.database.app.test_client())
    follow = resident.open("/lacak")
    resident.press(follow, "/lacak", code=code, secret=sent["secret"])
    with transaction():
        if is_public:
            staff().release(code, f"Lampu mati {canaries['tayang']}")
            staff().release_photos(code)
        staff().move(code, State.VERIFIED, State.NEEDS_INFO, reason="Tiang berapa?")
    page = resident.open("/lacak/laporan")
    resident.press(page, "/lacak/jawab", answer=canaries["jawaban"])
    page = resident.press(
        resident.open("/lacak/laporan"),
        "/lacak/tambah",
        addition=canaries["tambahan"],
        photos=(io.BytesIO(picture("red")), "lagi.jpg"),
    )
    assert "Anda menambahkan keterangan." in page.text
    with transaction():
        staff().reply(code, f"Baik, Bapak {canaries['balasan']}.")
        staff().move(code, State.IN_PROGRESS, State.RESOLVED, reason="Sudah.")
    resident.press(resident.open("/lacak/laporan"), "/lacak/sanggah", reason=canaries["sanggah"])
    with transaction() as session:
        photo_ids = session.scalars(text("SELECT id FROM photo")).all()
    for photo_id in photo_ids:
        make_thumbnail(photo_id=str(photo_id))
    return resident, code


def export_of(resident: Resident) -> tuple[dict[str, Any], dict[str, bytes]]:
    page = resident.open("/lacak/data")
    answer = resident.send(page, "/lacak/data/unduh")
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files.pop("data.json")), files


def erased(resident: Resident) -> None:
    page = resident.press(resident.open("/lacak/hapus"), "/lacak/hapus")
    assert page.response.request.path == "/lacak/terhapus"


@pytest.mark.parametrize("category_code", ["A04", "A12"])
def test_nothing_of_a_person_is_left_after_erasing(server: LiveServer, category_code: str) -> None:
    canaries = MoreCanaries()
    everything = set(canaries.by_field) - {"exif"}
    others = files_of(server)  # the folder is that of all tests
    resident, code = lived(server, canaries, category_code)

    data, photos = export_of(resident)
    expected = everything - (set() if category_code == "A04" else {"tayang"})
    assert canaries.found_in(json.dumps(data).encode()) == expected
    assert len(photos) == 2
    assert all(content.startswith(b"\xff\xd8\xff") for content in photos.values())
    if category_code == "A04":
        in_the_open = {"teks", "patokan", "isian", *WRITTEN}
        assert canaries.found_in(dump(server.database)) == in_the_open
        assert resident.open(f"/laporan/{code}").status == 200
    assert len(files_of(server) - others) >= 4

    erased(resident)

    content = dump(server.database)
    assert canaries.found_in(content) == set()
    assert canaries.found_in(stored(server)) == set()
    assert canaries.found_in(server.log.read_bytes()) == set()
    assert files_of(server) == others
    with server.database.owner() as connection:
        rows = connection.execute("SELECT to_jsonb(r) FROM report r").fetchall()
        ((row,),) = rows
        sealed = {name for name in row if name.endswith("_sealed") and row[name] is not None}
        assert sealed == set()
        assert [row[n] for n in ("position", "secret_hmac", "answers", "neighbourhood")] == [
            None
        ] * 4
        for table in ("report_key", "idempotency_key", "photo", "published_report", "release"):
            ((count,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()  # type: ignore[arg-type]
            assert count == 0, table
        ledger = connection.execute("SELECT how FROM erasure").fetchall()
        assert ledger == [("reporter",)]


def files_of(server: LiveServer) -> set[str]:
    folder = Path(str(server.database.settings["STORAGE_DIR"]))
    return {path.name for path in folder.glob("??/??/*")}


def test_after_erasing_code_secret_and_links_answer_as_unknown(server: LiveServer) -> None:
    canaries = MoreCanaries()
    sent = sent_in(server, canaries, "A04")
    code, secret = sent["tracking_code"], sent["secret"]
    resident = Resident(server.database.app.test_client())
    resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    erased(resident)

    stranger = Resident(server.database.app.test_client())
    answers = [
        stranger.press(stranger.open("/lacak"), "/lacak", code=code_, secret=secret)
        for code_ in (code, "ZZZZZZZZZZ")
    ]
    assert [page.status for page in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    headers = {"Authorization": f"Bearer {secret}"}
    asked = [
        stranger.client.get(f"/api/v1/reports/{code_}", headers=headers)
        for code_ in (code, "ZZZZZZZZZZ")
    ]
    assert [answer.status_code for answer in asked] == [404, 404]
    assert resident.open("/lacak/laporan").response.headers["Location"] == "/lacak"


def test_what_stays_is_what_happened_and_the_log_still_holds(server: LiveServer) -> None:
    canaries = MoreCanaries()
    resident, code = lived(server, canaries, "A04")
    erased(resident)
    with transaction() as session:
        report = session.scalars(select(Report)).one()
        assert (report.category_code, report.area_code) == ("A04", "33.71.03.1005")
        assert report.erased_at is not None
        ticket = staff().ticket(code)
        assert ticket.state == State.WITHDRAWN
        events = session.execute(
            text("SELECT type, payload FROM event WHERE stream_kind = 'ticket' ORDER BY seq")
        ).all()
        assert [events[-2].type, events[-1].type] == ["state_changed", "erased"]
        assert events[-1].payload == {"by": "reporter"}
        known = {(kind, id_): (seq, hash_) for kind, id_, seq, hash_ in heads(session)}
        found = verify(walk(session), known)
        assert (found.faults, found.events > 5) == ((), True)


def hold(session: Session, report: Report, reason: str) -> None:
    place_hold(session, current_keys(), report, reason=reason, now=report.submitted_at)


def test_a_hold_says_why_and_nothing_is_erased(server: LiveServer) -> None:
    canaries = MoreCanaries()
    sent = sent_in(server, canaries, "A04")
    resident = Resident(server.database.app.test_client())
    resident.press(
        resident.open("/lacak"), "/lacak", code=sent["tracking_code"], secret=sent["secret"]
    )
    page = resident.open("/lacak/hapus")
    with transaction() as session:
        report = session.scalars(select(Report)).one()
        hold(session, report, "Diminta Pengadilan Negeri.")
    refused = resident.press(page, "/lacak/hapus")
    assert refused.status == 409
    assert "Diminta Pengadilan Negeri." in refused.text
    assert "Diminta Pengadilan Negeri." in resident.open("/lacak/data").text
    assert "teks" in canaries.found_in(dump(server.database))


def test_the_reason_of_a_lifted_hold_goes_with_the_person(server: LiveServer) -> None:
    sent = sent_in(server, MoreCanaries(), "A04")
    resident = Resident(server.database.app.test_client())
    resident.press(
        resident.open("/lacak"), "/lacak", code=sent["tracking_code"], secret=sent["secret"]
    )
    with transaction() as session:
        report = session.scalars(select(Report)).one()
        hold(session, report, "Perkara Ibu Kenanga.")
        lift_hold(session, report, now=report.submitted_at)
    assert b"Perkara Ibu Kenanga." not in dump(server.database)
    resident.press(resident.open("/lacak/hapus"), "/lacak/hapus")
    with transaction() as session:
        assert session.scalars(select(LegalHold.reason_sealed)).all() == [None]
