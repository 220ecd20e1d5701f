"""Newport: closing times of issues, those reopened among them."""

import gzip
import json
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from shapely import box
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from tests.imports import loaded
from tests.made_cities import city_of
from tests.real_data import reckoned
from tests.real_data.numbers import Counted, counted, said
from tests.real_data.test_newport import MAPPING
from tests.shared_data import shared_data

pytestmark = pytest.mark.real_data

ZONE = ZoneInfo("America/New_York")
COLUMNS = [
    *("id", "lng", "lat", "status", "description", "created_at"),
    *("acknowledged_at", "closed_at", "reopened_at", "updated_at"),
]
INSTANTS = ["created_at", "acknowledged_at", "closed_at", "reopened_at", "updated_at"]


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    path = shared_data("reports", "newport", "newport_issues_archive_20170903.json.gz")
    frame = pd.DataFrame(json.loads(gzip.decompress(path.read_bytes())))[COLUMNS]
    return frame.astype(dict.fromkeys(INSTANTS, "Int64"))


@pytest.fixture(scope="module")
def published(
    stored: Session, keys: KeyRing, sample: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Counted:
    made = city_of(
        {"NEWPORT": box(-71.37, 41.44, -71.27, 41.53)}, metric_crs=32619, zone="America/New_York"
    )
    folder = tmp_path_factory.mktemp("newport")
    return counted(stored, loaded(stored, made), keys, sample, MAPPING, folder)


def first_closed(row: pd.Series) -> pd.Timestamp:
    """When it was first closed: as told, or when it was last touched if its state alone tells."""
    if pd.notna(row.closed_at):
        return at(row.closed_at)
    return at(row.updated_at) if row.status in ("Closed", "Archived") else pd.NaT


def at(milliseconds: int) -> pd.Timestamp:
    return pd.Timestamp(int(milliseconds), unit="ms", tz="UTC")


def test_closing_times(sample: pd.DataFrame, published: Counted) -> None:
    frame = pd.DataFrame(
        {
            "submitted": sample.created_at.map(at).dt.tz_convert(ZONE),
            "closed": sample.apply(first_closed, axis=1),
            "left": pd.NaT,
        }
    )
    days = reckoned.WorkingDays(ZONE, published.city.calendar.holidays)
    expected = reckoned.closing(frame, days, published.until)
    assert sum(ended for _, _, ended, _ in expected.values()) > 400
    assert published.spans("W03") == said(expected)
