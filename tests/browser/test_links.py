"""A link from a mail, opened in a mail programme of another site."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from citizenreport.intake.models import Report
from citizenreport.web.links import Purpose, mint_link
from tests.browser.conftest import Visit
from tests.doors.pages.staff import Staff
from tests.servers import LiveServer

Begin = Callable[..., Visit]
AsStaff = Callable[[Callable[[Staff], None]], None]


@contextmanager
def mailbox(link: str) -> Iterator[str]:
    """A mail programme on the web: another site (localhost is another than 127.0.0.1)."""

    class Mail(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<!doctype html><title>Surel</title><a href="{link}">Ikuti</a>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mail)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def reported(page: Page, base_url: str, story: str) -> str:
    page.goto(f"{base_url}/lapor?kategori=A04")
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Kelurahan").select_option(label="Panjang")
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")
    code = page.locator(".big-code").first.inner_text()
    page.get_by_role("button", name="Sudah saya simpan").click()
    return code


def link_to(service: LiveServer, as_staff: AsStaff, code: str) -> str:
    minted: list[str] = []

    def mint(staff: Staff) -> None:
        found = staff.session.scalar(
            select(Report.id).where(Report.tracking_code == code.replace("-", "").replace(" ", ""))
        )
        assert found is not None
        minted.append(mint_link(found, Purpose.FOLLOW))

    as_staff(mint)
    return service.base_url + "/buka/" + minted[0].rpartition("/")[2]


@pytest.mark.parametrize("has_script", [True, False])
def test_a_link_from_another_site_opens_the_report(
    visit: Begin, service: LiveServer, as_staff: AsStaff, *, has_script: bool
) -> None:
    made = visit(java_script_enabled=has_script)
    page, story = made.page, f"Lampu mati, dibuka dari surel ({has_script})."
    link = link_to(service, as_staff, reported(page, made.base_url, story))
    page.context.clear_cookies()

    with mailbox(link) as address:
        page.goto(address)
        page.get_by_role("link", name="Ikuti").click()
        if not has_script:
            expect(page.get_by_text(story)).to_have_count(0)
            page.get_by_role("button", name="Buka").click()
        page.wait_for_url("**/lacak/laporan")
        expect(page.get_by_text(story)).to_be_visible()
        cookies = page.context.cookies()
        (held,) = [c for c in cookies if c.get("name") == "link-follow"]
        assert held.get("sameSite") == "Strict"
        assert held.get("httpOnly") is True
        if has_script:  # nothing to press on the way back either
            page.evaluate("history.back()")
            page.wait_for_url(address, wait_until="commit")
        made.asked[:] = [url for url in made.asked if not url.startswith(address)]
