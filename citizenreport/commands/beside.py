"""What `citizenreport serve` does beside the web server: city, demo accounts, background work."""

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import click
from flask import Flask

from citizenreport.cities.pack import BadPack, check_pack, good_city
from citizenreport.cities.rules import City
from citizenreport.cities.service import AnotherCity, load
from citizenreport.commands.demo_accounts import open_demo_accounts
from citizenreport.commands.demo_making import demo_in_background
from citizenreport.commands.migrating import migrate
from citizenreport.commands.private import Deployment
from citizenreport.commands.staff import describe
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.identity.demo import DemoAccounts
from citizenreport.jobs.erasures import replay
from citizenreport.jobs.worker import start_worker_thread
from citizenreport.web.context import EXTENSION

Announcement = Callable[..., str]
"""Takes `host` and `port`."""

ADDRESSES = (
    ("residents", "/"),
    ("a report", "/lapor"),
    ("staff", "/petugas/masuk"),
    ("indicators", "/indikator"),
    ("API", "/api/v1/openapi.json"),
)


def good_pack(name: str) -> tuple[City, Mapping[str, object]]:
    """Return the city of a pack and what its files say; end with everything wrong in it."""
    checked = check_pack(name)
    try:
        return good_city(checked, name), checked.content
    except BadPack as error:
        raise click.ClickException(str(error)) from error


def prepare(app: Flask) -> None:
    """Bring the database and the city in it to what this version needs. Safe to repeat."""
    city, content = good_pack(str(app.config["CITY"]))
    migrate(app)
    try:
        with app.app_context(), transaction() as session:
            loaded = load(session, city, content=content, now=utcnow())
    except AnotherCity as error:
        raise click.ClickException(str(error)) from error
    for change in loaded.changes:
        click.echo(f"{city.name}: {change}")
    app.extensions[EXTENSION].city_holder.replace(replace(city, pack_version=loaded.pack_version))
    with app.app_context():
        count, _ = replay()
    if count:
        click.echo(f"{count} erased again: the database was restored from a backup.")


def demo_logins(app: Flask, deployment: Deployment) -> DemoAccounts:
    """Open one account per role to try the service with, unless they are there."""
    city: City = app.extensions[EXTENSION].city_holder.city
    with app.app_context():
        return open_demo_accounts(city, deployment.state_dir)


def announcement(app: Flask, logins: DemoAccounts | None, *, host: str, port: int) -> str:
    """Return the addresses and, on a private service, the demo logins."""
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    known = {rule.rule for rule in app.url_map.iter_rules()}
    lines = [f"  {what:<12} {address}{path}" for what, path in ADDRESSES if path in known]
    if logins is not None:
        lines += ["", f"Demo accounts, all with the password {logins.password}"]
        lines += [f"  {one.username:<16} {describe([one.grant])}" for one in logins.accounts]
    return "\n".join([f"\ncitizenreport runs at {address}   (Ctrl-C stops it)", *lines])


@contextmanager
def working(
    app: Flask, deployment: Deployment, *, with_demo: bool
) -> Generator[Announcement, None, None]:
    """Run the worker and, where it is wanted, the demo, until the block ends."""
    logins = demo_logins(app, deployment) if app.config["IS_PRIVATE"] else None
    with background_work(app), demo_in_background(app, is_wanted=with_demo):
        yield partial(announcement, app, logins)


@contextmanager
def background_work(app: Flask) -> Generator[None, None, None]:
    """Run the worker in a thread of this process until the block ends."""
    stop = threading.Event()
    thread = start_worker_thread(app, stop)
    try:
        yield
    finally:
        stop.set()
        thread.join()
