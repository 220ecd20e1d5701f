"""The counter in a browser: by keyboard alone, once, and without a trace."""

from collections.abc import Callable
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from citizenreport.core.ids import normalise_tracking_code
from citizenreport.identity.rules import Grant, Role
from tests.browser.conftest import Visit
from tests.browser.staff import open_account, sign_in
from tests.browser.test_every_page import SIDEWAYS, TOO_SMALL
from tests.browser.test_similar_reports import lamp  # noqa: F401 - a fixture
from tests.servers import LiveServer

Begin = Callable[..., Visit]

KELURAHAN: Final = Grant(role=Role.OFFICER, agency_code="KEL_3371011003")
KEY_S: Final = 0.3
"""Between two letters: 200 a minute, somebody who does not type for a living."""
STEP_S: Final = 1.0
"""For a key that needs a look first: Tab, an arrow, Enter."""
DESK: Final = {"width": 1280, "height": 900}


class Hands:
    """Types and presses, and counts what that costs."""

    def __init__(self, page: Page) -> None:
        self.page, self.letters, self.steps = page, 0, 0

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.letters += len(text)

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
        self.steps += times

    def tab_to(self, selector: str) -> None:
        for _ in range(15):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"{selector} is not reached by Tab")

    @property
    def seconds(self) -> float:
        return self.letters * KEY_S + self.steps * STEP_S


@pytest.fixture
def counter(visit: Begin, service: LiveServer) -> Page:
    made = visit(viewport=DESK, reduced_motion="reduce")
    return sign_in(made, open_account(service, KELURAHAN), "/petugas/loket")


def test_a_report_by_keyboard_alone_takes_less_than_a_minute(counter: Page) -> None:
    hands = Hands(counter)
    hands.type("peteng")
    hands.press("Enter")
    expect(counter.get_by_text("Bacakan kepada pelapor")).to_be_visible()
    hands.tab_to("#description")
    hands.type("Lampu jalan depan gapura mati sejak Senin.")
    hands.tab_to("#area_code")
    hands.type("Magersari")
    hands.tab_to("#neighbourhood")
    hands.type("05")
    hands.press("Tab")
    hands.type("Gapura RW 5")
    hands.press("Control+Enter")
    expect(counter.get_by_text("Tanda terima untuk pelapor")).to_be_visible()
    assert counter.locator("dt", has_text="Kata rahasia").is_visible()
    assert hands.seconds < 60


def test_what_was_typed_is_on_no_page_and_in_no_store_of_the_office_browser(counter: Page) -> None:
    counter.get_by_label("Apa yang terjadi?").fill("Canary di loket.")
    counter.get_by_label("Nama", exact=True).fill("Bu Canary")
    counter.goto(counter.url)
    assert counter.get_by_label("Apa yang terjadi?").input_value() == ""
    kept = counter.evaluate(
        "async () => [{...localStorage}, {...sessionStorage}, (await indexedDB.databases()).length]"
    )
    assert kept == [{}, {}, 0]


def test_a_confidential_report_leaves_its_code_on_the_screen_and_its_secret_on_paper(
    counter: Page,
) -> None:
    counter.get_by_label("Cari jenis masalah").fill("kekerasan")
    counter.get_by_label("Cari jenis masalah").press("Enter")
    expect(counter.get_by_text("saya sendiri tidak dapat membukanya lagi")).to_be_visible()
    counter.get_by_label("Apa yang terjadi?").fill("Ibu di sebelah dipukuli.")
    counter.get_by_role("button", name="Kirim dan buat tanda terima").click()
    expect(counter.get_by_text("Tanda terima untuk pelapor")).to_be_visible()
    secret = counter.locator(".only-print .code")
    assert not secret.is_visible()
    counter.emulate_media(media="print")
    assert secret.is_visible()
    assert not counter.get_by_text("Tidak bisa mencetak?").is_visible()
    counter.emulate_media(media="screen")
    counter.reload()
    expect(counter.get_by_text("Tanda terima sudah ditampilkan")).to_be_visible()


def test_choosing_the_kind_keeps_what_was_typed_before(counter: Page) -> None:
    counter.get_by_label("Apa yang terjadi?").fill("Lubang dalam sekali.")
    counter.get_by_label("Patokan").fill("Depan pasar")
    counter.get_by_label("Cari jenis masalah").fill("lubang")
    counter.get_by_label("Cari jenis masalah").press("Enter")
    expect(counter.get_by_text("Bacakan kepada pelapor")).to_be_visible()
    assert counter.get_by_label("Apa yang terjadi?").input_value() == "Lubang dalam sekali."
    assert counter.get_by_label("Patokan").input_value() == "Depan pasar"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_counter_is_for_everyone(visit: Begin, service: LiveServer, scheme: str) -> None:
    made = visit(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page = sign_in(made, open_account(service, KELURAHAN), "/petugas/loket")
    page.get_by_label("Cari jenis masalah").fill("kekerasan")
    page.get_by_label("Cari jenis masalah").press("Enter")
    expect(page.get_by_text("Bacakan kepada pelapor")).to_be_visible()
    look_at(page)
    page.get_by_role("button", name="Kirim dan buat tanda terima").click()
    expect(page.get_by_text("Laporan belum terkirim")).to_be_visible()
    look_at(page)
    page.get_by_label("Apa yang terjadi?").fill("Ibu di sebelah dipukuli.")
    page.get_by_role("button", name="Kirim dan buat tanda terima").click()
    expect(page.get_by_text("Tanda terima untuk pelapor")).to_be_visible()
    look_at(page)


def look_at(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(SIDEWAYS) <= 0
    assert page.evaluate(TOO_SMALL) == []


def test_what_is_known_is_offered_as_the_place_is_chosen_and_joined_by_one_click(
    counter: Page,
    lamp: str,  # noqa: F811
) -> None:
    counter.get_by_label("Cari jenis masalah").fill("parkir")
    counter.keyboard.press("Enter")
    counter.get_by_label("Kelurahan", exact=True).select_option(label="Panjang")
    offered = counter.locator("#serupa")
    expect(offered).to_contain_text("Sudah ada laporan serupa di dekat situ")
    expect(offered).to_contain_text("Mobil parkir di trotoar.")
    assert counter.locator("[name=seen_similar]").input_value() != ""
    assert Axe().run(counter).violations_count == 0
    offered.get_by_role("button", name="Ya, yang ini").first.click()
    expect(counter.get_by_role("heading", name="Ikut dihitung")).to_be_visible()
    expect(counter.get_by_text(f"/laporan/{normalise_tracking_code(lamp)}")).to_be_visible()
    for width in (360, 1280):
        counter.set_viewport_size({"width": width, "height": 800})
        assert counter.evaluate(SIDEWAYS) <= 0, width
        assert counter.evaluate(TOO_SMALL) == [], width
    assert Axe().run(counter).violations_count == 0
