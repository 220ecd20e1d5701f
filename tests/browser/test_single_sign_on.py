"""Single sign-on in a real browser: service, provider and person, each a process of their own."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from citizenreport.commands.granian import free_port
from citizenreport.core.db import db
from tests.databases import FreshDatabase, load_magelang
from tests.identity.sso.provider import SECRET, RealProvider, real_provider
from tests.servers import HOST, LiveServer, live_server_on

NAME = "Akun Magelang"


@pytest.fixture
def provider_and_service(
    fresh_database: FreshDatabase,
) -> Iterator[tuple[RealProvider, LiveServer]]:
    port = free_port()
    with fresh_database.app.app_context():
        load_magelang(db.session())
        db.session.remove()
    with (
        TemporaryDirectory(prefix="cr-sso-") as name,
        real_provider(Path(name), public_url=f"http://{HOST}:{port}", is_live=True) as provider,
    ):
        groups = Path(name) / "groups.toml"
        groups.write_text('[groups]\n"opd-jalan" = ["officer@DPUPR"]\n')
        settings = {
            "ISSUER": provider.issuer,
            "CLIENT_ID": "citizenreport",
            "CLIENT_SECRET": SECRET,
            "GROUPS_FILE": str(groups),
            "MAIL_DOMAINS": "magelang.example",
            "NAME": NAME,
            "SCOPES": "openid profile email groups",
            "NETWORKS": f"{HOST}/32",
            "CA_FILE": str(provider.authority.path),
        }
        env = {f"CITIZENREPORT_OIDC_{key}": value for key, value in settings.items()}
        with live_server_on(fresh_database, port=port, **env) as server:
            provider.person()
            yield provider, server


def sign_in(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/petugas/tiket")
    page.get_by_role("button", name=f"Masuk dengan {NAME}").click()
    page.get_by_placeholder("Enter any login").fill("sri")
    page.get_by_placeholder("and password").fill("apa saja")
    page.get_by_role("button", name="Sign-in").click()
    page.wait_for_url(f"{base_url}/petugas/tiket")


def test_a_person_goes_in_is_put_out_and_goes_out_without_a_script(
    browser: Browser, provider_and_service: tuple[RealProvider, LiveServer]
) -> None:
    provider, server = provider_and_service
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        locale="id-ID",
        ignore_https_errors=True,
        java_script_enabled=False,
    )
    page = context.new_page()
    sign_in(page, server.base_url)
    assert provider.tell("sign_off", id="sri") is None
    page.goto(f"{server.base_url}/petugas")
    expect(page.get_by_role("heading", name="Masuk petugas")).to_be_visible()

    page.get_by_role("button", name=f"Masuk dengan {NAME}").click()  # still known there
    page.wait_for_url(f"{server.base_url}/petugas")
    page.get_by_role("button", name="Keluar").first.click()
    page.wait_for_url(f"{provider.issuer}/session/end**")
    context.close()
    for secret in ("eyJ", "code=", "sri.lestari@magelang.example"):
        assert secret not in server.log.read_text()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_is_open_to_everybody(
    browser: Browser,
    provider_and_service: tuple[RealProvider, LiveServer],
    width: int,
    scheme: str,
) -> None:
    _, server = provider_and_service
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        locale="id-ID",
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    for path in ("/petugas/masuk", "/petugas/masuk?sebab=sso-mail-not-verified"):
        page.goto(f"{server.base_url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    context.close()
