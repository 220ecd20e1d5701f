"""How the web server is started, by `serve`, by the tests and by the benchmarks."""

import socket
import sys
import time
from http.client import HTTPConnection, HTTPException

WORKERS = 2
THREADS = 4


def server_command(*, host: str, port: int, workers: int = WORKERS) -> list[str]:
    """Return the command that serves `wsgi:app`; run it in the checkout."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "wsgi:app"),
        *("--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(THREADS)),
        *("--no-ws", "--workers-kill-timeout", "10", "--log-level", "warning"),
    ]


def is_free(host: str, port: int) -> bool:
    """Tell whether one can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def answers(host: str, port: int, *, within_s: float) -> bool:
    """Wait until a request is answered there, whatever the answer; tell whether one was in time.

    The port is open before the first worker has loaded the application.
    """
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        connection = HTTPConnection(host, port, timeout=deadline - time.monotonic() + 0.1)
        try:
            connection.request("HEAD", "/")
            connection.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.05)
        else:
            return True
        finally:
            connection.close()
    return False
