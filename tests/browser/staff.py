"""A member of staff before a browser."""

from playwright.sync_api import Page

from citizenreport.core.db import transaction
from citizenreport.core.ids import new_public_id
from citizenreport.identity.rules import Grant
from tests.browser.conftest import Visit
from tests.identity.factories import PASSWORD, make_staff
from tests.servers import LiveServer


def open_account(service: LiveServer, *grants: Grant, name: str = "Sri Lestari") -> str:
    """Open an account nobody had before; return its username."""
    username = f"petugas.{new_public_id()[:10].lower().replace('_', '-').strip('-')}"
    with service.database.app.app_context(), transaction() as session:
        make_staff(session, username, *grants, name=name)
    return username


def sign_in(made: Visit, username: str, path: str) -> Page:
    """Sign in and go to a page."""
    made.open(path)
    page = made.page
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()
    page.wait_for_url(f"**{path}")
    return page
