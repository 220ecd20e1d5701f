"""The checkpoint: every hour, where all streams of the ledger stand, signed and kept outside."""

from pathlib import Path

from flask import current_app

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.ledger import checkpoints
from citizenreport.web.context import current_keys


def make_checkpoint() -> None:
    """Sign a checkpoint and write its file."""
    write_checkpoint()


def write_checkpoint() -> Path:
    """Sign a checkpoint, write its file and return the file's path.

    The file comes before the commit: one without a row is written anew by the next run under the
    same number, while a row without its file would break the chain of files for good.
    """
    folder = Path(current_app.config["CHECKPOINT_DIR"])
    with transaction() as session:
        row, content = checkpoints.make(session, current_keys().checkpoint, now=utcnow())
        return checkpoints.write_file(folder, row.number, content)
