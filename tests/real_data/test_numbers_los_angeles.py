"""Los Angeles: what the product publishes equals what the city's own rows say."""

from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy.orm import Session

from citizenreport.cities.pack import read_city
from citizenreport.core.keys import KeyRing
from tests.imports import loaded
from tests.packs import build_los_angeles_pack
from tests.real_data import reckoned
from tests.real_data.numbers import Counted, counted, said
from tests.real_data.test_los_angeles import MAPPING
from tests.shared_data import features_of, shared_data

pytestmark = pytest.mark.real_data

ZONE = ZoneInfo("America/Los_Angeles")
METRES = 32611
FORM = "%m/%d/%Y %I:%M:%S %p"
WITH_DEADLINE = MAPPING.replace(
    'closed = "ClosedDate"', 'closed = "ClosedDate"\ndeadline = "ServiceDate"'
)


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    """Requests with a service date, the day by which the city says it will come."""
    path = shared_data("reports", "losangeles", "MyLA311_2017_subset.csv.gz")
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    return rows[rows.ServiceDate != ""]


@pytest.fixture(scope="module")
def published(
    stored: Session, keys: KeyRing, sample: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Counted:
    folder = tmp_path_factory.mktemp("losangeles")
    city = loaded(stored, read_city(build_los_angeles_pack(folder / "pack")))
    return counted(stored, city, keys, sample, WITH_DEADLINE, folder)


def as_instants(sample: pd.DataFrame) -> pd.DataFrame:
    ended = reckoned.local(sample.ClosedDate.replace("", None), ZONE, FORM)
    is_closed = sample.Status == "Closed"
    has_left = sample.Status.isin(["Cancelled", "Referred Out"])
    return pd.DataFrame(
        {
            "submitted": reckoned.local(sample.CreatedDate, ZONE, FORM),
            "closed": ended.where(is_closed),
            "left": ended.where(has_left),
            "due": reckoned.local(sample.ServiceDate, ZONE, FORM),
        }
    )


def test_shares_on_time(sample: pd.DataFrame, published: Counted) -> None:
    expected = reckoned.on_time(as_instants(sample), published.until)
    assert sum(count for _, count in expected.values()) > 500
    assert published.shares("I02") == expected


def test_closing_times(sample: pd.DataFrame, published: Counted) -> None:
    days = reckoned.WorkingDays(ZONE, published.city.calendar.holidays)
    expected = reckoned.closing(as_instants(sample), days, published.until)
    assert published.spans("W03") == said(expected)


def test_counts_by_council_district(sample: pd.DataFrame, published: Counted) -> None:
    outlines = shared_data("reports", "losangeles", "la-city-council-districts-2012.json")
    shapes = {str(about["external_id"]): shape for about, shape in features_of(outlines)}
    points = reckoned.projected(sample, "Longitude", "Latitude", METRES)
    areas = reckoned.by_area(points, shapes, METRES)
    counts = areas[areas.notna()].value_counts()
    assert len(counts) >= 15
    assert published.areas("I01") == {("2017", name): n for name, n in counts.items()}
