"""The front page, sharing and help, in a real browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import INSIDE, Visit
from tests.doors.pages.resident import Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.servers import LiveServer

Begin = Callable[..., Visit]
AsStaff = Callable[[Callable[[Staff], None]], None]
COUNT_ASKED = """
window.asked = 0;
const ask = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
navigator.geolocation.getCurrentPosition = (...given) => { window.asked += 1; ask(...given); };
"""
FAR_AWAY = {"latitude": -6.2, "longitude": 106.8, "accuracy": 20.0}


@pytest.fixture
def two_places(service: LiveServer, as_staff: AsStaff) -> Iterator[tuple[str, str]]:
    """Two released reports: one about 55 m and one about 550 m from INSIDE; hidden again after."""
    with service.database.app.app_context():
        resident = Resident(service.database.app.test_client())
        near, far = (
            receipt_of(resident.report(lat=lat, lon="110.22199", accuracy_m="9"))[0]
            for lat in ("-7.477974", "-7.473474")
        )
    as_staff(lambda staff: [staff.release(code) for code in (far, near)] and None)
    yield near.replace("-", ""), far.replace("-", "")
    as_staff(lambda staff: [staff.hide(code) for code in (far, near)] and None)


def ask_for_nearby(page: Page) -> None:
    page.get_by_role("button", name="Pakai lokasi saya").click()


def test_nearby_is_sorted_on_the_phone_and_its_position_stays_there(
    visit: Begin, two_places: tuple[str, str]
) -> None:
    made = visit(geolocation=INSIDE, permissions=["geolocation"])
    made.page.add_init_script(COUNT_ASKED)
    made.open("/")
    expect(made.page.get_by_role("button", name="Pakai lokasi saya")).to_be_visible()
    assert made.page.evaluate("window.asked") == 0
    ask_for_nearby(made.page)
    cards = made.page.locator("[data-near-list] > li")
    expect(cards.first).to_contain_text("m dari sini")
    links = [a.get_attribute("href") for a in made.page.locator("[data-near-list] a").all()]
    order = [code for link in links for code in two_places if str(link).endswith(code)]
    assert order == list(two_places)
    expect(made.page.locator("[data-near-status]")).to_contain_text("Laporan terdekat")
    assert [url for url in made.asked if "7.47" in url or "110.2" in url or "?" in url] == []


def test_without_permission_a_kelurahan_is_chosen(
    visit: Begin, two_places: tuple[str, str]
) -> None:
    made = visit(permissions=[])
    made.open("/")
    ask_for_nearby(made.page)
    expect(made.page.locator("[data-near-status]")).to_contain_text("Pilih kelurahan")
    made.page.get_by_label("Kelurahan").select_option(label="Panjang")
    made.page.get_by_role("button", name="Lihat laporan").click()
    expect(made.page.locator(f'a[href="/laporan/{two_places[0]}"]')).to_be_visible()


def test_far_from_the_city_nothing_is_near(visit: Begin, two_places: tuple[str, str]) -> None:
    made = visit(geolocation=FAR_AWAY, permissions=["geolocation"])
    made.open("/")
    ask_for_nearby(made.page)
    expect(made.page.locator("[data-near-status]")).to_contain_text("Belum ada laporan")


def test_a_list_that_does_not_come_is_said(visit: Begin) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="")

    made = visit(geolocation=INSIDE, permissions=["geolocation"])
    made.page.route("**/dekat.json", refuse)
    made.open("/")
    ask_for_nearby(made.page)
    expect(made.page.locator("[data-near-status]")).to_contain_text("Coba lagi")
    made.faults.clear()  # the 503 of this test


def test_without_javascript_the_front_page_is_whole(
    visit: Begin, two_places: tuple[str, str]
) -> None:
    made = visit(java_script_enabled=False)
    made.open("/")
    expect(made.page.get_by_role("button", name="Pakai lokasi saya")).to_be_hidden()
    made.page.get_by_label("Kelurahan").select_option(label="Panjang")
    made.page.get_by_role("button", name="Lihat laporan").click()
    expect(made.page.locator(f'a[href="/laporan/{two_places[0]}"]')).to_be_visible()


def test_sharing_copies_the_address_where_the_phone_has_no_sheet(
    visit: Begin, two_places: tuple[str, str]
) -> None:
    made = visit(permissions=["clipboard-read", "clipboard-write"])
    made.page.add_init_script("delete Navigator.prototype.share;")
    made.open(f"/laporan/{two_places[0]}")
    made.page.get_by_role("button", name="Bagikan").click()
    expect(made.page.locator("[data-share-status]")).to_contain_text("sudah disalin")
    copied = made.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{made.base_url}/laporan/{two_places[0]}"


def test_sharing_gives_the_phones_own_sheet_the_address_and_no_more(
    visit: Begin, two_places: tuple[str, str]
) -> None:
    made = visit()
    made.page.add_init_script("navigator.share = async (given) => { window.shared = given; };")
    made.open(f"/laporan/{two_places[0]}")
    made.page.get_by_role("button", name="Bagikan").click()
    shared = made.page.wait_for_function("window.shared").json_value()
    assert shared["url"] == f"{made.base_url}/laporan/{two_places[0]}"
    assert set(shared) == {"title", "url"}


def test_sharing_that_is_not_allowed_shows_the_address(
    visit: Begin, two_places: tuple[str, str]
) -> None:
    made = visit()
    made.page.add_init_script(
        "delete Navigator.prototype.share;"
        "navigator.clipboard.writeText = () => Promise.reject(new Error('no'));"
    )
    made.open(f"/laporan/{two_places[0]}")
    made.page.get_by_role("button", name="Bagikan").click()
    expect(made.page.locator("[data-share-status]")).to_contain_text(f"/laporan/{two_places[0]}")


def test_help_is_searched_while_typing(visit: Begin) -> None:
    made = visit()
    made.open("/bantuan")
    made.page.get_by_label("Cari di halaman ini").fill("ombudsman  DITINDAKLANJUTI")
    expect(made.page.locator("#bukan")).to_be_visible()
    expect(made.page.locator("#angka")).to_be_hidden()
    expect(made.page.locator("[data-help-status]")).to_contain_text("1 bagian")
    made.page.get_by_label("Cari di halaman ini").fill("zzz")
    expect(made.page.locator("[data-help-status]")).to_contain_text("Tidak ada bagian")
    made.page.get_by_label("Cari di halaman ini").fill("")
    expect(made.page.locator("#angka")).to_be_visible()


def test_help_prints_whole_and_without_its_search(visit: Begin) -> None:
    made = visit()
    made.open("/bantuan")
    made.page.get_by_label("Cari di halaman ini").fill("zzz")
    made.page.emulate_media(media="print")
    expect(made.page.locator("#angka")).to_be_visible()
    expect(made.page.get_by_label("Cari di halaman ini")).to_be_hidden()
    expect(made.page.get_by_role("navigation", name="Menu")).to_be_hidden()
