"""The ways into a report and through it: search, photo, place, map, what is similar."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD
from playwright.sync_api import Page, expect

from tests.browser.conftest import INSIDE, Visit
from tests.browser.test_resident import photos_of, receipt, stored
from tests.doors.pages.staff import Staff
from tests.servers import LiveServer

Begin = Callable[..., Visit]
AsStaff = Callable[[Callable[[Staff], None]], None]
WITH_GPS: dict[str, Any] = {"geolocation": INSIDE, "permissions": ["geolocation"]}


def photo_taken_at(*, lat: float, lon: float) -> dict[str, Any]:
    """Return a photo as a phone makes one: degrees without sign, and the hemisphere beside them."""
    exif = Image.Exif()
    gps = exif.get_ifd(IFD.GPSInfo)
    gps[GPS.GPSLatitudeRef], gps[GPS.GPSLatitude] = "NS"[lat < 0], _sexagesimal(lat)
    gps[GPS.GPSLongitudeRef], gps[GPS.GPSLongitude] = "EW"[lon < 0], _sexagesimal(lon)
    file = io.BytesIO()
    Image.new("RGB", (320, 240), "orange").save(file, "JPEG", exif=exif)
    return {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    whole, rest = divmod(abs(degrees), 1)
    minutes, rest = divmod(rest * 60, 1)
    return whole, minutes, rest * 60


def point(page: Page) -> tuple[float, float] | None:
    lat, lon = (page.locator(f"[name={name}]").input_value() for name in ("lat", "lon"))
    return (float(lat), float(lon)) if lat and lon else None


# ---- the category


@pytest.mark.parametrize(
    ("typed", "category"),
    [
        ("peteng", "Penerangan jalan umum"),
        ("Lampu MATI", "Penerangan jalan umum"),
        ("lampu jalan di depan sekolah mati", "Penerangan jalan umum"),
        ("knalpot", "Balap liar"),
        ("dipukul", "KDRT"),
    ],
)
def test_a_category_is_found_while_one_types_and_in_the_same_way_without_javascript(
    visit: Begin, typed: str, category: str
) -> None:
    for java_script_enabled in (True, False):
        made = visit(java_script_enabled=java_script_enabled)
        page = made.page
        made.open("/lapor")
        page.get_by_label("Cari dengan kata sehari-hari").fill(typed)
        if not java_script_enabled:
            page.get_by_role("button", name="Cari").click()
        first = page.locator("#hasil li").first
        expect(first).to_contain_text(category)
        first.locator("a, button").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(category)


def test_what_is_found_nowhere_is_said(visit: Begin) -> None:
    made = visit()
    made.open("/lapor")
    made.page.get_by_label("Cari dengan kata sehari-hari").fill("zzqq")
    expect(made.page.locator("#hasil-jumlah")).to_contain_text("Tidak ada yang cocok")
    made.page.get_by_label("Cari dengan kata sehari-hari").fill("")
    expect(made.page.locator("#hasil li")).to_have_count(0)


def test_search_by_keyboard_alone(visit: Begin) -> None:
    made = visit()
    page = made.page
    made.open("/lapor")
    page.get_by_label("Cari dengan kata sehari-hari").focus()
    page.keyboard.type("peteng")
    page.keyboard.press("Enter")
    expect(page.locator("#hasil a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/lapor?kategori=A04")


# ---- the place


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(-7.478474, 110.22199), (52.370216, 4.895168), (-33.4489, -70.6693), (40.7128, -74.006)],
)
def test_the_place_of_a_photo_is_offered_in_every_hemisphere(
    visit: Begin, lat: float, lon: float
) -> None:
    made = visit()
    page = made.page
    made.open("/lapor?kategori=A04")
    page.get_by_label("Foto", exact=True).set_input_files([photo_taken_at(lat=lat, lon=lon)])
    use = page.get_by_role("button", name="Pakai lokasi foto")
    expect(use).to_be_visible()
    assert point(page) is None
    use.click()
    assert point(page) == pytest.approx((lat, lon), abs=1e-5)
    expect(page.get_by_text("Titik dari foto dipakai").first).to_be_visible()


def test_the_place_of_a_photo_is_not_sent_unless_it_was_chosen(
    visit: Begin, service: LiveServer
) -> None:
    made = visit()
    page, story = made.page, "Foto dengan titik, tidak dipakai."
    made.open("/lapor?kategori=A07")
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Kelurahan").select_option(label="Gelangan")
    page.get_by_label("Foto", exact=True).set_input_files(
        [photo_taken_at(lat=-7.478474, lon=110.22199)]
    )
    expect(page.get_by_role("button", name="Pakai lokasi foto")).to_be_visible()
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")
    assert stored(service, story) == 1
    with service.database.owner() as connection:
        row = connection.execute(
            "SELECT position IS NULL FROM report WHERE description = %s", (story,)
        ).fetchone()
    assert row == (True,)


@pytest.mark.parametrize("path", ["/lapor?kategori=A04", "/lapor?mulai=foto"])
def test_the_photo_that_is_sent_no_longer_knows_its_place(visit: Begin, path: str) -> None:
    made = visit()
    page = made.page
    made.open(path)
    taken = photo_taken_at(lat=-7.478474, lon=110.22199)
    assert b"Exif" in taken["buffer"]
    page.get_by_label("Foto", exact=True).set_input_files([taken])
    expect(page.get_by_role("button", name="Pakai lokasi foto")).to_be_visible()
    page.wait_for_function(
        "async () => { const [file] = document.querySelector('#photos').files;"
        " return file && !(await file.slice(0, 5000).text()).includes('Exif'); }"
    )


def test_a_photo_without_a_place_offers_none(visit: Begin, photo: dict[str, Any]) -> None:
    made = visit()
    page = made.page
    made.open("/lapor?kategori=A04")
    field = page.get_by_label("Foto", exact=True)
    field.set_input_files([photo_taken_at(lat=-7.478474, lon=110.22199)])
    expect(page.get_by_role("button", name="Pakai lokasi foto")).to_be_visible()
    field.set_input_files([photo])
    expect(page.get_by_role("button", name="Pakai lokasi foto")).to_be_hidden()


def test_a_tap_on_the_map_sets_the_place(visit: Begin) -> None:
    made = visit(**WITH_GPS)
    page = made.page
    made.open("/lapor?kategori=A04")
    page.get_by_role("button", name="Pakai lokasi saya").click()
    expect(page.get_by_text("ketelitian sekitar 12 meter")).to_be_visible()
    page.get_by_role("button", name="Tunjuk di peta").click()
    drawn = page.locator("[data-map] .map-accuracy")
    expect(drawn).to_have_count(1)  # the circle of what the phone is sure of
    page.locator("[data-map]").click(position={"x": 60, "y": 150})
    expect(page.get_by_text("Titik dipilih di peta.")).to_be_visible()
    found = point(page)
    assert found is not None
    assert found != pytest.approx((INSIDE["latitude"], INSIDE["longitude"]), abs=1e-6)
    assert page.locator("[name=accuracy_m]").input_value() == ""
    page.get_by_role("button", name="Hapus titik").click()
    assert point(page) is None


def test_without_the_map_the_page_says_so_and_goes_on(visit: Begin) -> None:
    made = visit()
    page = made.page
    page.route("**/peta/kota.json", lambda route: route.fulfill(status=404, body=""))
    made.open("/lapor?kategori=A04")
    page.get_by_role("button", name="Tunjuk di peta").click()
    expect(page.get_by_text("Peta belum dapat dibuka")).to_be_visible()


def test_a_rough_position_asks_for_the_kelurahan_too(visit: Begin) -> None:
    made = visit(geolocation=INSIDE | {"accuracy": 900.0}, permissions=["geolocation"])
    made.open("/lapor?kategori=A04")
    made.page.get_by_role("button", name="Pakai lokasi saya").click()
    expect(made.page.get_by_text("hanya sekitar 900 meter")).to_be_visible()


# ---- through the form


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_photo_first_and_the_place_with_it(
    visit: Begin, service: LiveServer, photo: dict[str, Any], java_script_enabled: bool
) -> None:
    made = visit(java_script_enabled=java_script_enabled)
    page, story = made.page, f"Dimulai dari foto, skrip {java_script_enabled}."
    made.open("/lapor")
    page.get_by_role("link", name="Foto dulu").click()
    page.get_by_label("Foto", exact=True).set_input_files([photo])
    page.get_by_label("Kelurahan").select_option(label="Kemirirejo")
    page.get_by_role("button", name="Lanjut: pilih masalahnya").click()
    expect(page.locator(".note")).to_contain_text("1 foto sudah tersimpan")
    page.get_by_label("Cari dengan kata sehari-hari").fill("selokan mampet")
    page.get_by_role("button", name="Cari").click()
    page.locator("#hasil button").first.click()
    expect(page.get_by_text("Foto 1 sudah tersimpan")).to_be_visible()
    expect(page.get_by_label("Kelurahan")).to_have_value("33.71.03.1001")
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")
    assert stored(service, story) == 1
    assert photos_of(service, story) == 1


def test_after_a_fault_the_photo_is_there_once_and_after_the_receipt_no_draft_is_left(
    visit: Begin, service: LiveServer, photo: dict[str, Any]
) -> None:
    made = visit()
    page, story = made.page, "Trotoar pecah, dengan satu foto."
    made.open("/lapor?kategori=N12")
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Foto", exact=True).set_input_files([photo])
    page.get_by_role("button", name="Kirim laporan").click()
    expect(page.get_by_role("alert").first).to_contain_text("Tempat kejadian belum diisi")
    expect(page.get_by_text("Foto 1 sudah tersimpan")).to_be_visible()
    page.wait_for_timeout(500)  # a draft would be put back by now
    assert page.evaluate("document.querySelector('#photos').files.length") == 0
    page.get_by_label("Kelurahan").select_option(label="Gelangan")
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")
    assert photos_of(service, story) == 1
    page.wait_for_timeout(300)
    made.open("/lapor?kategori=N12")
    page.wait_for_timeout(500)
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value("")
    expect(page.get_by_text("Yang Anda tulis tadi masih ada.")).to_be_hidden()


def test_the_preview_shows_what_was_chosen_and_what_was_typed(visit: Begin) -> None:
    made = visit()
    page = made.page
    made.open("/lapor?kategori=A04")
    preview = page.locator(".preview")
    page.get_by_label("Apa yang terjadi?").fill("Lampu mati di gang.")
    expect(preview.get_by_text("Tempat: titik yang tepat")).to_be_visible()
    expect(preview.get_by_text("Lampu mati di gang.")).to_be_visible()
    page.get_by_role("radio", name="Rahasiakan").check()
    expect(preview.get_by_text("Tempat: titik yang tepat")).to_be_hidden()
    expect(preview.get_by_text("Hanya petugas yang ditunjuk")).to_be_visible()


def test_an_emergency_stops_at_the_number_and_goes_on_by_keyboard(visit: Begin) -> None:
    made = visit()
    page = made.page
    made.open("/lapor?kategori=A05")
    expect(page.get_by_role("link", name="113")).to_be_visible()
    expect(page.get_by_label("Apa yang terjadi?")).to_be_hidden()
    page.locator("summary", has_text="Tidak ada bahaya sekarang").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Apa yang terjadi?")).to_be_visible()


def test_send_and_report_another_here_keeps_the_place_only(
    visit: Begin, service: LiveServer
) -> None:
    made = visit(**WITH_GPS)
    page, story = made.page, "Pohon miring, lalu satu lagi."
    made.open("/lapor?kategori=A07")
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_role("button", name="Pakai lokasi saya").click()
    expect(page.get_by_text("ketelitian sekitar 12 meter")).to_be_visible()
    page.get_by_role("button", name="Kirim, lalu lapor lagi di sini").click()
    page.wait_for_url("**/lapor/terkirim?lagi=1")
    assert receipt(page)
    assert stored(service, story) == 1
    page.locator("summary", has_text="Sampah, kebisingan").click()
    page.get_by_role("button", name="Sampah tidak diangkut").click()
    expect(page.get_by_text("Titik lokasi sudah ada.")).to_be_visible()
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value("")


def test_a_whole_report_in_javanese(visit: Begin, service: LiveServer) -> None:
    made = visit(**WITH_GPS)
    page, story = made.page, "Lampune mati, peteng ndhedhet."
    made.open("/lapor?lang=jv")
    expect(page.locator("html")).to_have_attribute("lang", "jv")
    page.get_by_label("Golek nganggo tembung padinan").fill("peteng")
    page.locator("#hasil a").first.click()
    page.locator("#description").fill(story)
    page.locator("[data-gps-ask]").click()
    expect(page.locator("[data-gps-status]")).to_contain_text("12 meter")
    expect(page.locator("#serupa")).to_contain_text("Titik iki ing Panjang.")
    page.locator("#kirim").click()
    page.wait_for_url("**/lapor/terkirim")
    assert stored(service, story) == 1
    with service.database.owner() as connection:
        row = connection.execute(
            "SELECT locale FROM report WHERE description = %s", (story,)
        ).fetchone()
    assert row == ("jv",)


# ---- how much, how large


def test_the_first_visit_of_the_form_takes_less_than_100_kb(visit: Begin) -> None:
    made = visit()
    page = made.page
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    taken: list[float] = []
    wire.on("Network.loadingFinished", lambda event: taken.append(event["encodedDataLength"]))
    made.open("/lapor")
    page.get_by_text("Kejahatan, kekerasan").click()
    page.get_by_role("link", name="Penerangan jalan").click()
    page.get_by_label("Apa yang terjadi?").fill("Lampu mati.")
    page.get_by_label("Kelurahan").select_option(label="Gelangan")
    page.wait_for_load_state("networkidle")
    assert len(taken) > 4
    assert sum(taken) < 100 * 1024, taken
    assert not any("leaflet" in url or "/peta/" in url for url in made.asked)


@pytest.mark.parametrize("path", ["/lapor", "/lapor?kategori=A08", "/lapor?mulai=foto"])
def test_at_twice_the_size_nothing_sticks_out(visit: Begin, path: str) -> None:
    made = visit(viewport={"width": 1280, "height": 740})
    made.open(path)
    made.page.evaluate("document.documentElement.style.zoom = '2'")
    wide = made.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 1
