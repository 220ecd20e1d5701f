"""What the web server (`wsgi:app`) and the command line (`wsgi:cli`) load.

Each is made when it is first asked for: the server needs no commands, the commands bring settings of
their own.
"""

import os
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask

from config import from_env


def create_app(settings: Mapping[str, object]) -> Flask:
    """Build the application; it takes a while to load, and `serve` has better to do meanwhile."""
    from citizenreport.app import create_app as create  # noqa: PLC0415 - see above

    return create(settings)


def __getattr__(name: str) -> object:
    """Make `app` or `cli`, once."""
    makers: dict[str, Callable[[], object]] = {"app": _web_app, "cli": _command_line}
    if name not in makers:
        raise AttributeError(name)
    made = globals()[name] = makers[name]()
    return made


def _web_app() -> Flask:
    # A worker of the server that is still loading has nothing to finish: SIGTERM may end it at once.
    # Before it takes requests, granian sets its own handler; until then it has the parent's, which
    # would swallow the signal.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return create_app(from_env())


def _command_line() -> object:
    from citizenreport.commands import Deployment, command_line  # noqa: PLC0415 - see above

    root = Path(__file__).parent
    return command_line(
        Deployment(root=root, env=os.environ, read_settings=from_env, create_app=create_app)
    )
