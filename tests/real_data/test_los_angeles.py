"""Los Angeles, the last days of 2017: another form of date, and a kill in the middle."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.pack import read_city
from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing, make_key_files
from tests.databases import FreshDatabase
from tests.imports import import_file, loaded
from tests.packs import LOS_ANGELES_TYPES, build_los_angeles_pack, slug
from tests.real_data.imported import (
    Rows,
    assert_chains_verify,
    gz_rows,
    imported,
    story,
    toml_values,
)
from tests.servers import environment_of
from tests.shared_data import ROOT, shared_data

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("los_angeles")]

MAPPING = f"""
source = "la-311"
time_zone = "America/Los_Angeles"
[external_id]
column = "SRNumber"
[category]
column = "RequestType"
values = {toml_values({kind: slug(kind) for kind in LOS_ANGELES_TYPES})}
default = "OTHER"
[position]
lon = "Longitude"
lat = "Latitude"
outside = "keep"
[times]
format = "%m/%d/%Y %I:%M:%S %p"
submitted = "CreatedDate"
closed = "ClosedDate"
updated = "UpdatedDate"
[status]
column = "Status"
values = {{ Open = "new", Closed = "closed", Cancelled = "archived", "Referred Out" = "referred" }}
"""


@pytest.fixture(scope="module")
def requests() -> Rows:
    return gz_rows(shared_data("reports", "losangeles", "MyLA311_2017_subset.csv.gz"))


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_los_angeles_pack(tmp_path_factory.mktemp("pack") / "losangeles")


@pytest.fixture(scope="module")
def city(stored: Session, pack: Path) -> City:
    return loaded(stored, read_city(pack))


@pytest.fixture(scope="module")
def file() -> Path:
    return shared_data("reports", "losangeles", "MyLA311_2017_subset.csv.gz")


@pytest.fixture(scope="module")
def whole(stored: Session, city: City, keys: KeyRing, file: Path) -> str:
    """Import everything without interruption; return the source."""
    run, rejected = import_file(file, MAPPING, city, keys)
    assert rejected == []
    assert run.tally.added == 9_999
    return "la-311"


def test_located_requests_fall_in_the_district_the_city_says(
    stored: Session, whole: str, requests: Rows
) -> None:
    found = imported(stored, whole)
    said = {row["SRNumber"]: row["CD"] for row in requests if row["CD"]}
    located = [one for key, one in found.items() if one.report.position and key in said]
    assert len(located) > 8_000
    agree = sum(one.ticket.area_code == said[str(one.report.external_id)] for one in located)
    assert agree / len(located) >= 0.997, (agree, len(located))


def test_a_status_beside_the_way_is_not_settled(
    stored: Session, whole: str, requests: Rows
) -> None:
    found = imported(stored, whole)
    expected = {"Open": "new", "Closed": "closed", "Cancelled": "archived"}
    for row in requests:
        ticket = found[row["SRNumber"]].ticket
        assert ticket.state == expected.get(row["Status"], "referred")
        assert (ticket.settled_at is not None) == (row["Status"] == "Closed")


def test_killed_in_the_middle_the_same_command_continues_to_the_same_result(
    stored: Session, database: FreshDatabase, whole: str, pack: Path, file: Path, tmp_path: Path
) -> None:
    mapping = tmp_path / "killed.toml"
    mapping.write_text(MAPPING.replace(f'"{whole}"', '"la-killed"'), encoding="utf-8")
    first = start(database, pack, file, mapping, tmp_path)
    wait_for_some(stored, first, "la-killed", tmp_path)
    first.kill()
    first.wait()
    assert 0 < count(stored, "la-killed") < 9_999, "killed too late to prove anything"
    again = start(database, pack, file, mapping, tmp_path)
    again.wait(timeout=300)
    output = (tmp_path / "output.txt").read_text(encoding="utf-8")
    assert again.returncode == 0, output
    assert "0 ditolak" in output
    assert "baris/s" in output  # the bar has a rate
    assert story(stored, "la-killed") == story(stored, whole)
    # Reports and tickets are one stream each; each of the two imports has its own.
    assert_chains_verify(stored, streams=2 * 9_999 + 2)


def start(
    database: FreshDatabase, pack: Path, file: Path, mapping: Path, folder: Path
) -> "subprocess.Popen[bytes]":
    """Start `citizenreport import` as a process of its own."""
    keys_dir = folder / "keys"  # a given database is production: no demo keys
    if not keys_dir.exists():
        make_key_files(keys_dir, demo=False)
    environment = environment_of({**database.settings, "KEYS_DIR": keys_dir}, database.url)
    with (folder / "output.txt").open("wb") as output:
        return subprocess.Popen(
            [
                *(sys.executable, "-c", "from wsgi import cli; cli()", "import", str(file)),
                *("--mapping", str(mapping), "--rejects", str(folder / "rejects.csv")),
            ],
            cwd=ROOT,
            env=environment
            | {"CITIZENREPORT_CITY": str(pack), "CITIZENREPORT_DATABASE_URL": database.url},
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def wait_for_some(
    session: Session, process: "subprocess.Popen[bytes]", source: str, folder: Path
) -> None:
    """Wait until the first batch is committed."""
    deadline = time.monotonic() + 120
    while count(session, source) == 0:
        assert process.poll() is None, (folder / "output.txt").read_text(encoding="utf-8")
        assert time.monotonic() < deadline
        time.sleep(0.02)


def count(session: Session, source: str) -> int:
    session.rollback()
    query = text("SELECT count(*) FROM report WHERE external_source = :source")
    return int(session.execute(query, {"source": source}).scalar_one())
