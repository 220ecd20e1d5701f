"""Subscribing and being told on the phone, in a real browser: for every eye, width and theme."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.ids import new_public_id, normalise_tracking_code
from citizenreport.intake.models import Report
from citizenreport.messaging.models import PushWatch, Subscription
from citizenreport.messaging.queries import check_of, push_address_of
from citizenreport.messaging.rules import Frequency, Wish
from citizenreport.messaging.service import (
    ask_for_mails,
    begin_check,
    confirm_subscription,
)
from citizenreport.web.context import current_keys
from citizenreport.web.links import Purpose, mint_link, mint_stop_link
from tests.browser.conftest import Visit
from tests.browser.test_looks import TOO_SMALL, wider_than_the_window
from tests.doors.pages.resident import Resident, receipt_of
from tests.messaging.browsers import Browser as Receiver
from tests.servers import LiveServer

Begin = Callable[..., Visit]
PUSH_ENDPOINT = "https://push.example/"


@dataclass(frozen=True, kw_only=True)
class Links:
    """Addresses below the server that mails carry."""

    verify: str
    confirm: str
    mine: str
    stop: str


@pytest.fixture
def links(service: LiveServer) -> Links:
    """What mails to a reporter and a subscriber would carry."""
    app = service.database.app
    with app.app_context(), app.test_request_context():
        code, _ = receipt_of(Resident(app.test_client()).report())
        with transaction() as session:
            keys = current_keys()
            query = select(Report.id).where(Report.tracking_code == normalise_tracking_code(code))
            report_id = session.scalars(query).one()
            begin_check(session, report_id, now=utcnow())
            check = check_of(session, report_id)
            assert check is not None
            rows, address = [], f"{new_public_id()}@warga.example"
            for aspect in ("aman", "nyaman", None):
                wish = Wish(
                    area_code="33.71.03.1005",
                    aspect=aspect,
                    frequency=Frequency.WEEKLY,
                    language="id",
                )
                rows.append(ask_for_mails(session, keys, address, wish, now=utcnow()))
            mine = confirm_subscription(session, rows[0], now=utcnow())
            second = confirm_subscription(session, rows[1], now=utcnow())
            second.ended_at = utcnow()
            return Links(
                verify=path(mint_link(check.id, Purpose.VERIFY_EMAIL)),
                confirm=path(mint_link(rows[2].id, Purpose.SUBSCRIPTION)),
                mine=path(mint_link(mine.id, Purpose.SUBSCRIPTION)),
                stop=path(mint_stop_link(mine.id)),
            )


def path(url: str) -> str:
    return url.removeprefix("http://localhost")


def the_form(made: Visit, links: Links) -> None:
    made.page.add_init_script(PRETEND)
    made.open("/langganan")
    made.page.locator("[data-push]").wait_for()


def the_form_with_faults(made: Visit, links: Links) -> None:
    made.open("/langganan")
    made.page.locator("form[data-subscribe]").evaluate("form => form.noValidate = true")
    made.page.get_by_label("Alamat surel").fill("budi")
    made.page.get_by_role("button", name="Berlangganan").click()
    made.page.get_by_role("alert").wait_for()


def the_question_for_the_address(made: Visit, links: Links) -> None:
    made.open(links.verify)
    made.page.wait_for_url("**/surel/pastikan")


def the_question_for_the_subscription(made: Visit, links: Links) -> None:
    made.open(links.confirm)
    made.page.wait_for_url("**/langganan/saya")


def ones_own(made: Visit, links: Links) -> None:
    made.open(links.mine)
    made.page.wait_for_url("**/langganan/saya")


def the_stop(made: Visit, links: Links) -> None:
    made.open(links.stop)


def the_stopped(made: Visit, links: Links) -> None:
    made.open(links.stop)
    made.page.get_by_role("button", name="Ya, berhenti").click()
    made.page.get_by_role("button", name="Urungkan").wait_for()


def the_undone(made: Visit, links: Links) -> None:
    the_stopped(made, links)
    made.page.get_by_role("button", name="Urungkan").click()
    made.page.get_by_role("heading", name="Surel berjalan lagi").wait_for()


def at(where: str) -> Callable[[Visit, Links], None]:
    def go(made: Visit, links: Links) -> None:
        made.open(where)

    go.__name__ = f"the_page_{where}"
    return go


PAGES = (
    the_form,
    the_form_with_faults,
    at("/langganan/cek-surel"),
    the_question_for_the_address,
    at("/surel/sudah"),
    at("/surel/tidak"),
    the_question_for_the_subscription,
    ones_own,
    the_stop,
    the_stopped,
    the_undone,
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("go", PAGES, ids=lambda go: go.__name__)
def test_a_page_suits_every_eye_and_every_width(
    visit: Begin, links: Links, go: Callable[[Visit, Links], None], width: int, scheme: str
) -> None:
    made = visit(
        viewport={"width": width, "height": 740}, color_scheme=scheme, reduced_motion="reduce"
    )
    go(made, links)
    assert wider_than_the_window(made.page) <= 0
    assert made.page.evaluate(TOO_SMALL) == []
    found = Axe().run(made.page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("go", PAGES[3:], ids=lambda go: go.__name__)
def test_without_javascript_the_links_of_mails_work(
    visit: Begin, links: Links, go: Callable[[Visit, Links], None]
) -> None:
    made = visit(java_script_enabled=False)
    if go in (the_question_for_the_address, the_question_for_the_subscription, ones_own):
        address = links.verify if go is the_question_for_the_address else links.confirm
        made.open(address)
        made.page.get_by_role("button", name="Buka").click()
        made.page.get_by_role("button", name="Ya, ").click()
        assert made.path in ("/surel/sudah", "/langganan/saya")
    else:
        go(made, links)


# A headless browser has no push service: the address it would give is made here.
PRETEND = """
(() => {
  const keys = { p256dh: "P256DH", auth: "AUTH" };
  let held = null;
  const subscription = {
    toJSON: () => ({ endpoint: "ENDPOINT", keys }),
    unsubscribe: async () => { held = null; return true; },
  };
  PushManager.prototype.getSubscription = async () => held;
  PushManager.prototype.subscribe = async (options) => {
    window.askedWith = options;
    return (held = subscription);
  };
})()
"""


def pretending(receiver: Receiver) -> str:
    address = receiver.address
    given = {"P256DH": address.p256dh, "AUTH": address.auth, "ENDPOINT": address.endpoint}
    script = PRETEND
    for mark, value in given.items():
        script = script.replace(f'"{mark}"', f'"{value}"')
    return script


def test_one_press_has_the_phone_told_of_the_own_report(visit: Begin, service: LiveServer) -> None:
    receiver = Receiver(endpoint=PUSH_ENDPOINT + new_public_id())
    made = visit()
    made.page.context.grant_permissions(["notifications"], origin=service.base_url)
    made.page.add_init_script(pretending(receiver))
    made.open("/lapor?kategori=A04")
    made.page.get_by_label("Apa yang terjadi?").fill("Lampu mati.")
    made.page.get_by_label("Kelurahan").select_option(label="Gelangan")
    made.page.get_by_role("button", name="Kirim laporan").click()
    made.page.wait_for_url("**/lapor/terkirim")
    made.page.get_by_role("button", name="Beri tahu saya di HP ini").click()
    expect(made.page.locator("[data-push-status]")).to_have_text("Baik. Kabar muncul di HP ini.")
    asked = made.page.evaluate(
        "[askedWith.userVisibleOnly, new Uint8Array(askedWith.applicationServerKey).length]"
    )
    assert asked == [True, 65]
    with service.database.app.app_context(), transaction() as session:
        kept = session.scalars(select(PushWatch)).all()
        assert any(one.language == "id" for one in kept)


def test_an_area_is_told_as_the_form_says(visit: Begin, service: LiveServer) -> None:
    receiver = Receiver(endpoint=PUSH_ENDPOINT + new_public_id())
    made = visit()
    made.page.context.grant_permissions(["notifications"], origin=service.base_url)
    made.page.add_init_script(pretending(receiver))
    made.open("/langganan?kelurahan=33.71.03.1005")
    made.page.get_by_label("Setiap hari").check()
    made.page.get_by_role("button", name="Beri tahu saya di HP ini").click()
    expect(made.page.locator("[data-push-status]")).to_have_text("Baik. Kabar muncul di HP ini.")
    with service.database.app.app_context(), transaction() as session:
        query = select(Subscription).where(Subscription.channel == "push")
        kept = session.scalars(query).all()
        assert [(one.area_code, one.frequency) for one in kept] == [("33.71.03.1005", "daily")]
    made.page.get_by_role("button", name="Langganan wilayah di HP ini").click()
    made.page.wait_for_url("**/langganan/saya")
    expect(made.page.locator("h2")).to_contain_text("Panjang")
    made.open("/langganan?kelurahan=33.71.03.1005")
    made.page.get_by_role("button", name="Beri tahu saya di HP ini").click()
    made.page.get_by_role("button", name="Jangan beri tahu lagi di HP ini").click()
    expect(made.page.locator("[data-push-status]")).to_contain_text("tidak diberi tahu lagi")
    expect(made.page.locator("[data-push-stop]")).to_be_hidden()
    with service.database.app.app_context(), transaction() as session:
        assert session.scalars(query).all() == []


CHANGE = """
async (given) => {
  const { auth, p256dh, endpoint } = given;
  const event = new ExtendableEvent("pushsubscriptionchange");
  let done;
  event.waitUntil = (work) => { done = work; };
  event.newSubscription = { toJSON: () => ({ endpoint, keys: { auth, p256dh } }) };
  self.dispatchEvent(event);
  await done;
}
"""


def test_a_push_address_that_changes_is_followed(visit: Begin, service: LiveServer) -> None:
    before, after = (Receiver(endpoint=PUSH_ENDPOINT + new_public_id()) for _ in range(2))
    made = visit()
    made.page.context.grant_permissions(["notifications"], origin=service.base_url)
    made.page.add_init_script(pretending(before))
    made.open("/langganan?kelurahan=33.71.03.1002")
    made.page.get_by_role("button", name="Beri tahu saya di HP ini").click()
    expect(made.page.locator("[data-push-status]")).to_have_text("Baik. Kabar muncul di HP ini.")
    [worker] = made.page.context.service_workers
    worker.evaluate(CHANGE, asdict(after.address))
    with service.database.app.app_context(), transaction() as session:
        query = select(Subscription).where(Subscription.area_code == "33.71.03.1002")
        addresses = [push_address_of(current_keys(), row) for row in session.scalars(query)]
    assert addresses == [after.address]


def test_who_says_no_to_the_browser_is_told_how_to_change_it(visit: Begin) -> None:
    made = visit()
    made.page.add_init_script("Notification.requestPermission = async () => 'denied'")
    made.open("/langganan")
    made.page.get_by_role("button", name="Beri tahu saya di HP ini").click()
    expect(made.page.locator("[data-push-status]")).to_contain_text("tidak mengizinkan")


def test_what_is_pushed_is_shown_and_a_press_opens_its_page(
    visit: Begin, service: LiveServer
) -> None:
    made = visit()
    made.page.context.grant_permissions(["notifications"], origin=service.base_url)
    made.open("/")
    made.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    devtools = made.page.context.new_cdp_session(made.page)
    registrations: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(
            one["registrationId"] for one in event["registrations"] if not one["isDeleted"]
        ),
    )
    devtools.send("ServiceWorker.enable")
    made.page.wait_for_timeout(300)
    assert registrations
    notice = (
        '{"title": "Ada kabar untuk Anda", "body": "Laporan ABC: ada balasan",'
        f' "url": "{service.base_url}/laporan", "tag": "t", "language": "id"}}'
    )
    for data in (notice, "not one of ours"):
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": service.base_url, "registrationId": registrations[0], "data": data},
        )
    shown = made.page.wait_for_function(
        "navigator.serviceWorker.ready.then((r) => r.getNotifications())"
        ".then((all) => all.length && all.map((n) => [n.title, n.body, n.tag, n.data.url]))"
    ).json_value()
    wanted = ["Ada kabar untuk Anda", "Laporan ABC: ada balasan", "t"]
    assert shown == [[*wanted, f"{service.base_url}/laporan"]]
    [worker] = made.page.context.service_workers
    assert worker.evaluate(PRESS, "") == {"opened": [f"{service.base_url}/laporan"], "left": 0}
    elsewhere = worker.evaluate(PRESS, "https://elsewhere.example/laporan")
    assert elsewhere == {"opened": [], "left": 0}


# No person can press the notice of a headless browser, and only a press lets a worker open windows.
PRESS = """
async (elsewhere) => {
  const opened = [];
  Clients.prototype.openWindow = async (url) => { opened.push(url); return null; };
  if (elsewhere) await self.registration.showNotification("x", { data: { url: elsewhere } });
  for (const notification of await self.registration.getNotifications()) {
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  }
  return { opened, left: (await self.registration.getNotifications()).length };
}
"""
