"""Searching the queue in a real browser without a script; what was searched for stands nowhere."""

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from citizenreport.core.db import transaction
from citizenreport.intake.models import Report
from citizenreport.intake.search import file_words
from tests.doors.console.test_browser import chromium, console, sign_in  # noqa: F401
from tests.protection.test_canaries import dump
from tests.servers import LiveServer

pytestmark = pytest.mark.browser

CANARY = "Kanariwulandari"


@pytest.mark.parametrize("width", [360, 1280])
def test_a_name_that_is_searched_for_is_in_no_address_log_or_table(
    chromium: Browser,  # noqa: F811
    console: str,  # noqa: F811
    live_server: LiveServer,
    width: int,
) -> None:
    with live_server.database.app.app_context(), transaction() as session:
        file_words(session, session.scalars(select(Report.id)).all())  # no worker runs here
    context = chromium.new_context(
        locale="id-ID",
        java_script_enabled=False,
        viewport={"width": width, "height": 800},
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, console)
    page.get_by_text("Saring", exact=True).click()
    page.get_by_label("Kata atau kode").fill("ramai subuh")
    page.get_by_role("button", name="Terapkan").click()
    expect(page.locator("a.row-link")).to_have_count(1)
    page.get_by_label("Kata atau kode").fill(CANARY)
    page.get_by_role("button", name="Terapkan").click()
    expect(page.get_by_label("Kata atau kode")).to_have_value(CANARY)
    page.get_by_text("Simpan sebagai tampilan").click()
    page.get_by_label("Nama tampilan").fill("Pagi")
    page.get_by_role("button", name="Simpan tampilan").click()
    expect(page.get_by_label("Kata atau kode")).to_have_value(CANARY)
    page.get_by_label("Kata atau kode").fill("ab")
    page.get_by_role("button", name="Terapkan").click()
    expect(page.get_by_text("Cari dengan 3 sampai 100 huruf.")).to_be_visible()
    expect(page.get_by_label("Kata atau kode")).to_have_value("ab")
    assert not [url for url in asked if CANARY.lower() in url.lower() or "cari=" in url]
    for content in (dump(live_server.database), live_server.log.read_bytes()):
        assert CANARY.lower().encode() not in content.lower()
    context.close()
