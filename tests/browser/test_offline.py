"""A report written without a network, or into a bad one, arrives once; its state is always said."""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.phones import arrived, equip, kept, plant, send, write
from tests.browser.test_resident import receipt
from tests.browser.weak_network import (
    HALF_AN_ANSWER,
    SLOW,
    UNAVAILABLE,
    Trouble,
    WeakNetwork,
    weak_network_before,
)
from tests.servers import LiveServer

Begin = Callable[..., Visit]
STORY = "Lampu jalan di depan pos ronda mati sejak tiga hari."
SOON_MS = 30_000
SETTLED_MS = 3_000


@pytest.fixture
def weak(service: LiveServer) -> Iterator[WeakNetwork]:
    with weak_network_before(service.base_url) as network:
        yield network


@pytest.fixture
def phone(visit: Begin, weak: WeakNetwork) -> Visit:
    """A phone that was here before, so that it can do without the network."""
    made = visit(weak=weak.base_url)
    equip(made)
    return made


def cut_off(page: Page) -> None:
    page.context.set_offline(True)


def reconnect(page: Page) -> None:
    page.context.set_offline(False)


def waits(page: Page) -> None:
    expect(page.get_by_role("heading", name="menunggu jaringan")).to_be_visible(timeout=SOON_MS)


def test_two_photos_written_offline_arrive_once_with_reloads_in_between(
    phone: Visit, service: LiveServer, photo: dict[str, Any]
) -> None:
    page, story = phone.page, f"{STORY} Tanpa jaringan."
    cut_off(page)
    page.reload()
    write(page, story, photo, photo)
    send(page)
    waits(page)
    expect(page.get_by_role("heading", name="menunggu jaringan").locator("..")).to_be_focused()
    phone.open("/laporan-saya")
    expect(page.get_by_text(story)).to_be_visible()
    expect(page.get_by_text("Tersimpan di HP, menunggu jaringan")).to_be_visible()
    assert arrived(service, story) == []

    reconnect(page)
    expect(page.get_by_text("Terkirim", exact=True)).to_be_visible(timeout=SOON_MS)
    assert arrived(service, story) == [2]
    [entry] = kept(page)["outbox"]
    assert (entry["photos"], entry["fields"], story in entry["report"]) == (0, [], False)
    page.reload()
    cut_off(page)
    reconnect(page)
    page.reload()
    expect(page.get_by_text("Terkirim", exact=True)).to_be_visible()
    assert arrived(service, story) == [2]


def test_the_page_that_waits_goes_to_the_receipt_when_the_network_is_back(
    phone: Visit, service: LiveServer
) -> None:
    page, story = phone.page, f"{STORY} Ditunggu."
    write(page, story)
    cut_off(page)
    send(page)
    waits(page)
    reconnect(page)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    assert receipt(page)
    assert arrived(service, story) == [0]
    page.wait_for_function("document.querySelector('[data-outbox=sent]')?.hidden")
    assert kept(page)["outbox"] == []  # the receipt was seen


def test_a_slow_answer_is_waited_for_with_words(
    phone: Visit, service: LiveServer, weak: WeakNetwork
) -> None:
    page, story = phone.page, f"{STORY} Lambat."
    weak.ahead.append(SLOW)
    write(page, story)
    send(page)
    expect(page.get_by_text("Masih mengirim")).to_be_visible(timeout=SOON_MS)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    assert arrived(service, story) == [0]
    assert len(weak.sends_at) == 1


def test_half_an_answer_does_not_make_two_reports(
    phone: Visit, service: LiveServer, weak: WeakNetwork, photo: dict[str, Any]
) -> None:
    page, story = phone.page, f"{STORY} Terputus."
    weak.ahead.append(HALF_AN_ANSWER)
    write(page, story, photo)
    send(page)
    expect(page.get_by_role("heading", name="Tersimpan di HP")).to_be_visible(timeout=SOON_MS)
    assert arrived(service, story) == [1]  # the server has it, the phone does not know
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    assert arrived(service, story) == [1]
    assert len(weak.sends_at) == 2


def test_a_server_that_is_down_is_tried_again_less_and_less_often(
    phone: Visit, service: LiveServer, weak: WeakNetwork
) -> None:
    page, story = phone.page, f"{STORY} Sibuk."
    weak.ahead.extend([UNAVAILABLE, UNAVAILABLE])
    write(page, story)
    send(page)
    expect(page.get_by_role("heading", name="server sedang sibuk")).to_be_visible(timeout=SOON_MS)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    assert arrived(service, story) == [0]
    pauses = [after - before for before, after in pairwise(weak.sends_at)]
    assert len(pauses) == 2
    assert pauses[0] > 2
    assert pauses[1] > 4.5


def test_the_phone_comes_back_when_the_server_said(
    phone: Visit, service: LiveServer, weak: WeakNetwork
) -> None:
    page, story = phone.page, f"{STORY} Nanti."
    weak.ahead.append(Trouble(status=429, retry_after="6"))
    write(page, story)
    send(page)
    expect(page.get_by_role("heading", name="server sedang sibuk")).to_be_visible(timeout=SOON_MS)
    cut_off(page)
    reconnect(page)  # no reason to come earlier
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    assert weak.sends_at[1] - weak.sends_at[0] > 6
    assert arrived(service, story) == [0]


def test_what_the_server_refuses_later_can_be_put_right(
    phone: Visit, service: LiveServer, photo: dict[str, Any]
) -> None:
    page, story = phone.page, f"{STORY} Ditolak."
    cut_off(page)
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Foto").set_input_files([photo])
    send(page)
    waits(page)
    phone.open("/laporan-saya")
    reconnect(page)
    expect(page.get_by_text("Ditolak", exact=True)).to_be_visible(timeout=SOON_MS)
    expect(page.locator("[data-faults]")).to_contain_text("Tempat kejadian belum diisi")
    expect(page.get_by_text(story)).to_be_visible()
    page.get_by_role("button", name="Perbaiki dan kirim lagi").click()
    expect(page.get_by_role("alert")).to_contain_text("Tempat kejadian belum diisi")
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value(story)
    page.get_by_label("Kelurahan").select_option(label="Gelangan")
    send(page)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    assert arrived(service, story) == [1]


def test_what_is_wrong_is_said_before_anything_is_sent(
    phone: Visit, service: LiveServer, weak: WeakNetwork, photo: dict[str, Any]
) -> None:
    page, story = phone.page, f"{STORY} Tanpa tempat."
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Foto").set_input_files([photo])
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("Tempat kejadian belum diisi")
    page.get_by_label("Kelurahan").select_option(label="Gelangan")
    send(page)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    assert arrived(service, story) == [1]  # with its photo, which was not chosen again


def test_a_report_that_may_have_arrived_a_day_ago_is_not_sent_unasked(
    phone: Visit, service: LiveServer, weak: WeakNetwork
) -> None:
    page, story = phone.page, f"{STORY} Kemarin."
    cut_off(page)
    write(page, story)
    send(page)
    waits(page)
    phone.open("/laporan-saya")
    [entry] = kept(page)["outbox"]
    yesterday = (time.time() - 21 * 3600) * 1000
    plant(page, "outbox", {**entry, "photos": [], "unknown_since": yesterday, "next_at": 0})
    reconnect(page)
    expect(page.get_by_text("Mungkin sudah terkirim")).to_be_visible(timeout=SOON_MS)
    assert weak.sends_at == []
    page.get_by_role("button", name="Kirim lagi").click()
    expect(page.get_by_text("Terkirim", exact=True)).to_be_visible(timeout=SOON_MS)
    assert arrived(service, story) == [0]


def test_a_full_phone_says_so_and_sends_from_the_open_page(
    phone: Visit, service: LiveServer, photo: dict[str, Any]
) -> None:
    page, story = phone.page, f"{STORY} Penuh."
    cdp = page.context.new_cdp_session(page)
    cdp.send("Storage.overrideQuotaForOrigin", {"origin": phone.base_url, "quotaSize": 1})
    write(page, story, photo)
    expect(page.get_by_text("Memori HP penuh: tulisan Anda tidak tersimpan")).to_be_visible()
    cut_off(page)
    send(page)
    expect(page.get_by_role("heading", name="jangan tutup halaman ini")).to_be_visible()
    reconnect(page)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    assert arrived(service, story) == [1]


def test_a_worker_that_may_sends_after_the_page_is_gone(phone: Visit, service: LiveServer) -> None:
    page, story = phone.page, f"{STORY} Di latar belakang."
    page.context.grant_permissions(["background-sync"], origin=phone.base_url)
    versions: list[dict[str, Any]] = []
    cdp = page.context.new_cdp_session(page)
    cdp.on("ServiceWorker.workerVersionUpdated", lambda told: versions.extend(told["versions"]))
    cdp.send("ServiceWorker.enable")
    cut_off(page)
    write(page, story)
    send(page)
    waits(page)
    assert page.evaluate("navigator.serviceWorker.ready.then((found) => found.sync.getTags())") == [
        "outbox"
    ]
    page.goto("about:blank")
    reconnect(page)
    cdp.send(
        "ServiceWorker.dispatchSyncEvent",
        {
            "origin": phone.base_url,
            "registrationId": versions[-1]["registrationId"],
            "tag": "outbox",
            "lastChance": False,
        },
    )
    ends = time.monotonic() + 20
    while arrived(service, story) == [] and time.monotonic() < ends:
        page.wait_for_timeout(200)
    assert arrived(service, story) == [0]


def test_a_browser_that_denies_the_worker_sends_when_a_page_opens(
    phone: Visit, service: LiveServer
) -> None:
    page, story = phone.page, f"{STORY} Tanpa latar belakang."
    page.context.clear_permissions()
    cut_off(page)
    write(page, story)
    send(page)
    waits(page)
    page.goto("about:blank")
    reconnect(page)
    phone.open("/bantuan")
    expect(page.get_by_role("link", name="laporan terkirim: catat kodenya")).to_be_visible(
        timeout=SOON_MS
    )
    assert arrived(service, story) == [0]


def test_what_is_deleted_while_it_is_tried_does_not_come_back(
    phone: Visit, service: LiveServer, weak: WeakNetwork
) -> None:
    page, story = phone.page, f"{STORY} Batal."
    weak.ahead.append(Trouble(status=503, delay_s=3))
    cut_off(page)
    write(page, story)
    send(page)
    waits(page)
    phone.open("/laporan-saya")
    page.on("dialog", lambda dialog: dialog.accept())
    reconnect(page)
    ends = time.monotonic() + 20
    while not weak.sends_at and time.monotonic() < ends:
        page.wait_for_timeout(100)
    page.get_by_role("button", name="Hapus dari HP ini").click()
    expect(page.get_by_text(story)).to_have_count(0)
    page.wait_for_timeout(4_000)
    page.reload()
    expect(page.get_by_text(story)).to_have_count(0)
    assert kept(page)["outbox"] == []
    assert arrived(service, story) == []


def test_a_forged_queue_breaks_nothing_and_is_refused_in_words(
    phone: Visit, service: LiveServer
) -> None:
    page = phone.page
    phone.open("/laporan-saya")
    entry = {"state": "waiting", "photos": "tidak ada", "title": "<img src=x onerror=alert(1)>"}
    plant(
        page,
        "outbox",
        {"id": "a" * 32, "report": '{"category_code": "<b>"}', **entry},
        {"id": "pendek", "report": "bukan JSON", **entry, "fields": [["description", 5]]},
        {"id": "b" * 32, "report": 7, "state": "waiting"},
        {"id": "c" * 32, "report": "{}", "state": "menang"},
    )
    page.reload()
    expect(page.get_by_text("Ditolak", exact=True)).to_have_count(2, timeout=SOON_MS)
    expect(page.get_by_text("rusak dan tidak dapat dibaca")).to_have_count(2)
    expect(page.locator("main img")).to_have_count(0)
    expect(page.get_by_text("Bagian ini wajib diisi.").first).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    for left in (3, 2, 1, 0):
        page.get_by_role("button", name="Hapus dari HP ini").first.click()
        expect(page.locator("[data-list=outbox] article")).to_have_count(left)
    assert kept(page)["outbox"] == []


def lost_as_a_page(phone: Visit, story: str, *photos: dict[str, Any]) -> None:
    """Post the form as a page; the server takes the report in, and its answer gets lost."""
    page = phone.page
    page.route("**/lapor/periksa", lambda route: route.fulfill(status=422, body=""))
    write(page, story, *photos)

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        assert route.fetch(max_redirects=0).status == 303
        return route.abort()

    page.route("**/lapor", lose)
    send(page)
    page.wait_for_timeout(SETTLED_MS)
    page.unroute("**/lapor")
    page.unroute("**/lapor/periksa")
    phone.open("/lapor?kategori=A04")
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value(story)


def test_a_form_whose_answer_got_lost_on_the_way_as_a_page_is_one_report(
    phone: Visit, service: LiveServer, photo: dict[str, Any]
) -> None:
    page, story = phone.page, f"{STORY} Sebagai halaman."
    lost_as_a_page(phone, story, photo)
    assert arrived(service, story) == [1]  # the person saw an error
    send(page)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    assert receipt(page)
    assert arrived(service, story) == [1]


def test_changed_after_a_lost_answer_it_is_said_that_it_was_sent_and_may_be_another_report(
    phone: Visit, service: LiveServer
) -> None:
    page, story = phone.page, f"{STORY} Lalu diubah."
    lost_as_a_page(phone, story)
    other = f"{story} Tiangnya miring."
    page.get_by_label("Apa yang terjadi?").fill(other)
    send(page)
    expect(page.get_by_role("alert").first).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value(other)
    assert arrived(service, other) == []
    send(page)
    page.wait_for_url("**/lapor/terkirim", timeout=SOON_MS)
    assert (arrived(service, story), arrived(service, other)) == ([0], [0])
