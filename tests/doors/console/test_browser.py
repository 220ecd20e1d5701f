"""The console in a real browser: without scripts, on a phone and on a desk."""

import re
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.geo.position import Position
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.rules import Channel, Draft
from citizenreport.pipeline.submit import Send, submit_report
from citizenreport.web.context import EXTENSION
from tests.databases import load_magelang
from tests.identity.factories import PASSWORD, make_staff
from tests.servers import LiveServer

pytestmark = pytest.mark.browser

HARDENED = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
STORY = "Sudah kami periksa. Perbaikan dijadwalkan minggu ini."


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[Browser]:
    path = shutil.which("chromium")
    browser = playwright.chromium.launch(executable_path=path, args=HARDENED)
    yield browser
    browser.close()


@pytest.fixture
def console(live_server: LiveServer) -> str:
    """A service with one report and one officer; gives its address."""
    app = live_server.database.app
    with app.app_context(), transaction() as session:
        city = load_magelang(session)
        send_lamp(app.extensions[EXTENSION], session, city)
        make_staff(session, "sri.lestari", Grant(role=Role.OFFICER, agency_code="SATPOLPP"))
    return live_server.base_url


def send_lamp(services: object, session: object, city: City) -> None:
    lead = next(c for c in city.categories.values() if c.lead == "SATPOLPP")
    submit_report(
        session,  # type: ignore[arg-type]
        city,
        services.keys,  # type: ignore[attr-defined]
        services.storage,  # type: ignore[attr-defined]
        Draft(
            category_code=lead.category_code,
            description="Setiap malam minggu ramai sampai subuh.",
            channel=Channel.WEB,
            position=Position(lon=110.22199, lat=-7.478474),
            is_demo=True,
        ),
        send=Send(door="test", key="", body_hmac=b""),
        now=utcnow(),
    )


def sign_in(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/petugas/tiket")
    page.get_by_label("Nama pengguna").fill("sri.lestari")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()


@pytest.mark.parametrize("width", [320, 1280])
def test_a_ticket_is_answered_without_a_script(chromium: Browser, console: str, width: int) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=False, locale="id-ID"
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    sign_in(page, console)
    page.locator("a.row-link").first.click()
    page.get_by_role("button", name="Verifikasi").click()
    expect(page.get_by_text("Langkah tersimpan.")).to_be_visible()
    page.get_by_label("Jawaban", exact=True).fill(STORY)
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.get_by_text(STORY)).to_be_visible()
    page.get_by_text("Arsipkan").first.click()
    page.get_by_role("button", name="Keluar").click()
    assert re.search(r"/petugas/masuk$", page.url)
    assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_for_everyone(chromium: Browser, console: str, scheme: str) -> None:
    context = chromium.new_context(
        viewport={"width": 320, "height": 700},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="id-ID",
        bypass_csp=True,  # axe is put into the page as a script
    )
    page = context.new_page()
    page.goto(f"{console}/petugas/masuk")
    check(page)
    sign_in(page, console)
    check(page)
    page.locator("a.row-link").first.click()
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    check(page)
    for path in ("/petugas", "/problems/not-found", "/tidak-ada"):
        page.goto(console + path)
        check(page)


def check(page: Page) -> None:
    """No barrier that axe knows, and nothing to scroll sideways."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url


def test_a_session_that_ends_in_the_middle_of_a_long_reply_loses_nothing(
    chromium: Browser, console: str, live_server: LiveServer
) -> None:
    page = chromium.new_context(locale="id-ID").new_page()
    sign_in(page, console)
    page.locator("table a.row-link").first.click()
    long = "\n\n".join(f"{number}. {STORY}" for number in range(40))
    page.locator("#jawaban-text").fill(long)
    with live_server.database.owner() as connection:
        connection.execute("UPDATE staff_session SET seen_at = seen_at - interval '31 minutes'")
    page.locator("#jawaban button").last.click()
    expect(page.get_by_role("heading", name="Masuk petugas")).to_be_visible()
    assert page.get_by_label("Tulisan Anda").input_value() == long
    page.get_by_label("Nama pengguna").fill("sri.lestari")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(page.get_by_text("Jawaban terkirim")).to_be_visible()
    expect(page.get_by_text(f"39. {STORY}")).to_be_visible()


def test_a_form_from_before_another_sign_in_is_offered_again(
    chromium: Browser, console: str
) -> None:
    context = chromium.new_context(locale="id-ID")
    page = context.new_page()
    sign_in(page, console)
    page.locator("table a.row-link").first.click()
    page.locator("#jawaban-text").fill(STORY)
    other = context.new_page()
    other.goto(f"{console}/petugas")
    other.get_by_role("button", name="Keluar").click()
    sign_in(other, console)
    page.locator("#jawaban button").last.click()
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(page.get_by_text("Jawaban terkirim")).to_be_visible()
