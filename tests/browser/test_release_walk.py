"""A release from the console's calendar to somebody who has nothing but its files and the public keys."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import Result
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from citizenreport.commands.snapshot import snapshot
from citizenreport.core.cluster import Cluster
from citizenreport.core.db import db, transaction
from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.snapshots import prepare_snapshot
from citizenreport.publication.snapshots.models import SnapshotOrder
from tests.browser.conftest import Visit, watch
from tests.browser.staff import open_account, sign_in
from tests.databases import FreshDatabase, fresh_database_in, load_magelang
from tests.rooms.indicators.histories import History
from tests.rooms.indicators.stored import store
from tests.servers import ROOT, LiveServer, live_server_on

FORMATS = {"csv", "geojson", "gpkg", "json", "jsonld", "pdf", "xlsx", "zip"}
MINUTES_S = 300.0  # a machine with much other work on it
Someone = Callable[[str], Visit]


@pytest.fixture(scope="module")
def town(
    template: Cluster, settings: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """A city of its own: what is published is never taken back."""
    folder = tmp_path_factory.mktemp("release")
    shutil.copytree(str(settings["KEYS_DIR"]), folder / "keys")
    own = settings | {
        "KEYS_DIR": folder / "keys",
        "STORAGE_DIR": folder / "storage",
        "CHECKPOINT_DIR": folder / "checkpoints",
    }
    with fresh_database_in(template, "release_walk", own) as database:
        with database.app.app_context():
            load_magelang(db.session())
        with live_server_on(database) as server:
            yield server


@pytest.fixture
def someone(browser: Browser, town: LiveServer) -> Iterator[Someone]:
    """A browser of a person's own; signed in where a name is given."""
    open_: list[Visit] = []

    def begin(name: str) -> Visit:
        page = browser.new_context(locale="id-ID", accept_downloads=True).new_page()
        made = Visit(page=page, base_url=town.base_url)
        watch(made)
        open_.append(made)
        if name:
            grant = Grant(role=Role.CITY_DESK)
            sign_in(made, open_account(town, grant, name=name), "/petugas/rilis")
        return made

    yield begin
    for made in open_:
        made.page.context.close()
        made.done()


def told(database: FreshDatabase, *arguments: str) -> Result:
    return database.app.test_cli_runner().invoke(snapshot, list(arguments))


def fill(database: FreshDatabase, year: str) -> None:
    with database.app.app_context(), transaction() as session:
        for month in ("02", "03"):
            day, due = f"{year}-{month}-03", f"{year}-{month}-27T23:59:59"
            store(session, History(day, due=due).released(day).settled(f"{year}-{month}-09").events)
            store(session, History(day, due=due).released(day).events)


def prepare(database: FreshDatabase) -> None:
    """Do what the worker does with what was asked for."""
    with database.app.app_context():
        with transaction() as session:
            asked = session.scalars(select(SnapshotOrder.id)).one()
        prepare_snapshot(order_id=str(asked))


def test_a_release_goes_from_the_calendar_to_a_stranger(
    town: LiveServer, someone: Someone, tmp_path: Path
) -> None:
    database = town.database
    first = someone("Sri Lestari")
    calendar = first.page.get_by_role("region", name="Kalender rilis").locator("tbody tr")
    year = max(code for code in calendar.locator(".code").all_inner_texts() if code.isdigit())
    row = calendar.filter(has=first.page.get_by_role("button", name=f"Siapkan {year}", exact=True))
    fill(database, year)
    row.get_by_role("button").click()
    first.page.get_by_text("sedang disiapkan").wait_for()
    prepare(database)
    agree(first.page)
    assert first.page.get_by_text("Anda sudah setuju. Yang kedua harus orang lain.").is_visible()
    stranger = someone("")
    stranger.open("/indikator/rilis")
    assert stranger.page.get_by_text("Belum ada rilis.").is_visible()
    second = someone("Budi Santoso")
    agree(second.page)
    assert second.page.get_by_text("2 dari 2 orang setuju.").is_visible()
    publish(database)
    package, keys = download_all(stranger, tmp_path)
    verified = verify(tmp_path, package, keys)
    assert verified.returncode == 0, verified.stderr
    assert f"of {year}:" in verified.stdout
    assert verified.stdout.count("Signed by") == 2


def agree(page: Page) -> None:
    page.goto(page.url.partition("/petugas")[0] + "/petugas/rilis")
    page.get_by_role("link", name="Rilis nomor 1").click()
    page.get_by_role("link", name="ringkasan-id.pdf").wait_for()
    page.get_by_role("button", name="Saya setuju").click()
    page.get_by_text("orang setuju.").wait_for()


def publish(database: FreshDatabase) -> None:
    """What the city's timer does where the keys are."""
    for key_id, holder in (("walidata", "Walidata"), ("kepala", "Kepala Diskominsta")):
        assert told(database, "keys", "make", key_id, "--holder", holder).exit_code == 0
    assert told(database, "release").output == "Snapshot 1 published.\n"


def download_all(stranger: Visit, folder: Path) -> tuple[Path, Path]:
    """Fetch every file from the public page, the package by a press; return package and key list."""
    page = stranger.page
    stranger.open("/indikator/rilis")
    page.get_by_role("link", name="Rilis nomor 1").first.click()
    page.wait_for_url("**/indikator/rilis/1")
    links = page.get_by_role("region", name="Berkas").get_by_role("link")
    names = links.all_inner_texts()
    assert {name.rpartition(".")[2] for name in names} == FORMATS
    for link in links.all():
        address = str(link.get_attribute("href"))
        answer = page.request.get(f"{stranger.base_url}{address}")
        assert (answer.status, bool(answer.body())) == (200, True), address
    package = next(name for name in names if name.endswith(".zip"))
    with page.expect_download() as pressed:
        page.get_by_role("link", name=package).click()
    pressed.value.save_as(folder / package)
    stranger.open("/indikator/rilis")
    list_ = page.locator('a[href$="/kunci.json"]').first.get_attribute("href")
    answer = page.request.get(f"{stranger.base_url}{urlsplit(str(list_)).path}")
    (folder / "kunci.json").write_bytes(answer.body())
    return folder / package, folder / "kunci.json"


def verify(folder: Path, package: Path, keys: Path) -> "subprocess.CompletedProcess[str]":
    """Run the check as somebody without settings, database or keys of the city."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("CITIZENREPORT_")}
    run = "from wsgi import cli; cli()"  # what the installed command runs
    command = [sys.executable, "-c", run, "snapshot", "verify", package.name]
    return subprocess.run(
        [*command, "--keys", keys.name],
        cwd=folder,
        env=own | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=MINUTES_S,
        check=False,
    )
