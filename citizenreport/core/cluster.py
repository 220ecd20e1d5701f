"""A private PostgreSQL cluster: the database of a laptop, a demo and the tests.

It listens on a Unix socket only, lets in whoever may enter its folder, runs as a direct child and
ends with us, whatever ends us. A database server of one's own (CITIZENREPORT_DATABASE_URL) makes
all of this unnecessary.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from citizenreport.core.postgres import (
    Account,
    ClusterError,
    can_enter,
    find_binaries,
    server_account,
)
from citizenreport.core.processes import dies_with_parent

LOGIN_ROLE = "citizenreport"  # superuser of its own cluster only
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # bytes. Source: sun_path in unix(7), less the final NUL
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "jit": "off",  # our queries are short
    "max_connections": "100",
    # What people wrote must not reach the log: no statements, no values of a violated key.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
FAST_AND_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running cluster."""

    data_dir: Path
    socket_dir: Path
    pid: int

    def url(self, database: str = "postgres") -> str:
        """Return the SQLAlchemy address of a database, as superuser of the cluster."""
        return f"postgresql+psycopg://{LOGIN_ROLE}@/{database}?host={self.socket_dir}"

    def connect(self, database: str = "postgres") -> "psycopg.Connection[Any]":
        """Open an autocommit connection, for what no transaction may hold."""
        return psycopg.connect(
            host=str(self.socket_dir), user=LOGIN_ROLE, dbname=database, autocommit=True
        )

    def ensure_database(self, database: str, *, template: str = "template1") -> str:
        """Make the database unless it is there, and return its address."""
        with self.connect() as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (database,)
            ).fetchone()
            if known is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                        sql.Identifier(database), sql.Identifier(template)
                    )
                )
        return self.url(database)

    def drop_database(self, database: str) -> None:
        """Drop the database, throwing out whoever is connected to it."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            )


@contextmanager
def private_cluster(
    data_dir: Path, *, fast_and_unsafe: bool = False
) -> Generator[Cluster, None, None]:
    """Run a cluster whose files live in `data_dir`, until the block ends.

    The folder belongs to the cluster whole; it is made when missing. `fast_and_unsafe` gives up
    surviving a power cut: for tests. Call it from the main thread.

    Raises: ClusterError when PostgreSQL or PostGIS is missing, when another run holds the folder,
    or when the server does not come up.
    """
    data_dir = data_dir.absolute()
    account = server_account()
    _own_folder(data_dir, account)
    with _only_instance(data_dir), _socket_dir(data_dir, account) as socket_dir:
        files = data_dir / "data"
        binaries = find_binaries(_major_of(files))
        if not files.exists():
            _initialise(files, binaries, account, unsafe=fast_and_unsafe)
        _await_predecessor(files)
        process = _start(files, binaries, account, socket_dir, unsafe=fast_and_unsafe)
        try:
            _await_ready(process, socket_dir, data_dir / "postgres.log")
            yield Cluster(data_dir=data_dir, socket_dir=socket_dir, pid=process.pid)
        finally:
            _stop(process)


def running_url(data_dir: Path, database: str) -> str | None:
    """Return the address of a database in a cluster that runs elsewhere; None if none runs."""
    note = data_dir.absolute() / "socket_dir"
    try:
        socket_dir = Path(note.read_text())
        psycopg.connect(host=str(socket_dir), user=LOGIN_ROLE, dbname=database).close()
    except (OSError, psycopg.OperationalError):
        return None
    return f"postgresql+psycopg://{LOGIN_ROLE}@/{database}?host={socket_dir}"


def _major_of(files: Path) -> int | None:
    version = files / "PG_VERSION"
    return int(version.read_text()) if version.exists() else None


def _own_folder(data_dir: Path, account: Account) -> None:
    if not can_enter(data_dir, account):
        raise ClusterError(
            f"The account {account.name} cannot enter {data_dir}: a folder above it is closed."
        )
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if data_dir.stat().st_uid != account.uid:
            os.chown(data_dir, account.uid, account.gid)
        data_dir.chmod(0o700)  # trust on the socket lets in whoever may enter here
    except PermissionError as error:
        raise ClusterError(
            f"{data_dir} belongs to another account. Choose another folder."
        ) from error


@contextmanager
def _only_instance(data_dir: Path) -> Generator[None, None, None]:
    with (data_dir / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise ClusterError(
                f"Another run (process {lock.read().strip() or 'unknown'}) uses the database in "
                f"{data_dir}. Stop it first."
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


@contextmanager
def _socket_dir(data_dir: Path, account: Account) -> Generator[Path, None, None]:
    """Give the folder of the socket, and note it down for other processes."""
    folder = data_dir / "socket"
    is_long = len(os.fsencode(folder / SOCKET_NAME)) > LONGEST_SOCKET_PATH
    if is_long:
        folder = Path(tempfile.mkdtemp(prefix="cr-", dir="/tmp"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    os.chown(folder, account.uid, account.gid)
    note = data_dir / "socket_dir"
    note.write_text(str(folder))
    try:
        yield folder
    finally:
        note.unlink(missing_ok=True)
        if is_long:
            shutil.rmtree(folder, ignore_errors=True)


def _run_as(account: Account) -> dict[str, Any]:
    """Return what makes a child run as the account. Ctrl-C of the terminal does not reach it."""
    arguments: dict[str, Any] = {"start_new_session": True, "stdin": subprocess.DEVNULL}
    if os.geteuid() == 0:
        arguments |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    # A postgres of its own must not follow what the user's environment says about others.
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    return arguments | {"env": kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}}


def _initialise(files: Path, binaries: Path, account: Account, *, unsafe: bool) -> None:
    """Make the cluster's files, beside their place first: half a cluster is never found there."""
    draft = files.with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    command: list[str | Path] = [
        *(binaries / "initdb", "--pgdata", draft, "--username", LOGIN_ROLE),
        *("--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C.UTF-8"),
    ]
    if unsafe:
        command.append("--no-sync")
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd=files.parent,
        **_run_as(account),
    )
    if done.returncode != 0:
        raise ClusterError(f"initdb failed:\n{done.stdout.strip()}")
    draft.rename(files)


def _await_predecessor(files: Path) -> None:
    """Let the server of a killed run finish; forget one that is long gone.

    PostgreSQL refuses to start while the process of its pid file lives, also when a reboot gave
    that number to somebody else.
    """
    pid_file = files / "postmaster.pid"
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while pid_file.exists():
        pid = int((pid_file.read_text().split() or ["0"])[0])
        if not _is_server_of(pid, files):
            pid_file.unlink(missing_ok=True)
            return
        if time.monotonic() > deadline:
            raise ClusterError(f"A PostgreSQL server (process {pid}) still uses {files}. Stop it.")
        os.kill(pid, signal.SIGINT)
        time.sleep(0.1)


def _is_server_of(pid: int, files: Path) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
        if Path("/proc/self").exists():
            return os.fsencode(files) in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (ProcessLookupError, FileNotFoundError):
        return False
    except PermissionError:
        return True
    return True


def _start(
    files: Path, binaries: Path, account: Account, socket_dir: Path, *, unsafe: bool
) -> "subprocess.Popen[bytes]":
    settings = SETTINGS | {"unix_socket_directories": str(socket_dir)}
    if unsafe:
        settings |= FAST_AND_UNSAFE
    command: list[str | Path] = [binaries / "postgres", "-D", files]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (files.parent / "postgres.log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=files.parent,
            # SIGINT is a fast, clean shutdown.
            preexec_fn=dies_with_parent(signal.SIGINT),  # noqa: PLW1509 - one prctl, no locks
            **_run_as(account),
        )


def _await_ready(process: "subprocess.Popen[bytes]", socket_dir: Path, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(host=str(socket_dir), user=LOGIN_ROLE, dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    last_lines = log.read_text(errors="replace").strip().splitlines()[-10:]
    raise ClusterError("\n".join(["PostgreSQL did not start:", *last_lines]))


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)  # at once; the next start recovers
        process.wait()
