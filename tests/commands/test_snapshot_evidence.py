"""The evidence pack: released figures, notes and documents, and where there is nothing yet."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from tests.releases import own_folders, release_march, run

LIST = """\
[[bukti]]
subdimensi = "society_security"
tingkat = "outcome"
indikator = ["I01", "I03"]
catatan = "Semua selesai."
dokumen = ["sk.pdf"]
[[bukti]]
subdimensi = "society_community"
tingkat = "quick_win"
catatan = "Kampung Religi."
"""


@pytest.fixture
def folder(
    app: Flask, session: Session, magelang: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    own_folders(app, tmp_path, monkeypatch)
    release_march(app, session)
    folder = tmp_path / "bukti"
    folder.mkdir()
    (folder / "bukti.toml").write_text(LIST)
    (folder / "sk.pdf").write_bytes(b"%PDF-1.7 keputusan")
    return folder


def make(app: Flask, folder: Path, number: str = "1") -> Result:
    return run(app, "evidence", number, str(folder), "--out", str(folder / "out.zip"))


def test_the_index_lists_figures_documents_and_gaps(
    app: Flask, magelang: City, folder: Path
) -> None:
    made = make(app, folder)
    assert made.exit_code == 0, (made.output, made.exception)
    with zipfile.ZipFile(folder / "out.zip") as pack:
        names = set(pack.namelist())
        rows = list(csv.DictReader(io.StringIO(pack.read("indeks.csv").decode())))
        page = pack.read("indeks.html").decode()
    assert names == {
        *("indeks.csv", "indeks.html", "dokumen/sk.pdf", "rilis/rilis-3371-000001.zip")
    }
    by_code = {row["kode_indikator"]: row for row in rows if row["kode_indikator"]}
    assert (by_code["I01"]["nilai"], by_code["I01"]["rilis"]) == ("100", "1")
    assert by_code["I01"]["tingkat"] == "outcome"
    assert [row["dokumen"] for row in rows if row["dokumen"]] == ["sk.pdf"]
    subdimensions = [d for d in magelang.dimensions if d.parent_code]
    gaps = [row for row in rows if row["catatan"] == "belum ada"]
    assert len(gaps) == len(subdimensions) * 5 - 2
    assert "Kampung Religi." in page
    first = (folder / "out.zip").read_bytes()
    make(app, folder)
    assert (folder / "out.zip").read_bytes() == first


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('tingkat = "outcome"|tingkat = "hasil"', "tingkat hasil"),
        ('"society_security"|"society_safety"', "subdimensi society_safety"),
        ('"I01"|"I99"', "indikator I99"),
        ('"I01"|"I06"', "indikator I06, rilis 1"),
        ('"sk.pdf"|"hilang.pdf"', "dokumen hilang.pdf"),
        ('"sk.pdf"|"../keys/pepper.key"', "dokumen ../keys/pepper.key"),
        ("[[bukti]]|[[bukti", "bukti.toml"),
    ],
)
def test_what_cannot_be_is_named(app: Flask, folder: Path, wrong: str, told: str) -> None:
    old, new = wrong.split("|")
    (folder / "bukti.toml").write_text(LIST.replace(old, new, 1))
    refused = make(app, folder)
    assert refused.exit_code == 1
    assert told in refused.output
    assert not (folder / "out.zip").exists()
