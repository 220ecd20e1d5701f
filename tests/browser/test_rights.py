"""From the receipt to erasing: everything a reporter does alone, in a browser."""

import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from citizenreport.triage.states import State
from tests.browser.conftest import Visit
from tests.browser.test_resident import AsStaff, follow, receipt

Begin = Callable[..., Visit]
LEFT = "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"


def sent(made: Visit, category_code: str, story: str) -> tuple[str, str]:
    page = made.page
    made.open(f"/lapor?kategori={category_code}")
    if page.locator("details.stop").count():
        page.locator("details.stop > summary").click()
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Kelurahan").select_option(label="Panjang")
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")
    return receipt(page)


def add(page: Page, words: str, photo: dict[str, Any]) -> None:
    page.get_by_text("Tambah keterangan atau foto").click()
    page.get_by_label("Keterangan tambahan").fill(words)
    page.get_by_label("Foto").set_input_files([photo])
    page.get_by_role("button", name="Kirim tambahan").click()
    expect(page.get_by_role("status").filter(has_text="kami teruskan ke petugas")).to_be_visible()


@pytest.mark.parametrize("has_script", [True, False])
def test_a_report_is_followed_to_its_end_and_erased(
    visit: Begin, as_staff: AsStaff, photo: dict[str, Any], *, has_script: bool
) -> None:
    made = visit(java_script_enabled=has_script, accept_downloads=True)
    page = made.page
    code, secret = sent(made, "A04", f"Lampu mati di gang kecil ({has_script}).")
    follow(made, code, secret)
    add(page, "Sekarang dua tiang.", photo)
    own = page.get_by_role("img", name="Foto Anda nomor 1")
    own.scroll_into_view_if_needed()
    if has_script:
        expect(own).to_have_js_property("naturalWidth", 320)

    as_staff(lambda staff: staff.move(code, State.VERIFIED, State.IN_PROGRESS, State.RESOLVED))
    page.reload()
    page.get_by_role("button", name="Belum beres").click()
    expect(page.locator(".timeline")).to_contain_text("Anda menyanggah")
    page.get_by_role("link", name="Data dan hak saya").click()
    page.get_by_label("Email").fill("budi@warga.example")
    page.get_by_role("button", name="Simpan kontak").click()
    expect(page.get_by_text("Kontak Anda sudah diubah.")).to_be_visible()

    page.get_by_role("link", name="Data dan hak saya").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Unduh data saya").click()
    assert download.value.suggested_filename == "data-saya.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.namelist() == ["data.json", "photos/1.jpg"]
        data = json.loads(archive.read("data.json"))
    assert data["contact"]["email"] == "budi@warga.example"

    page.get_by_role("link", name="Hapus data saya").click()
    expect(page.get_by_text("Ini tidak dapat dibatalkan")).to_be_visible()
    page.get_by_role("button", name="Ya, hapus sekarang").click()
    expect(page.get_by_role("heading", name="Sudah dihapus")).to_be_visible()
    follow(made, code, secret)
    expect(page.get_by_role("alert")).to_contain_text("Laporan tidak ditemukan")


def test_the_pages_of_a_confidential_report_tell_nothing_and_leave_nothing(
    visit: Begin,
) -> None:
    made = visit()
    page, story = made.page, "Dipukuli di rumah."
    code, secret = sent(made, "A12", story)
    follow(made, code, secret)
    for address in ("/lacak/laporan", "/lacak/data", "/lacak/hapus"):
        made.open(address)
        assert not {"kekerasan", "rahasia", story, code} & set(page.title().lower().split())
        assert "Kekerasan" not in page.title()
        expect(page.get_by_role("button", name="Keluar cepat")).to_be_visible()
    left = page.evaluate(LEFT)
    for word in (story, code.replace("-", ""), secret.replace("-", "")):
        assert word not in left
    page.get_by_role("button", name="Keluar cepat").click()
    page.wait_for_url(lambda url: "/lacak" not in url)
    made.open("/lacak/laporan")
    assert made.path == "/lacak"
