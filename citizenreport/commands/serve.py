"""`citizenreport serve`: everything one machine needs, in one command (`make run`)."""

import signal
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import click
from flask import Flask

from citizenreport.commands.granian import WORKERS, answers, is_free, server_command
from citizenreport.commands.migrating import is_newest
from citizenreport.commands.private import (
    DEFAULT_CITY,
    DEFAULT_PORT,
    Deployment,
    current_deployment,
    database_of,
    own_service,
)
from citizenreport.core.processes import dies_with_parent

if TYPE_CHECKING:
    from citizenreport.commands.beside import Announcement

START_TIMEOUT_S = 60.0
LISTEN_S = 0.2  # how often the main thread looks up


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=DEFAULT_PORT,
    show_default=True,
    envvar="PORT",
    help="Port.",
)
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
    with own_service(deployment) as given:
        environment = dict(given) | {"CITIZENREPORT_HOST": host, "CITIZENREPORT_CITY": name}
        is_known = is_newest(database_of(environment))
        app = None if is_known else prepared_app(deployment, environment)
        with web_server(deployment, environment, host, port, workers) as web:
            app = app or prepared_app(deployment, environment)  # while the server loads
            with work_beside(app, deployment, with_demo=with_demo) as announcement:
                if answers(host, port, within_s=START_TIMEOUT_S):
                    click.echo(announcement(host=host, port=port))
                # Not web.wait(): when another thread happens to receive a signal, a main thread that
                # waits in the kernel does not hear of it.
                while web.poll() is None:
                    time.sleep(LISTEN_S)
        if web.returncode > 0:
            raise click.ClickException("The web server ended by itself; see above.")


def prepared_app(deployment: Deployment, environment: Mapping[str, str]) -> Flask:
    """Return the application, its database and city brought to what this version needs."""
    from citizenreport.commands.beside import prepare  # noqa: PLC0415 - loads all of the product

    app = deployment.app(environment)
    prepare(app)
    return app


def work_beside(
    app: Flask, deployment: Deployment, *, with_demo: bool
) -> AbstractContextManager["Announcement"]:
    """Do the background work while the block runs; give what to print when the server answers."""
    from citizenreport.commands.beside import working  # noqa: PLC0415 - see above

    return working(app, deployment, with_demo=with_demo)


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
