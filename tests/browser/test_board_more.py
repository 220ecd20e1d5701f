"""A column of the board that goes on is read on from where it ended."""

from collections.abc import Callable
from typing import Final

from playwright.sync_api import expect

from citizenreport.geo.position import Position
from citizenreport.identity.rules import Grant, Role
from citizenreport.triage.board import COLUMN_TICKETS
from tests.browser.conftest import Visit
from tests.browser.staff import open_account, sign_in
from tests.browser.test_field import verified
from tests.servers import LiveServer

MARKET: Final = "N11"
PLACE: Final = Position(lon=110.2175, lat=-7.4791)


def test_the_first_new_ticket_has_the_focus(
    visit: Callable[..., Visit], service: LiveServer
) -> None:
    made = [verified(service, PLACE, MARKET) for _ in range(COLUMN_TICKETS + 2)]
    officer = Grant(role=Role.OFFICER, agency_code=made[0][1])
    given = visit(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = sign_in(given, open_account(service, officer), f"/petugas/tiket/papan?kategori={MARKET}")
    cards = page.locator("#daftar-verified > li.ticket-card")
    expect(cards).to_have_count(COLUMN_TICKETS)
    page.get_by_role("link", name="Lebih banyak").press("Enter")
    expect(cards).to_have_count(COLUMN_TICKETS + 2)
    expect(cards.nth(COLUMN_TICKETS).locator("a.row-link")).to_be_focused()
