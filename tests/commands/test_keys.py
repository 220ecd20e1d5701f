"""`citizenreport keys`."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from citizenreport.app import create_app
from citizenreport.commands import command_line
from citizenreport.commands.private import Deployment
from citizenreport.core.keys import make_key_files, read_key_files
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


def remove_one(folder: Path) -> None:
    (folder / "pepper.key").unlink()


def open_one(folder: Path) -> None:
    (folder / "pepper.key").chmod(0o640)


def shorten_one(folder: Path) -> None:
    (folder / "pepper.key").write_text("YWJj")


@pytest.mark.parametrize(
    ("damage", "word"),
    [(remove_one, "missing"), (open_one, "chmod 600"), (shorten_one, "bytes")],
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


def test_a_database_of_ones_own_wants_a_folder_of_ones_own(tmp_path: Path) -> None:
    env = {"CITIZENREPORT_DATABASE_URL": "x"}
    made = run("make", root=tmp_path, env=env)
    assert made.exit_code == 1
    assert "CITIZENREPORT_KEYS_DIR" in made.output
    assert list(tmp_path.iterdir()) == []


def test_a_private_service_has_its_folder(tmp_path: Path) -> None:
    assert run("make", root=tmp_path).exit_code == 0
    assert read_key_files(tmp_path / "var" / "keys")
