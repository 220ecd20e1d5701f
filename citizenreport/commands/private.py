"""What a command runs against: the database one was given, or a private cluster of our own."""

import os
import secrets
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from flask import Flask
from flask.cli import ScriptInfo

from citizenreport.commands.migrating import attach_migrations, migrate
from citizenreport.core.cluster import private_cluster, running_url
from citizenreport.core.keys import make_key_files
from citizenreport.core.postgres import ClusterError, reachable_data_dir

DATABASE = "citizenreport"
DEFAULT_PORT = 8000
DEFAULT_CITY = "magelang"  # also in config.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Where we are installed, and what wsgi.py knows and the package does not."""

    root: Path  # the checkout
    env: Mapping[str, str]
    read_settings: Callable[[Mapping[str, str]], dict[str, object]]
    create_app: Callable[[Mapping[str, object]], Flask]

    @property
    def has_own_database(self) -> bool:
        """Whether somebody gave a database; nothing private happens then."""
        return bool(self.env.get("CITIZENREPORT_DATABASE_URL"))

    @property
    def state_dir(self) -> Path:
        """The folder of everything a private service keeps."""
        return Path(self.env.get("CITIZENREPORT_STATE_DIR") or self.root / "var").absolute()

    @property
    def cluster_dir(self) -> Path:
        return reachable_data_dir(self.state_dir / "cluster")

    def app(self, environment: Mapping[str, str]) -> Flask:
        """Return the application. A setting that is missing or wrong ends the command, by name."""
        try:
            settings = self.read_settings(environment)
        except (KeyError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        return self.create_app(settings)


def current_deployment() -> Deployment:
    """Return the deployment of the running command."""
    info = click.get_current_context().find_object(ScriptInfo)
    assert info is not None
    deployment = info.data[Deployment.__name__]
    assert isinstance(deployment, Deployment)
    return deployment


def app_of_command(deployment: Deployment) -> Flask:
    """Return the application for a command that ends by itself (not `serve`).

    Joins the private cluster that `serve` runs, or starts it for as long as the command lasts.
    """
    if deployment.has_own_database:
        return _with_migrations(deployment.app(deployment.env))
    url = running_url(deployment.cluster_dir, DATABASE)
    if url is not None:
        return _with_migrations(deployment.app(private_environment(deployment, url)))
    root_context = click.get_current_context().find_root()
    environment = root_context.with_resource(own_service(deployment))
    app = deployment.app(environment)
    migrate(app)
    return _with_migrations(app)


def _with_migrations(app: Flask) -> Flask:
    if click.get_current_context().find_root().invoked_subcommand == "db":
        attach_migrations(app)
    return app


@contextmanager
def own_service(deployment: Deployment) -> Generator[Mapping[str, str], None, None]:
    """Give the environment of the service, starting the private cluster when no database is given."""
    if deployment.has_own_database:
        yield deployment.env
        return
    try:
        with private_cluster(deployment.cluster_dir) as cluster:
            yield private_environment(deployment, cluster.ensure_database(DATABASE))
    except ClusterError as error:
        raise click.ClickException(str(error)) from error


def private_environment(deployment: Deployment, database_url: str) -> dict[str, str]:
    """Return the environment, with what is missing filled in for a private, local service."""
    state = deployment.state_dir
    ensure_demo_keys(state / "keys")
    port = deployment.env.get("PORT") or DEFAULT_PORT
    filled_in = {
        "CITIZENREPORT_SECRET_KEY": _secret_of(state / "secret_key"),
        "CITIZENREPORT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CITIZENREPORT_KEYS_DIR": str(state / "keys"),
        "CITIZENREPORT_STORAGE_DIR": str(state / "storage"),
        "CITIZENREPORT_CHECKPOINT_DIR": str(state / "checkpoints"),
    }
    given = {name: value for name, value in deployment.env.items() if value}
    return filled_in | given | {"CITIZENREPORT_PRIVATE_DATABASE_URL": database_url}


def database_of(environment: Mapping[str, str]) -> str:
    """Return the address of the database that a service with this environment works on."""
    own = environment.get("CITIZENREPORT_DATABASE_URL")
    return own or environment["CITIZENREPORT_PRIVATE_DATABASE_URL"]


def ensure_demo_keys(folder: Path) -> None:
    """Make keys for trying out, unless there are some. Production refuses them."""
    if not any(folder.glob("*.key")):
        make_key_files(folder, demo=True)


def _secret_of(path: Path) -> str:
    """Return the secret in the file; the first call makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secret := secrets.token_urlsafe(32))
    return secret
