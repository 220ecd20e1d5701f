"""The command line with what nobody should give it: one line and an exit code, no traceback."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from citizenreport.app import create_app
from citizenreport.commands import command_line
from citizenreport.commands.private import Deployment
from citizenreport.core.keys import make_key_files
from config import from_env
from tests.databases import FreshDatabase, dispose
from tests.shared_data import ROOT

Run = Callable[..., Result]
NO_DATABASE = "postgresql://login@127.0.0.1:1/none"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made: list[Flask] = []

    def create(settings: Mapping[str, object]) -> Flask:
        made.append(create_app(settings))
        return made[-1]

    def invoke(*arguments: str, **env: str) -> Result:
        deployment = Deployment(
            root=ROOT,
            env={"CITIZENREPORT_STATE_DIR": str(tmp_path / "state")} | env,
            read_settings=from_env,
            create_app=create,
        )
        return CliRunner().invoke(command_line(deployment), list(arguments))

    yield invoke
    for app in made:
        with app.app_context():
            dispose()


def assert_said_plainly(result: Result, exit_code: int) -> None:
    assert result.exit_code == exit_code, (result.output, result.exception)
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.output.strip()
    assert "Traceback" not in result.output


def garbage_pack(folder: Path, make: Callable[[Path], object]) -> Path:
    """Fill a folder with the file names of a pack; each is made by `make`."""
    folder.mkdir()
    for file in (ROOT / "citizenreport/cities/packs/magelang").iterdir():
        if file.is_file():
            make(folder / file.name)
    return folder


def odd_paths(folder: Path) -> dict[str, str]:
    file, empty, loop = folder / "file", folder / "empty", folder / "loop"
    file.write_bytes(bytes(range(256)))
    empty.mkdir()
    loop.symlink_to(loop)
    noise = garbage_pack(folder / "noise", lambda path: path.write_bytes(os.urandom(2_000)))
    nul = garbage_pack(folder / "nul", lambda path: path.write_bytes(b"\x00" * 2_000))
    blank = garbage_pack(folder / "blank", lambda path: path.write_bytes(b""))
    folders = garbage_pack(folder / "folders", lambda path: path.mkdir())
    dangling = garbage_pack(folder / "dangling", lambda path: path.symlink_to("/no/such/file"))
    made = [file, empty, loop, noise, nul, blank, folders, dangling]
    return {path.name: str(path) for path in made} | {
        "nothing there": str(folder / "nothing"),
        "a device": "/dev/null",
        "a long name": "x" * 5_000,
        "no UTF-8": str(folder / "\udcff"),
        "an address": "https://example.org/pack",
        "an unknown pack": "atlantis",
    }


def test_a_path_that_is_no_pack_is_refused(run: Run, tmp_path: Path) -> None:
    for name, path in odd_paths(tmp_path).items():
        result = run("city", "check", path)
        assert_said_plainly(result, 1)
        assert "SALAH" in result.output or "Error: " in result.output, name


@pytest.mark.parametrize(
    "arguments",
    [
        ("tidak-ada",),
        ("--tidak-ada",),
        ("city",),
        ("city", "chekc"),
        ("city", "check"),
        ("city", "check", "a", "b"),
        ("serve", "--port", "delapan ribu"),
        ("serve", "--port", "70000"),
        ("serve", "--port", "0"),
        ("keys", "check", "--folder", __file__),
        ("import", "/no/such/file", "--mapping", "/no/such/file"),
        ("", ""),
    ],
    ids=" ".join,
)
def test_a_command_that_is_none_is_explained(run: Run, arguments: tuple[str, ...]) -> None:
    assert_said_plainly(run(*arguments), 2)


def test_keys_that_cannot_be_made_or_read_are_named(run: Run, tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for folder in (Path("/proc/no/such"), loop, tmp_path / ("x" * 300)):
        assert_said_plainly(run("keys", "make", "--folder", str(folder)), 1)
    folder = tmp_path / "keys"
    make_key_files(folder, demo=True)
    for name in ("encryption-0001", "pepper", "checkpoint"):
        file = folder / f"{name}.key"
        whole = file.read_bytes()
        for broken in (b"", b"kunci", b"!" * 44, b"\xff" * 44, whole * 2, whole[:-4]):
            file.write_bytes(broken)
            result = run("keys", "check", "--folder", str(folder))
            assert_said_plainly(result, 1)
            assert file.name in result.output
        file.write_bytes(whole)
    assert run("keys", "check", "--folder", str(folder)).exit_code == 0


def service(tmp_path: Path, **changes: str) -> dict[str, str]:
    """Return the settings of a service in production."""
    return {
        "CITIZENREPORT_DATABASE_URL": NO_DATABASE,
        "CITIZENREPORT_SECRET_KEY": "s" * 40,
        "CITIZENREPORT_PUBLIC_URL": "https://lapor.example",
        "CITIZENREPORT_KEYS_DIR": str(tmp_path / "keys"),
        "CITIZENREPORT_STORAGE_DIR": str(tmp_path / "storage"),
        "CITIZENREPORT_CHECKPOINT_DIR": str(tmp_path / "checkpoints"),
    } | changes


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CITIZENREPORT_SECRET_KEY", "", "CITIZENREPORT_SECRET_KEY is not set"),
        ("CITIZENREPORT_DATABASE_URL", "magelang", "CITIZENREPORT_DATABASE_URL must"),
        ("CITIZENREPORT_DATABASE_URL", "mysql://x/y", "CITIZENREPORT_DATABASE_URL must"),
        ("CITIZENREPORT_PASSWORD_TIME_COST", "tiga", "CITIZENREPORT_PASSWORD_TIME_COST must"),
        ("CITIZENREPORT_DATABASE_URL", NO_DATABASE, "The database does not answer"),
        ("CITIZENREPORT_STORAGE_DIR", "/dev/null", "/dev/null"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    run: Run, tmp_path: Path, name: str, value: str, said: str
) -> None:
    result = run("staff", "list", **service(tmp_path, **{name: value}))
    assert_said_plainly(result, 1)
    assert said in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("city", "load", "/dev/null"),
        ("city", "load", "atlantis"),
        ("staff", "deactivate", "tidak.ada"),
        ("staff", "deactivate", "\ud800"),
        ("staff", "add", "x", "--name", "X", "--role", "raja", "--password-stdin"),
        ("staff", "add", "x", "--name", "X", "--role", "officer@ATLANTIS", "--password-stdin"),
        ("staff", "set-password", "tidak.ada", "--password-stdin"),
        ("indicators", "show", "I99"),
        ("indicators", "show", "I01", "--area", "atlantis"),
        ("indicators", "compute", "--cut-off", "kemarin"),
        ("import", __file__, "--mapping", __file__),
        ("audit", "verify", "--checkpoint", "/no/such/folder"),
    ],
    ids=ascii,
)
def test_a_command_on_a_fresh_service_says_what_is_wrong(
    run: Run, fresh_database: FreshDatabase, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    make_key_files(tmp_path / "keys", demo=False)
    env = service(tmp_path, CITIZENREPORT_DATABASE_URL=fresh_database.url)
    result = run(*arguments, **env)
    assert result.exit_code in (1, 2), result.output
    assert_said_plainly(result, result.exit_code)


def test_the_program_itself_prints_no_traceback(tmp_path: Path) -> None:
    """As a shell runs it, with a name that is no UTF-8."""
    name = os.fsencode(tmp_path) + b"/\xff"
    program = [sys.executable, "-c", "from wsgi import cli; cli()", "city", "check", name]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"SALAH" in done.stdout
    assert b"Traceback" not in done.stderr
