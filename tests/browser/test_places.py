"""Public places in a real browser: list, map and density say the same, in every theme and width."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from citizenreport.core.db import transaction
from citizenreport.publication.models import PublishedReport
from tests.browser.conftest import Visit
from tests.browser.test_looks import TOO_SMALL, wider_than_the_window
from tests.doors.pages.test_published import row
from tests.rooms.publication.many import fill
from tests.scenes import PANJANG
from tests.servers import LiveServer

Begin = Callable[..., Visit]
ROWS = 300
LATER = date(2027, 1, 1)  # not in what the other tests ask for
MAP = "/laporan?tampilan=peta&dari=2024-01-01&sampai=2026-12-31"
DENSITY = "/laporan?tampilan=kepadatan&dari=2024-01-01&sampai=2026-12-31"


@pytest.fixture(scope="module", autouse=True)
def many(service: LiveServer) -> Iterator[None]:
    """Reports all over the city; gone again for the tests that come after."""
    with service.database.owner() as connection:
        connection.execute("CREATE TABLE kept AS SELECT * FROM published_report")
        connection.execute("DELETE FROM published_report")
    with service.database.app.app_context(), transaction() as session:
        fill(session, ROWS)
        session.add_all(on_one_spot())
    yield
    with service.database.owner() as connection:
        connection.execute("DELETE FROM published_report")
        connection.execute("INSERT INTO published_report SELECT * FROM kept")
        connection.execute("DROP TABLE kept")


def on_one_spot() -> list[PublishedReport]:
    """Ten reports of one square: all have the same published point."""
    return [
        row(n, position=PANJANG, category_code="T10", aspect="toleransi", submitted_on=LATER)
        for n in range(10)
    ]


def drawn(page: Page, what: str) -> None:
    page.locator(f".city-map {what}").first.wait_for(state="attached")


def show_map(made: Visit) -> None:
    made.open(MAP)
    drawn(made.page, ".map-report")


def show_popup(made: Visit) -> None:
    """Come nearer with the keyboard alone, until a mark tells its reports."""
    show_map(made)
    made.page.locator(".map-report").first.focus()
    for _ in range(8):
        made.page.keyboard.press("Enter")
        made.page.wait_for_timeout(400)
        if made.page.locator(".leaflet-popup").count():
            return
    raise AssertionError("no mark opened")


def show_density(made: Visit) -> None:
    made.open(DENSITY)
    drawn(made.page, "path.heat")


def show_fault(made: Visit) -> None:
    made.open("/laporan?tampilan=peta&dari=kemarin")


VIEWS = (show_map, show_popup, show_density, show_fault)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("go", VIEWS, ids=lambda go: go.__name__)
def test_axe_finds_nothing(visit: Begin, go: Callable[[Visit], None], scheme: str) -> None:
    made = visit(color_scheme=scheme, reduced_motion="reduce")
    go(made)
    found = Axe().run(made.page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("go", VIEWS, ids=lambda go: go.__name__)
def test_nothing_sticks_out_and_nothing_is_too_small_to_hit(
    visit: Begin, go: Callable[[Visit], None], width: int
) -> None:
    made = visit(viewport={"width": width, "height": 740})
    go(made)
    assert wider_than_the_window(made.page) <= 0
    assert made.page.evaluate(TOO_SMALL) == []


def test_marks_of_the_map_add_up_to_the_placed_reports(visit: Begin) -> None:
    made = visit()
    show_map(made)
    expect(made.page.get_by_text("240 laporan di peta. 60 lainnya")).to_be_visible()
    counts = made.page.evaluate(
        "[...document.querySelectorAll('.map-report')].map((m) => Number(m.textContent) || 1)"
    )
    assert sum(counts) == 240
    assert len(counts) < 100


def test_a_mark_opened_by_the_keyboard_leads_to_the_report(visit: Begin) -> None:
    made = visit(reduced_motion="reduce")
    show_popup(made)
    expect(made.page.locator(".leaflet-popup ul a").first).to_be_focused()
    made.page.keyboard.press("Enter")
    made.page.wait_for_url("**/laporan/M*")
    expect(made.page.get_by_role("heading", level=1)).to_be_visible()


def test_reports_of_one_spot_are_one_mark_that_lists_them(visit: Begin) -> None:
    made = visit()
    made.open("/laporan?tampilan=peta&aspek=toleransi")
    mark = made.page.get_by_role("button", name="10 laporan")
    expect(mark).to_have_text("10")
    mark.click()
    lines = made.page.locator(".leaflet-popup li")
    expect(lines).to_have_count(9)
    expect(lines.last).to_have_text("dan 2 laporan lagi")
    made.page.get_by_role("button", name="Tutup").click()
    expect(made.page.locator(".leaflet-popup")).to_have_count(0)


def test_filters_lead_from_view_to_view(visit: Begin) -> None:
    made = visit()
    page = made.page
    made.open("/laporan")
    page.get_by_text("Saring", exact=True).click()
    page.get_by_label("Aspek").select_option("harmoni")
    page.get_by_label("Dilaporkan sejak").fill("2024-02-01")
    page.get_by_role("button", name="Terapkan").click()
    page.get_by_role("link", name="Peta", exact=True).click()
    drawn(page, ".map-report")
    assert page.url.endswith("?aspek=harmoni&dari=2024-02-01&tampilan=peta")
    expect(page.locator("#aspek")).to_have_value("harmoni")
    page.get_by_role("link", name="Kepadatan").click()
    drawn(page, "path.heat")
    page.get_by_text("Saring").first.click()
    page.get_by_label("Status").select_option("closed")
    page.get_by_role("button", name="Terapkan").click()
    assert "tampilan=kepadatan" in page.url
    assert "status=closed" in page.url


def test_density_draws_the_cells_it_lists(visit: Begin) -> None:
    made = visit()
    show_density(made)
    told = made.page.evaluate(
        "fetch(document.querySelector('[data-density]').dataset.density).then((a) => a.json())"
    )
    assert made.page.locator("path.heat").count() == len(told["features"])
    cells = made.page.get_by_role("table", name="Petak paling banyak laporan")
    expect(cells.locator("tbody tr")).to_have_count(10)


@pytest.mark.parametrize("path", [MAP, DENSITY])
def test_without_javascript_the_same_is_in_words(visit: Begin, path: str) -> None:
    made = visit(java_script_enabled=False)
    made.open(path)
    expect(made.page.locator("[data-map]")).to_be_hidden()
    expect(made.page.locator(".report-card, .table tbody tr").first).to_be_visible()


def test_a_map_whose_reports_do_not_come_leaves_the_list(visit: Begin) -> None:
    made = visit()
    made.page.route("**/laporan.geojson*", lambda route: route.fulfill(status=404, body=""))
    made.open(MAP)
    expect(made.page.get_by_text("Peta tidak dapat dimuat sekarang")).to_be_visible()
    expect(made.page.locator(".report-card").first).to_be_visible()
