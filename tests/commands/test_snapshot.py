"""`citizenreport snapshot` over the test's database: from the log to a file a stranger can check."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.commands.snapshot import snapshot
from citizenreport.core.db import db, public_reading
from citizenreport.core.errors import CitizenReportError
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import canonical
from citizenreport.publication.snapshots.key_files import path_of
from citizenreport.publication.snapshots.models import PublishedSnapshot, Snapshot
from citizenreport.publication.snapshots.queries import published_files, published_snapshots
from tests.releases import own_folders, run
from tests.rooms.indicators.histories import History
from tests.rooms.indicators.stored import store

CUT_OFF = ("--cut-off", "2026-07-01")
PACKAGE = "rilis-3371-000001.zip"


@pytest.fixture
def storage(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of the test's own: files are not undone with its transaction."""
    return own_folders(app, tmp_path, monkeypatch)


@pytest.fixture
def story(session: Session, magelang: City) -> Iterator[History]:
    told = History("2026-03-02").released("2026-03-03").settled("2026-03-10")
    store(session, told.events)
    store(session, History("2026-03-02").released("2026-03-03").events)
    session.commit()
    return told


@pytest.fixture
def signing(app: Flask, storage: Path, story: History) -> Path:
    for key_id, holder in (("walidata", "Walidata"), ("kepala", "Kepala Diskominsta")):
        made = run(app, "keys", "make", key_id, "--holder", holder)
        assert made.exit_code == 0, made.output
    return storage


def refusal(app: Flask, *arguments: str) -> str:
    """Run a command that is refused and return what the command line tells of it."""
    result = run(app, *arguments)
    assert result.exit_code == 1, result.output
    error = result.exception
    return error.detail if isinstance(error, CitizenReportError) else str(error)


def stranger(*arguments: object) -> Result:
    """Run the command as somebody without this application: nothing but files."""
    return CliRunner().invoke(snapshot, ["verify", *map(str, arguments)])


@pytest.fixture
def published(app: Flask, signing: Path) -> Path:
    result = run(app, "publish", "--period", "2026-Q1", *CUT_OFF)
    assert result.exit_code == 0, result.output
    return signing / "000001"


def test_a_period_is_published_signed_by_two_and_verified_by_a_stranger(
    app: Flask, published: Path, tmp_path: Path
) -> None:
    names = {path.name for path in published.iterdir()}
    assert {
        "manifest.json",
        "signatures.json",
        "keys.json",
        "nilai.csv",
        "nilai.json",
        PACKAGE,
    } <= names
    listed = tmp_path / "list.json"
    listed.write_text(run(app, "keys", "list").output)
    result = stranger(published / PACKAGE, "--keys", listed)
    assert result.exit_code == 0, result.output
    assert set(result.output.splitlines()[1:]) == {
        "Signed by Walidata (walidata).",
        "Signed by Kepala Diskominsta (kepala).",
    }
    manifest = json.loads((published / "manifest.json").read_bytes())
    assert manifest["period"] == "2026-Q1"
    assert manifest["checkpoint"]["number"] == 1
    assert len(manifest["input_commitment"]["value"]) == 64
    assert manifest["city_pack"]["digest"]


def test_the_public_role_reads_it_and_nobody_changes_it(
    app: Flask, session: Session, published: Path
) -> None:
    with public_reading() as reading:
        assert [row.number for row in published_snapshots(reading)] == [1]
        assert PACKAGE in [row.name for row in published_files(reading, 1)]
    for statement in ("UPDATE published_snapshot SET reason = 'x'", "DELETE FROM snapshot"):
        with pytest.raises(ProgrammingError), session.begin_nested():
            session.execute(text(statement))


def test_each_act_is_an_event_of_the_snapshot(session: Session, published: Path) -> None:
    stream = session.scalars(select(Snapshot.stream_id)).one()
    types = select(Event.type).where(Event.stream_id == stream).order_by(Event.seq)
    assert session.scalars(types).all() == [
        *("snapshot_prepared", "snapshot_signed", "snapshot_signed", "snapshot_published")
    ]


def test_csv_holds_the_quarter_and_its_months_of_one_universe_each(published: Path) -> None:
    lines = (published / "nilai.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith('"kode_indikator","nama_indikator"')
    assert '"kode_wilayah_kemendagri","kode_wilayah_bps"' in lines[0]
    settled = [line for line in lines if line.startswith('"I01"') and '"33.71","3371"' in line]
    assert [line.split(",")[13:18] for line in settled if '"2026-Q1"' in line] == [
        ["50.0000", '"persen"', '"sementara"', "1", "2"]
    ]
    assert any('"2026-03"' in line for line in lines)
    assert not any('"2026"' in line for line in lines)


@pytest.mark.parametrize("name", ["nilai.csv", "nilai.json", "metadata.json"])
def test_a_changed_file_is_named(published: Path, tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(published, tmp_path / "copy")
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content.replace(b"1", b"2", 1))
    result = stranger(copy)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {name}: it is not the file that was signed")


def test_a_changed_manifest_missing_and_foreign_files_are_named(
    published: Path, tmp_path: Path
) -> None:
    def broken(name: str, change: object) -> str:
        copy = shutil.copytree(published, tmp_path / name)
        change(copy)  # type: ignore[operator]
        return stranger(copy).output

    def edit_manifest(copy: Path) -> None:
        body = json.loads((copy / "manifest.json").read_bytes())
        (copy / "manifest.json").write_bytes(canonical({**body, "revision": 9}))

    def one_signature(copy: Path) -> None:
        rows = json.loads((copy / "signatures.json").read_bytes())
        (copy / "signatures.json").write_bytes(canonical(rows[:1]))

    assert "manifest.json: it is not what key" in broken("edited", edit_manifest)
    assert "signatures.json: 2 people sign" in broken("single", one_signature)
    assert "nilai.csv: it is missing" in broken("less", lambda c: (c / "nilai.csv").unlink())
    assert "x.csv: it does not belong" in broken("more", lambda c: (c / "x.csv").write_text("1"))
    assert "keys.json: it is missing" in broken("keyless", lambda c: (c / "keys.json").unlink())


def test_what_is_no_snapshot_is_told(published: Path, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("not a zip")
    assert "neither a folder nor a ZIP" in stranger(tmp_path / "text.zip").output
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    assert "manifest.json: it is missing" in stranger(tmp_path / "empty.zip").output


def test_a_foreign_list_of_keys_does_not_vouch(app: Flask, published: Path, tmp_path: Path) -> None:
    listed = tmp_path / "list.json"
    listed.write_text("[]")
    assert "is not in the list of keys" in stranger(published, "--keys", listed).output


def test_a_revoked_key_signs_no_more_but_what_was_published_stands(
    app: Flask, published: Path, tmp_path: Path
) -> None:
    assert run(app, "keys", "revoke", "kepala", "--reason", "Laptop hilang.").exit_code == 0
    refused = refusal(app, "publish", "--period", "2026-03", *CUT_OFF)
    assert "Kunci tanda tangan ini dicabut" in refused
    listed = tmp_path / "list.json"
    listed.write_text(run(app, "keys", "list").output)
    assert stranger(published / PACKAGE, "--keys", listed).exit_code == 0
    body = json.loads(listed.read_text())
    next(key for key in body if key["key_id"] == "kepala")["still_valid"] = []
    listed.write_text(json.dumps(body))
    assert "key kepala is revoked" in stranger(published / PACKAGE, "--keys", listed).output


def nothing_published(session: Session, storage: Path) -> bool:
    is_empty = session.scalar(select(func.count()).select_from(PublishedSnapshot)) == 0
    return is_empty and session.scalar(select(func.count()).select_from(Snapshot)) == 0


@pytest.mark.parametrize(
    ("period", "told"),
    [
        ("2026-Q3", "Periode ini belum berakhir"),
        ("2026-07", "Periode ini belum berakhir"),
        ("2026", "Periode ini belum berakhir"),
        ("2025-Q1", "Belum ada angka"),
        ("2026-Q5", "Tulis periode sebagai"),
    ],
)
def test_a_period_that_cannot_be_published_is_refused(
    app: Flask, session: Session, signing: Path, period: str, told: str
) -> None:
    assert told in refusal(app, "publish", "--period", period, *CUT_OFF)
    assert nothing_published(session, signing)


def test_without_two_keys_of_two_people_nothing_is_published(
    app: Flask, session: Session, signing: Path
) -> None:
    month = ("publish", "--period", "2026-03", *CUT_OFF)
    assert "ditandatangani dua orang" in refusal(app, *month, "--key", "walidata")
    assert run(app, "keys", "make", "cadangan", "--holder", "Walidata").exit_code == 0
    assert "dari orang lain" in refusal(app, *month, "--key", "walidata", "--key", "cadangan")
    assert "snapshot-hilang.key is missing" in refusal(
        app, *month, "--key", "kepala", "--key", "hilang"
    )
    assert nothing_published(session, signing)


def test_a_key_that_is_not_the_listed_one_does_not_sign(
    app: Flask, session: Session, signing: Path
) -> None:
    keys = Path(app.config["KEYS_DIR"])
    shutil.copyfile(keys / "checkpoint.key", path_of(keys, "kepala"))
    assert "bukan yang terdaftar" in refusal(app, "publish", "--period", "2026-03", *CUT_OFF)
    assert nothing_published(session, signing)


def test_reproduced_from_the_log_it_is_the_same_and_nothing_is_kept(
    app: Flask, session: Session, published: Path
) -> None:
    before = session.scalar(select(func.count()).select_from(PublishedIndicatorValue))
    result = run(app, "reproduce", "1")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == ["nilai.json: the same"]
    assert session.scalar(select(func.count()).select_from(PublishedIndicatorValue)) == before


def test_a_log_that_was_changed_shows_in_the_reproduction(
    app: Flask, session: Session, published: Path
) -> None:
    store(session, History("2026-03-05").released("2026-03-06").events)
    session.commit()
    result = run(app, "reproduce", "1")
    assert result.exit_code == 1
    assert "not the one that was committed to" in result.output
    assert "I01 2026-03 33.71: 50 (1/2) -> 33.33 (1/3)" in result.output


def test_a_revision_says_what_changed_and_why(
    app: Flask, session: Session, published: Path
) -> None:
    again = ("--period", "2026-Q1", *CUT_OFF)
    assert "sudah punya rilis" in refusal(app, "publish", *again)
    assert "Angkanya sama" in refusal(app, "revise", *again, "--reason", "Coba.")
    month = ("--period", "2026-03", *CUT_OFF)
    assert "belum punya rilis" in refusal(app, "revise", *month, "--reason", "Coba.")
    store(session, History("2026-03-05").released("2026-03-06").events)
    session.commit()
    later = ("--period", "2026-Q1", "--cut-off", "2026-07-02")
    result = run(app, "revise", *later, "--reason", "Satu laporan terlambat masuk.")
    assert result.exit_code == 0, result.output
    changes = json.loads((published.parent / "000002" / "perubahan.json").read_bytes())
    assert changes["replaces"] == 1
    assert changes["reason"] == "Satu laporan terlambat masuk."
    settled = [c for c in changes["changes"] if c["indicator_code"] == "I01"]
    assert {c["after"]["denominator"] for c in settled if c["area_code"] == "33.71"} == {3}
    manifest = json.loads((published.parent / "000002" / "manifest.json").read_bytes())
    assert manifest["revision"] == 2
    assert manifest["replaces"]["number"] == 1
    lines = run(app, "list").output.splitlines()
    assert [line.split()[0] for line in lines] == ["2", "1"]


def test_a_second_publisher_is_told_to_wait(app: Flask, session: Session, signing: Path) -> None:
    lock = "SELECT pg_advisory_lock(hashtextextended('snapshot', 0))"
    with db.engine.connect() as other:
        other.execute(text(lock))
        told = refusal(app, "publish", "--period", "2026-03", *CUT_OFF)
        other.execute(text(lock.replace("advisory_lock", "advisory_unlock")))
    assert "Rilis lain sedang disiapkan" in told
    assert nothing_published(session, signing)


def test_what_a_crash_left_is_removed(app: Flask, signing: Path) -> None:
    for stray in ("000001.partial", "000007"):
        (signing / stray).mkdir(parents=True)
        (signing / stray / "nilai.csv").write_text("half")
    assert run(app, "publish", "--period", "2026-03", *CUT_OFF).exit_code == 0
    assert [path.name for path in signing.iterdir()] == ["000001"]
