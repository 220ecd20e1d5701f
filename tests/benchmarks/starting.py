"""From the command to the first answered request: with a database to make, and with the one there is.

What a fresh clone downloads before that depends on the network and is not in it.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from citizenreport.commands.granian import answers, free_port

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
GOALS_S = {"first_start": 90, "second_start": 5}


def figures() -> Iterator[dict[str, object]]:
    """Yield the seconds of both starts, each in processes of its own, without the demo's reports."""
    with tempfile.TemporaryDirectory(prefix="cr-bench-start-") as folder:
        for name, goal in GOALS_S.items():
            yield {"figure": name, "value": round(started(Path(folder)), 2), "goal": f"<= {goal}"}


def started(state_dir: Path) -> float:
    """Start the service, wait for its first answer, stop it; return the seconds until the answer."""
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CITIZENREPORT_")}
    begun = time.perf_counter()
    with (state_dir / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", "from wsgi import cli; cli()", "serve", "--no-demo"],
            cwd=ROOT,
            env=kept | {"CITIZENREPORT_STATE_DIR": str(state_dir), "PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            assert answers(HOST, port, within_s=GOALS_S["first_start"] * 2)
            took = time.perf_counter() - begun
            while "Ctrl-C" not in (state_dir / "output.txt").read_text():  # else it does not listen
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            process.wait(60)
        finally:
            process.kill()
    return took
