"""The city desk takes reports in from a file, sees them before, and takes them back: without a script, too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.imports import run_import, undo_import
from tests.browser.conftest import Visit, watch
from tests.browser.staff import open_account, sign_in
from tests.browser.test_console_pages import look_everywhere
from tests.servers import LiveServer

FILE = (
    "Nomor Laporan;Kategori;Isi Laporan;Tanggal Laporan;Status;Tanggal Selesai;OPD;Kelurahan\n"
    "L-1;A04;Lampu mati di depan balai;02/05/2024 10:00;Selesai;04/05/2024 09:00;DLH;Panjang\n"
    "L-2;A04;Lampu berkedip;03/05/2024 10:00;Sedang diproses;;Dinas Aneh;Panjang\n"
    "L-3;A12;Rahasia sekali;03/05/2024 11:00;Belum terverifikasi;;;\n"
    "L-4;A04;Tanggalnya rusak;kemarin;Selesai;;;\n"
)


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def desk(browser: Browser, service: LiveServer, request: pytest.FixtureRequest) -> Iterator[Visit]:
    context = browser.new_context(
        locale="id-ID",
        java_script_enabled=request.param,
        reduced_motion="reduce",
        bypass_csp=True,
    )
    made = Visit(page=context.new_page(), base_url=service.base_url)
    watch(made)
    sign_in(made, open_account(service, Grant(role=Role.CITY_DESK)), "/petugas/impor")
    yield made
    context.close()


def test_a_file_goes_the_whole_way_and_back(
    desk: Visit, service: LiveServer, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    page = desk.page
    has_script = request.node.callspec.params["desk"]
    source = "aduan-lama" if has_script else "aduan-lain"
    file = tmp_path / "aduan.csv"
    file.write_text(FILE, encoding="utf-8")

    def looked(path: str) -> None:
        if has_script:
            look_everywhere(desk, path)

    looked("/petugas/impor")
    page.get_by_label("Asal berkas").select_option("monggo_lapor")
    page.get_by_label("Berkas", exact=True).set_input_files(file)
    page.locator("#source").fill(source)
    page.get_by_role("button", name="Unggah dan petakan kolomnya").click()
    page.wait_for_url("**/pemetaan")
    address = page.url.removeprefix(desk.base_url).removesuffix("/pemetaan")
    looked(f"{address}/pemetaan")
    page.get_by_role("button", name="Simpan dan lihat hasilnya").click()
    page.wait_for_url("**?beres=siap")
    assert page.get_by_text("Lampu mati di depan balai").is_visible()
    assert page.get_by_text("Rahasia sekali").count() == 0
    looked(address)

    def step(button: str, job: object) -> None:
        page.get_by_role("button", name=button).click()
        page.wait_for_url(f"**{address}")
        with service.database.app.app_context():
            job(import_id=address.rsplit("/", 1)[1])  # type: ignore[operator]
        page.goto(f"{desk.base_url}{address}")

    step("Uji coba seluruh berkas", run_import)
    assert page.get_by_text("3 baris dapat diterima.").is_visible()
    assert page.get_by_role("link", name="Unduh baris yang disisihkan").is_visible()
    looked(address)
    step("Impor sekarang", run_import)
    assert page.get_by_text("3 laporan baru.").is_visible()
    looked(address)
    page.get_by_label("Alasan").fill("Salah berkas.")
    step("Batalkan seluruh impor", undo_import)
    assert page.get_by_text("3 laporan dikeluarkan").is_visible()
    looked(address)
    looked("/petugas/impor")
    desk.done()
