"""Every page of the residents' doors, found by itself: for every eye, on every width, in both themes.

A page is loaded once and then looked at in both themes at both widths. A new GET route takes part
without anybody adding it here; one with a parameter nobody named is asked for what does not exist.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.routing import Rule

from citizenreport.app import DOORS
from citizenreport.core.db import transaction
from citizenreport.triage.states import State
from citizenreport.web import link_pages, problem_pages
from citizenreport.web.context import current_city, current_keys, current_storage
from tests.browser.conftest import Visit, watch
from tests.browser.test_resident import follow, receipt
from tests.doors.pages.resident import Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.servers import LiveServer

SCHEMES: Final = ("light", "dark")
WIDTHS: Final = (1280, 320)
HALF: Final = 640
"""1280 px at 200 % zoom."""
TABS: Final = 25
"""How many elements the keyboard is followed through on each page."""
SHARED_DOORS: Final = (problem_pages.bp, link_pages.bp)
KNOWN: Final = {"code": "I01", "name": "none", "filename": "none"}

STOPS = "document.querySelectorAll('a[href], button, input, select, textarea, summary').length"
SIDEWAYS: Final = "() => document.documentElement.scrollWidth - window.innerWidth"
TOO_SMALL: Final = """
() => [...document.querySelectorAll('a, button, input, select, summary, textarea, [role=button]')]
  .filter((e) => e.checkVisibility() && !e.closest('.skip') && e.type !== 'hidden')
  .filter((e) => !inText(e))
  .map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
  .filter((pair) => Math.min(pair[1].width, pair[1].height) < 24)
  .map((pair) => pair[0]);
function inText(e) {  // WCAG 2.5.8, Inline: a link in a sentence is as high as its line
  const around = e.parentElement.closest('p, li, dd, dt, td, th, summary, blockquote, caption');
  return getComputedStyle(e).display === 'inline' && around &&
    around.textContent.trim().length > e.textContent.trim().length;
}
"""
MOVING: Final = """
() => [...document.querySelectorAll('*')]
  .filter((e) => [getComputedStyle(e).transitionDuration, getComputedStyle(e).animationDuration]
    .some((given) => given.split(',').some((one) => parseFloat(one) > 0.01)))
  .map((e) => e.outerHTML.slice(0, 90))
"""
FOCUSED: Final = """
() => {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const isMarked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const isInSight = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return { html: e.outerHTML.slice(0, 90), isGood: isMarked && isInSight };
}
"""


def page_rules() -> list[Rule]:
    """Return the GET routes of the residents' doors and of what doors share."""
    bare = Flask(__name__, static_folder=None)
    for door in (*DOORS, *SHARED_DOORS):
        if door.import_name.startswith(("citizenreport.pages", "citizenreport.web")):
            bare.register_blueprint(door)
    rules = [rule for rule in bare.url_map.iter_rules() if "GET" in (rule.methods or set())]
    return sorted(rules, key=lambda rule: rule.rule)


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One browser of a reporter who follows a report and has just sent another."""

    visit: Visit
    released_code: str

    def address_of(self, rule: Rule) -> str:
        known = KNOWN | {"tracking_code": self.released_code}
        return re.sub(
            r"<(?:[^:>]+:)?([^>]+)>", lambda m: known.get(m.group(1), "tidak-ada"), rule.rule
        )


@pytest.fixture(scope="module")
def released(service: LiveServer, photo: dict[str, Any]) -> tuple[str, str]:
    """A released and settled report with a photo, a place and a reply: (code, secret)."""
    app = service.database.app
    with app.app_context():
        resident = Resident(app.test_client())
        gps = {"lat": "-7.478474", "lon": "110.22199", "accuracy_m": "12"}
        file = (io.BytesIO(photo["buffer"]), photo["name"])
        code, secret = receipt_of(resident.report(photos=[file], **gps))
        with transaction() as session:
            staff = Staff(
                session=session,
                city=current_city(),
                keys=current_keys(),
                storage=current_storage(),
            )
            staff.release(code)
            staff.release_photos(code)
            staff.move(code, State.VERIFIED, State.IN_PROGRESS)
            staff.reply(code, "Regu kami datang hari Kamis.")
            staff.move(code, State.RESOLVED)
    return code, secret


@pytest.fixture(scope="module")
def walk(browser: Browser, service: LiveServer, released: tuple[str, str]) -> Iterator[Walk]:
    context = browser.new_context(locale="id-ID", reduced_motion="reduce")
    made = Visit(page=context.new_page(), base_url=service.base_url)
    watch(made)
    made.open("/lapor?kategori=A04")
    made.page.get_by_label("Apa yang terjadi?").fill("Lampu mati.")
    made.page.get_by_label("Kelurahan").select_option(label="Gelangan")
    made.page.get_by_role("button", name="Kirim laporan").click()
    made.page.wait_for_url("**/lapor/terkirim")
    assert receipt(made.page)
    follow(made, *released)
    made.page.wait_for_url("**/lacak/laporan")
    yield Walk(visit=made, released_code=released[0].replace("-", ""))
    context.close()


def is_page(walk: Walk, address: str) -> bool:
    answer = walk.visit.page.request.get(f"{walk.visit.base_url}{address}", max_redirects=0)
    assert answer.status < 500, address
    return answer.headers.get("content-type", "").startswith("text/html")


@pytest.mark.parametrize("rule", page_rules(), ids=lambda rule: rule.rule)
def test_a_page_can_be_used_by_everyone(walk: Walk, rule: Rule) -> None:
    address = walk.address_of(rule)
    if not is_page(walk, address):
        return
    page = walk.visit.page
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    walk.visit.open(address)
    assert_the_keyboard_is_followed(page)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate(MOVING) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(SIDEWAYS) <= 0, width
        assert page.evaluate(TOO_SMALL) == [], width
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = Axe().run(page)
            assert found.violations_count == 0, (width, scheme, found.generate_report())
    page.set_viewport_size({"width": HALF, "height": 400})
    assert page.evaluate(SIDEWAYS) <= 0
    walk.visit.done()


def assert_the_keyboard_is_followed(page: Page) -> None:
    """Tab through the beginning of the page: each stop is marked and in sight."""
    seen = []
    for _ in range(TABS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:  # past the end, in the browser's own bar
            break
        assert stop["isGood"], stop["html"]
        seen.append(stop["html"])
    assert len(seen) >= min(3, page.evaluate(STOPS))


def test_the_walk_finds_the_pages_that_are_there() -> None:
    rules = {rule.rule for rule in page_rules()}
    assert {"/", "/lapor", "/lacak/laporan", "/laporan/<tracking_code>", "/bantuan"} <= rules
    assert not any(rule.startswith(("/petugas", "/api")) for rule in rules)
