"""What the reporter does with the own report."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.pipeline.hand_over import merge
from citizenreport.pipeline.handle import move_ticket, raise_visibility
from citizenreport.pipeline.split import Piece, split
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State
from tests.doors.pages.resident import Page, Resident, receipt_of
from tests.doors.pages.staff import Staff

DONE = (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)


@pytest.fixture
def photo() -> bytes:
    file = BytesIO()
    Image.new("RGB", (320, 240), "orange").save(file, "JPEG")
    return file.getvalue()


def followed(resident: Resident, category_code: str = "A04") -> str:
    """Report, follow, and return the code."""
    code, secret = receipt_of(resident.report(category_code))
    resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    return code


def timeline(resident: Resident) -> Page:
    return resident.open("/lacak/laporan")


@pytest.mark.parametrize("category_code", ["A04", "A12"])
def test_a_question_is_answered_and_the_work_goes_on(
    resident: Resident, staff: Staff, category_code: str
) -> None:
    code = followed(resident, category_code)
    staff.move(code, State.VERIFIED, State.NEEDS_INFO, reason="Nomor tiangnya berapa?")
    page = resident.press(timeline(resident), "/lacak/jawab", answer="Tiang 14.\r\nDekat masjid.")

    assert "Keterangan Anda kami terima" in page.text
    assert "Tiang 14. Dekat masjid." in page.text
    assert staff.ticket(code).state == State.VERIFIED
    assert "/lacak/jawab" not in [form.action for form in page.forms]


def test_a_settled_report_is_contested_with_a_reason(resident: Resident, staff: Staff) -> None:
    code = followed(resident)
    staff.move(code, *DONE)
    page = resident.press(timeline(resident), "/lacak/sanggah", reason="Masih gelap.")
    assert "Anda menyanggah: masalahnya belum selesai. Masih gelap." in page.text
    assert staff.ticket(code).state == State.CONTESTED


def test_a_settled_report_is_confirmed(resident: Resident, staff: Staff) -> None:
    code = followed(resident)
    staff.move(code, *DONE)
    page = resident.press(timeline(resident), "/lacak/beres")
    assert "Laporan ditutup." in page.text
    ticket = staff.ticket(code)
    assert (ticket.state, ticket.closed_how) == (State.CLOSED, "confirmed")
    assert not [form for form in page.forms if form.action in ("/lacak/beres", "/lacak/tarik")]


def test_a_withdrawn_report_leaves_the_public(resident: Resident, staff: Staff) -> None:
    code = followed(resident)
    staff.release(code)
    assert resident.open(f"/laporan/{code}").status == 200
    page = resident.press(timeline(resident), "/lacak/tarik")
    assert "Laporan Anda tarik kembali." in page.text
    assert resident.open(f"/laporan/{code}").status == 404


ENDLESS = "x" * 5_000


@pytest.mark.parametrize(
    ("action", "field", "targets", "text"),
    [
        ("/lacak/sanggah", "reason", DONE, ENDLESS),  # a reason is not asked for
        *(
            (action, field, targets, text)
            for action, field, targets in (
                ("/lacak/jawab", "answer", (State.NEEDS_INFO,)),
                ("/lacak/tambah", "addition", (State.VERIFIED,)),
            )
            for text in ("", "  \r\n", ENDLESS)
        ),
    ],
)
def test_text_that_does_not_fit_is_said_and_kept(
    resident: Resident,
    staff: Staff,
    action: str,
    field: str,
    targets: tuple[State, ...],
    text: str,
) -> None:
    code = followed(resident)
    staff.move(code, *targets)
    refused = resident.press(timeline(resident), action, **{field: text})
    assert refused.status == 422
    assert f"{field}-fault" in refused.ids
    assert refused.form(action).value(field) == text.replace("\r\n", "\n")
    assert staff.ticket(code).state == targets[-1]
    assert refused.response.headers["Cache-Control"] == "no-store"


def test_after_the_window_it_is_too_late_to_contest(
    resident: Resident, staff: Staff, session: Session
) -> None:
    code = followed(resident)
    staff.move(code, *DONE)
    page = timeline(resident)
    session.execute(update(Ticket).values(settled_at=utcnow() - timedelta(days=12)))
    late = resident.press(page, "/lacak/sanggah", reason="Masih gelap.")
    assert late.status == 409
    assert "Masa sanggah sudah lewat" in late.text
    assert staff.ticket(code).state == State.RESOLVED


def test_a_step_that_is_no_longer_possible_shows_how_things_stand(
    resident: Resident, staff: Staff
) -> None:
    code = followed(resident)
    staff.move(code, *DONE)
    page = timeline(resident)
    for _ in range(2):  # pressed twice
        shown = resident.press(page, "/lacak/sanggah", reason="Masih gelap.")
        assert shown.status == 200
    assert shown.text.count("Anda menyanggah") == 1
    assert "sudah kami terima, jadi tidak perlu dikirim dua kali" in shown.text


def test_contesting_is_one_tap_and_may_be_done_again_after_the_next_settlement(
    resident: Resident, staff: Staff
) -> None:
    code = followed(resident)
    staff.move(code, *DONE)
    resident.press(timeline(resident), "/lacak/sanggah")
    assert staff.ticket(code).state == State.CONTESTED
    staff.move(code, State.IN_PROGRESS)
    assert "/lacak/sanggah" not in {form.action for form in timeline(resident).forms}
    staff.move(code, State.RESOLVED)
    page = resident.press(timeline(resident), "/lacak/sanggah")
    assert page.text.count("Anda menyanggah") == 2


def test_words_and_photos_are_added_while_it_is_open(
    resident: Resident, staff: Staff, photo: bytes
) -> None:
    code = followed(resident)
    page = resident.press(
        timeline(resident),
        "/lacak/tambah",
        addition="Sekarang tiang sebelahnya juga.",
        photos=[(BytesIO(photo), "satu.jpg"), (BytesIO(photo), "dua.jpg")],
    )
    assert "sudah kami teruskan ke petugas" in page.text
    assert "Anda menambahkan keterangan. Sekarang tiang sebelahnya juga." in page.text
    answer = resident.client.get("/lacak/foto/2")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert resident.client.get("/lacak/foto/3").status_code == 404
    staff.move(code, State.ARCHIVED)
    assert not {form.action for form in timeline(resident).forms} & {"/lacak/tambah"}


def test_an_added_file_that_is_no_photo_is_said_and_the_words_stay(resident: Resident) -> None:
    followed(resident)
    refused = resident.press(
        timeline(resident),
        "/lacak/tambah",
        addition="Lihat fotonya.",
        photos=(BytesIO(b"GIF89a not a photo"), "x.gif"),
    )
    assert refused.status == 422
    assert "Jenis berkas ini tidak dapat diterima" in refused.text
    assert refused.form("/lacak/tambah").value("addition") == "Lihat fotonya."


def test_photos_in_all_and_additions_have_an_end(
    resident: Resident, session: Session, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed(resident)
    monkeypatch.setattr("citizenreport.intake.service.MAX_PHOTOS_OF_A_REPORT", 1)
    page = timeline(resident)
    files = [(BytesIO(photo), "satu.jpg"), (BytesIO(photo), "dua.jpg")]
    refused = resident.press(page, "/lacak/tambah", addition="Dua foto.", photos=files)
    assert refused.status == 422
    assert "paling banyak memuat 15 foto" in refused.text
    monkeypatch.setattr("citizenreport.triage.additions.MAX_ADDITIONS", 1)
    resident.press(page, "/lacak/tambah", addition="Satu.")
    refused = resident.press(page, "/lacak/tambah", addition="Dua.")
    assert refused.status == 429
    assert "Tunggu balasan petugas dulu" in refused.text
    assert refused.form("/lacak/tambah").value("addition") == "Dua."


def test_nobody_else_sees_a_reporters_photos(
    resident: Resident, staff: Staff, photo: bytes
) -> None:
    followed(resident, "A12")
    page = resident.press(timeline(resident), "/lacak/tambah", photos=(BytesIO(photo), "satu.jpg"))
    assert "Anda menambahkan foto." in page.text
    shown = resident.client.get("/lacak/foto/1")
    assert shown.data.startswith(b"\xff\xd8\xff")  # sealed on the disk, opened for the reporter
    resident.press(page, "/lacak/tutup")
    for address in ("/lacak/foto/1", "/lacak/foto/1/kecil"):
        assert resident.client.get(address).status_code == 404


def test_a_duplicate_shows_the_public_fate_of_the_first_report(
    resident: Resident, staff: Staff
) -> None:
    first, _ = receipt_of(resident.report())
    code = followed(resident)
    ticket, parent = staff.ticket(code), staff.ticket(first)
    merge(
        staff.session,
        staff.city,
        staff.keys,
        ticket,
        parent,
        act=staff.act(ticket),
        reason="Sama.",
    )
    assert "belum ditampilkan kepada umum" in timeline(resident).text
    staff.release(first)
    staff.move(first, State.VERIFIED, State.IN_PROGRESS)
    page = timeline(resident)
    assert "Laporan yang lebih dulu itu sekarang: Ditindaklanjuti" in page.text
    assert f"/laporan/{normalise_tracking_code(first)}" in page.links
    raise_visibility(
        staff.session,
        staff.city,
        staff.keys,
        staff.storage,
        parent,
        Visibility.CONFIDENTIAL,
        act=staff.act(parent),
    )
    page = timeline(resident)
    assert "Laporan yang lebih dulu itu sekarang" not in page.text
    assert normalise_tracking_code(first) not in page.text


def test_a_report_that_was_split_is_followed_and_answered_from_one_page(
    resident: Resident, staff: Staff
) -> None:
    code = followed(resident)
    first = staff.ticket(code)
    piece = Piece(category_code="N06", area_code=first.area_code, text="Sampah di bawah lampu.")
    second = split(staff.session, staff.city, staff.keys, first, piece, act=staff.act(first))
    for state in (State.VERIFIED, State.NEEDS_INFO):
        act = staff.act(second)
        move_ticket(
            staff.session, staff.city, staff.keys, second, state, act=act, reason="Sampah apa?"
        )
    page = timeline(resident)
    assert "Laporan ini berisi dua hal." in page.text
    assert "/lacak/laporan?bagian=2" in page.links
    assert "Sampah apa?" not in page.text
    part = resident.open("/lacak/laporan?bagian=2")
    assert "Di sini hanya bagian ini yang ditangani: Sampah di bawah lampu." in part.text
    assert "/lacak/laporan?bagian=1" in part.links
    answered = resident.press(part, "/lacak/jawab", answer="Ranting dan plastik.")
    assert "Ranting dan plastik." in answered.text
    assert (second.state, first.state) == (State.VERIFIED, State.NEW)
    assert resident.open("/lacak/laporan?bagian=7").text == timeline(resident).text


@pytest.mark.parametrize(
    ("category_code", "words"),
    [("A04", "ikut dihitung terlambat"), ("A12", "Mereka hanya menerima kode")],
)
def test_what_happens_after_the_deadline_is_said(
    resident: Resident, category_code: str, words: str
) -> None:
    followed(resident, category_code)
    assert words in timeline(resident).text


@pytest.mark.parametrize("action", ["jawab", "tambah", "sanggah", "beres", "tarik"])
def test_without_a_pass_nothing_happens(resident: Resident, staff: Staff, action: str) -> None:
    code, _ = receipt_of(resident.report())
    form = {"csrf_token": resident.open("/lacak").form("/lacak").value("csrf_token")}
    answer = resident.client.post(f"/lacak/{action}", data=form | {"reason": "x", "answer": "x"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/lacak")
    assert staff.ticket(code).state == State.NEW


@pytest.mark.parametrize("action", ["jawab", "tambah", "sanggah", "beres", "tarik"])
def test_a_foreign_page_cannot_press_a_button(
    resident: Resident, staff: Staff, action: str
) -> None:
    code = followed(resident)
    answer = resident.client.post(f"/lacak/{action}", data={"reason": "x", "answer": "x"})
    assert answer.status_code == 403
    assert staff.ticket(code).state == State.NEW


def test_what_cannot_be_done_is_not_offered(resident: Resident, staff: Staff) -> None:
    code = followed(resident)
    offered = {form.action for form in timeline(resident).forms}
    assert "/lacak/tarik" in offered
    assert not offered & {"/lacak/jawab", "/lacak/sanggah", "/lacak/beres"}
    staff.move(code, State.ARCHIVED)
    assert not {form.action for form in timeline(resident).forms} & {"/lacak/tarik"}
