"""Two people at work at once, each in a browser of their own."""

from playwright.sync_api import Page, expect

from citizenreport.identity.rules import Grant, Role
from tests.browser.conftest import Visit
from tests.browser.staff import open_account, sign_in
from tests.browser.test_field import verified
from tests.servers import LiveServer

DESKTOP = {"width": 1280, "height": 800}
A_WHILE_MS = 16_000


def at_work(made: Visit, service: LiveServer, agency: str, name: str, path: str) -> Page:
    account = open_account(service, Grant(role=Role.OFFICER, agency_code=agency), name=name)
    made.page.clock.install()
    return sign_in(made, account, path)


def write_note(page: Page, words: str) -> None:
    page.locator("#catatan textarea").evaluate("field => { field.closest('details').open = true }")
    page.locator("#catatan textarea").fill(words)


def test_two_people_on_one_ticket(service: LiveServer, visit) -> None:  # type: ignore[no-untyped-def]
    ticket_id, agency = verified(service)
    path = f"/petugas/tiket/{ticket_id}"
    sari = at_work(visit(viewport=DESKTOP), service, agency, "Sari", path)
    budi = at_work(visit(viewport=DESKTOP), service, agency, "Budi", path)

    write_note(sari, "Kalimat yang belum selesai")
    write_note(budi, "Catatan Budi")
    budi.locator("#catatan button").click()
    budi.wait_for_url("**beres=*")

    sari.clock.run_for(A_WHILE_MS)
    expect(sari.locator("#live")).to_contain_text("Budi")
    expect(sari.locator("#live")).to_have_attribute("aria-live", "polite")
    expect(sari.locator("#catatan textarea")).to_have_value("Kalimat yang belum selesai")
    with sari.context.expect_page() as opened:
        sari.locator("#live a").click()
    expect(opened.value.locator("body")).to_contain_text("Catatan Budi")
    opened.value.close()

    sari.locator("#catatan button").click()
    expect(sari.locator(".error-summary")).to_contain_text("Budi")
    expect(sari.locator(".error-summary")).to_contain_text("Catatan Budi")
    expect(sari.locator("#catatan textarea")).to_have_value("Kalimat yang belum selesai")
    sari.locator("#catatan button").click()
    sari.wait_for_url("**beres=*")


def test_the_queue_stands_still_and_says_what_changed(service: LiveServer, visit) -> None:  # type: ignore[no-untyped-def]
    ticket_id, agency = verified(service)
    sari = at_work(visit(), service, agency, "Sari", "/petugas/tiket")
    budi = at_work(visit(viewport=DESKTOP), service, agency, "Budi", f"/petugas/tiket/{ticket_id}")
    table = sari.locator("[data-rows]")
    before, place = table.inner_html(), table.bounding_box()

    write_note(budi, "Sudah dilihat")
    budi.locator("#catatan button").click()
    budi.wait_for_url("**beres=*")
    sari.clock.run_for(A_WHILE_MS)

    expect(sari.locator("#live")).to_contain_text("1 tiket berubah")
    assert table.inner_html() == before
    assert table.bounding_box() == place
    sari.locator("#live a").click()
    sari.wait_for_load_state()
    assert sari.locator("[data-rows]").inner_html() != before
    expect(sari.locator("#live")).to_be_empty()


def test_who_was_signed_out_is_told_and_not_asked_for_again(service: LiveServer, visit) -> None:  # type: ignore[no-untyped-def]
    _ticket_id, agency = verified(service)
    made = visit()
    sari = at_work(made, service, agency, "Sari", "/petugas/tiket")
    sari.context.clear_cookies()
    sari.clock.run_for(A_WHILE_MS)
    expect(sari.locator("#live")).to_contain_text("Muat ulang")
    asked = len(made.asked)
    sari.clock.run_for(10 * A_WHILE_MS)
    assert len(made.asked) == asked


def test_a_ticket_moves_on_the_board_by_keys_alone(service: LiveServer, visit) -> None:  # type: ignore[no-untyped-def]
    ticket_id, agency = verified(service)
    made = visit(viewport=DESKTOP)
    account = open_account(service, Grant(role=Role.OFFICER, agency_code=agency))
    page = sign_in(made, account, "/petugas/tiket/papan?urut=terbaru")  # others' cards lie below
    card = page.locator(f"#daftar-verified li:has(a[href='/petugas/tiket/{ticket_id}'])").first
    card.locator("a.row-link").focus()
    page.keyboard.press("l")
    expect(card.locator("details.steps-here")).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/petugas/tiket/papan?**")
    moved = page.locator(f"#daftar-in_progress a[href='/petugas/tiket/{ticket_id}']").first
    expect(moved).to_be_visible()
