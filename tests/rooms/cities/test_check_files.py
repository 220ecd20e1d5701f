"""Files that are broken as files: encoding, CSV, TOML, columns."""

import json

import pytest

from citizenreport.cities.findings import Severity
from citizenreport.cities.pack import check_pack
from tests.rooms.cities.faults import Pack
from tests.shared_data import shared_data


def test_another_encoding_is_named_with_its_line(pack: Pack) -> None:
    text = pack.read("agencies.csv").replace("Inspektorat,", "Inspéktorat,")
    (pack.folder / "agencies.csv").write_bytes(text.encode("latin-1"))
    assert [str(f) for f in pack.errors()] == [
        "agencies.csv: Berkas ini bukan UTF-8: ada bita yang tidak terbaca di baris 5. "
        "Simpan ulang sebagai UTF-8 (di lembar kerja: CSV UTF-8)."
    ]


def test_a_byte_order_mark_and_windows_lines_do_no_harm(pack: Pack) -> None:
    for name in ("agencies.csv", "categories.csv", "city.toml", "areas.geojson"):
        text = pack.read(name).replace("\n", "\r\n")
        (pack.folder / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert pack.errors() == []


@pytest.mark.parametrize("place", ["agencies.csv", "city.toml", "areas.geojson"])
def test_nul_is_refused(pack: Pack, place: str) -> None:
    assert pack.add(place, "\0").says(place, "NUL")


def test_text_that_no_database_holds_is_refused(pack: Pack) -> None:
    pack.change("areas.geojson", '{"area_code": "CTH-B"}', r'{"area_code": "CTH-B", "x": "\ud800"}')
    assert pack.says("areas.geojson", "tidak dapat disimpan")


def test_semicolons_between_columns_are_explained(pack: Pack) -> None:
    pack.write("areas.csv", pack.read("areas.csv").replace(",", ";"))
    assert [f.place for f in pack.errors()] == ["areas.csv"]
    assert pack.says("areas.csv", "titik koma", "CSV dengan koma")


def test_an_open_quote_is_found(pack: Pack) -> None:
    pack.change("areas.csv", "Barat,", '"Barat,')
    assert pack.says("areas.csv", "CSV rusak")


def test_a_misspelt_column_is_named_with_the_right_one(pack: Pack) -> None:
    pack.change("agencies.csv", "is_external", "is_extrenal")
    assert pack.says("agencies.csv:1", "is_extrenal", "is_external?")


def test_a_missing_column_is_named(pack: Pack) -> None:
    pack.change("areas.csv", "area_code,level,name", "area_code,name,level_name")
    assert pack.says("areas.csv", "Kolom wajib tidak ada: level.")


def test_a_column_twice_is_refused(pack: Pack) -> None:
    pack.change("areas.csv", "level,name,parent_code", "level,name,name")
    assert pack.says("areas.csv:1", "name ada dua kali")


def test_empty_lines_count_but_do_no_harm(pack: Pack) -> None:
    pack.change("routing.csv", "lain,LAIN", "\n,,,,\nlain,LAIX")
    assert pack.says("routing.csv:8", "LAIX")


def test_cells_with_commas_quotes_and_lines_are_read(pack: Pack) -> None:
    pack.change("areas.csv", "Barat,", '"Barat ""Lama"",\nsebelah sungai",')
    city = check_pack(pack.folder).city
    assert city is not None
    assert city.areas["CTH-B"].name == 'Barat "Lama",\nsebelah sungai'


def test_an_unknown_file_is_only_noted(pack: Pack) -> None:
    pack.write("agency.csv", "x")
    assert pack.errors() == []
    assert pack.says("agency.csv", "tidak dikenal", severity=Severity.NOTE)


def test_a_folder_in_the_place_of_a_file_is_refused(pack: Pack) -> None:
    (pack.folder / "holidays.csv").mkdir()
    assert pack.says("holidays.csv", "bukan berkas biasa")


@pytest.mark.real_data
def test_every_known_oddity_of_csv_gives_findings_and_never_a_crash(pack: Pack) -> None:
    files = sorted(shared_data("badinput", "csv-spectrum", "csvs").glob("*.csv"))
    assert files
    for file in files:
        (pack.folder / "areas.csv").write_bytes(file.read_bytes())
        assert any(finding.file == "areas.csv" for finding in pack.errors()), file.name


@pytest.mark.real_data
def test_naughty_strings_as_a_name_survive_or_are_refused(pack: Pack) -> None:
    before = pack.read("areas.csv")
    strings = json.loads(shared_data("badinput", "blns.json").read_text(encoding="utf-8"))
    for naughty in strings:
        quoted = naughty.replace('"', '""')
        pack.write("areas.csv", before.replace("Barat", f'"{quoted}"'))
        checked = check_pack(pack.folder)
        if checked.city:
            assert checked.city.areas["CTH-B"].name == naughty.strip()
        else:
            assert checked.of(Severity.ERROR)
