"""The checkpoint: every hour, where all streams of the ledger stand, signed and kept outside."""

from pathlib import Path

from flask import current_app

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import Conflict
from citizenreport.core.text import _n
from citizenreport.ledger import checkpoints
from citizenreport.web.context import current_keys


class CheckpointFilesAhead(Conflict):
    """The folder knows later checkpoints than the database, which was restored from a backup.

    They are the proof of what was lost: somebody has to compare, and put them elsewhere.
    """

    code = "checkpoint-files-ahead"
    title = _n("Folder checkpoint lebih baru daripada basis data. Periksa, lalu pindahkan.")


def make_checkpoint() -> None:
    """Sign a checkpoint and write its file. Raises CheckpointFilesAhead."""
    write_checkpoint()


def write_checkpoint() -> Path:
    """Sign a checkpoint, write its file and return the file's path.

    The file is on the disk before the commit and gets its name after it, so that neither a crash
    nor a power cut leaves a row without its file or a file without its row.

    Raises:
        CheckpointFilesAhead: a file of that number is there already; nothing is overwritten.
    """
    folder = Path(current_app.config["CHECKPOINT_DIR"])
    with transaction() as session:
        checkpoints.settle_files(session, folder)
        row, content = checkpoints.make(session, current_keys().checkpoint, now=utcnow())
        number = row.number
        if checkpoints.path_of(folder, number).exists():
            raise CheckpointFilesAhead(number=number)
        partial = checkpoints.start_file(folder, number, content)
    try:
        return checkpoints.finish_file(partial)
    except FileNotFoundError:  # the next one came in between and has settled ours
        return checkpoints.path_of(folder, number)
