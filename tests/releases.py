"""A city with one release, of March 2026: made as the city makes it, with folders of the test's own."""

import shutil
from pathlib import Path
from typing import Final

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.commands.snapshot import snapshot
from tests.rooms.indicators.histories import History
from tests.rooms.indicators.stored import store

PERIOD: Final = "2026-03"
CUT_OFF: Final = ("--cut-off", "2026-07-01")
PACKAGE: Final = "rilis-3371-000001.zip"
HOLDERS: Final = (("satu", "Walidata"), ("dua", "Kepala"))


def own_folders(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let keys and files lie in a folder of the test's own: files are not undone with its
    transaction. Return where snapshots lie.
    """
    keys = shutil.copytree(app.config["KEYS_DIR"], folder / "keys")
    monkeypatch.setitem(app.config, "KEYS_DIR", keys)
    monkeypatch.setitem(app.config, "STORAGE_DIR", folder / "storage")
    monkeypatch.setitem(app.config, "CHECKPOINT_DIR", folder / "checkpoints")
    return folder / "storage" / "snapshots"


def run(app: Flask, *arguments: str) -> Result:
    """Run `citizenreport snapshot`."""
    return app.test_cli_runner().invoke(snapshot, list(arguments))


def done(app: Flask, *arguments: str) -> str:
    """Run `citizenreport snapshot`, which succeeds; return what it says."""
    result = run(app, *arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def release_march(app: Flask, session: Session) -> None:
    """Store one settled report and publish its month, signed by two."""
    store(session, History("2026-03-02").released("2026-03-03").settled("2026-03-10").events)
    session.commit()
    for key_id, holder in HOLDERS:
        done(app, "keys", "make", key_id, "--holder", holder)
    done(app, "publish", "--period", PERIOD, *CUT_OFF)
