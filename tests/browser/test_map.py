"""The map, in a real browser under the real content policy. `visit` proves the console stays empty."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from citizenreport.storage.basemap import NAME, install
from citizenreport.web.assets import BUILT
from tests.browser.conftest import Visit
from tests.doors.pages.resident import Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.servers import LiveServer
from tests.tiles import MAGELANG, make_pmtiles

Begin = Callable[..., Visit]

RETRY = """
async (url) => {
  const { openMap } = await import(url);
  const box = document.querySelector('[data-map]');
  box.parentElement.hidden = false;
  const found = await openMap(box);
  found.setPoint(110.22, -7.47);
}
"""
OPEN = """
async (url) => {
  const box = document.querySelector('[data-map]');
  const fresh = box.cloneNode(false);
  fresh.className = '';
  box.replaceWith(fresh);
  const { openMap } = await import(url);
  window.map = await openMap(fresh);
  window.told = [];
  window.map.onTap((lon, lat) => window.told.push([lon, lat]));
}
"""


LAND = """
() => [...document.querySelectorAll('canvas.leaflet-tile')].some((tile) => {
  if (!tile.width) return false;
  const [red, green, blue, alpha] = tile.getContext('2d').getImageData(9, 9, 1, 1).data;
  return alpha === 255 && !(red === 204 && green === 204 && blue === 204);  // the empty ground
})
"""
PLACE = {"lat": "-7.478474", "lon": "110.22199", "accuracy_m": "12"}


@pytest.fixture
def released(
    service: LiveServer, as_staff: Callable[[Callable[[Staff], None]], None]
) -> Callable[[str], str]:
    """Return the code of a released report of a category, with a place."""

    def make(category_code: str) -> str:
        app = service.database.app
        with app.app_context():
            code, _ = receipt_of(Resident(app.test_client()).report(category_code, **PLACE))
        as_staff(lambda staff: staff.release(code))
        return code

    return make


@pytest.fixture
def exact(released: Callable[[str], str]) -> str:
    return released("A04")


@pytest.fixture
def streets(service: LiveServer, tmp_path: Path) -> Iterator[None]:
    folder = Path(str(service.database.settings["BASEMAP_DIR"]))
    install(make_pmtiles(tmp_path / "jalan.pmtiles"), folder, city_bounds=MAGELANG)
    yield
    (folder / NAME).unlink()


def open_picker(made: Visit, exact: str) -> Page:
    """Open a map on which a point can be chosen, as the form has one."""
    page = made.page
    made.open(f"/laporan/{exact}")
    page.locator(".city-map path.map-area").first.wait_for(state="attached")
    (module,) = BUILT.glob("chunks/_map-*.js")
    page.evaluate(OPEN, f"/aset/chunks/{module.name}")
    return page


def told(page: Page) -> list[list[float]]:
    found: Any = page.evaluate("window.told")
    assert isinstance(found, list)
    return found


def test_a_report_shows_its_place_on_the_map(visit: Begin, exact: str) -> None:
    made = visit()
    made.open(f"/laporan/{exact}")
    page = made.page
    expect(page.locator(".city-map .map-pin")).to_be_visible()
    expect(page.get_by_role("application", name="Peta Kota Magelang")).to_be_visible()
    assert page.locator("path.map-area").count() == 17
    expect(page.get_by_text("Sumber batas wilayah")).to_be_visible()


def test_a_rounded_place_is_a_circle_that_holds_its_cell(
    visit: Begin, released: Callable[[str], str]
) -> None:
    made = visit()
    made.open(f"/laporan/{released('A03')}")
    expect(made.page.get_by_text("sampai 71 meter dari sana")).to_be_visible()
    expect(made.page.locator("path.map-accuracy")).to_be_visible()


def test_without_javascript_the_place_is_there_in_words(visit: Begin, exact: str) -> None:
    made = visit(java_script_enabled=False)
    made.open(f"/laporan/{exact}")
    expect(made.page.get_by_text("-7.47")).to_be_visible()
    expect(made.page.locator("[data-map]")).to_be_hidden()


def test_a_tap_sets_the_point_where_it_fell(visit: Begin, exact: str) -> None:
    page = open_picker(visit(reduced_motion="reduce"), exact)
    page.locator("[data-map]").click()
    expect(page.locator(".map-pin")).to_be_visible()
    ((lon, lat),) = told(page)
    centre = page.evaluate(
        "(() => { const c = map.leaflet.getCenter(); return [c.lng, c.lat]; })()"
    )
    assert [lon, lat] == pytest.approx(centre, abs=1e-3)


def test_the_keyboard_sets_the_point_and_moves_it(visit: Begin, exact: str) -> None:
    page = open_picker(visit(reduced_motion="reduce"), exact)
    page.locator("[data-map]").focus()
    page.keyboard.press("Enter")
    pin = page.get_by_role("button", name="Titik lokasi. Geser")
    expect(pin).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    start, up, left = told(page)
    assert up[1] > start[1]
    assert up[0] == pytest.approx(start[0])
    assert left[0] < up[0]
    assert left[1] == pytest.approx(up[1])


def test_a_position_is_shown_with_its_uncertainty_and_taken_away(
    visit: Begin,
    exact: str,
) -> None:
    page = open_picker(visit(reduced_motion="reduce"), exact)
    page.evaluate("map.setPoint(110.21, -7.47, 120); map.fit()")
    expect(page.locator(".map-pin")).to_have_count(1)
    circle = page.locator("path.map-accuracy").bounding_box()
    assert circle is not None
    assert circle["width"] > 20
    page.evaluate("map.clearPoint()")
    expect(page.locator(".map-pin, path.map-accuracy")).to_have_count(0)


def test_streets_are_drawn_from_the_installed_file(
    visit: Begin,
    exact: str,
    streets: None,
) -> None:
    made = visit()
    made.open(f"/laporan/{exact}")
    expect(made.page.locator("canvas.leaflet-tile").first).to_be_visible()
    made.page.wait_for_function(LAND)
    expect(made.page.get_by_role("link", name="© OpenStreetMap")).to_be_visible()


def test_landmarks_are_named_as_text_when_one_comes_near(visit: Begin, exact: str) -> None:
    made = visit(reduced_motion="reduce")
    landmark = {
        "type": "Feature",
        "properties": {"kind": "landmark", "name": "Pasar <b>Rejowinangun</b>"},
        "geometry": {"type": "Point", "coordinates": [110.22199, -7.478474]},
    }
    ground = json.dumps({"type": "FeatureCollection", "features": [landmark]})
    made.page.route("**/peta/dasar.json*", lambda route: route.fulfill(body=ground))
    made.open(f"/laporan/{exact}")
    expect(made.page.get_by_text("Pasar <b>Rejowinangun</b>")).to_be_visible()
    for _ in range(3):
        made.page.get_by_role("button", name="Perkecil peta").click()
    expect(made.page.get_by_text("Pasar <b>Rejowinangun</b>")).to_have_count(0)


def test_a_map_that_cannot_be_loaded_leaves_the_words(visit: Begin, exact: str) -> None:
    made = visit()
    made.page.route("**/peta/kota.json", lambda route: route.fulfill(status=404, body=""))
    made.open(f"/laporan/{exact}")
    expect(made.page.get_by_text("Peta tidak dapat dimuat sekarang")).to_be_visible()
    expect(made.page.locator("[data-map]")).to_be_hidden()


def test_a_map_may_be_tried_again_where_the_network_failed(visit: Begin, exact: str) -> None:
    made = visit()
    page = made.page
    page.route("**/peta/dasar.json*", lambda route: route.fulfill(status=404, body=""))
    made.open(f"/laporan/{exact}")
    expect(page.get_by_text("Peta tidak dapat dimuat sekarang")).to_be_visible()
    page.unroute("**/peta/dasar.json*")
    (module,) = BUILT.glob("chunks/_map-*.js")
    page.evaluate(RETRY, f"/aset/chunks/{module.name}")
    expect(page.locator(".map-pin")).to_be_visible()
