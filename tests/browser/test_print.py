"""What leaves the printer: pages of the console printed by a browser, and papers made as PDF."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from citizenreport.cities.rules import ProtectionClass
from citizenreport.core.db import transaction
from citizenreport.identity.rules import Grant, Role
from citizenreport.triage.models import Ticket
from tests.browser.conftest import Visit, watch
from tests.browser.staff import open_account, sign_in
from tests.browser.test_field import verified
from tests.pdfs import A4, PdfPage, pages_of, squeezed
from tests.servers import LiveServer

LEAD: Final = Grant(role=Role.AGENCY_LEAD, agency_code="DLH")
TAKER: Final = Grant(role=Role.OFFICER, agency_code="KEL_3371011003")
HANDLER: Final = Grant(
    role=Role.CONFIDENTIAL_HANDLER,
    agency_code="KESBANGPOL",
    protection_class=ProtectionClass.TOLERANCE,
)
ROWS: Final = 24
TO_PRESS: Final = """
() => [...document.querySelectorAll(
  'button, select, textarea, input:not([type=hidden]), details:has(form), nav a, .button, .skip')]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length)
  .map((e) => e.outerHTML.slice(0, 90))
"""


@pytest.fixture(scope="module")
def ticket_id(service: LiveServer) -> str:
    return [verified(service)[0] for _ in range(ROWS)][-1]


@pytest.fixture(scope="module")
def lead(browser: Browser, service: LiveServer, ticket_id: str) -> Iterator[Page]:
    """The lead of an agency with a page and more of tickets, at an office computer."""
    made = at_a_desk(browser, service)
    yield sign_in(made, open_account(service, LEAD), "/petugas")
    made.page.context.close()


def at_a_desk(browser: Browser, service: LiveServer) -> Visit:
    context = browser.new_context(
        locale="id-ID", viewport={"width": 1280, "height": 900}, color_scheme="dark"
    )
    made = Visit(page=context.new_page(), base_url=service.base_url)
    watch(made)
    return made


def printed(page: Page) -> list[PdfPage]:
    """Print what the browser shows; nothing that is pressed or typed into is on the paper."""
    page.emulate_media(media="print")
    assert page.evaluate(TO_PRESS) == []
    content = page.pdf(format="A4", prefer_css_page_size=True)
    page.emulate_media(media="screen")
    return on_a4(content)


def on_a4(content: bytes) -> list[PdfPage]:
    pages = pages_of(content)
    for page in pages:
        assert all(abs(have - want) <= 1 for have, want in zip(page.size, A4, strict=True))
    return pages


def has(pages: list[PdfPage], *words: str) -> None:
    text = "".join(page.text for page in pages)
    assert [one for one in words if squeezed(one) not in text] == [], text


def paper(page: Page, path: str) -> list[PdfPage]:
    """Fetch a paper, which opens in no other page."""
    answer = page.request.get(f"{page.url.split('/petugas')[0]}{path}")
    assert answer.status == 200, path
    return on_a4(answer.body())


def test_the_queue_is_printed_with_its_heads_on_every_page(lead: Page) -> None:
    lead.goto(lead.url.split("/petugas")[0] + "/petugas/tiket")
    codes = lead.locator("table tbody .code").all_inner_texts()
    pages = printed(lead)
    has(pages, "Tiket", *codes)
    assert 1 < len(pages) <= 4
    for page in pages:
        assert squeezed("Tenggat berikutnya") in page.text


def test_a_ticket_is_printed_with_all_that_was_reported(lead: Page, ticket_id: str) -> None:
    lead.goto(lead.url.split("/petugas")[0] + f"/petugas/tiket/{ticket_id}")
    pages = printed(lead)
    has(pages, "Lampu jalan mati.", "Penerangan jalan umum", "Riwayat", "Magelang")
    assert len(pages) <= 3


def test_the_recap_is_printed_as_it_stands(lead: Page) -> None:
    lead.goto(lead.url.split("/petugas")[0] + "/petugas/rekap")
    pages = printed(lead)
    has(pages, "Rekap")
    assert len(pages) <= 3


def test_the_sheet_of_the_week_is_one_page(lead: Page) -> None:
    pages = paper(lead, "/petugas/rekap/lembar.pdf")
    has(pages, "Kota Magelang".upper())
    assert len(pages) == 1


@pytest.mark.parametrize("kind", ["lampu", "kekerasan"])
def test_the_receipt_of_the_counter_is_one_page_with_code_and_secret(
    browser: Browser, service: LiveServer, kind: str
) -> None:
    made = at_a_desk(browser, service)
    page = sign_in(made, open_account(service, TAKER), "/petugas/loket")
    page.get_by_label("Cari jenis masalah").fill(kind)
    page.get_by_label("Cari jenis masalah").press("Enter")
    expect(page.get_by_text("Bacakan kepada pelapor")).to_be_visible()
    page.get_by_label("Apa yang terjadi?").fill("Sudah tiga malam begitu.")
    page.get_by_label("Kelurahan", exact=True).select_option(label="Magersari")
    page.get_by_role("button", name="Kirim dan buat tanda terima").click()
    expect(page.get_by_text("Tanda terima untuk pelapor")).to_be_visible()
    code, secret = (
        element.text_content() or "" for element in page.locator(".receipt .code").all()[:2]
    )
    pages = printed(page)
    has(pages, "Tanda terima", code, secret)
    assert len(pages) == 1
    page.context.close()


def test_the_work_order_is_one_page(lead: Page, ticket_id: str) -> None:
    pages = paper(lead, f"/petugas/tiket/{ticket_id}/perintah-kerja.pdf")
    has(pages, "Perintah kerja", "Lampu jalan mati.", "Hasil di lapangan")
    assert len(pages) == 1


class Writer:
    """Sends the forms of one ticket, one after the other."""

    def __init__(self, page: Page, service: LiveServer, ticket_id: str) -> None:
        self._page, self._service, self._id = page, service, ticket_id
        self._token = page.locator('input[name="csrf_token"]').first.input_value()

    def send(self, path: str, **fields: str) -> None:
        with self._service.database.app.app_context(), transaction() as session:
            seen = str(session.get_one(Ticket, self._id).version)
        base = self._page.url.split("/petugas")[0]
        answer = self._page.request.post(
            f"{base}/petugas/tiket/{self._id}{path}",
            form={"csrf_token": self._token, "seen": seen, **fields},
        )
        assert answer.status == 200, (path, answer.status, answer.text())


def today(service: LiveServer) -> str:
    with service.database.owner() as connection:
        row = connection.execute("SELECT (now() AT TIME ZONE 'Asia/Jakarta')::date").fetchone()
    assert row is not None
    return str(row[0])


def test_a_letter_is_one_page(service: LiveServer, lead: Page) -> None:
    letter_of, _agency = verified(service)
    writer = Writer(lead, service, letter_of)
    reason, ask = "Tiang ini milik PLN.", "Mohon tiangnya ditegakkan."
    writer.send("/rujukan", form="rujukan", body_code="X_PLN", reason=reason, ask=ask)
    lead.goto(lead.url.split("/petugas")[0] + f"/petugas/tiket/{letter_of}")
    href = lead.locator('a[href$="surat.pdf"]').first.get_attribute("href")
    assert href is not None
    pages = paper(lead, href)
    has(pages, reason, ask, "PLN", "Dinas Lingkungan Hidup".upper())
    assert len(pages) == 1


def test_an_agreement_is_one_page_with_room_for_signatures(
    browser: Browser, service: LiveServer
) -> None:
    ticket_id, agency = verified(service, code="T03")
    assert agency == "KESBANGPOL"
    made = at_a_desk(browser, service)
    page = sign_in(made, open_account(service, HANDLER), "/petugas")
    writer, day = Writer(page, service, ticket_id), today(service)
    writer.send("/mediasi", name="Bu Penengah")
    for name in ("Pak Satu", "Bu Dua"):
        writer.send("/mediasi/pihak", name=name, contact="0811", statement="Rahasia mereka.")
    writer.send("/mediasi/hasil", on=day, text="Saling menghormati.", state="agreed")
    pages = paper(page, f"/petugas/tiket/{ticket_id}/mediasi/kesepakatan.pdf")
    has(pages, "Pak Satu", "Bu Dua", "Bu Penengah", "Saling menghormati.")
    assert squeezed("Rahasia mereka.") not in "".join(one.text for one in pages)
    assert len(pages) == 1
    page.context.close()
