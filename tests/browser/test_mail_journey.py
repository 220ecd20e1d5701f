"""From the form to the mailbox and back, without JavaScript: real server, worker and mail server."""

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest

from citizenreport.core.ids import new_public_id
from tests.browser.conftest import Visit
from tests.browser.test_resident import AsStaff, receipt
from tests.jobs.test_worker import eventually, worker_thread
from tests.messaging.post_office import PostOffice, open_post_office, text_of
from tests.servers import LiveServer

Begin = Callable[..., Visit]
MINUTE = 60.0


@pytest.fixture
def office(service: LiveServer) -> Iterator[PostOffice]:
    """A mail server, and a worker that gives it mails whose links lead to the server."""
    app = service.database.app
    before = dict(app.config)
    with open_post_office() as office:
        app.config |= {
            "SMTP_URL": office.url,
            "MAIL_FROM": "Lapor Kota <lapor@kota.example>",
            "PUBLIC_URL": service.base_url,
        }
        with worker_thread(app):
            yield office
        app.config.update(before)


def mail_to(office: PostOffice, address: str, number: int) -> EmailMessage:
    """Wait for the mail of this number to an address."""

    def found() -> list[EmailMessage]:
        return [mail for mail in office.mails if mail["To"] == address]

    eventually(lambda: len(found()) >= number, f"mail {number}", within_s=MINUTE)
    return found()[number - 1]


def link_in(mail: EmailMessage, where: str) -> str:
    link = re.search(rf"http://127\.0\.0\.1:\d+{where}\S+", text_of(mail))
    assert link is not None, text_of(mail)
    return link[0]


def test_a_report_is_followed_by_mail_to_the_last_word(
    visit: Begin, as_staff: AsStaff, office: PostOffice
) -> None:
    address = f"{new_public_id()}@warga.example"
    made = visit(java_script_enabled=False)
    page = made.page
    made.open("/lapor?kategori=A04")
    page.get_by_label("Apa yang terjadi?").fill("Lampu mati.")
    page.get_by_label("Kelurahan").select_option(label="Gelangan")
    for summary in page.locator("main summary").all():
        if not summary.locator("..").evaluate("details => details.open"):
            summary.click()
    page.locator("[name=contact_email]").fill(address)
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")
    code = receipt(page)[0].replace("-", "")

    asked = mail_to(office, address, 1)
    assert code not in f"{asked}{text_of(asked)}"
    page.goto(link_in(asked, "/buka/"))
    page.get_by_role("button", name="Buka").click()
    page.get_by_role("button", name="Ya, kirimi saya kabar").click()
    assert made.path == "/surel/sudah"

    received = mail_to(office, address, 2)
    assert code in received["Subject"]
    page.goto(link_in(received, "/buka/"))
    page.get_by_role("button", name="Buka").click()
    page.get_by_role("heading", name="Penerangan jalan umum").wait_for()

    as_staff(lambda staff: staff.reply(code, "Regu kami datang hari Kamis."))
    replied = mail_to(office, address, 3)
    assert "Regu kami datang hari Kamis." in text_of(replied)
    page.goto(link_in(replied, "/berhenti/"))
    page.get_by_role("button", name="Ya, berhenti").click()
    page.get_by_role("button", name="Urungkan").wait_for()
    as_staff(lambda staff: staff.reply(code, "Selesai."))
    other = f"{new_public_id()}@warga.example"
    made.open("/langganan")
    page.get_by_label("Alamat surel").fill(other)
    page.get_by_role("button", name="Berlangganan").click()
    assert made.path == "/langganan/cek-surel"
    subscribed = mail_to(office, other, 1)  # sent after the reply's would have been
    assert [mail["To"] for mail in office.mails].count(address) == 3

    page.goto(link_in(subscribed, "/buka/"))
    page.get_by_role("button", name="Buka").click()
    page.get_by_role("button", name="Ya, saya berlangganan").click()
    page.get_by_role("heading", name="Langganan Anda").wait_for()
