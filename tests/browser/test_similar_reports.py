"""What is similar is shown before a report is sent: joined, passed by, or sent once all the same."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import INSIDE, Visit
from tests.browser.phones import kept
from tests.browser.test_resident import photos_of, receipt, stored
from tests.doors.pages.staff import Staff
from tests.servers import LiveServer

Begin = Callable[..., Visit]
AsStaff = Callable[[Callable[[Staff], None]], None]
WITH_GPS: dict[str, Any] = {"geolocation": INSIDE, "permissions": ["geolocation"]}
FOUND = "Apakah salah satunya yang Anda maksud?"


@pytest.fixture
def lamp(visit: Begin, as_staff: AsStaff) -> str:
    """A released report of a category of its own, at INSIDE; its code."""
    made = visit(java_script_enabled=False)
    page = made.page
    made.open("/lapor?kategori=N03")
    page.get_by_label("Apa yang terjadi?").fill("Mobil parkir di trotoar depan pasar.")
    page.get_by_label("Kelurahan").select_option(label="Panjang")
    page.get_by_role("button", name="Kirim laporan").click()
    if page.get_by_role("button", name="Kirim sebagai laporan baru").count():
        page.get_by_role("button", name="Kirim sebagai laporan baru").click()
    code = receipt(page)[0]
    as_staff(lambda staff: staff.release(code, "Mobil parkir di trotoar."))
    return code


def test_a_similar_report_appears_when_the_place_is_known_and_one_tap_joins_it(
    visit: Begin, lamp: str, service: LiveServer
) -> None:
    made = visit()
    page = made.page
    made.open("/lapor?kategori=N03")
    expect(page.get_by_text(FOUND)).to_have_count(0)
    page.get_by_label("Kelurahan").select_option(label="Panjang")
    expect(page.get_by_role("heading", name=FOUND)).to_be_visible()
    expect(page.locator("#serupa")).to_contain_text("Mobil parkir di trotoar.")
    page.get_by_role("radio", name="Rahasiakan").check()
    expect(page.get_by_text(FOUND)).to_have_count(0)
    page.get_by_role("radio", name="Umum").check()
    page.get_by_label("Apa yang terjadi?").fill("Mobil itu lagi.")
    page.wait_for_timeout(1_500)
    assert [draft["category"] for draft in kept(page)["drafts"]] == ["N03"]
    page.get_by_role("button", name="Saya juga melihatnya").first.click()
    expect(page.get_by_text("Anda ikut dihitung")).to_be_visible()
    page.wait_for_timeout(500)
    assert kept(page)["drafts"] == [], "what was being written instead is gone"
    expect(page.get_by_text("1 orang lain juga melihat ini")).to_be_visible()
    page.get_by_role("button", name="Batalkan").click()
    expect(page.get_by_text("orang lain juga melihat ini")).to_have_count(0)


def test_who_saw_it_while_writing_sends_without_being_asked_again(
    visit: Begin, lamp: str, service: LiveServer
) -> None:
    made = visit()
    page, story = made.page, "Parkir liar yang lain lagi."
    made.open("/lapor?kategori=N03")
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Kelurahan").select_option(label="Panjang")
    expect(page.get_by_role("heading", name=FOUND)).to_be_visible()
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")
    assert stored(service, story) == 1


def test_sent_again_after_a_lost_answer_it_is_the_same_report(
    visit: Begin, lamp: str, service: LiveServer
) -> None:
    made = visit(service_workers="block")
    made.is_weak = True
    page, story = made.page, "Parkir liar, jawabannya hilang di jalan."
    page.route("**/lapor/serupa*", lambda route: route.abort())  # the question comes as a page
    made.open("/lapor?kategori=N03")
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Kelurahan").select_option(label="Panjang")
    page.wait_for_timeout(1_500)
    page.get_by_role("button", name="Kirim laporan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FOUND)

    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.route("**/lapor", lose, times=1)
    page.get_by_role("button", name="Kirim sebagai laporan baru").click()
    page.wait_for_timeout(1_000)
    assert stored(service, story) == 1
    made.open("/lapor?kategori=N03")
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value(story)
    page.get_by_role("button", name="Kirim laporan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FOUND)
    page.get_by_role("button", name="Kirim sebagai laporan baru").click()
    page.wait_for_url("**/lapor/terkirim")
    assert stored(service, story) == 1


def test_without_javascript_it_is_shown_before_sending_and_photos_are_kept(
    visit: Begin, lamp: str, service: LiveServer, photo: dict[str, Any]
) -> None:
    made = visit(java_script_enabled=False)
    page, story = made.page, "Parkir liar, dengan foto, tanpa skrip."
    made.open("/lapor?kategori=N03")
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Kelurahan").select_option(label="Panjang")
    page.get_by_label("Foto", exact=True).set_input_files([photo])
    page.get_by_role("button", name="Kirim laporan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FOUND)
    assert stored(service, story) == 0
    page.get_by_role("button", name="Kirim sebagai laporan baru").dblclick()
    expect(page).to_have_url(re.compile("/lapor/terkirim$"), timeout=30_000)
    assert stored(service, story) == 1
    assert photos_of(service, story) == 1
