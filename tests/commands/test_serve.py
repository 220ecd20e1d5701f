"""`citizenreport serve` as a person runs it: one process that starts, serves and ends everything."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from citizenreport.commands.granian import answers, free_port, is_free

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
FEW = ("--workers", "1", "--no-demo")


class Service:
    """`citizenreport serve` with everything it keeps in a folder of its own."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.port = free_port()
        self.output = state_dir / "output.txt"

    def start(self, *arguments: str, **env: str) -> "subprocess.Popen[bytes]":
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CITIZENREPORT_")}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from wsgi import cli; cli()", "serve", *FEW, *arguments],
                cwd=ROOT,
                env=kept
                | {"CITIZENREPORT_STATE_DIR": str(self.state_dir), "PORT": str(self.port)}
                | env,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self.process

    def await_answer(self) -> None:
        assert answers(HOST, self.port, within_s=90), self.output.read_text()
        deadline = time.monotonic() + 30
        while "Ctrl-C" not in self.output.read_text():
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.05)

    def await_end(self) -> None:
        """Wait until the port is free and the database is down."""
        deadline = time.monotonic() + 30
        pid_file = self.state_dir / "cluster" / "data" / "postmaster.pid"
        while not is_free(HOST, self.port) or pid_file.exists():
            assert time.monotonic() < deadline, "something of the service lives on"
            time.sleep(0.05)


@pytest.fixture
def service(open_tmp_path: Path) -> Iterator[Service]:
    service = Service(open_tmp_path)
    yield service
    if hasattr(service, "process"):
        with suppress(ProcessLookupError):
            service.process.terminate()
        service.process.wait(60)


def test_it_serves_stops_in_order_starts_again_and_dies_without_remains(service: Service) -> None:
    process = service.start()
    service.await_answer()
    reply = httpx.get(f"http://{HOST}:{service.port}/petugas/masuk")
    assert reply.status_code == 200
    assert "Kota Magelang" in reply.text
    assert "demo-petugas" in service.output.read_text()
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0, service.output.read_text()
    service.await_end()

    process = service.start()
    service.await_answer()
    process.kill()
    process.wait()
    service.await_end()


def test_a_taken_port_is_said_before_anything_starts(service: Service) -> None:
    import socket  # noqa: PLC0415

    with socket.create_server((HOST, service.port)):
        process = service.start()
        assert process.wait(60) == 1
    assert "is in use" in service.output.read_text()
    assert not (service.state_dir / "cluster").exists()


def test_a_bad_pack_is_refused_with_what_is_wrong(service: Service, tmp_path: Path) -> None:
    process = service.start("--city", str(tmp_path))
    assert process.wait(60) == 1
    assert "city.toml" in service.output.read_text()
    assert "Traceback" not in service.output.read_text()
