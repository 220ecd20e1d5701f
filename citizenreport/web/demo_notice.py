"""Every page of a private service says that its reports are made up, and how far the demo is."""

from typing import Final

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from citizenreport.core.db import db
from citizenreport.pipeline.demo.run import Progress, progress

FINISHED: Final = "citizenreport-demo"
"""Key of `app.extensions`: the demo as it was found finished. It does not change any more."""


def init_app(app: Flask) -> None:
    """Give templates `demo`: how far the demo is, None in a service without one."""
    app.context_processor(lambda: {"demo": demo_progress()})


def demo_progress() -> Progress | None:
    """Return how far the demo of this service is; None without one.

    Asked while pages are rendered, pages about faults too: a database that does not answer is no
    fault of its own here.
    """
    if not current_app.config.get("IS_PRIVATE") or "sqlalchemy" not in current_app.extensions:
        return None
    finished: Progress | None = current_app.extensions.get(FINISHED)
    if finished is not None:
        return finished
    try:
        found = progress(db.session())
    except SQLAlchemyError:
        return None
    if found is not None and found.is_finished:
        current_app.extensions[FINISHED] = found
    return found
