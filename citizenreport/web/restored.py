"""After a restore nothing is answered until whoever was erased since the backup is erased again.

The backup brings them back; the erasure ledger, which is kept outside the database, knows them.
Source: protection.md, section 6.
"""

from pathlib import Path
from typing import Final

from flask import Flask, current_app, request

from citizenreport.core.db import db
from citizenreport.core.errors import Unavailable
from citizenreport.core.text import _n
from citizenreport.intake.erasure_ledger import Watch

EXTENSION: Final = "citizenreport.restored"
ASSETS: Final = "assets."


class ErasuresNotReplayed(Unavailable):
    code = "erasures-not-replayed"
    title = _n("Layanan sedang dipulihkan dari cadangan. Coba lagi beberapa saat lagi.")


def init_app(app: Flask) -> None:
    """Have every request ask first; the files of the pages themselves hold nobody."""
    app.extensions[EXTENSION] = Watch(Path(app.config["CHECKPOINT_DIR"]))
    app.before_request(_refuse)


def check_replayed() -> None:
    """Raise ErasuresNotReplayed while the database holds somebody who was erased."""
    watch = current_app.extensions[EXTENSION]
    assert isinstance(watch, Watch)
    if not watch.is_clear(db.session):
        raise ErasuresNotReplayed


def _refuse() -> None:
    if not (request.endpoint or "").startswith(ASSETS):
        check_replayed()
