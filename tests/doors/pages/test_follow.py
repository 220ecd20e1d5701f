"""`/lacak`: the reporter's own view."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State
from citizenreport.web import passes
from tests.doors.pages.conftest import Counting
from tests.doors.pages.resident import USUAL, Page, Resident, receipt_of
from tests.doors.pages.staff import Staff


def followed(resident: Resident, code: str, secret: str) -> Page:
    return resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)


def test_the_timeline_tells_what_happened_in_plain_words(resident: Resident, staff: Staff) -> None:
    code, secret = receipt_of(resident.report())
    staff.move(code, State.VERIFIED, State.IN_PROGRESS)
    staff.reply(code, "Regu kami datang hari Kamis.")
    staff.move(code, State.RESOLVED, reason="Tiga lampu sudah diganti.")
    page = followed(resident, code, secret)

    told = [
        "kami terima dan diteruskan ke Dinas Lingkungan Hidup",
        "sudah diperiksa dan diterima",
        "Dinas Lingkungan Hidup mulai menangani",
        "Dinas Lingkungan Hidup menjawab: Regu kami datang hari Kamis.",
        "menyatakan masalah ini selesai. Tiga lampu sudah diganti.",
        "Anda punya 10 hari untuk keberatan",
        USUAL["description"],
        "oleh aturan R-A04",
    ]
    assert [page.text.find(words) for words in told] == sorted(
        page.text.find(words) for words in told
    )
    assert all(words in page.text for words in told)


def test_a_hand_over_names_both_agencies(resident: Resident, staff: Staff) -> None:
    code, secret = receipt_of(resident.report())
    ticket = staff.ticket(code)
    triage.assign(
        staff.session,
        ticket,
        agency_code="DPUPR",
        assignment_id=ticket.assignment_id,
        decided_by="staff",
        act=staff.act(ticket),
    )
    page = followed(resident, code, secret)
    assert "diserahkan dari Dinas Lingkungan Hidup ke Dinas Pekerjaan Umum" in page.text


def test_a_missed_deadline_is_said_with_what_one_can_do(
    resident: Resident, staff: Staff, session: Session
) -> None:
    code, secret = receipt_of(resident.report())
    assert "Lewat target" not in followed(resident, code, secret).text
    session.execute(update(Ticket).values(settlement_due_at=utcnow() - timedelta(days=1)))
    page = followed(resident, code, secret)
    assert "Lewat target" in page.text
    assert "Ombudsman" in page.text


def test_a_wrong_secret_an_unknown_code_and_nonsense_get_the_same_answer(
    resident: Resident,
) -> None:
    code, secret = receipt_of(resident.report())
    tries = [
        (code, "A" * 28),
        (code, ""),
        (code, secret[:-1]),
        ("AAAAAAAAAA", secret),
        ("", ""),
        ("a\x00b", "\x00"),
        ("ꦲꦤꦕꦫꦏ" * 20, "x" * 5_000),
        ("' OR 1=1 --", "' OR 1=1 --"),
    ]
    answers = set()
    for typed_code, typed_secret in tries:
        page = followed(resident, typed_code, typed_secret)
        assert page.status == 404
        assert not [c for c in page.response.headers.getlist("Set-Cookie") if "follow=" in c]
        same = page.text.replace(typed_code, "")
        answers.add(" ".join(same.split()))
    assert len(answers) == 1
    assert "Laporan tidak ditemukan" in answers.pop()


def test_a_secret_of_another_door_works_too(resident: Resident, client: FlaskClient) -> None:
    sent = client.post(
        "/api/v1/reports",
        json={"category_code": "A04", "description": "Dari API", "area_code": "33.71.03.1005"},
    ).json
    assert sent is not None
    page = followed(resident, sent["tracking_code"], f" {sent['secret']}\n")
    assert "Dari API" in page.text


def test_the_address_stays_clean_and_the_cookie_is_out_of_reach(resident: Resident) -> None:
    code, secret = receipt_of(resident.report())
    answer = resident.send(resident.open("/lacak"), "/lacak", code=code, secret=secret)

    assert answer.headers["Location"] == "/lacak/laporan"
    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("follow=")]
    for attribute in ("HttpOnly", "SameSite=Strict", "Max-Age=3600", "Path=/"):
        assert attribute in cookie
    page = resident.follow(answer)
    assert page.response.headers["Cache-Control"] == "no-store"
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert secret not in page.response.text
    assert "Penerangan" not in page.title


def test_a_pass_ends_by_itself(resident: Resident, monkeypatch: pytest.MonkeyPatch) -> None:
    code, secret = receipt_of(resident.report())
    followed(resident, code, secret)
    assert resident.open("/lacak/laporan").status == 200
    later = utcnow() + timedelta(hours=1, minutes=1)
    monkeypatch.setattr(passes, "utcnow", lambda: later)
    assert resident.open("/lacak/laporan").status == 303


def test_a_receipt_does_not_pass_for_a_follow_pass(resident: Resident) -> None:
    answer = resident.send(resident.open("/lapor", kategori="A04"), "/lapor", **USUAL)
    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("receipt=")]
    resident.client.set_cookie("follow", cookie.partition("=")[2].partition(";")[0])
    assert resident.open("/lacak/laporan").status == 303


def test_closing_forgets_the_report(resident: Resident) -> None:
    code, secret = receipt_of(resident.report())
    page = followed(resident, code, secret)
    closed = resident.press(page, "/lacak/tutup")
    assert closed.response.request.path == "/lacak"
    assert resident.open("/lacak/laporan").status == 303


def test_a_confidential_report_has_a_neutral_title_and_a_way_out(
    resident: Resident, staff: Staff
) -> None:
    code, secret = receipt_of(resident.report("A12", description="Tetangga dipukuli."))
    staff.move(code, State.NEEDS_INFO, reason="Kapan terakhir terjadi?")
    page = followed(resident, code, secret)
    assert "kekerasan" not in page.title.lower()
    assert "Tetangga dipukuli." in page.text
    assert "Kapan terakhir terjadi?" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    left = resident.press(page, "/keluar-cepat")
    assert left.response.request.path == "/kode-pos"
    assert "lapor" not in left.title.lower()
    assert resident.open("/lacak/laporan").status == 303


def test_following_asks_the_database_little(
    resident: Resident, staff: Staff, queries: Counting
) -> None:
    code, secret = receipt_of(resident.report())
    for words in ("Satu.", "Dua.", "Tiga."):
        staff.reply(code, words)
    followed(resident, code, secret)
    staff.session.expire_all()
    with queries() as asked:
        assert resident.open("/lacak/laporan").status == 200
    assert len(asked) <= 8, asked
