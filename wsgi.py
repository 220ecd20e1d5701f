"""What the web server (`wsgi:app`) and the command line (`wsgi:cli`) load.

Each is made when it is first asked for: the server needs no commands, the commands bring settings of
their own.
"""

import os
from pathlib import Path

from citizenreport.app import create_app
from config import from_env


def __getattr__(name: str) -> object:
    """Make `app` or `cli`, once."""
    makers = {"app": lambda: create_app(from_env()), "cli": _command_line}
    if name not in makers:
        raise AttributeError(name)
    made = globals()[name] = makers[name]()
    return made


def _command_line() -> object:
    from citizenreport.commands import Deployment, command_line  # noqa: PLC0415 - see above

    root = Path(__file__).parent
    return command_line(
        Deployment(root=root, env=os.environ, read_settings=from_env, create_app=create_app)
    )
