"""`citizenreport import` as it is typed."""

import csv
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.commands.import_ import import_
from citizenreport.intake.models import Report

MAPPING = """
source = "old"
[external_id]
column = "id"
[category]
column = "kind"
values = { lamp = "A04" }
[position]
lon = "lon"
lat = "lat"
[times]
submitted = "opened"
closed = "closed"
"""
HEAD = "id,kind,lon,lat,opened,closed\n"
GOOD = "1,lamp,110.22199,-7.478474,2024-05-02 10:00:00,\n"
BAD = "=cmd(),lamp,-7.478474,110.22199,2024-05-02 10:00:00,\n"

pytestmark = pytest.mark.usefixtures("magelang", "keys")


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    return write(tmp_path / "m.toml", MAPPING)


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def run(app: Flask, file: Path, mapping: Path, *more: str) -> Result:
    return app.test_cli_runner().invoke(import_, [str(file), "--mapping", str(mapping), *more])


def stored(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


def test_good_rows_come_in_and_bad_ones_wait_beside_the_file(
    app: Flask, session: Session, mapping: Path, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.csv", HEAD + GOOD + BAD)
    result = run(app, file, mapping)
    assert result.exit_code == 0, result.output
    assert "1 laporan baru, 0 diperbarui, 0 tetap, 1 ditolak." in result.output
    assert "baris 2: Lintang 110.22199 di luar -90 sampai 90" in result.output
    assert stored(session) == 1
    with (tmp_path / "a.csv.rejects.csv").open(encoding="utf-8", newline="") as rejects:
        head, row = csv.reader(rejects)
    assert head == ["baris", "alasan", "id", "kind", "lon", "lat", "opened", "closed", "isi"]
    assert row[0] == "2"
    assert row[2:5] == ["'=cmd()", "lamp", "-7.478474"]


def test_again_it_changes_nothing_and_the_old_rejects_go(
    app: Flask, session: Session, mapping: Path, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.csv", HEAD + GOOD + BAD)
    run(app, file, mapping)
    result = run(app, write(file, HEAD + GOOD), mapping)
    assert "0 laporan baru, 0 diperbarui, 1 tetap, 0 ditolak." in result.output
    assert not (tmp_path / "a.csv.rejects.csv").exists()
    assert stored(session) == 1


def test_a_dry_run_tells_and_stores_nothing(
    app: Flask, session: Session, mapping: Path, tmp_path: Path
) -> None:
    many = [GOOD.replace("1,lamp", f"{n},lamp") for n in range(30)]
    file = write(tmp_path / "a.csv", HEAD + "".join(many) + BAD)
    result = run(app, file, mapping, "--dry-run")
    assert result.exit_code == 0, result.output
    assert "30 laporan dapat diterima, 1 ditolak." in result.output
    assert "30 laporan tepat di 110.221990, -7.478474" in result.output
    assert "default_points" in result.output
    assert stored(session) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "m.toml"]


def test_all_faults_of_a_mapping_come_at_once(app: Flask, tmp_path: Path) -> None:
    wrong = MAPPING.replace("A04", "Q99").replace("closed =", "closd =")
    file = write(tmp_path / "a.csv", HEAD + GOOD)
    result = run(app, file, write(tmp_path / "m.toml", wrong))
    assert result.exit_code == 1
    for fault in ("category.values: kategori “Q99” tidak ada", "times.closd: kunci ini", "status:"):
        assert fault in result.output


def test_missing_columns_are_named_with_those_that_are_there(
    app: Flask, mapping: Path, tmp_path: Path
) -> None:
    result = run(app, write(tmp_path / "a.csv", "id,kind,opened\n"), mapping)
    assert result.exit_code == 1
    assert "tidak punya kolom lon, lat, closed. Yang ada: id, kind, opened" in result.output


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\x80"])
def test_a_mapping_that_is_no_utf8_is_refused_in_a_sentence(
    app: Flask, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "m.toml").write_bytes(content)
    result = run(app, write(tmp_path / "a.csv", HEAD), tmp_path / "m.toml")
    assert (result.exit_code, result.output) == (1, "Error: m.toml: isinya bukan UTF-8.\n")


def test_a_file_in_another_encoding_is_refused_in_a_sentence(
    app: Flask, session: Session, mapping: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(HEAD.encode() + "é".encode("latin-1") + GOOD[1:].encode())
    result = run(app, tmp_path / "a.csv", mapping)
    assert result.exit_code == 1
    assert "encoding" in result.output
    assert stored(session) == 0


def test_interrupted_it_says_how_to_go_on(
    app: Flask, mapping: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("citizenreport.commands.import_.utcnow", interrupted)
    result = run(app, write(tmp_path / "a.csv", HEAD + GOOD), mapping)
    assert result.exit_code == 130
    assert "Perintah yang sama akan melanjutkan" in result.output


def test_an_import_is_taken_back_by_its_number(
    app: Flask, session: Session, mapping: Path, tmp_path: Path
) -> None:
    told = run(app, write(tmp_path / "a.csv", HEAD + GOOD), mapping).output
    number = told.rsplit("--undo ", 1)[1].strip()
    undone = app.test_cli_runner().invoke(import_, ["--undo", number])
    assert (undone.exit_code, undone.output) == (0, "1 laporan dikeluarkan, 0 tetap.\n")
    again = app.test_cli_runner().invoke(import_, ["--undo", number])
    assert again.exit_code == 1
    assert "1 laporan baru" in run(app, tmp_path / "a.csv", mapping).output


def test_a_ready_made_kind_needs_no_mapping(app: Flask, session: Session, tmp_path: Path) -> None:
    file = write(
        tmp_path / "lapor.csv",
        "Tracking ID;Kategori;Sub Kategori;Isi Laporan;Tanggal Laporan;Status\n"
        "1;PERHUBUNGAN;LAMPU PENERANGAN JALAN UMUM;Gelap;02/05/2024 10:00;Sedang diproses\n"
        "2;ENTAH;APA;Aneh;02/05/2024 10:00;Sedang diproses\n",
    )
    result = app.test_cli_runner().invoke(import_, [str(file), "--profile", "sp4n_lapor"])
    assert result.exit_code == 0, result.output
    assert "1 laporan baru, 0 diperbarui, 0 tetap, 1 ditolak." in result.output
    assert "“ENTAH APA” pada kolom Kategori + Sub Kategori" in result.output
    report = session.scalars(select(Report)).one()
    assert (report.category_code, report.external_source) == ("A04", "sp4n-lapor")


@pytest.mark.parametrize("more", [[], ["--mapping", "M", "--profile", "own"]])
def test_a_way_of_reading_is_named_once(app: Flask, tmp_path: Path, more: list[str]) -> None:
    file = write(tmp_path / "a.csv", HEAD)
    write(tmp_path / "m.toml", MAPPING)
    given = [str(tmp_path / "m.toml") if one == "M" else one for one in more]
    result = app.test_cli_runner().invoke(import_, [str(file), *given])
    assert result.exit_code == 2
