"""Workbooks as they are: dates and numbers, sheets, odd rows; and those made to do harm."""

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from citizenreport.pipeline.importing.cells import Row, text_of
from citizenreport.pipeline.importing.files import FileUnreadable, Form, opened

Cell = str | float | datetime | None


def workbook(path: Path, **sheets: list[list[Cell]]) -> Path:
    book = Workbook(path, {"default_date_format": "dd/mm/yyyy hh:mm", "remove_timezone": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
    book.close()
    return path


def read(path: Path, **form: str) -> tuple[tuple[str, ...], list[Row]]:
    with opened(path, Form(**form)) as source:
        rows = list(source.rows)
        assert source.total == len(rows)
        return source.columns, rows


def changed(path: Path, name: str, content: bytes) -> Path:
    """Put other content in the place of one part of a workbook."""
    out = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    path.write_bytes(out.getvalue())
    return path


def test_days_numbers_and_truth_are_read_as_they_are(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["Nomor", "Tanggal", "Lat"],
        [7, datetime(2024, 5, 2, 10, 30, tzinfo=UTC), -7.47],
    ]
    columns, [row] = read(workbook(tmp_path / "a.xlsx", Aduan=rows))
    assert columns == ("Nomor", "Tanggal", "Lat")
    assert text_of(row.cells["Nomor"]) == "7"
    assert row.cells["Tanggal"] == "2024-05-02T10:30:00"
    assert row.cells["Lat"] == -7.47


def test_no_cell_is_lost_to_a_missing_title(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [[None], ["Nomor", None, "Isi"], ["1", "x", "y", "z"], [None], ["2"]]
    columns, found = read(workbook(tmp_path / "a.xlsx", Aduan=rows))
    assert columns == ("Nomor", "kolom 2", "Isi", "kolom 4")
    assert [row.cells["Nomor"] for row in found] == ["1", "2"]
    assert list(found[0].cells.values()) == ["1", "x", "y", "z"]


def test_a_sheet_is_chosen_by_name_and_is_otherwise_the_first(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", Satu=[["a"], ["1"]], Dua=[["b"], ["2"]])
    assert read(path)[0] == ("a",)
    assert read(path, layer="Dua")[0] == ("b",)
    with pytest.raises(FileUnreadable, match="Satu, Dua"):
        read(path, layer="Tiga")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"Nomor,Isi\n1,a\n"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileUnreadable):
        read(path)


def test_a_title_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="lebih dari sekali"):
        read(workbook(tmp_path / "a.xlsx", Aduan=[["a", "a"], ["1", "2"]]))


STRINGS = "xl/sharedStrings.xml"
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="2" uniqueCount="2">
<si><t>Nomor</t></si><si><t>%s</t></si></sst>"""


@pytest.mark.parametrize("entity", [b"&c;", b"&x;"], ids=["bomb", "external"])
def test_entities_are_never_followed(tmp_path: Path, entity: bytes) -> None:
    path = workbook(tmp_path / "a.xlsx", Aduan=[["Nomor"], ["1"]])
    changed(path, STRINGS, ENTITIES % entity)
    try:
        _, rows = read(path)
    except FileUnreadable:
        return
    said = "".join(str(cell) for row in rows for cell in row.cells.values())
    assert "root:" not in said
    assert "aaaa" not in said
