"""The files of a snapshot, opened by programs that did not write them."""

import csv
import json
import re
import subprocess
import zipfile
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import pandas
import pyogrio
import pytest
import shapely
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.indicators.rules.periods import parse_period
from citizenreport.publication.snapshots.bodies import number_files
from citizenreport.publication.snapshots.contents import gather
from citizenreport.publication.snapshots.preparing import Head
from citizenreport.publication.snapshots.rules import digest
from citizenreport.web.snapshots.writing import writer
from tests.figures import add_figures
from tests.rooms.indicators.histories import CACABAN, PANJANG, TIDAR_UTARA, History, wib
from tests.rooms.indicators.stored import store

CUT_OFF = wib("2027-05-01T00:00").astimezone(UTC)
MADE_AT = wib("2027-05-02T09:00").astimezone(UTC)
YEAR = parse_period("2026")
HEAD = Head(
    number=1,
    period=YEAR,
    revision=1,
    replaces=None,
    reason="",
    made_at=MADE_AT,
    cut_off_at=CUT_OFF,
)


def fill(session: Session) -> None:
    """Store a year: public and restricted reports in three kelurahan, and a confidential one; both
    parts of the composite of tolerance, one corrected after the cut-off.
    """
    add_figures(session, ("I07", 2026, "5.5"), ("I08", 2026, "60"), ("I06", 2024, "62.8"))
    add_figures(session, ("I08", 2027, "1"))
    for area_code in (PANJANG, CACABAN, TIDAR_UTARA):
        for month in ("03", "04"):
            day = f"2026-{month}-02"
            for _ in range(6):
                told = History(day, opening={"area_code": area_code}).released(day)
                store(session, told.settled(f"2026-{month}-09").events)
        for _ in range(7):
            restricted = {"visibility": "restricted", "area_code": area_code}
            store(session, History("2026-05-04", opening=restricted).events)
    store(session, History("2026-06-02", opening={"visibility": "confidential"}).events)
    session.commit()


@pytest.fixture
def files(app: Flask, session: Session, magelang: City) -> Mapping[str, bytes]:
    fill(session)
    contents = gather(session, magelang, YEAR, cut_off=CUT_OFF, now=utcnow().replace(year=2028))
    written = writer(magelang, "https://lapor.example")(HEAD, contents, {})
    return {file.name: file.content for file in written}


@pytest.fixture
def folder(files: Mapping[str, bytes], tmp_path: Path) -> Path:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_all_are_there_and_the_same_numbers_give_the_same_bytes(
    files: Mapping[str, bytes], session: Session, magelang: City
) -> None:
    assert sorted(files) == [
        *("buku-kerja.xlsx", "dcat.jsonld", "komposit.csv", "komposit.csv-metadata.json"),
        *("komposit.json", "lembaga-lain.csv", "lembaga-lain.csv-metadata.json"),
        *("lembaga-lain.json", "metadata.json", "nilai.csv"),
        *("nilai.csv-metadata.json", "nilai.json", "peringkat.csv", "peringkat.csv-metadata.json"),
        *("peringkat.json", "rilis.gpkg", "ringkasan-en.pdf"),
        *("ringkasan-id.pdf", "ringkasan-jv.pdf", "seluruh.csv", "seluruh.csv-metadata.json"),
        *("seluruh.json", "tabel_rilis.csv", "tabel_rilis.csv-metadata.json", "tabel_rilis.json"),
        "wilayah.geojson",
    ]
    contents = gather(session, magelang, YEAR, cut_off=CUT_OFF, now=utcnow().replace(year=2028))
    again = writer(magelang, "https://lapor.example")(HEAD, contents, {})
    assert {file.name: digest(file.content) for file in again} == {
        name: digest(content) for name, content in files.items()
    }


def test_the_workbook_opens_in_a_spreadsheet_program(folder: Path) -> None:
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", "--headless", profile, "--convert-to", "ods", "--outdir", folder / "out"]
    subprocess.run(
        [*command, folder / "buku-kerja.xlsx"], check=True, capture_output=True, timeout=240
    )
    sheets = zipfile.ZipFile(folder / "out" / "buku-kerja.ods").read("content.xml").decode()
    for name in (
        "Sampul",
        "Ringkasan",
        "I01",
        "Tabel rilis",
        "Semua laporan",
        "Definisi",
        "Metode",
    ):
        assert f'table:name="{name}"' in sheets
    assert "Err:" not in sheets
    with zipfile.ZipFile(folder / "buku-kerja.xlsx") as book:
        assert "<f>" not in book.read("xl/worksheets/sheet2.xml").decode()
        pictures = [name for name in book.namelist() if name.startswith("xl/media/")]
        assert len(pictures) >= 3
        assert all(book.read(name).startswith(b"\x89PNG") for name in pictures)
        drawn = "".join(
            book.read(name).decode()
            for name in book.namelist()
            if name.startswith("xl/drawings/drawing")
        )
    named = re.findall(r'descr="([^"]+)"', drawn)
    assert len(named) >= len(pictures)
    assert any("menurut kelurahan, 2026" in words for words in named)
    assert any("sampai" in words and "Angkanya ada di tabel." in words for words in named)
    assert sheets.count("<draw:image ") == len(named)


def test_the_briefs_are_tagged_a4_and_in_their_language(folder: Path) -> None:
    told = {"id": "Angka kota", "en": "City figures", "jv": "Angka kutha"}
    for language, words in told.items():
        path = folder / f"ringkasan-{language}.pdf"
        about = _said("pdfinfo", path)
        assert "Tagged:          yes" in about
        assert "(A4)" in about
        content = _said("pdftotext", "-layout", path, "-")
        assert words in content
        assert "I01" in content
    structure = _said("pdfinfo", "-struct", folder / "ringkasan-id.pdf")
    assert "Figure" in structure
    assert "Table" in structure


def _said(*command: object) -> str:
    done = subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=120)
    return done.stdout.decode()


def test_borders_carry_the_numbers_in_both_formats(folder: Path, magelang: City) -> None:
    body = json.loads((folder / "wilayah.geojson").read_bytes())
    by_code = {one["id"]: one for one in body["features"]}
    assert set(by_code) == set(magelang.areas)
    assert by_code["33.71"]["properties"]["I01_penyebut"] == 36
    assert by_code[PANJANG]["properties"]["I01_nilai"] == 100
    assert shapely.geometry.shape(by_code[PANJANG]["geometry"]).is_valid
    assert [name for name, _ in pyogrio.list_layers(folder / "rilis.gpkg")] == ["wilayah", "nilai"]
    _, _, shapes, columns = pyogrio.raw.read(folder / "rilis.gpkg", layer="wilayah")
    about = pyogrio.read_info(folder / "rilis.gpkg", layer="wilayah")
    assert about["crs"] == "EPSG:4326"
    cases = dict(zip(columns[0], columns[list(about["fields"]).index("I01_penyebut")], strict=True))
    assert cases["33.71"] == 36
    assert all(shapely.from_wkb(shape).is_valid for shape in shapes)


def test_every_table_has_the_columns_that_its_description_says(folder: Path) -> None:
    for name in (
        *("nilai.csv", "tabel_rilis.csv", "seluruh.csv"),
        *("lembaga-lain.csv", "peringkat.csv", "komposit.csv"),
    ):
        about = json.loads((folder / f"{name}-metadata.json").read_bytes())
        table = pandas.read_csv(folder / name, dtype=str, keep_default_na=False)
        columns = about["tableSchema"]["columns"]
        assert [column["name"] for column in columns] == list(table.columns)
        assert all(set(column["titles"]) == {"id", "en", "jv"} for column in columns)
        assert [column["titles"]["id"] for column in columns] == list(table.columns)
        for column in columns:
            cells = table[column["name"]]
            known = cells[cells != ""]
            if column["datatype"] in ("integer", "decimal"):
                pandas.to_numeric(known)
            if column["datatype"] == "date":
                pandas.to_datetime(known, format="%Y-%m-%d")
        assert not table.duplicated(subset=about["tableSchema"]["primaryKey"]).any()


def test_a_universe_is_never_in_the_file_of_another(folder: Path) -> None:
    def universes(name: str) -> set[str]:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            return {row["semesta"] for row in csv.DictReader(file)}

    assert universes("nilai.csv") <= {"public", "survey"}
    assert universes("tabel_rilis.csv") == {"service"}
    assert universes("seluruh.csv") == {"whole"}


def test_tables_show_what_may_be_seen_and_no_number_where_not(folder: Path) -> None:
    with (folder / "tabel_rilis.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    withheld = [row for row in rows if row["n_disembunyikan"] == "1"]
    assert all(row["jumlah"] == "" for row in withheld)
    total = [r for r in rows if (r["tabel"], r["kode_baris"], r["kode_lajur"]) == _village(PANJANG)]
    assert [row["jumlah"] for row in total] == ["19"]
    whole = json.loads((folder / "seluruh.json").read_bytes())
    assert {row["indicator_code"] for row in whole if row["is_suppressed"]} <= {
        row["indicator_code"] for row in whole
    }
    assert all(row["value"] is None for row in whole if row["is_suppressed"])


def _village(area_code: str) -> tuple[str, str, str]:
    return ("village_aspect_year", area_code, "total")


def test_the_catalogue_record_lists_every_other_file(files: Mapping[str, bytes]) -> None:
    record: dict[str, Any] = json.loads(files["dcat.jsonld"])
    assert record["@type"] == "dcat:Dataset"
    for name in ("dct:title", "dct:publisher", "dct:issued", "dct:license", "dct:temporal"):
        assert record[name]
    listed = {one["dct:title"]: one for one in record["dcat:distribution"]}
    assert set(listed) == set(files) - {"dcat.jsonld"}
    for name, one in listed.items():
        assert one["spdx:checksum"]["spdx:checksumValue"]["@value"] == digest(files[name])
        assert one["dcat:downloadURL"]["@id"] == f"https://lapor.example/indikator/rilis/1/{name}"


def test_figures_of_other_bodies_and_composites_stand_apart(folder: Path) -> None:
    figures = pandas.read_csv(folder / "lembaga-lain.csv", dtype=str, keep_default_na=False)
    assert list(
        zip(figures["kode_indikator"], figures["tahun"], figures["nilai"], strict=True)
    ) == [*(("I06", "2024", "62.8000"), ("I07", "2026", "5.5000"), ("I08", "2026", "60.0000"))]
    assert set(figures["semesta"]) == {"external"}
    assert set(figures["sha256_bukti"]) == {"0" * 64}
    assert not {"I06", "I07", "I08"} & {
        row["indicator_code"] for row in json.loads((folder / "nilai.json").read_bytes())
    }
    composites = json.loads((folder / "komposit.json").read_bytes())
    (tolerance,) = [
        row
        for row in composites
        if (row["indicator_code"], row["period"]) == ("composite:toleransi", "2026")
    ]
    assert (tolerance["value"], tolerance["universe"]) == (67.5, "external")
    assert tolerance["details"]["parts"]["I07"] == {
        "weight_percent": 50.0,
        "value": 5.5,
        "normalised": 75,
    }
    missing = [row for row in composites if row["indicator_code"] == "composite:aman"]
    assert [(row["value"], row["details"]["missing"]) for row in missing] == [(None, ["I18"])]
    told = _said("pdftotext", "-layout", folder / "ringkasan-en.pdf", "-")
    assert "Figures of other bodies" in told
    assert "67.5" in told


def test_restricted_and_confidential_reports_change_nothing_of_what_is_compared(
    files: Mapping[str, bytes], session: Session, magelang: City
) -> None:
    for number in range(40):
        restricted = {"visibility": "restricted", "area_code": PANJANG}
        told = History("2026-05-04", opening=restricted)
        store(session, (told.settled("2026-05-09") if number % 2 else told).events)
        store(session, History("2026-05-04", opening={"visibility": "confidential"}).events)
    session.commit()
    contents = gather(session, magelang, YEAR, cut_off=CUT_OFF, now=utcnow().replace(year=2028))
    assert contents.comparisons is not None
    assert contents.comparisons.rankings
    written = {file.name: file.content for file in number_files(magelang, contents)}
    for name in ("peringkat.json", "komposit.json", "lembaga-lain.json"):
        assert written[name] == files[name]
    assert written["tabel_rilis.json"] != files["tabel_rilis.json"]
