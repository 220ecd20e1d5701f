"""Boston, July to September 2011: two snapshots of 31,828 cases, then the city's own answers."""

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from citizenreport.cities.pack import read_city
from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.pipeline.importing.run import DEFAULT_POINT, Run
from citizenreport.triage.states import State
from tests.imports import import_file, loaded
from tests.packs import BOSTON_REASONS, build_boston_pack, slug
from tests.real_data.imported import (
    Imported,
    Rows,
    gz_rows,
    imported,
    toml_values,
)
from tests.shared_data import rows_of, shared_data

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("boston")]

MAPPING = f"""
source = "boston-311"
time_zone = "America/New_York"
[external_id]
column = "case_enquiry_id"
[category]
column = "reason"
values = {toml_values({reason: slug(reason) for reason in BOSTON_REASONS})}
default = "OTHER"
[position]
lon = "longitude"
lat = "latitude"
default_points = [[-71.0587, 42.3594]]
outside = "keep"
[times]
submitted = "open_dt"
closed = "closed_dt"
deadline = "target_dt"
[status]
column = "case_status"
values = {{ Open = "new", Closed = "closed" }}
[description]
column = "case_title"
"""
CITY_HALL = ("-71.0587", "42.3594")
EARLY = "2011-09"


@pytest.fixture(scope="module")
def cases() -> Rows:
    return gz_rows(shared_data("reports", "boston", "boston_2011_jul_sep.csv.gz"))


@pytest.fixture(scope="module")
def city(stored: Session, tmp_path_factory: pytest.TempPathFactory) -> City:
    return loaded(stored, read_city(build_boston_pack(tmp_path_factory.mktemp("pack") / "boston")))


def earlier(cases: Rows) -> Rows:
    """Return the cases as they stood before September: what was closed since was still open."""
    return [
        case | {"closed_dt": "", "case_status": "Open"} if case["closed_dt"] >= EARLY else case
        for case in cases
        if case["open_dt"] < EARLY
    ]


def write(path: Path, rows: Rows) -> Path:
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as file:
        lines = csv.DictWriter(file, rows[0])
        lines.writeheader()
        lines.writerows(rows)
    return path


@pytest.fixture(scope="module")
def runs(
    stored: Session,
    city: City,
    keys: KeyRing,
    cases: Rows,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Run, Run]:
    """Import the snapshot of the end of August, then the one the city published."""
    before = write(tmp_path_factory.mktemp("boston") / "august.csv.gz", earlier(cases))
    first, none = import_file(before, MAPPING, city, keys)
    whole = shared_data("reports", "boston", "boston_2011_jul_sep.csv.gz")
    second, nobody = import_file(whole, MAPPING, city, keys)
    assert none == nobody == []
    return first, second


@pytest.fixture(scope="module")
def found(stored: Session, runs: tuple[Run, Run]) -> dict[str, Imported]:
    return imported(stored, "boston-311")


def test_a_second_snapshot_updates_and_never_doubles(
    runs: tuple[Run, Run], found: dict[str, Imported], cases: Rows
) -> None:
    first, second = runs
    changed = sum(c["closed_dt"] >= EARLY > c["open_dt"] for c in cases)
    assert changed > 1_000
    assert first.tally.added == sum(c["open_dt"] < EARLY for c in cases)
    assert second.tally.updated == changed
    assert second.tally.unchanged == first.tally.added - changed
    assert second.tally.added == len(cases) - first.tally.added
    assert found.keys() == {case["case_enquiry_id"] for case in cases}
    for case in cases:
        state = found[case["case_enquiry_id"]].ticket.state
        assert state == ("closed" if case["case_status"] == "Closed" else "new")


def test_the_default_point_is_set_apart(
    runs: tuple[Run, Run], found: dict[str, Imported], cases: Rows
) -> None:
    at_city_hall = [c for c in cases if (c["longitude"], c["latitude"]) == CITY_HALL]
    assert runs[1].tally.notes[DEFAULT_POINT] == len(at_city_hall) == 2_462
    for case in at_city_hall:
        report = found[case["case_enquiry_id"]].report
        assert (report.position, report.area_code) == (None, None)


def test_located_cases_fall_in_the_district_the_city_says(
    found: dict[str, Imported], cases: Rows, city: City
) -> None:
    said = {c["case_enquiry_id"]: c["police_district"].strip() for c in cases}
    located = [i for i in found.values() if i.report.position and said[str(i.report.external_id)]]
    assert len(located) > 27_000
    agree = sum(i.ticket.area_code == said[str(i.report.external_id)] for i in located)
    assert agree / len(located) >= 0.996, (agree, len(located))


def test_on_time_recomputed_equals_the_citys_flag(found: dict[str, Imported], cases: Rows) -> None:
    answers: Counter[tuple[bool, str, bool]] = Counter()
    for case in cases:
        if case["case_status"] == "Closed":
            one = found[case["case_enquiry_id"]]
            answers[bool(case["target_dt"]), case["ontime"], one.is_on_time] += 1
    assert answers == {
        (True, "ONTIME", True): 20_356,
        (True, "OVERDUE", False): 4_745,
        (False, "ONTIME", True): 4_898,
        (True, "", False): 82,
    }


def test_duplicates_join_the_case_the_city_names(
    stored: Session, city: City, keys: KeyRing, cases: Rows, tmp_path: Path
) -> None:
    pairs = rows_of(shared_data("reports", "boston", "duplicate_pairs_jul_sep.csv"))
    original = {pair["case_enquiry_id"]: pair["duplicate_of"] for pair in pairs}
    among = original.keys() | set(original.values())
    rows = [
        case | {"duplicate_of": original.get(case["case_enquiry_id"], "")}
        for case in reversed(cases)  # children first
        if case["case_enquiry_id"] in among
    ]
    mapping = MAPPING.replace('"boston-311"', '"boston-duplicates"')
    path = write(tmp_path / "pairs.csv.gz", rows)
    import_file(path, f'{mapping}[duplicate_of]\ncolumn = "duplicate_of"\n', city, keys)
    found = imported(stored, "boston-duplicates")
    tickets = {one.ticket.id: external_id for external_id, one in found.items()}
    joined = 0
    for child, parent in original.items():
        ticket = found[child].ticket
        assert ticket.state == State.DUPLICATE
        assert ticket.settled_at is None
        assert tickets.get(ticket.parent_ticket_id) == (parent if parent in found else None)  # type: ignore[arg-type]
        joined += ticket.parent_ticket_id is not None
    assert joined == 418
