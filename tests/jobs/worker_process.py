"""A worker in a process of its own, in a hurry. Its settings come as JSON on standard input."""

import json
import sys
import threading
from pathlib import Path

from citizenreport.app import create_app
from citizenreport.jobs.worker import Pace, run_worker

HURRIED = Pace(dispatch_s=0.1, poll_s=0.2, heartbeat_s=0.3, stalled_s=1.5, restart_s=0.2)

if __name__ == "__main__":
    settings = json.load(sys.stdin)
    settings |= {name: Path(value) for name, value in settings.items() if name.endswith("_DIR")}
    run_worker(create_app(settings), threading.Event(), pace=HURRIED)
