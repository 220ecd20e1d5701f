"""The list of tickets by keyboard and without a script, in a real browser."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.doors.console.test_browser import chromium, console, send_lamp, sign_in  # noqa: F401

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Browser, console: str) -> Iterator[Page]:  # noqa: F811
    context = chromium.new_context(locale="id-ID", bypass_csp=True)
    opened = context.new_page()
    sign_in(opened, console)
    opened.goto(f"{console}/petugas/tiket")
    yield opened
    context.close()


def test_keys_go_to_a_ticket_choose_it_search_and_tell_what_they_are(page: Page) -> None:
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("a.row-link").first).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("input.choose").first).to_be_checked()
    page.keyboard.press("x")
    expect(page.locator("input.choose").first).not_to_be_checked()
    page.keyboard.press("/")
    expect(page.locator("#cari")).to_be_focused()
    page.keyboard.type("jx?/")
    expect(page.locator("#cari")).to_have_value("jx?/")
    page.locator("#cari").blur()
    page.keyboard.press("?")
    expect(page.get_by_text("tiket berikutnya, tiket sebelumnya")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    page.get_by_label("Pintasan menyala di peramban ini").uncheck()
    page.reload()
    page.keyboard.press("j")
    expect(page.locator("a.row-link").first).not_to_be_focused()


def test_many_are_done_by_keyboard_alone(page: Page) -> None:
    for key in ("j", "x"):
        page.keyboard.press(key)
    page.locator("#kind").focus()
    page.locator("#kind").select_option("move")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ubah keadaan")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    page.get_by_label("Keadaan baru").select_option("verified")
    page.get_by_role("button", name="Tinjau dulu").press("Enter")
    page.get_by_role("button", name="Lakukan untuk 1 tiket").press("Enter")
    expect(page.get_by_text("1 tiket diubah.")).to_be_visible()
    assert Axe().run(page).violations_count == 0


def test_without_a_script_there_are_no_keys_and_the_rest_works(
    chromium: Browser,  # noqa: F811
    console: str,  # noqa: F811
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="id-ID")
    page = context.new_page()
    sign_in(page, console)
    page.goto(f"{console}/petugas/tiket")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("input.choose").first.check()
    page.locator("#kind").select_option("move")
    page.get_by_role("button", name="Lanjut").click()
    page.get_by_role("button", name="Tinjau dulu").click()
    page.get_by_role("button", name="Lakukan untuk 1 tiket").click()
    expect(page.get_by_text("1 tiket diubah.")).to_be_visible()
    context.close()
