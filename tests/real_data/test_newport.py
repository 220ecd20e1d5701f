"""Newport: instants in epoch milliseconds, in a JSON array."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from shapely import box
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from tests.imports import import_file, loaded
from tests.made_cities import city_of
from tests.real_data.imported import imported, steps
from tests.shared_data import shared_data

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("newport")]

MAPPING = """
source = "newport-seeclickfix"
locale = "en"
[external_id]
column = "id"
[category]
default = "OTHER"
[position]
lon = "lng"
lat = "lat"
outside = "keep"
[times]
format = "epoch_ms"
submitted = "created_at"
verified = "acknowledged_at"
closed = "closed_at"
reopened = "reopened_at"
updated = "updated_at"
[status]
column = "status"
values = { Open = "new", Acknowledged = "verified", Closed = "closed", Archived = "closed" }
[description]
column = "description"
"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def issues() -> list[dict[str, Any]]:
    path = shared_data("reports", "newport", "newport_issues_archive_20170903.json.gz")
    found: list[dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))
    return found


@pytest.fixture(scope="module")
def city(stored: Session) -> City:
    made = city_of(
        {"NEWPORT": box(-71.37, 41.44, -71.27, 41.53)}, metric_crs=32619, zone="America/New_York"
    )
    return loaded(stored, made)


def test_all_times_arrive_as_the_same_instants(
    stored: Session, city: City, keys: KeyRing, issues: list[dict[str, Any]]
) -> None:
    path = shared_data("reports", "newport", "newport_issues_archive_20170903.json.gz")
    run, rejected = import_file(path, MAPPING, city, keys)
    assert (run.tally.added, rejected) == (1_031, [])
    told = steps(stored, "newport-seeclickfix")
    kinds = {"acknowledged_at": "verified", "closed_at": "closed", "reopened_at": "reopened"}
    arrived = dict.fromkeys(kinds, 0)
    for issue in issues:
        for name, state in kinds.items():
            if issue[name] is not None:
                instant = EPOCH + timedelta(milliseconds=issue[name])
                arrived[name] += instant in told[str(issue["id"]), state]
    assert arrived == {"acknowledged_at": 302, "closed_at": 961, "reopened_at": 48}
    assert_every_issue_ends_where_its_status_says(stored, issues)


def assert_every_issue_ends_where_its_status_says(
    stored: Session, issues: list[dict[str, Any]]
) -> None:
    found = imported(stored, "newport-seeclickfix")
    for issue in issues:
        ticket = found[str(issue["id"])].ticket
        is_closed = issue["status"] in ("Closed", "Archived")
        assert (ticket.state == "closed") == is_closed, issue
        if is_closed and issue["closed_at"] is not None:
            assert ticket.closed_at == EPOCH + timedelta(milliseconds=issue["closed_at"])
        assert found[str(issue["id"])].report.description == (issue["description"] or "").strip()
