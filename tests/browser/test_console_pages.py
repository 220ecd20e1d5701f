"""Every page of the console, found by itself: for every eye, on every width, in both themes."""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.routing import Rule

from citizenreport.app import DOORS
from citizenreport.cities.rules import ProtectionClass
from citizenreport.identity.rules import Grant, Role
from tests.browser.conftest import Visit, watch
from tests.browser.staff import open_account, sign_in
from tests.browser.test_every_page import SCHEMES, SIDEWAYS, TOO_SMALL, WIDTHS
from tests.browser.test_field import verified
from tests.servers import LiveServer

AGENCY: Final = "DLH"
GRANTS: Final = (
    Grant(role=Role.AGENCY_LEAD, agency_code=AGENCY),
    Grant(role=Role.CITY_DESK),
    Grant(role=Role.INSPECTORATE),
    Grant(
        role=Role.CONFIDENTIAL_HANDLER,
        agency_code="DPMP4KB",
        protection_class=ProtectionClass.VIOLENCE,
    ),
)
"""Who works with reports: all roles at once."""
ADMINISTRATOR: Final = Grant(role=Role.ADMINISTRATOR)
"""Who may not work with reports, and opens what is left."""


def console_rules() -> list[Rule]:
    """Return the GET routes of the console."""
    bare = Flask(__name__, static_folder=None)
    for door in DOORS:
        if door.import_name.startswith("citizenreport.console"):
            bare.register_blueprint(door)
    rules = [rule for rule in bare.url_map.iter_rules() if "GET" in (rule.methods or set())]
    return sorted(rules, key=lambda rule: rule.rule)


@pytest.fixture(scope="module")
def ticket_id(service: LiveServer) -> str:
    ticket_id, agency = verified(service)
    assert agency == AGENCY
    return ticket_id


@pytest.fixture(scope="module")
def consoles(browser: Browser, service: LiveServer, ticket_id: str) -> Iterator[tuple[Visit, ...]]:
    """Browsers of those who may open everything between them."""
    found = []
    for grants in (GRANTS, (ADMINISTRATOR,)):
        context = browser.new_context(locale="id-ID", reduced_motion="reduce", bypass_csp=True)
        made = Visit(page=context.new_page(), base_url=service.base_url)
        watch(made)
        sign_in(made, open_account(service, *grants), "/petugas")
        found.append(made)
    yield tuple(found)
    for made in found:
        made.page.context.close()


@pytest.mark.parametrize("rule", console_rules(), ids=lambda rule: rule.rule)
def test_a_page_of_the_console_is_for_everyone(
    consoles: tuple[Visit, ...], rule: Rule, ticket_id: str
) -> None:
    address = re.sub(r"<(?:[^:>]+:)?[^>]+>", ticket_id, rule.rule)
    for made in consoles:
        answer = made.page.request.get(f"{made.base_url}{address}", max_redirects=0)
        assert answer.status < 500
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        is_whole = is_page and "<html" in answer.text()  # and no piece of one
        if is_whole and answer.status == 200:
            look_everywhere(made, address)
            made.done()
            return


def look_everywhere(made: Visit, address: str) -> None:
    page: Page = made.page
    made.open(address)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(SIDEWAYS) <= 0, width
        assert page.evaluate(TOO_SMALL) == [], width
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = Axe().run(page)
            assert found.violations_count == 0, (width, scheme, found.generate_report())


def test_the_walk_finds_the_pages_that_are_there() -> None:
    rules = {rule.rule for rule in console_rules()}
    wanted = {"/petugas", "/petugas/tiket", "/petugas/loket", "/petugas/lapangan"}
    assert wanted | {"/petugas/tiket/<uuid:ticket_id>"} <= rules
