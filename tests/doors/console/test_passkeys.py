"""Passkeys in Chromium, with an authenticator of its own: beside the password, and alone."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from sqlalchemy import update

from citizenreport.core.db import transaction
from citizenreport.identity.models import StaffSession
from citizenreport.identity.rules import Grant, Role
from tests.databases import load_magelang
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ROADS
from tests.identity.factories import PASSWORD, make_staff
from tests.servers import LiveServer

REPORT = {
    "category_code": "A03",
    "description": "Motor kebut-kebutan tiap malam.",
    "area_code": "33.71.03.1005",
    "contact": {"name": "Pelapor Uji", "phone": "+628123456789"},
}
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
ACCOUNT = "/petugas/akun"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def address(live_server: LiveServer) -> str:
    """The service by a name: passkeys belong to names."""
    with live_server.database.app.app_context(), transaction() as session:
        load_magelang(session)
        make_staff(session, "sri.lestari", Grant(role=Role.OFFICER, agency_code="SATPOLPP"))
    return live_server.base_url.replace("127.0.0.1", "localhost")


def give_password(page: Page, address: str) -> None:
    page.goto(f"{address}/petugas/masuk")
    page.get_by_label("Nama pengguna").fill("sri.lestari")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()


@pytest.mark.browser
def test_a_passkey_signs_in_beside_the_password_and_alone(chromium: Browser, address: str) -> None:
    page = chromium.new_context(locale="id-ID").new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    made = wire.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    give_password(page, address)
    page.goto(f"{address}{ACCOUNT}")
    page.get_by_label("Nama untuk perangkat ini").fill("Laptop kantor")
    page.get_by_role("button", name="Tambah kunci sandi").click()
    expect(page.get_by_text("Kunci sandi sudah ditambahkan")).to_be_visible()
    expect(page.get_by_text("Laptop kantor")).to_be_visible()
    page.get_by_role("button", name="Keluar").click()

    give_password(page, address)
    expect(page.get_by_role("heading", name="Langkah kedua")).to_be_visible()
    page.get_by_role("button", name="Pakai kunci sandi").click()
    expect(page.get_by_role("heading", name="Halo")).to_be_visible()
    page.get_by_role("button", name="Keluar").click()

    page.goto(f"{address}/petugas/masuk?next=/petugas/akun")
    page.get_by_role("button", name="Masuk dengan kunci sandi").click()
    expect(page.get_by_role("heading", name="Akun saya")).to_be_visible()
    page.get_by_role("button", name="Keluar").click()

    unverified = {"authenticatorId": made["authenticatorId"], "isUserVerified": False}
    wire.send("WebAuthn.setUserVerified", unverified)
    page.goto(f"{address}/petugas/masuk")
    page.get_by_role("button", name="Masuk dengan kunci sandi").click()
    expect(page.get_by_text("Kunci sandi tidak terbaca")).to_be_visible()
    assert faults == []


@pytest.mark.browser
def test_a_passkey_proves_who_it_is_and_opens_a_contact_with_the_reason_kept(
    chromium: Browser, address: str, live_server: LiveServer
) -> None:
    page = chromium.new_context(locale="id-ID").new_page()
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    give_password(page, address)
    page.goto(f"{address}{ACCOUNT}")
    page.get_by_role("button", name="Tambah kunci sandi").click()
    expect(page.get_by_text("Kunci sandi sudah ditambahkan")).to_be_visible()

    make_proofs_old(live_server)
    page.goto(f"{address}{ACCOUNT}/pastikan?next={ACCOUNT}")
    page.get_by_role("button", name="Pakai kunci sandi").click()
    expect(page.get_by_role("heading", name="Akun saya")).to_be_visible()

    sent = page.request.post(f"{address}/api/v1/reports", data=REPORT)
    assert sent.status == 201
    make_proofs_old(live_server)
    page.goto(f"{address}/petugas/tiket?urut=tenggat")
    page.get_by_role("link", name=sent.json()["tracking_code"]).click()
    page.get_by_text("Hubungi pelapor di luar halaman ini").click()
    button = page.get_by_role("button", name="Buka dengan kunci sandi")
    button.click()
    expect(page.get_by_text("Pelapor Uji")).to_have_count(0)
    page.get_by_label("Alasan, dibaca pelapor").fill("Alamatnya tidak ketemu.")
    button.click()
    expect(page.get_by_text("Pelapor Uji")).to_be_visible()


def make_proofs_old(server: LiveServer) -> None:
    with server.database.app.app_context(), transaction() as session:
        session.execute(update(StaffSession).values(proved_at=datetime(2026, 1, 1, tzinfo=UTC)))


def test_an_answer_that_is_none_proves_nothing(desk: Desk) -> None:
    visitor = desk.person(ROADS)
    localhost = {"base_url": "http://localhost"}
    asked = visitor.client.post("/petugas/akun/pastikan/kunci", **localhost)
    assert asked.status_code == 403, "no token of a form"
    sent = visitor.send("/petugas/akun/pastikan", page="/petugas/akun/pastikan", answer="{}")
    assert sent.status_code in (409, 422)
    right = {"answer": "{}", "current": PASSWORD}
    again = visitor.send("/petugas/akun/pastikan", page="/petugas/akun/pastikan", **right)
    assert again.status_code in (409, 422), "one proof at a time"


def test_a_passkey_page_has_no_form_for_it_where_none_can_work(desk: Desk) -> None:
    visitor = desk.person(ROADS)
    by_number = {"base_url": "http://127.0.0.1:8000"}
    assert "data-passkey" not in visitor.get("/petugas/masuk", **by_number).text
    assert visitor.client.post("/petugas/masuk/kunci/mulai", **by_number).status_code == 403


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "x",
        "null",
        "[]",
        "{}",
        '{"id": 1}',
        '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}',
        '{"id": "eA", "rawId": "eA", "type": "public-key", "response":'
        ' {"clientDataJSON": "eA", "authenticatorData": "eA", "signature": "eA",'
        ' "attestationObject": "eA"}}',
        '{"id": "eA", "rawId": "eA", "type": "public-key", "response":'
        ' {"clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiZUEiLCJvcmlnaW4iOiJ4In0",'
        ' "authenticatorData": "eA", "signature": "eA", "attestationObject": "eA"}}',
        "[" * 5000,
    ],
)
def test_what_is_no_answer_of_a_browser_is_refused(desk: Desk, answer: str) -> None:
    visitor = desk.person(ROADS)
    sent = visitor.send(f"{ACCOUNT}/kunci", page=ACCOUNT, answer=answer)
    assert sent.status_code == 422
    stranger = Visitor(desk.app.test_client())
    reply = stranger.send("/petugas/masuk/kunci", answer=answer)
    assert reply.status_code == 422
    assert stranger.get("/petugas").status_code == 303


def test_removing_a_passkey_that_is_somebody_elses_finds_none(desk: Desk) -> None:
    visitor = desk.person(ROADS)
    path = f"{ACCOUNT}/kunci/00000000-0000-0000-0000-000000000000/hapus"
    assert visitor.send(path, page=ACCOUNT).status_code == 404
