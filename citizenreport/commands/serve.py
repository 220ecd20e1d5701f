"""`citizenreport serve`: everything one machine needs, in one command (`make run`)."""

import signal
import subprocess
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import click
from flask import Flask

from citizenreport.cities.pack import BadPack, check_pack, good_city
from citizenreport.cities.rules import City
from citizenreport.cities.service import AnotherCity, load
from citizenreport.commands.demo import demo_in_background
from citizenreport.commands.demo_accounts import open_demo_accounts
from citizenreport.commands.granian import WORKERS, answers, is_free, server_command
from citizenreport.commands.migrating import migrate
from citizenreport.commands.private import (
    DEFAULT_CITY,
    DEFAULT_PORT,
    Deployment,
    current_deployment,
    own_service,
)
from citizenreport.commands.staff import describe
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.processes import dies_with_parent
from citizenreport.identity.demo import DemoAccounts
from citizenreport.jobs.worker import start_worker_thread
from citizenreport.web.context import EXTENSION

START_TIMEOUT_S = 60.0
ADDRESSES = (
    ("residents", "/"),
    ("a report", "/lapor"),
    ("staff", "/petugas/masuk"),
    ("indicators", "/indikator"),
    ("API", "/api/v1/openapi.json"),
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, envvar="PORT", help="Port.")
@click.option("--city", help="A city pack: its folder, or the name of one that comes with us.")
@click.option("--workers", default=WORKERS, show_default=True, help="Server processes.")
@click.option(
    "--demo/--no-demo",
    "with_demo",
    default=True,
    help="Fill an empty private database with made-up reports.",
)
def serve(host: str, port: int, city: str | None, workers: int, *, with_demo: bool) -> None:
    """Serve the pages and the API, and do the background work.

    Without CITIZENREPORT_DATABASE_URL the database is a private cluster that starts and ends here.
    """
    deployment = current_deployment()
    if not is_free(host, port):
        raise click.ClickException(f"Port {port} is in use. Choose another: PORT=8001 make run")
    name = city or deployment.env.get("CITIZENREPORT_CITY") or DEFAULT_CITY
    good, content = good_pack(name)  # before anything starts
    with own_service(deployment) as given:
        environment = dict(given) | {"CITIZENREPORT_HOST": host, "CITIZENREPORT_CITY": name}
        app = deployment.app(environment)
        prepare(app, good, content)
        logins = demo_logins(app, deployment) if app.config["IS_PRIVATE"] else None
        with web_server(deployment, environment, host, port, workers) as web, background_work(app):
            if answers(host, port, within_s=START_TIMEOUT_S):
                announce(app, logins, host=host, port=port)
            with demo_in_background(app, is_wanted=with_demo):
                web.wait()
            if web.returncode > 0:
                raise click.ClickException("The web server ended by itself; see above.")


def good_pack(name: str) -> tuple[City, Mapping[str, object]]:
    """Return the city of a pack and what its files say; end with everything wrong in it."""
    checked = check_pack(name)
    try:
        return good_city(checked, name), checked.content
    except BadPack as error:
        raise click.ClickException(str(error)) from error


def prepare(app: Flask, city: City, content: Mapping[str, object]) -> None:
    """Bring the database and the city in it to what this version needs. Safe to repeat."""
    migrate(app)
    try:
        with app.app_context(), transaction() as session:
            loaded = load(session, city, content=content, now=utcnow())
    except AnotherCity as error:
        raise click.ClickException(str(error)) from error
    for change in loaded.changes:
        click.echo(f"{city.name}: {change}")
    app.extensions[EXTENSION].city_holder.replace(replace(city, pack_version=loaded.pack_version))


def demo_logins(app: Flask, deployment: Deployment) -> DemoAccounts:
    """Open one account per role to try the service with, unless they are there."""
    city: City = app.extensions[EXTENSION].city_holder.city
    with app.app_context():
        return open_demo_accounts(city, deployment.state_dir)


def announce(app: Flask, logins: DemoAccounts | None, *, host: str, port: int) -> None:
    """Print the addresses and, on a private service, the demo logins."""
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    known = {rule.rule for rule in app.url_map.iter_rules()}
    lines = [f"  {what:<12} {address}{path}" for what, path in ADDRESSES if path in known]
    if logins is not None:
        lines += ["", f"Demo accounts, all with the password {logins.password}"]
        lines += [f"  {one.username:<16} {describe([one.grant])}" for one in logins.accounts]
    click.echo("\n".join([f"\ncitizenreport runs at {address}   (Ctrl-C stops it)", *lines]))


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


@contextmanager
def web_server(
    deployment: Deployment, environment: Mapping[str, str], host: str, port: int, workers: int
) -> Generator["subprocess.Popen[bytes]", None, None]:
    """Run granian as a child that ends with us. SIGINT and SIGTERM end it, and so the block."""
    process = subprocess.Popen(
        server_command(host=host, port=port, workers=workers),
        cwd=deployment.root,
        env=dict(environment),
        start_new_session=True,  # Ctrl-C of the terminal comes to us alone, and we end things in order
        preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one prctl, no locks
    )

    def end(*_: object) -> None:
        process.terminate()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
        for number, handler in before.items():
            signal.signal(number, handler)
