"""`citizenreport worker`: the background work, as a process of its own in production."""

import signal
import threading

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from citizenreport.jobs.worker import run_worker


@click.command()
@with_appcontext
def worker() -> None:
    """Do the background work until SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    run_worker(app, stop)
