"""What the web server (`wsgi:app`) and the command line (`wsgi:cli`) load."""

import os
from pathlib import Path

from flask import Flask

from citizenreport.app import create_app
from citizenreport.commands import command_line
from citizenreport.commands.private import Deployment
from config import from_env

cli = command_line(
    Deployment(
        root=Path(__file__).parent, env=os.environ, read_settings=from_env, create_app=create_app
    )
)


def __getattr__(name: str) -> Flask:
    """Make `app` when it is first asked for: the command line brings its own settings."""
    if name != "app":
        raise AttributeError(name)
    app = globals()["app"] = create_app(from_env())
    return app
