"""Fetches letters once, in a process of its own; `die`: killed instead of deleting the first.

Settings come as JSON on standard input.
"""

import json
import os
import signal
import sys
from pathlib import Path

from imap_tools.mailbox import BaseMailBox

from citizenreport.app import create_app
from citizenreport.jobs.letters import fetch_letters


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    settings = json.load(sys.stdin)
    settings |= {name: Path(value) for name, value in settings.items() if name.endswith("_DIR")}
    settings["SECOND_FACTOR_ROLES"] = frozenset()
    if "die" in sys.argv:
        BaseMailBox.delete = die
    app = create_app(settings)
    with app.app_context():
        fetch_letters()
