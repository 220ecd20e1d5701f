"""The forms of what the city desk edits of the pack: for every eye, on every width, in both themes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from citizenreport.identity.rules import Grant, Role
from tests.browser.conftest import Visit, watch
from tests.browser.staff import open_account, sign_in
from tests.browser.test_console_pages import look_everywhere
from tests.servers import LiveServer

ROOT = "/petugas/isi"


@pytest.fixture(scope="module")
def desk(browser: Browser, service: LiveServer) -> Iterator[Visit]:
    context = browser.new_context(locale="id-ID", reduced_motion="reduce", bypass_csp=True)
    made = Visit(page=context.new_page(), base_url=service.base_url)
    watch(made)
    sign_in(made, open_account(service, Grant(role=Role.CITY_DESK)), "/petugas")
    yield made
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        "libur",
        "kategori/butir/A04",
        "kategori/butir/baru",
        "pertanyaan/butir/A01",
        "instansi/butir/INSPEKTORAT",
        "balasan/butir/received",
    ],
)
def test_a_form_is_for_everyone(desk: Visit, path: str) -> None:
    look_everywhere(desk, f"{ROOT}/{path}")
    desk.done()


def test_a_draft_shows_its_difference_and_what_it_moves(desk: Visit) -> None:
    desk.open(f"{ROOT}/libur/butir/baru")
    page = desk.page
    page.get_by_label("Tanggal").fill("2031-01-09")
    page.get_by_label("Nama hari").fill("Hari jadi kota")
    page.get_by_role("button", name="Simpan rancangan").click()
    page.get_by_role("heading", name="Rancangan").wait_for()
    assert page.get_by_text("Hari jadi kota").first.is_visible()
    look_everywhere(desk, f"{ROOT}/libur")
    page.get_by_role("button", name="Buang rancangan").click()
    page.get_by_text("Rancangan dibuang.").wait_for()
    desk.done()
