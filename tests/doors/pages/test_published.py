"""`/laporan` and `/foto`: what was released, and nothing else."""

import io
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.ids import new_tracking_code
from citizenreport.intake.models import Photo
from citizenreport.jobs.thumbnails import make_thumbnail
from citizenreport.publication.models import PublishedPhoto, PublishedReport
from citizenreport.triage.states import State
from citizenreport.web.context import EXTENSION
from tests.doors.pages.conftest import Counting
from tests.doors.pages.resident import Page, Resident, receipt_of
from tests.doors.pages.staff import Staff

FIRST_DAY = date(2026, 3, 2)


def jpeg(width: int = 40, height: int = 30) -> tuple[io.BytesIO, str]:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "JPEG")
    file.seek(0)
    return file, "a.jpg"


def row(number: int, **values: object) -> PublishedReport:
    given: dict[str, object] = {
        "tracking_code": new_tracking_code(),
        "category_code": "A04",
        "aspect": "aman",
        "complaint_class": "pengaduan_tidak_berkadar_pengawasan",
        "area_code": "33.71.03.1005",
        "position": None,
        "agency_code": "DLH",
        "state": "new",
        "text": f"Laporan nomor {number}.",
        "submitted_on": FIRST_DAY + timedelta(days=number // 3),
        "settlement_due_on": FIRST_DAY + timedelta(days=30),
        "changed_on": FIRST_DAY,
    }
    return PublishedReport(**given | values)  # type: ignore[arg-type]


def listed(page: Page) -> list[str]:
    return [link for link in page.links if link.startswith("/laporan/")]


def older_of(page: Page) -> list[str]:
    return [link for link in page.links if "setelah=" in link and "lang=" not in link]


def test_nothing_is_public_before_it_is_released(
    resident: Resident, staff: Staff, session: Session
) -> None:
    code, _ = receipt_of(resident.report(description="kanari-2201"))
    before = {path: resident.open(path) for path in ("/", "/laporan", f"/laporan/{code}")}
    assert all("kanari-2201" not in page.response.text for page in before.values())
    assert before[f"/laporan/{code}"].status == 404

    staff.release(code, "Lampu jalan padam.")
    page = resident.open(f"/laporan/{code}")
    assert page.status == 200
    assert "Lampu jalan padam." in page.text
    assert "kanari-2201" not in page.response.text
    assert "Dinas Lingkungan Hidup" in page.text
    for path in ("/", "/laporan"):
        assert f"/laporan/{code.replace('-', '')}" in resident.open(path).links


def test_a_refused_text_leaves_the_report_without_words(resident: Resident, staff: Staff) -> None:
    code, _ = receipt_of(resident.report())
    staff.release(code, None)
    assert "Tulisan pelapor tidak ditayangkan" in resident.open(f"/laporan/{code}").text


def test_unknown_hidden_and_nonsense_look_the_same(resident: Resident, staff: Staff) -> None:
    held, _ = receipt_of(resident.report())
    confidential, _ = receipt_of(resident.report("A12", description="Dipukuli."))
    turned, _ = receipt_of(resident.report())
    staff.release(turned)
    staff.hide(turned)
    paths = [held, confidential, turned, "AAAAAAAAAA", "a%00b", "%F0%9F%98%80", "x" * 500]
    answers = {resident.open(f"/laporan/{code}").text for code in paths}
    assert len(answers) == 1
    assert resident.client.get("/laporan/AAAAAAAAAA").status_code == 404


def test_state_and_replies_follow_the_ticket(resident: Resident, staff: Staff) -> None:
    code, _ = receipt_of(resident.report())
    staff.release(code)
    staff.move(code, State.VERIFIED, State.IN_PROGRESS, reason="alasan internal-77")
    staff.reply(code, "Besok kami perbaiki.")
    page = resident.open(f"/laporan/{code}")
    assert "Ditindaklanjuti" in page.text
    assert "Besok kami perbaiki." in page.text
    assert "internal-77" not in page.response.text


def test_a_released_photo_is_sent_and_asked_for_anew_each_time(
    resident: Resident, staff: Staff
) -> None:
    code, _ = receipt_of(resident.report(photos=[jpeg(), jpeg()]))
    staff.release(code)
    assert "<img" not in resident.open(f"/laporan/{code}").response.text
    staff.release_photos(code)
    html = resident.open(f"/laporan/{code}").response.text
    small = [part.split('"')[0] for part in html.split('<img src="')[1:]]
    first, second = [address.removesuffix("/kecil") for address in small]
    assert first != second
    assert first.startswith("/foto/")
    assert {f"{first}/kecil", f"{second}/kecil"} == set(small)

    photo = resident.client.get(first)
    assert (photo.status_code, photo.mimetype) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(photo.data)).size == (40, 30)
    assert "no-cache" in photo.headers["Cache-Control"]
    assert "script-src" not in photo.headers["Content-Security-Policy"]
    again = resident.client.get(first, headers={"If-None-Match": photo.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")

    staff.hide(code)
    gone = resident.client.get(first, headers={"If-None-Match": photo.headers["ETag"]})
    assert gone.status_code == 404


def test_cards_show_the_first_photo_small_with_its_size_and_words(
    app: Flask, resident: Resident, staff: Staff, session: Session
) -> None:
    code, _ = receipt_of(resident.report(photos=[jpeg(800, 600), jpeg(30, 40)]))
    staff.release(code)
    staff.release_photos(code)
    for path in ("/", "/laporan"):
        html = resident.open(path).response.text
        [image] = re.findall(r'<img class="card-photo"[^>]+>', html)
        assert 'width="400" height="300"' in image
        assert 'loading="lazy"' in image
        assert 'alt="Foto laporan: ' in image
        assert "2 foto" in html
    [small] = re.findall(r'src="(/foto/[^"]+/kecil)"', image)
    whole = resident.client.get(small)
    assert Image.open(io.BytesIO(whole.data)).size == (800, 600)  # nobody made it small yet

    first = session.scalars(select(Photo).where(Photo.position_in_report == 1)).one()
    make_thumbnail(photo_id=str(first.id))
    answer = resident.client.get(small, headers={"If-None-Match": whole.headers["ETag"]})
    assert answer.status_code == 200
    assert Image.open(io.BytesIO(answer.data)).size == (400, 300)
    [small_key] = session.scalars(
        select(PublishedPhoto.thumbnail_key).where(PublishedPhoto.thumbnail_key.is_not(None))
    )
    staff.hide(code)
    assert resident.client.get(small).status_code == 404
    assert small_key != first.thumbnail_key


def test_a_thumbnail_that_was_there_first_is_copied(
    resident: Resident, staff: Staff, session: Session
) -> None:
    code, _ = receipt_of(resident.report(photos=jpeg(800, 600)))
    photo = session.scalars(select(Photo)).one()
    make_thumbnail(photo_id=str(photo.id))
    staff.release(code)
    staff.release_photos(code)
    published = session.scalars(select(PublishedPhoto)).one()
    assert published.thumbnail_key not in (None, photo.thumbnail_key)
    answer = resident.client.get(f"/foto/{published.photo_code}/kecil")
    assert Image.open(io.BytesIO(answer.data)).size == (400, 300)


@pytest.mark.parametrize("code", ["x", "A" * 22, "a%00b", "..%2f..%2fetc%2fpasswd", "%ff"])
def test_a_photo_nobody_released_is_not_there(resident: Resident, code: str) -> None:
    assert resident.client.get(f"/foto/{code}").status_code == 404


def test_a_photo_of_a_report_is_not_found_by_its_storage_key(
    resident: Resident, session: Session, app: Flask
) -> None:
    resident.report(photos=jpeg())
    stored = app.extensions[EXTENSION].storage.keys()
    for key in stored:
        assert resident.client.get(f"/foto/{key}").status_code == 404


def test_pages_lead_through_all_rows_once_newest_first(
    resident: Resident, session: Session
) -> None:
    rows = [row(number) for number in range(47)]
    session.add_all(rows)
    session.flush()
    seen: list[str] = []
    page = resident.open("/laporan")
    for _ in range(10):
        seen += listed(page)
        older = older_of(page)
        if not older:
            break
        page = resident.open(older[0])
    newest_first = sorted(rows, key=lambda r: (r.submitted_on, r.tracking_code), reverse=True)
    assert seen == [f"/laporan/{r.tracking_code}" for r in newest_first]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, {0, 1, 2, 3}),
        ({"aspek": "nyaman"}, {1}),
        ({"kategori": "N06"}, {1}),
        ({"kelurahan": "33.71.01.1003"}, {2}),
        ({"status": "closed"}, {3}),
        ({"status": "closed", "aspek": "nyaman"}, set()),
        ({"kategori": "A12"}, set()),
        ({"aspek": "ufo"}, set()),
        ({"kelurahan": "a\x00b"}, set()),
        ({"status": "\ud83d"}, set()),
        ({"aspek": ""}, {0, 1, 2, 3}),
    ],
)
def test_filters(
    resident: Resident, session: Session, query: dict[str, str], numbers: set[int]
) -> None:
    rows = [
        row(0),
        row(1, category_code="N06", aspect="nyaman"),
        row(2, area_code="33.71.01.1003"),
        row(3, state="closed"),
    ]
    session.add_all(rows)
    session.flush()
    clean = {k: v.encode("utf-8", "replace").decode() for k, v in query.items()}
    page = resident.open("/laporan", **clean)
    assert page.status == 200
    assert set(listed(page)) == {f"/laporan/{rows[n].tracking_code}" for n in numbers}
    assert bool(numbers) or "Tidak ada laporan yang cocok" in page.text


def test_a_filter_stays_on_the_next_page_and_in_the_form(
    resident: Resident, session: Session
) -> None:
    session.add_all(row(number) for number in range(25))
    session.add_all(row(number, category_code="N06", aspect="nyaman") for number in range(25))
    session.flush()
    page = resident.open("/laporan", aspek="nyaman")
    [older] = older_of(page)
    assert "aspek=nyaman" in older
    assert page.form("/laporan").value("aspek") == "nyaman"
    assert len(listed(resident.open(older))) == 5


def test_only_categories_that_may_be_public_can_be_chosen(resident: Resident) -> None:
    html = resident.open("/laporan").response.text
    assert 'value="A04"' in html
    assert 'value="A12"' not in html
    assert 'value="A02"' not in html  # restricted


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "",
        "====",
        "W10",
        "bnVsbA",
        "WyJ4IiwieCJd",
        "WyIyMDI2LTAzLTAyIiwiYVx1MDAwMCJd",
        "WyIyMDI2LTAzLTAyIiw3XQ",
        "9" * 3000,
    ],
)
def test_a_broken_cursor_is_said_and_never_a_server_error(resident: Resident, cursor: str) -> None:
    answer = resident.client.get("/laporan", query_string={"setelah": cursor})
    assert answer.status_code == (422 if cursor else 200)


def test_the_list_asks_the_same_few_questions_whatever_its_length(
    resident: Resident, session: Session, queries: Counting
) -> None:
    counts = []
    for more in (1, 60):
        session.add_all(row(number) for number in range(more))
        session.flush()
        with queries() as asked:
            assert resident.open("/laporan").status == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[1] <= 4


@pytest.mark.parametrize(
    ("path", "most"), [("/", 4), ("/lapor", 0), ("/lapor?kategori=A04", 0), ("/bantuan", 0)]
)
def test_other_pages_ask_little(
    resident: Resident, queries: Counting, path: str, most: int
) -> None:
    with queries() as asked:
        assert resident.client.get(path).status_code == 200
    assert len(asked) <= most, asked


def test_a_report_page_asks_little(resident: Resident, staff: Staff, queries: Counting) -> None:
    code, _ = receipt_of(resident.report())
    staff.release(code)
    with queries() as asked:
        assert resident.open(f"/laporan/{code}").status == 200
    assert len(asked) <= 4, asked


def test_a_made_up_report_says_so(resident: Resident, session: Session) -> None:
    demo = row(1, is_demo=True)
    session.add(demo)
    session.flush()
    for path in ("/", "/laporan", f"/laporan/{demo.tracking_code}"):
        assert "Contoh" in resident.open(path).text
