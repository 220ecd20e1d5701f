"""Where the files of snapshots lie."""

from pathlib import Path
from typing import Final

from flask import current_app

FOLDER: Final = "snapshots"


def snapshots_dir() -> Path:
    """Return the folder of all snapshots, in the storage of files: it is backed up with it."""
    return Path(current_app.config["STORAGE_DIR"]) / FOLDER
