"""`citizenreport audit`: on a real database, as whoever runs the city would."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from flask.cli import ScriptInfo

from citizenreport.commands.audit import audit
from citizenreport.core.db import transaction
from citizenreport.core.keys import make_key_files
from tests.databases import FreshDatabase, dispose
from tests.ledger.streams import LENGTH, a_stream


@pytest.fixture
def database(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[FreshDatabase]:
    make_key_files(tmp_path / "keys", demo=True)
    settings = {
        **fresh_database.settings,
        "KEYS_DIR": tmp_path / "keys",
        "CHECKPOINT_DIR": tmp_path / "checkpoints",
    }
    database = replace(fresh_database, settings=settings)
    yield database
    with database.app.app_context():
        dispose()


@pytest.fixture
def streams(database: FreshDatabase) -> list[UUID]:
    with database.app.app_context(), transaction() as session:
        return [a_stream(session) for _ in range(3)]


def run(database: FreshDatabase, *arguments: str) -> Result:
    info = ScriptInfo(create_app=lambda: database.app)
    return CliRunner().invoke(audit, arguments, obj=info)


def test_all_is_well(database: FreshDatabase, streams: list[UUID], tmp_path: Path) -> None:
    made = run(database, "checkpoint")
    assert made.exit_code == 0, made.output
    assert Path(made.output.strip()) == tmp_path / "checkpoints" / "checkpoint-000001.json"
    for arguments in ([], ["--checkpoint", str(tmp_path / "checkpoints")]):
        checked = run(database, "verify", *arguments)
        assert checked.exit_code == 0, checked.output
        assert f"{3 * LENGTH} events in 3 streams: nothing is wrong." in checked.output


def test_without_files_it_says_what_it_could_not_see(
    database: FreshDatabase, streams: list[UUID]
) -> None:
    assert "Not compared with any checkpoint" in run(database, "verify").output


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        (f"UPDATE event SET type = 'x' WHERE stream_id = %s AND seq = {LENGTH}", "changed"),
        ("DELETE FROM event WHERE stream_id = %s AND seq = 2", "missing"),
        (f"DELETE FROM event WHERE stream_id = %s AND seq = {LENGTH}", "truncated"),
        ("DELETE FROM event WHERE stream_id = %s", "missing-stream"),
    ],
)
def test_tampering_is_printed_and_ends_in_1(
    database: FreshDatabase, streams: list[UUID], tmp_path: Path, tampering: str, fault: str
) -> None:
    run(database, "checkpoint")
    with database.owner() as connection:
        connection.execute(tampering, (streams[1],))
    checked = run(database, "verify", "--checkpoint", str(tmp_path / "checkpoints"))
    assert checked.exit_code == 1
    assert f"{fault}: ticket {streams[1]}" in checked.output


def test_a_folder_whose_last_file_was_taken_away_is_noticed(
    database: FreshDatabase, streams: list[UUID], tmp_path: Path
) -> None:
    for _ in range(2):
        run(database, "checkpoint")
    (tmp_path / "checkpoints" / "checkpoint-000002.json").unlink()
    checked = run(database, "verify", "--checkpoint", str(tmp_path / "checkpoints"))
    assert checked.exit_code == 1
    assert "missing-checkpoint" in checked.output


def test_an_empty_folder_proves_nothing(
    database: FreshDatabase, streams: list[UUID], tmp_path: Path
) -> None:
    checked = run(database, "verify", "--checkpoint", str(tmp_path))
    assert checked.exit_code == 1
    assert "missing-checkpoint" in checked.output


def test_a_changed_file_is_not_trusted(
    database: FreshDatabase, streams: list[UUID], tmp_path: Path
) -> None:
    run(database, "checkpoint")
    path = tmp_path / "checkpoints" / "checkpoint-000001.json"
    path.write_text(path.read_text().replace('"stream_count":3', '"stream_count":2'))
    checked = run(database, "verify", "--checkpoint", str(tmp_path / "checkpoints"))
    assert checked.exit_code == 1
    assert "cannot be trusted" in checked.output


def test_a_crash_before_the_commit_leaves_nothing_that_counts(
    database: FreshDatabase, streams: list[UUID], tmp_path: Path
) -> None:
    run(database, "checkpoint")
    started = tmp_path / "checkpoints" / "checkpoint-000002.partial"
    started.write_text("half a fi")
    assert run(database, "checkpoint").output.strip().endswith("checkpoint-000002.json")
    assert not started.exists()
    verified = run(database, "verify", "--checkpoint", str(tmp_path / "checkpoints"))
    assert verified.exit_code == 0, verified.output


def test_a_crash_after_the_commit_is_made_good_by_the_next(
    database: FreshDatabase, streams: list[UUID], tmp_path: Path
) -> None:
    first = Path(run(database, "checkpoint").output.strip())
    first.rename(first.with_suffix(".partial"))
    assert run(database, "checkpoint").output.strip().endswith("checkpoint-000002.json")
    assert first.exists()
    verified = run(database, "verify", "--checkpoint", str(tmp_path / "checkpoints"))
    assert verified.exit_code == 0, verified.output


def test_after_a_restore_no_file_is_overwritten(
    database: FreshDatabase, streams: list[UUID], tmp_path: Path
) -> None:
    for _ in range(3):
        run(database, "checkpoint")
    files = {path: path.read_bytes() for path in (tmp_path / "checkpoints").iterdir()}
    with database.owner() as connection:
        connection.execute("DELETE FROM checkpoint WHERE number > 1")
    refused = run(database, "checkpoint")
    assert refused.exit_code == 1
    assert "restored" in refused.output
    assert {path: path.read_bytes() for path in (tmp_path / "checkpoints").iterdir()} == files
    for number in (2, 3):
        (tmp_path / "checkpoints" / f"checkpoint-00000{number}.json").unlink()
    assert run(database, "checkpoint").exit_code == 0
