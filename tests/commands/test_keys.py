"""`citizenreport keys`."""

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.app import create_app
from citizenreport.commands import command_line
from citizenreport.commands.keys import keys
from citizenreport.commands.private import Deployment
from citizenreport.core.ids import new_id
from citizenreport.core.keys import make_key_files, new_data_key, read_key_files
from citizenreport.intake.models import ReportKey
from config import from_env


def run(*arguments: str, root: Path, env: Mapping[str, str] | None = None) -> Result:
    deployment = Deployment(root=root, env=env or {}, read_settings=from_env, create_app=create_app)
    return CliRunner().invoke(command_line(deployment), ["keys", *arguments])


def test_a_fresh_set_is_made_where_the_setting_says(tmp_path: Path) -> None:
    folder = tmp_path / "kunci"
    env = {"CITIZENREPORT_DATABASE_URL": "x", "CITIZENREPORT_KEYS_DIR": str(folder)}
    assert run("make", root=tmp_path, env=env).exit_code == 0
    assert not read_key_files(folder).is_demo
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    checked = run("check", root=tmp_path, env=env)
    assert checked.exit_code == 0
    assert "0001" in checked.output


def test_keys_that_are_there_are_never_replaced(tmp_path: Path) -> None:
    assert run("make", "--folder", str(tmp_path / "k"), root=tmp_path).exit_code == 0
    before = {path: path.read_bytes() for path in (tmp_path / "k").iterdir()}
    again = run("make", "--folder", str(tmp_path / "k"), root=tmp_path)
    assert again.exit_code == 1
    assert "already holds keys" in again.output
    assert {path: path.read_bytes() for path in (tmp_path / "k").iterdir()} == before


def test_no_key_is_shown(tmp_path: Path) -> None:
    folder = tmp_path / "k"
    output = run("make", "--folder", str(folder), root=tmp_path).output
    output += run("check", "--folder", str(folder), root=tmp_path).output
    assert [path for path in folder.iterdir() if path.read_text().strip() in output] == []


def test_a_set_of_before_gets_the_key_of_pushes_once(tmp_path: Path) -> None:
    folder = tmp_path / "k"
    make_key_files(folder, demo=False)
    (folder / "push.key").unlink()
    assert read_key_files(folder).push is None
    assert "no push" in run("check", "--folder", str(folder), root=tmp_path).output
    assert run("make-push", "--folder", str(folder), root=tmp_path).exit_code == 0
    assert (folder / "push.key").stat().st_mode & 0o777 == 0o600
    assert read_key_files(folder).push is not None
    before = (folder / "push.key").read_bytes()
    again = run("make-push", "--folder", str(folder), root=tmp_path)
    assert again.exit_code == 1
    assert "there already" in again.output
    assert (folder / "push.key").read_bytes() == before


def no_point(folder: Path) -> None:
    (folder / "push.key").write_bytes(base64.b64encode(bytes(32)))


def remove_one(folder: Path) -> None:
    (folder / "pepper.key").unlink()


def open_one(folder: Path) -> None:
    (folder / "pepper.key").chmod(0o640)


def shorten_one(folder: Path) -> None:
    (folder / "pepper.key").write_text("YWJj")


@pytest.mark.parametrize(
    ("damage", "word"),
    [(remove_one, "missing"), (open_one, "chmod 600"), (shorten_one, "bytes"), (no_point, "P-256")],
)
def test_a_damaged_set_is_refused(tmp_path: Path, damage: object, word: str) -> None:
    assert callable(damage)
    make_key_files(tmp_path / "k", demo=False)
    damage(tmp_path / "k")
    checked = run("check", "--folder", str(tmp_path / "k"), root=tmp_path)
    assert checked.exit_code == 1
    assert word in checked.output


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    checked = run("check", "--folder", str(tmp_path), root=tmp_path)
    assert checked.exit_code == 1
    assert "keys make" in checked.output


def test_a_demo_set_is_called_one(tmp_path: Path) -> None:
    make_key_files(tmp_path / "k", demo=True)
    assert "demo" in run("check", "--folder", str(tmp_path / "k"), root=tmp_path).output


class TestSealed:
    """What is sealed in the database opens with its keys and no others."""

    def check(self, app: Flask, folder: Path) -> Result:
        info = ScriptInfo(create_app=lambda: app)
        return CliRunner().invoke(keys, ["check", "--sealed", "--folder", str(folder)], obj=info)

    def seal_some(self, session: Session, folder: Path) -> None:
        ring = read_key_files(folder)
        for number in range(3):
            report_id = new_id()
            key_id, wrapped = ring.wrap(new_data_key(), row=str(report_id))
            session.execute(
                text(
                    "INSERT INTO report (id, tracking_code, category_code, submitted_at, channel,"
                    " locale, pack_version, is_demo)"
                    " VALUES (:id, :code, 'A01', now(), 'web', 'id', 1, false)"
                ),
                {"id": report_id, "code": f"KODE{number}"},
            )
            session.add(ReportKey(report_id=report_id, key_id=key_id, wrapped_key=wrapped))
            session.flush()

    def test_it_opens_with_its_keys(self, app: Flask, session: Session, tmp_path: Path) -> None:
        make_key_files(tmp_path / "k", demo=False)
        self.seal_some(session, tmp_path / "k")
        checked = self.check(app, tmp_path / "k")
        assert checked.exit_code == 0, checked.output
        assert "encryption 0001: 3 of 3 open" in checked.output

    def test_other_keys_are_found_out(self, app: Flask, session: Session, tmp_path: Path) -> None:
        for name in ("k", "other"):
            make_key_files(tmp_path / name, demo=False)
        self.seal_some(session, tmp_path / "k")
        checked = self.check(app, tmp_path / "other")
        assert checked.exit_code == 1
        assert "encryption 0001: 0 of 3 open" in checked.output


def test_a_database_of_ones_own_wants_a_folder_of_ones_own(tmp_path: Path) -> None:
    env = {"CITIZENREPORT_DATABASE_URL": "x"}
    made = run("make", root=tmp_path, env=env)
    assert made.exit_code == 1
    assert "CITIZENREPORT_KEYS_DIR" in made.output
    assert list(tmp_path.iterdir()) == []


def test_a_private_service_has_its_folder(tmp_path: Path) -> None:
    assert run("make", root=tmp_path).exit_code == 0
    assert read_key_files(tmp_path / "var" / "keys")
