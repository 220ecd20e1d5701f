"""Rows out of files, and rejects into one."""

import csv
import gzip
import json
import random
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from citizenreport.pipeline.importing.cells import Refused, Row
from citizenreport.pipeline.importing.files import FileUnreadable, Form, opened
from citizenreport.pipeline.importing.rejects import Rejected, rejects_file, safe_cell
from tests.shared_data import shared_data


def rows_of(path: Path, form: Form | None = None) -> list[Row]:
    with opened(path, form or Form()) as source:
        rows = list(source.rows)
        assert source.total == len(rows)
        return rows


def write(path: Path, content: str | bytes) -> Path:
    raw = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_csv_with_byte_order_mark_and_quoted_line_ends(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, '\ufeffid,text\r\n1,"two\nlines"\r\n\r\n2,plain\r\n')
    assert [row.cells for row in rows_of(path)] == [
        {"id": "1", "text": "two\nlines"},
        {"id": "2", "text": "plain"},
    ]


def test_another_encoding_and_delimiter(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id;text\n1;naïve\n".encode("latin-1"))
    with pytest.raises(FileUnreadable, match="encoding"):
        rows_of(path)
    rows = rows_of(path, Form(encoding="latin-1", delimiter=";"))
    assert rows[0].cells == {"id": "1", "text": "naïve"}


def test_a_row_of_another_width_is_kept_with_its_fault(tmp_path: Path) -> None:
    short, long = rows_of(write(tmp_path / "a.csv", "id,text\n1\n2,b,c\n"))
    assert str(short.fault) == "Baris ini berisi 1 kolom, seharusnya 2."
    assert long.fault is not None
    assert long.cells == {"id": "2", "text": "b", "isi": "c"}


@pytest.mark.parametrize("content", ["", "\n"])
def test_a_file_without_heading_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(FileUnreadable, match="judul kolom"):
        rows_of(write(tmp_path / "a.csv", content))


def test_a_heading_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="lebih dari sekali"):
        rows_of(write(tmp_path / "a.csv", "id,id\n1,2\n"))


def test_a_cut_gzip_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv.gz", "id\n" + "1\n" * 1000)
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(FileUnreadable):
        rows_of(path)


def test_an_unknown_name_asks_for_the_format(tmp_path: Path) -> None:
    path = write(tmp_path / "a.data", "id\n1\n")
    with pytest.raises(FileUnreadable, match="format"):
        rows_of(path)
    assert len(rows_of(path, Form(format="csv"))) == 1


def test_json_lines_keep_broken_ones_with_their_fault(tmp_path: Path) -> None:
    lines = '{"id": 1, "at": {"lon": 2.5}}\n\n{"id": NaN}\n[1]\n{"id": \n{"id": 5}\n'
    rows = rows_of(write(tmp_path / "a.jsonl", lines))
    assert [row.number for row in rows] == [1, 2, 3, 4, 5]
    assert rows[0].cells == {"id": 1, "at.lon": 2.5}
    assert [row.fault is not None for row in rows] == [False, True, True, True, False]
    assert rows[1].cells == {"isi": '{"id": NaN}'}


def test_deep_json_is_a_fault_of_its_line(tmp_path: Path) -> None:
    rows = rows_of(write(tmp_path / "a.jsonl", "[" * 100_000 + "\n" + '{"id": 1}\n'))
    assert [row.fault is not None for row in rows] == [True, False]


def test_a_json_array_is_read_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json.gz", json.dumps([{"id": 1}, {"id": 2, "b": None}]))
    with opened(path, Form()) as source:
        assert source.columns == ("id", "b")
        assert [row.cells for row in source.rows] == [{"id": 1}, {"id": 2, "b": None}]


@pytest.mark.parametrize("content", ["{}", "[1", '[{"a": NaN}]'])
def test_json_that_is_no_list_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(FileUnreadable):
        rows_of(write(tmp_path / "a.json", content))


def geopackage(path: Path, points: list[shapely.Point], *, layer: str = "reports") -> Path:
    ids = np.array([f"G{number}" for number in range(len(points))], dtype=object)
    pyogrio.raw.write(
        path,
        shapely.to_wkb(points),
        [ids],
        ["id"],
        geometry_type="Point",
        crs="EPSG:2056",
        layer=layer,
        driver="GPKG",
    )
    return path


def test_a_geopackage_names_its_frame(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", [shapely.Point(2683000, 1247000)] * 3)
    with opened(path, Form()) as source:
        rows = list(source.rows)
        assert (source.crs, source.total) == ("EPSG:2056", 3)
        assert source.columns == ("id", "geometry")
    assert rows[2].cells["id"] == "G2"
    assert rows[2].cells["geometry"] == "POINT (2683000.0 1247000.0)"


def test_two_layers_ask_which(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", [shapely.Point(0, 0)])
    geopackage(path, [shapely.Point(1, 1)] * 2, layer="more")
    with pytest.raises(FileUnreadable, match="layer"):
        rows_of(path)
    assert len(rows_of(path, Form(layer="more"))) == 2


@pytest.mark.parametrize("content", ["", "not a database", "SQLite format 3\x00" + "\x00" * 5000])
def test_a_file_that_is_no_geopackage_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(FileUnreadable):
        rows_of(write(tmp_path / "a.gpkg", content))


def test_a_damaged_geopackage_is_refused_or_read_and_never_worse(tmp_path: Path) -> None:
    whole = geopackage(tmp_path / "a.gpkg", [shapely.Point(n, n) for n in range(300)]).read_bytes()
    dice = random.Random(3)
    for _ in range(6):
        damaged = bytearray(whole)
        for _ in range(400):
            damaged[dice.randrange(100, len(whole))] = dice.randrange(256)
        try:
            rows = rows_of(write(tmp_path / "b.gpkg", bytes(damaged)))
        except (FileUnreadable, AssertionError):  # refused, or fewer rows than it claims
            continue
        assert all(row.cells for row in rows)


def test_shapes_that_are_no_points_come_as_their_kind_and_no_number_as_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.gpkg"
    pyogrio.raw.write(
        path,
        shapely.to_wkb([shapely.box(0, 0, 1, 1), None]),
        [np.array(["A", "B"], dtype=object), np.array([1.5, np.nan])],
        ["id", "size"],
        geometry_type="Unknown",
        crs="EPSG:4326",
        driver="GPKG",
    )
    assert [row.cells for row in rows_of(path)] == [
        {"id": "A", "size": 1.5, "geometry": "POLYGON EMPTY"},
        {"id": "B", "size": None, "geometry": None},
    ]


def test_every_csv_of_the_spectrum_parses_as_its_json_says() -> None:
    folder = shared_data("badinput", "csv-spectrum", "csvs")
    paths = sorted(folder.glob("*.csv"))
    assert len(paths) >= 10
    for path in paths:
        expected = json.loads((folder.parent / "json" / f"{path.stem}.json").read_text())
        found = [row.cells for row in rows_of(path)]
        # Inside quotes CSV keeps the line ends of the file; the JSON of two of them does not.
        assert json.loads(json.dumps(found).replace("\\r\\n", "\\n")) == json.loads(
            json.dumps(expected).replace("\\r\\n", "\\n")
        ), path.name


@pytest.mark.parametrize("text", ["-71.0587", "+62", "12", "-3,5", "plain", "a=b", ""])
def test_numbers_and_plain_text_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1"])
def test_formulas_are_disarmed(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_injection_payloads_come_out_of_the_rejects_file_disarmed(tmp_path: Path) -> None:
    payloads = [
        line
        for line in shared_data("badinput", "csv-injection", "csv-payload.txt")
        .read_text(encoding="utf-8")
        .splitlines()
        if line
    ]
    assert payloads
    path = tmp_path / "rejects.csv"
    with rejects_file(path, ["text", "=heading()"]) as file:
        for number, payload in enumerate(payloads, start=1):
            row = Row(number=number, cells={"text": payload, "=heading()": "\ud800"})
            file.write([Rejected(row=row, reason=Refused("%(why)s", why=payload))])
    with path.open(encoding="utf-8", newline="") as written:
        found = list(csv.reader(written))
    assert len(found) == len(payloads) + 1
    for cells in found:
        for cell in cells:
            assert cell == "" or cell.isdigit() or cell[0] not in "=+-@\t\r\n|%", cell
    assert [cells[2].removeprefix("'") for cells in found[1:]] == payloads


def test_refused_rows_are_for_this_account_only(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    with rejects_file(path, ["text"]) as file:
        file.write([Rejected(row=Row(number=1, cells={"text": "a"}), reason=Refused("x"))])
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_rejects_no_file_and_an_old_one_goes(tmp_path: Path) -> None:
    path = write(tmp_path / "rejects.csv", "of an earlier run")
    with rejects_file(path, ["id"]):
        pass
    assert not path.exists()
