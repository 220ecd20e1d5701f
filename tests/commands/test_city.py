"""`citizenreport city`."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.cities.queries import current_pack
from citizenreport.cities.rules import City
from citizenreport.commands.city import city_cli
from tests.packs import build_example_pack
from tests.tiles import make_pmtiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return build_example_pack(tmp_path / "pack")


def test_a_good_pack_is_checked_without_any_application(folder: Path) -> None:
    result = CliRunner().invoke(city_cli, ["check", str(folder)])
    assert result.exit_code == 0, result.output
    assert result.output.endswith("0 salah, 0 catatan, 20 menunggu kota (--open menampilkannya).\n")


def test_everything_wrong_is_printed_with_place_and_remedy(folder: Path) -> None:
    routing = folder / "routing.csv"
    routing.write_text(routing.read_text().replace("lampu,LAMPU,,,DPU", "lampu,LAMPU,,,DPX"))
    (folder / "areas.csv").unlink()
    result = CliRunner().invoke(city_cli, ["check", str(folder)])
    assert result.exit_code == 1
    assert "SALAH routing.csv:2: agency_code menyebut “DPX”" in result.output
    assert "    → Maksudnya DPU?" in result.output
    assert "SALAH areas.csv: Berkas wajib ini tidak ada." in result.output


def test_open_points_are_listed_on_request(folder: Path) -> None:
    result = CliRunner().invoke(city_cli, ["check", str(folder), "--open"])
    assert "TERBUKA categories.csv:2: Kategori LAMPU masih usulan." in result.output


def test_loading_prints_what_changed(app: Flask, session: Session, folder: Path) -> None:
    run = app.test_cli_runner().invoke
    assert "Paket pertama: 3 wilayah" in run(city_cli, ["load", str(folder)]).output
    agencies = folder / "agencies.csv"
    agencies.write_text(agencies.read_text().replace("Dinas Pekerjaan Umum", "Dinas PUPR"))
    result = run(city_cli, ["load", str(folder)])
    assert "OPD DPU: name dari “Dinas Pekerjaan Umum” menjadi “Dinas PUPR”." in result.output
    assert "tidak ada yang berubah" in run(city_cli, ["load", str(folder)]).output
    current = current_pack(session)
    assert current is not None
    assert result.output.endswith(f"paket versi {current.pack_version}, 1 perubahan.\n")


def test_a_bad_pack_is_not_loaded(app: Flask, session: Session, folder: Path) -> None:
    (folder / "routing.csv").unlink()
    result = app.test_cli_runner().invoke(city_cli, ["load", str(folder)])
    assert result.exit_code == 1
    assert "routing.csv: Berkas wajib ini tidak ada." in result.output
    assert current_pack(session) is None


def test_without_a_path_the_configured_pack_is_loaded(app: Flask, session: Session) -> None:
    result = app.test_cli_runner().invoke(city_cli, ["load"])
    assert result.exit_code == 0, result.output
    assert "Kota Magelang: paket versi" in result.output


def test_streets_are_installed_where_the_pages_read_them(
    app: Flask, magelang: City, settings: dict[str, object], tmp_path: Path
) -> None:
    file = make_pmtiles(tmp_path / "jalan.pmtiles")
    installed = Path(str(settings["BASEMAP_DIR"])) / "streets.pmtiles"
    result = app.test_cli_runner().invoke(city_cli, ["basemap", str(file)])
    assert result.exit_code == 0, result.output
    assert result.output == f"{installed}: zum 0 sampai 1. Sumber: © OpenStreetMap\n"
    assert installed.read_bytes() == file.read_bytes()
    installed.unlink()


@pytest.mark.parametrize(
    ("bounds", "words"), [((-71.2, 42.2, -70.9, 42.4), "tidak mencakup kota"), (None, "PMTiles")]
)
def test_streets_that_cannot_be_used_are_refused_with_a_remedy(
    app: Flask,
    magelang: City,
    settings: dict[str, object],
    tmp_path: Path,
    bounds: tuple[float, ...] | None,
    words: str,
) -> None:
    file = tmp_path / "jalan.pmtiles"
    if bounds:
        make_pmtiles(file, bounds=bounds)
    else:
        file.write_bytes(b"PK\x03\x04" + bytes(200))
    result = app.test_cli_runner().invoke(city_cli, ["basemap", str(file)])
    assert result.exit_code == 1
    assert words in result.output
    assert not (Path(str(settings["BASEMAP_DIR"])) / "streets.pmtiles").exists()


def test_a_folder_that_cannot_be_written_is_named(
    app: Flask, magelang: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setitem(app.config, "BASEMAP_DIR", tmp_path / "taken" / "basemap")
    file = make_pmtiles(tmp_path / "jalan.pmtiles")
    result = app.test_cli_runner().invoke(city_cli, ["basemap", str(file)])
    assert result.exit_code == 1
    assert str(tmp_path / "taken") in result.output
