"""A resident's journeys, from the front page to the timeline."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from citizenreport.triage.states import State
from tests.browser.conftest import INSIDE, Visit
from tests.doors.pages.staff import Staff
from tests.servers import LiveServer

Begin = Callable[..., Visit]
AsStaff = Callable[[Callable[[Staff], None]], None]
STORY = "Lampu jalan di depan pos ronda mati sejak tiga hari."


def receipt(page: Page) -> tuple[str, str]:
    expect(page.locator(".big-code")).to_have_count(2)
    shown = page.locator(".big-code").all_inner_texts()
    return shown[0], shown[1]


def stored(service: LiveServer, story: str) -> int:
    with service.database.owner() as connection:
        query = "SELECT count(*) FROM report WHERE description = %s"
        row = connection.execute(query, (story,)).fetchone()
    assert row is not None
    return int(row[0])


def photos_of(service: LiveServer, story: str) -> int:
    with service.database.owner() as connection:
        row = connection.execute(
            "SELECT count(*) FROM photo p JOIN report r ON r.id = p.report_id"
            " WHERE r.description = %s",
            (story,),
        ).fetchone()
    assert row is not None
    return int(row[0])


def follow(made: Visit, code: str, secret: str) -> None:
    made.open("/lacak")
    made.page.get_by_label("Kode laporan").fill(code)
    made.page.get_by_label("Kata rahasia").fill(secret)
    made.page.get_by_role("button", name="Lihat laporan").click()


def test_the_whole_journey_without_javascript(
    visit: Begin, service: LiveServer, photo: dict[str, Any], as_staff: AsStaff
) -> None:
    made = visit(java_script_enabled=False)
    page, story = made.page, f"{STORY} Tanpa skrip."
    made.open("/")
    page.get_by_role("link", name="Lapor sekarang").click()
    page.get_by_text("Kejahatan, kekerasan").click()
    page.get_by_role("link", name="Penerangan jalan").click()
    expect(page.get_by_role("button", name="Pakai lokasi saya")).to_have_count(0)
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_role("button", name="Kirim laporan").click()

    expect(page.get_by_role("alert")).to_contain_text("Tempat kejadian belum diisi")
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value(story)
    page.get_by_label("Kelurahan").select_option(label="Panjang")
    page.get_by_label("Patokan").fill("pos ronda")
    page.get_by_label("Foto").set_input_files([photo])
    page.get_by_role("button", name="Kirim laporan").click()

    assert made.path == "/lapor/terkirim"
    code, secret = receipt(page)
    assert stored(service, story) == 1
    as_staff(lambda staff: staff.move(code, State.VERIFIED, State.IN_PROGRESS))
    page.get_by_role("button", name="Sudah saya simpan").click()
    follow(made, code, secret)
    assert made.path == "/lacak/laporan"
    expect(page.locator(".timeline li")).to_have_count(3)
    expect(page.locator(".timeline")).to_contain_text("Dinas Lingkungan Hidup mulai menangani")
    expect(page.get_by_alt_text("Foto Anda nomor 1")).to_be_visible()
    page.get_by_role("button", name="Tutup").click()
    made.open("/lacak/laporan")
    assert made.path == "/lacak"
    assert not any(secret.replace("-", "") in url.replace("-", "") for url in made.asked)


def test_the_journey_with_the_phones_position_to_the_public_page(
    visit: Begin, service: LiveServer, photo: dict[str, Any], as_staff: AsStaff
) -> None:
    made = visit(geolocation=INSIDE, permissions=["geolocation"])
    page, story = made.page, f"{STORY} Dengan lokasi."
    made.open("/lapor?kategori=A04")
    page.get_by_role("button", name="Pakai lokasi saya").click()
    expect(page.get_by_text("ketelitian sekitar 12 meter")).to_be_visible()
    page.get_by_label("Apa yang terjadi?").fill(story)
    left = f"{4000 - len(story):,}".replace(",", ".")
    expect(page.get_by_text(f"Sisa {left} huruf")).to_be_visible()
    page.get_by_label("Foto").set_input_files([photo, photo])
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")
    code, _ = receipt(page)
    expect(page.get_by_text("di Panjang")).to_be_visible()  # found from the position

    def publish(staff: Staff) -> None:
        staff.release(code, "Lampu padam di dekat pos ronda.")
        staff.release_photos(code)

    as_staff(publish)
    made.open("/laporan")
    card = page.locator(".report-card", has_text="Lampu padam di dekat pos ronda.")
    card.get_by_role("link", name="Penerangan jalan umum mati/kurang").click()
    expect(page.get_by_text("Lampu padam di dekat pos ronda.")).to_be_visible()
    expect(page.get_by_text(story)).to_have_count(0)
    pictures = page.locator(".photos img")
    expect(pictures).to_have_count(2)
    pictures.last.scroll_into_view_if_needed()
    expect(pictures.last).to_have_js_property("naturalWidth", 320)


def test_without_permission_the_kelurahan_is_enough(visit: Begin) -> None:
    made = visit(permissions=[])
    page = made.page
    made.open("/lapor?kategori=A04")
    page.get_by_role("button", name="Pakai lokasi saya").click()
    expect(page.get_by_text("Izin lokasi ditolak")).to_be_visible()
    page.get_by_label("Apa yang terjadi?").fill(STORY)
    page.get_by_label("Kelurahan").select_option(label="Gelangan")
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")


def test_a_position_can_be_taken_back(visit: Begin) -> None:
    made = visit(geolocation=INSIDE, permissions=["geolocation"])
    page = made.page
    made.open("/lapor?kategori=A04")
    clear = page.get_by_role("button", name="Hapus titik")
    expect(clear).to_be_hidden()
    page.get_by_role("button", name="Pakai lokasi saya").click()
    expect(page.locator("[name=lat]")).to_have_value("-7.478474")
    clear.click()
    expect(page.locator("[name=lat]")).to_have_value("")
    expect(clear).to_be_hidden()


def test_pressing_twice_sends_one_report(visit: Begin, service: LiveServer) -> None:
    made = visit()
    page, story = made.page, f"{STORY} Dua kali."
    made.open("/lapor?kategori=A04")
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Kelurahan").select_option(label="Gelangan")
    page.get_by_role("button", name="Kirim laporan").dblclick()
    # The second press breaks off the first answer: what counts is where it ends.
    expect(page).to_have_url(re.compile("/lapor/terkirim$"), timeout=30_000)
    assert stored(service, story) == 1


def test_pressing_twice_without_javascript_sends_one_report(
    visit: Begin, service: LiveServer
) -> None:
    made = visit(java_script_enabled=False)
    page, story = made.page, f"{STORY} Dua kali tanpa skrip."
    made.open("/lapor?kategori=A04")
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Kelurahan").select_option(label="Gelangan")
    page.get_by_role("button", name="Kirim laporan").dblclick()
    # The second press breaks off the first answer: what counts is where it ends.
    expect(page).to_have_url(re.compile("/lapor/terkirim$"), timeout=30_000)
    assert stored(service, story) == 1


def test_going_back_and_sending_the_same_again_shows_the_same_code(
    visit: Begin, service: LiveServer
) -> None:
    made = visit()
    page, story = made.page, f"{STORY} Kembali."
    made.open("/lapor?kategori=A04")
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Kelurahan").select_option(label="Gelangan")
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")
    first = receipt(page)
    page.go_back(wait_until="commit")  # out of the back-forward cache: it does not load again
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value(story)
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")
    assert receipt(page) == first
    assert stored(service, story) == 1


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_a_fast_way_out_leaves_nothing_behind(visit: Begin, java_script_enabled: bool) -> None:
    made = visit(java_script_enabled=java_script_enabled)
    page = made.page
    made.open("/lapor")
    page.get_by_text("Kejahatan, kekerasan").click()
    page.get_by_role("button", name="KDRT").click()
    assert "kategori" not in page.url
    assert "KDRT" not in page.title()
    page.get_by_text("Tidak ada bahaya sekarang").click()
    page.get_by_label("Apa yang terjadi?").fill("Saya dipukul semalam.")
    page.get_by_role("button", name="Keluar cepat").click()
    page.wait_for_url("**/kode-pos")
    assert "apor" not in page.title()
    with pytest.raises(PlaywrightError, match="ERR_CACHE_MISS"):  # nothing of the form was kept
        page.go_back()


def test_outside_the_city_one_press_asks_for_a_referral(visit: Begin) -> None:
    outside = INSIDE | {"latitude": -7.510032, "longitude": 110.22961}
    made = visit(geolocation=outside, permissions=["geolocation"])
    page = made.page
    made.open("/lapor?kategori=A04")
    page.get_by_label("Apa yang terjadi?").fill(STORY)
    page.get_by_role("button", name="Pakai lokasi saya").click()
    expect(page.get_by_text("Lokasi didapat")).to_be_visible()
    page.get_by_role("button", name="Kirim laporan").click()
    expect(page.get_by_role("alert")).to_contain_text("Mertoyudan")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("button", name="Kirim dan minta diteruskan").click()
    page.wait_for_url("**/lapor/terkirim")


def test_the_form_can_be_filled_in_by_keyboard_alone(visit: Begin) -> None:
    made = visit()
    page = made.page
    made.open("/lapor?kategori=A04")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.id")
        if name == "description":
            page.keyboard.type(STORY)
        if name == "area_code":
            page.keyboard.type("Gelangan")
        if name == "kirim":
            page.keyboard.press("Enter")
            break
    page.wait_for_url("**/lapor/terkirim")


def test_the_first_visit_of_the_form_is_small(visit: Begin) -> None:
    made = visit()
    bodies: dict[str, int] = {}
    made.page.on("response", lambda r: bodies.update({r.url: len(r.body())}))
    made.open("/lapor?kategori=A04")
    made.page.wait_for_load_state("networkidle")
    assert any(re.search(r"report-\w+\.js$", url) for url in bodies)
    assert sum(bodies.values()) < 100 * 1024, bodies  # even before compression
