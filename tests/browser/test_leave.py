"""Entering leave for somebody, and confirming a mail address of staff: for every eye, width and theme."""

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.identity.queries import staff_named
from citizenreport.identity.rules import Grant, Role
from citizenreport.messaging.staff import ask_mail
from citizenreport.web.context import current_keys
from citizenreport.web.links import Purpose, mint_link
from tests.browser.conftest import Visit
from tests.browser.staff import open_account, sign_in
from tests.browser.test_every_page import SCHEMES, SIDEWAYS, TOO_SMALL, WIDTHS
from tests.servers import LiveServer

Begin = Callable[..., Visit]
AGENCY = "DLH"
OFFICER = Grant(role=Role.OFFICER, agency_code=AGENCY)


def look(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(SIDEWAYS) <= 0, width
        assert page.evaluate(TOO_SMALL) == [], width
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = Axe().run(page)
            assert found.violations_count == 0, (width, scheme, found.generate_report())


def test_a_lead_enters_leave_for_an_officer(visit: Begin, service: LiveServer) -> None:
    open_account(service, OFFICER, name="Wahyu Cuti")
    open_account(service, OFFICER, name="Yanti Ganti")
    lead = open_account(service, Grant(role=Role.AGENCY_LEAD, agency_code=AGENCY))
    made = visit()
    page = sign_in(made, lead, "/petugas/cuti")
    page.get_by_role("link", name="Atur cuti Wahyu Cuti").click()
    look(page)
    page.get_by_label("Rekan").select_option(label="Yanti Ganti")
    page.get_by_label("Mulai").fill("2998-12-01")
    page.get_by_label("Sampai dengan").fill("2998-11-01")
    page.get_by_role("button", name="Titipkan").click()
    expect(page.get_by_role("alert")).to_contain_text("Pilih tanggal")
    expect(page.get_by_label("Rekan").locator("option:checked")).to_have_text("Yanti Ganti")
    page.get_by_label("Sampai dengan").fill("2998-12-20")
    page.get_by_role("button", name="Titipkan").click()
    expect(page.get_by_role("status")).to_contain_text("Penggantian tersimpan")
    look(page)


def test_an_address_is_confirmed_from_the_mail(visit: Begin, service: LiveServer) -> None:
    username = open_account(service, OFFICER)
    app = service.database.app
    with app.app_context(), app.test_request_context(), transaction() as session:
        staff_id = staff_named(session, username).id
        address = "sri.lestari@kota.example"
        row = ask_mail(session, current_keys(), staff_id, address, now=utcnow())
        assert row is not None
        link = mint_link(row.id, Purpose.STAFF_ADDRESS)
    made = visit()
    page = sign_in(made, username, "/petugas/piket/kabar")
    expect(page.get_by_text("belum dipastikan")).to_be_visible()
    look(page)
    reader = visit()
    reader.open(link[link.index("/buka/") :])
    yes = reader.page.get_by_role("button", name="Ya, panggil saya di sini")
    expect(yes).to_be_visible()
    look(reader.page)
    yes.click()
    expect(reader.page.get_by_role("heading", name="sudah dipastikan")).to_be_visible()
    look(reader.page)
    page.reload()
    expect(page.get_by_text("belum dipastikan")).to_have_count(0)
