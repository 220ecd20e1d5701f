"""Tasks that the phone keeps: opened without a network, gone when they are no longer one's own."""

from uuid import UUID

from playwright.sync_api import Page, expect

from citizenreport.cities.rules import ProtectionClass
from citizenreport.core.db import transaction
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.models import Report
from citizenreport.triage.models import Ticket
from tests.browser.staff import open_account, sign_in
from tests.browser.test_field import (
    LIST,
    Begin,
    after_photo,
    arrived,
    fill,
    state_of,
    taken,
    verified,
)
from tests.servers import LiveServer

KEPT = """async (path) => {
  for (const name of await caches.keys())
    if (name.startsWith("lapangan-") && await (await caches.open(name)).match(path)) return true;
  return false;
}"""
WORDS_KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith("lapangan-")) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      if ((answer.headers.get("Content-Type") ?? "").startsWith("text/html")) found.push(await answer.text());
    }
  }
  return found.join(" ");
}"""


def wait_until(page: Page, script: str, argument: str, *, is_so: bool = True) -> None:
    """Wait until the phone has kept, or no longer keeps, an address."""
    for _ in range(200):
        if bool(page.evaluate(script, argument)) is is_so:
            return
        page.wait_for_timeout(100)
    raise AssertionError(argument)


def own_list(begin: Begin, service: LiveServer, *tickets: str, agency: str) -> Page:
    """Sign in as whose tasks these are, and wait until each is on the phone."""
    made = begin(weak=service.base_url, reduced_motion="reduce")
    username = open_account(service, Grant(role=Role.OFFICER, agency_code=agency))
    for ticket_id in tickets:
        taken(service, ticket_id, username)
    page = sign_in(made, username, LIST)
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    for ticket_id in tickets:
        wait_until(page, KEPT, f"/petugas/tiket/{ticket_id}/perintah-kerja.pdf")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return page


def test_a_task_that_was_never_looked_at_opens_without_a_network_and_takes_a_visit(
    visit: Begin, service: LiveServer
) -> None:
    ticket_id, agency = verified(service)
    page = own_list(visit, service, ticket_id, agency=agency)
    page.context.set_offline(True)
    page.goto(page.url)
    expect(page.locator("[data-kept-note]")).to_contain_text("Tanpa jaringan")
    page.locator(f"[data-keep$='{ticket_id}'] a").click()
    expect(page.locator("[data-kept-note]")).to_be_visible()
    expect(page.get_by_text("Lampu jalan mati.")).to_be_visible()
    assert page.locator("input[name=csrf_token]").first.input_value() == ""
    fill(page)
    page.get_by_label("Foto sesudah").set_input_files(after_photo())
    page.get_by_role("button", name="Kirim hasil kunjungan").click()
    expect(page.locator("[data-outbox] li")).to_contain_text("Menunggu jaringan")
    page.context.set_offline(False)
    assert arrived(service, page, ticket_id) == 1
    assert state_of(service, ticket_id) == "resolved"


def test_signing_out_takes_every_kept_task_off_the_phone(visit: Begin, service: LiveServer) -> None:
    ticket_id, agency = verified(service)
    page = own_list(visit, service, ticket_id, agency=agency)
    page.get_by_role("button", name="Keluar").click()
    wait_until(page, KEPT, f"{LIST}/{ticket_id}", is_so=False)
    wait_until(page, KEPT, LIST, is_so=False)


def test_what_is_no_longer_ones_own_goes_when_the_list_is_seen(
    visit: Begin, service: LiveServer
) -> None:
    first, agency = verified(service)
    second, _ = verified(service)
    page = own_list(visit, service, first, second, agency=agency)
    with service.database.owner() as connection:
        connection.execute("UPDATE ticket SET assignee_id = NULL WHERE id = %s", (first,))
        connection.commit()
    page.reload()
    wait_until(page, KEPT, f"{LIST}/{first}", is_so=False)
    assert page.evaluate(KEPT, f"{LIST}/{second}")


def test_nothing_confidential_is_kept_on_the_phone(visit: Begin, service: LiveServer) -> None:
    plain, agency = verified(service)
    sealed, _ = verified(service)
    with service.database.app.app_context(), transaction() as session:
        ticket = session.get_one(Ticket, UUID(sealed))
        ticket.visibility, ticket.protection_class = "confidential", "violence"
        code = session.get_one(Report, ticket.report_id).tracking_code
    made = visit(weak=service.base_url, reduced_motion="reduce")
    username = open_account(
        service,
        Grant(role=Role.OFFICER, agency_code=agency),
        Grant(
            role=Role.CONFIDENTIAL_HANDLER,
            agency_code=agency,
            protection_class=ProtectionClass.VIOLENCE,
        ),
    )
    for ticket_id in (plain, sealed):
        taken(service, ticket_id, username)
    page = sign_in(made, username, LIST)
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    wait_until(page, KEPT, f"/petugas/tiket/{plain}/perintah-kerja.pdf")
    assert page.get_by_text(code).count() == 1, "it is on the list that was seen"
    words = page.evaluate(WORDS_KEPT)
    assert "Lampu jalan mati." in words
    assert code not in words
    assert "Laporan rahasia</b>" not in words
    assert sealed not in words
