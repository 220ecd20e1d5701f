"""What stays on the phone: drafts until they are sent, a list if wished, of confidential ones nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.phones import all_texts, arrived, chosen, equip, kept, send, write
from tests.browser.test_resident import receipt
from tests.browser.weak_network import UNAVAILABLE, WeakNetwork, weak_network_before
from tests.servers import LiveServer

Begin = Callable[..., Visit]
STORY = "Lampu jalan di depan pos ronda mati sejak tiga hari."
SECRET_STORY = "Saya dipukul semalam di rumah."
CONFIDENTIAL = "/lapor?kategori=A12"
SOON_MS = 30_000


@pytest.fixture
def weak(service: LiveServer) -> Iterator[WeakNetwork]:
    with weak_network_before(service.base_url) as network:
        yield network


def drafted(page: Page) -> None:
    """Wait until the draft is kept."""
    for _ in range(50):
        if kept(page).get("drafts"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("no draft was kept")


def describe_secretly(page: Page) -> None:
    page.get_by_label("Apa yang terjadi?").fill(SECRET_STORY)
    page.wait_for_timeout(1_000)  # longer than it takes to keep a draft


def test_what_is_typed_survives_a_reload_and_is_gone_once_sent(
    visit: Begin, service: LiveServer, photo: dict[str, Any]
) -> None:
    made = visit()
    page, story = made.page, f"{STORY} Draf."
    made.open("/lapor?kategori=A04")
    write(page, story, photo)
    page.get_by_label("Patokan").fill("pos ronda")
    drafted(page)
    page.wait_for_timeout(1_000)
    page.reload()
    expect(page.get_by_text("Yang Anda tulis tadi masih ada.")).to_be_visible()
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value(story)
    expect(page.get_by_label("Patokan")).to_have_value("pos ronda")
    assert len(chosen(page)) == 1
    send(page)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    assert arrived(service, story) == [1]
    assert kept(page)["drafts"] == []
    assert story not in all_texts(page)


def test_a_draft_can_be_thrown_away(visit: Begin) -> None:
    made = visit()
    page = made.page
    made.open("/lapor?kategori=A04")
    write(page, STORY)
    drafted(page)
    page.reload()
    page.get_by_role("button", name="Hapus dan mulai baru").click()
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value("")
    expect(page.get_by_text("Yang Anda tulis tadi masih ada.")).to_be_hidden()
    assert kept(page)["drafts"] == []


def test_a_confidential_report_leaves_nothing_while_it_is_written_or_sent(
    visit: Begin, service: LiveServer, weak: WeakNetwork, photo: dict[str, Any]
) -> None:
    made = visit(weak=weak.base_url)
    page = made.page
    equip(made)
    made.open(CONFIDENTIAL)
    assert "KDRT" not in page.title()
    page.locator(".stop > summary").click()
    page.get_by_label("Foto").set_input_files([photo])
    describe_secretly(page)
    page.context.set_offline(True)
    send(page)
    heading = page.get_by_role("heading", name="Belum terkirim: jangan tutup halaman ini")
    expect(heading).to_be_visible(timeout=SOON_MS)
    found = all_texts(page)
    assert [text for text in (SECRET_STORY, "kategori=A12") if text in found] == []
    assert "A12" not in repr(kept(page))
    assert kept(page).get("outbox", []) == kept(page).get("drafts", []) == []

    page.context.set_offline(False)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    code, secret = (shown.replace("-", "") for shown in receipt(page))
    expect(page.get_by_role("button", name="Simpan di HP ini")).to_have_count(0)
    found = all_texts(page)
    assert [text for text in (SECRET_STORY, "kategori=A12", code, secret) if text in found] == []
    made.open("/laporan-saya")
    expect(page.get_by_text("Belum ada laporan di HP ini.")).to_be_visible()


def test_choosing_confidence_takes_back_the_draft(visit: Begin) -> None:
    made = visit()
    page = made.page
    made.open("/lapor?kategori=A04")
    write(page, SECRET_STORY)
    drafted(page)
    page.get_by_label("Rahasiakan").check()
    page.wait_for_timeout(1_000)
    assert kept(page)["drafts"] == []
    assert SECRET_STORY not in all_texts(page)


def test_a_chosen_confidential_report_waits_in_the_page_only(
    visit: Begin, weak: WeakNetwork
) -> None:
    made = visit(weak=weak.base_url)
    page = made.page
    equip(made)
    write(page, SECRET_STORY)
    page.get_by_label("Rahasiakan").check()
    weak.ahead.append(UNAVAILABLE)
    send(page)
    heading = page.get_by_role("heading", name="Belum terkirim: jangan tutup halaman ini")
    expect(heading).to_be_visible(timeout=SOON_MS)
    assert SECRET_STORY not in all_texts(page)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    assert SECRET_STORY not in all_texts(page)


def test_the_fast_way_out_takes_drafts_along(visit: Begin) -> None:
    made = visit()
    page = made.page
    made.open("/lapor?kategori=A04")
    write(page, STORY)
    drafted(page)
    made.open(CONFIDENTIAL)
    page.get_by_role("button", name="Keluar cepat").click()
    page.wait_for_url("**/kode-pos")
    assert kept(page)["drafts"] == []
    assert STORY not in all_texts(page)
    assert "laporan" not in page.locator("body").inner_text().lower()


def test_the_phone_keeps_a_report_only_when_asked_and_forgets_it_when_told(
    visit: Begin, as_staff: Callable[[Callable[..., None]], None]
) -> None:
    made = visit()
    page = made.page
    made.open("/lapor?kategori=A04")
    write(page, f"{STORY} Daftar.")
    send(page)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    code, secret = receipt(page)
    assert kept(page).get("own", []) == []
    page.get_by_role("button", name="Simpan di HP ini").click()
    expect(page.get_by_text("Sudah ada di Laporan saya.")).to_be_visible()

    made.open("/laporan-saya")
    card = page.locator("[data-list=own] article")
    expect(card).to_contain_text(code)
    expect(card).to_contain_text("Baru masuk")
    expect(card).to_contain_text("Penerangan jalan umum")
    assert secret not in page.locator("body").inner_text()
    card.get_by_role("button", name="Buka").click()
    page.wait_for_url("**/lacak/laporan")
    assert not any(secret.replace("-", "") in url for url in made.asked)

    made.open("/laporan-saya")
    page.get_by_role("button", name="Hapus dari HP ini").click()
    expect(page.get_by_text("Belum ada laporan di HP ini.")).to_be_visible()
    assert kept(page)["own"] == []


def test_a_kept_report_that_becomes_confidential_leaves_the_list(
    visit: Begin, as_staff: Callable[[Callable[..., None]], None]
) -> None:
    made = visit()
    page = made.page
    made.open("/lapor?kategori=A04")
    write(page, f"{STORY} Dinaikkan.")
    send(page)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    code, _ = receipt(page)
    page.get_by_role("button", name="Simpan di HP ini").click()
    expect(page.get_by_text("Sudah ada di Laporan saya.")).to_be_visible()
    as_staff(lambda staff: staff.hide(code))
    made.open("/laporan-saya")
    told = page.get_by_text("tidak dapat dibuka lagi dari sini")
    expect(told).to_be_visible()
    assert kept(page)["own"] == []
    redrawn = (
        "new Promise(done => {window.dispatchEvent(new Event('outbox')); setTimeout(done, 300)})"
    )
    page.evaluate(redrawn)
    expect(told).to_be_visible()
