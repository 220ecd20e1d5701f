"""Debian's Chromium before a real server; one server for all browser tests of a worker."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Request, Response

from citizenreport.core.cluster import Cluster
from citizenreport.core.db import db, transaction
from citizenreport.web.context import current_city, current_keys, current_storage
from tests.databases import fresh_database_in, load_magelang
from tests.doors.pages.staff import Staff
from tests.servers import LiveServer, live_server_on

HERE = Path(__file__).parent
PHONE = {"width": 360, "height": 740}
INSIDE = {"latitude": -7.478474, "longitude": 110.22199, "accuracy": 12.0}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    flags = (
        "--no-sandbox --disable-dev-shm-usage --disable-background-networking"
        " --disable-component-update --disable-sync --no-first-run"
    )
    return {
        "executable_path": "/usr/bin/chromium",
        "args": flags.split(),
        "ignore_default_args": ["--disable-back-forward-cache"],  # residents have it
    }


@pytest.fixture(scope="session")
def service(template: Cluster, settings: dict[str, object]) -> Iterator[LiveServer]:
    """A server of the city of Magelang, with a database of its own."""
    with fresh_database_in(template, "browser_tests", settings) as database:
        with database.app.app_context():
            load_magelang(db.session())
        with live_server_on(database) as server:
            yield server


def published(service: LiveServer) -> list[str]:
    with service.database.owner() as connection:
        rows = connection.execute("SELECT tracking_code FROM published_report").fetchall()
    return [row[0] for row in rows]


def hide(service: LiveServer, codes: list[str]) -> None:
    """Take reports off the public pages, so that no later form is asked whether it means them."""
    with service.database.owner() as connection:
        connection.execute("DELETE FROM published_report WHERE tracking_code = ANY(%s)", (codes,))


@pytest.fixture(scope="module", autouse=True)
def nothing_stays_public(service: LiveServer) -> Iterator[None]:
    yield
    hide(service, published(service))


@pytest.fixture
def as_staff(service: LiveServer) -> Iterator[Callable[[Callable[[Staff], None]], None]]:
    """Let staff act behind the running server: `as_staff(lambda staff: staff.release(code))`.

    What they release is hidden again when the test is over.
    """
    before = set(published(service))

    def act(work: Callable[[Staff], None]) -> None:
        with service.database.app.app_context(), transaction() as session:
            work(
                Staff(
                    session=session,
                    city=current_city(),
                    keys=current_keys(),
                    storage=current_storage(),
                )
            )

    yield act
    hide(service, [code for code in published(service) if code not in before])


@dataclass
class Visit:
    """One browser with nothing in it. `done` proves that nothing went to another host, or broke."""

    page: Page
    base_url: str
    is_weak: bool = False  # the network is made to fail: what comes of that is no fault
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.base_url}{path}")

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def done(self) -> None:
        foreign = [url for url in self.asked if not url.startswith((self.base_url, "data:"))]
        assert foreign == []
        assert self.faults == []


@pytest.fixture
def visit(browser: Browser, service: LiveServer) -> Iterator[Callable[..., Visit]]:
    """`visit(**options)` opens a browser of its own: a phone, with JavaScript unless told.

    With `weak=base_url` it goes through a network that is made to fail.
    """
    open_visits: list[Visit] = []

    def begin(*, weak: str = "", **options: Any) -> Visit:
        given = {"viewport": PHONE, "locale": "id-ID"} | options
        page = browser.new_context(**given).new_page()
        made = Visit(page=page, base_url=weak or service.base_url, is_weak=bool(weak))
        watch(made)
        open_visits.append(made)
        return made

    yield begin
    for made in open_visits:
        made.page.context.close()
        made.done()


def watch(made: Visit) -> None:
    """Note what the browser asks for, and every fault."""

    def note_request(request: Request) -> None:
        made.asked.append(request.url)

    def note_response(response: Response) -> None:
        if response.status >= 500 and not made.is_weak:
            made.faults.append(f"{response.status} {response.url}")

    made.page.on("request", note_request)
    made.page.on("response", note_response)
    made.page.on("pageerror", lambda error: made.faults.append(str(error)))
    made.page.on(
        "console",
        lambda message: (
            made.faults.append(message.text)
            if message.type == "error" and not _is_told(made, message.text)
            else None
        ),
    )


def _is_told(made: Visit, text: str) -> bool:
    """Say whether a line of the console only repeats what an answer, or no answer, said."""
    return "the server responded" in text or (made.is_weak and "net::ERR_" in text)


@pytest.fixture(scope="session")
def photo() -> dict[str, Any]:
    """A photo as a file chooser gives it."""
    file = BytesIO()
    Image.new("RGB", (320, 240), "orange").save(file, "JPEG")
    return {"name": "lampu.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
