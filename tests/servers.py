"""A real web server on a port of its own, for tests that need one."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from citizenreport.commands.granian import answers, free_port, server_command
from citizenreport.core.processes import dies_with_parent
from tests.databases import FreshDatabase

ROOT = Path(__file__).parents[1]
HOST = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class LiveServer:
    """`base_url` has no slash at its end. `process` leads a process group of its own."""

    base_url: str
    process: "subprocess.Popen[bytes]"
    database: FreshDatabase
    log: Path  # all that the server printed

    def kill(self) -> None:
        """Kill -9 the server and its workers, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def environment_of(settings: Mapping[str, object], url: str) -> dict[str, str]:
    """Return the environment from which config.py reads these settings."""
    names = {name: value for name, value in settings.items() if isinstance(value, str | int | Path)}
    roles = settings.get("SECOND_FACTOR_ROLES")
    names["SECOND_FACTOR_ROLES"] = ",".join(roles) if isinstance(roles, frozenset) else ""
    renamed = {f"CITIZENREPORT_{name}": str(value) for name, value in names.items()}
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("CITIZENREPORT_")},
        **renamed,
        "CITIZENREPORT_PRIVATE_DATABASE_URL": url,
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def live_server_on(
    database: FreshDatabase, *, port: int | None = None, **env: str
) -> Generator[LiveServer, None, None]:
    """Run granian on the database, with one worker process and extra variables as given."""
    port = port or free_port()
    base_url = f"http://{HOST}:{port}"
    settings = {**database.settings, "PUBLIC_URL": base_url}
    handle, name = tempfile.mkstemp(prefix="cr-server-", suffix=".log")
    process = subprocess.Popen(
        server_command(host=HOST, port=port, workers=1),
        stdout=handle,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        env=environment_of(settings, database.url) | env,
        start_new_session=True,
        preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one prctl, no locks
    )
    os.close(handle)
    log = Path(name)
    server = LiveServer(base_url=base_url, process=process, database=database, log=log)
    try:
        assert answers(HOST, port, within_s=60), "the server did not start"
        yield server
    finally:
        server.kill()
        log.unlink()
