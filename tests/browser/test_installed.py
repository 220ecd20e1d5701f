"""The pages as an app: installable, there without a network, and never older than they must be."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.phones import all_texts, equip
from tests.browser.weak_network import WeakNetwork, weak_network_before
from tests.servers import LiveServer

Begin = Callable[..., Visit]
CACHED = """
async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const keys = await (await caches.open(name)).keys();
    found[name] = keys.map((request) => request.url.slice(location.origin.length));
  }
  return found;
}
"""
MAY_BE_KEPT = ("/lapor?", "/luring?", "/laporan-saya?", "/aset/")


@pytest.fixture
def weak(service: LiveServer) -> Iterator[WeakNetwork]:
    with weak_network_before(service.base_url) as network:
        yield network


@pytest.fixture
def phone(visit: Begin, weak: WeakNetwork) -> Visit:
    made = visit(weak=weak.base_url)
    equip(made)
    return made


def test_the_app_can_be_installed(phone: Visit) -> None:
    cdp = phone.page.context.new_cdp_session(phone.page)
    assert cdp.send("Page.getAppManifest")["errors"] == []
    errors = cdp.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {error["errorId"] for error in errors} <= {"in-incognito"}  # the test's own browser


def test_other_pages_give_way_to_one_that_helps(phone: Visit) -> None:
    page = phone.page
    phone.open("/laporan")
    page.context.set_offline(True)
    phone.open("/laporan")
    expect(page.get_by_role("heading", name="Tidak ada jaringan")).to_be_visible()
    expect(page.get_by_role("link", name="110")).to_be_visible()
    page.get_by_role("link", name="Pakai formulir umum").click()
    expect(page.get_by_label("Apa yang terjadi?")).to_be_visible()
    phone.open("/")
    page.get_by_role("link", name="Laporan saya").click()
    expect(page.get_by_role("heading", name="Laporan saya")).to_be_visible()


def test_a_confidential_form_needs_the_network(phone: Visit) -> None:
    page = phone.page
    phone.open("/lapor")
    page.context.set_offline(True)
    page.get_by_text("Kejahatan, kekerasan").click()
    page.get_by_role("button", name="KDRT").click()
    expect(page.get_by_role("heading", name="Tidak ada jaringan")).to_be_visible()


def test_nothing_private_is_kept_and_no_token_of_a_browser(phone: Visit) -> None:
    page = phone.page
    paths = ("/", "/lapor", "/lapor?kategori=A12", "/lacak", "/laporan", "/bantuan", "/petugas")
    for path in paths:
        phone.open(path)
    found = page.evaluate(CACHED)
    assert len(found) == 1
    [paths_kept] = found.values()
    odd = [p for p in paths_kept if not f"{p}?".startswith(MAY_BE_KEPT) and "/aset/" not in p]
    assert odd == []
    assert not any("A12" in path for path in paths_kept)
    texts = all_texts(page)
    assert 'name="csrf_token" value=""' in texts
    assert texts.count('name="csrf_token"') == texts.count('name="csrf_token" value=""')


def test_a_form_in_the_readers_language_is_there_without_a_network(
    visit: Begin, weak: WeakNetwork
) -> None:
    made = visit(weak=weak.base_url)
    equip(made, "/lapor?kategori=A04")
    made.open("/lapor?kategori=A04&lang=jv")
    made.page.wait_for_timeout(1_000)
    made.page.context.set_offline(True)
    made.open("/lapor?kategori=A04")
    expect(made.page.locator("html")).to_have_attribute("lang", "jv")
    made.open("/lapor?kategori=A04&lang=id")
    expect(made.page.locator("html")).to_have_attribute("lang", "id")


def test_further_forms_are_ready_from_the_second_visit_on(phone: Visit) -> None:
    page = phone.page
    phone.open("/bantuan")
    for _ in range(300):
        [paths] = page.evaluate(CACHED).values()
        if any("kategori=N06" in path for path in paths):
            break
        page.wait_for_timeout(100)
    page.context.set_offline(True)
    phone.open("/lapor?kategori=N06")
    expect(page.get_by_label("Apa yang terjadi?")).to_be_visible()


def test_a_new_worker_drops_what_the_old_one_kept_and_nothing_else(phone: Visit) -> None:
    page = phone.page
    page.evaluate(
        "Promise.all(['lapor-lama', 'lain'].map((name) => caches.open(name)))"
        ".then(() => navigator.serviceWorker.ready).then((found) => found.unregister())"
    )
    equip(phone)
    names = page.evaluate("caches.keys()")
    assert "lapor-lama" not in names
    assert "lain" in names
