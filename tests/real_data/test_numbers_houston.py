"""Houston: what the product publishes of four years of potholes equals what the rows say."""

from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from shapely import box
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from tests.imports import loaded
from tests.made_cities import city_of
from tests.real_data import reckoned
from tests.real_data.numbers import Counted, counted, every, said
from tests.real_data.test_houston import MAPPING, YEARS, path_of

pytestmark = pytest.mark.real_data

ZONE = ZoneInfo("America/Chicago")
EVERY = every(43)


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    years = [pd.read_csv(path_of(year), dtype=str, keep_default_na=False) for year in YEARS]
    return pd.concat(years).drop_duplicates("CASE NUMBER")[::EVERY]


@pytest.fixture(scope="module")
def published(
    stored: Session, keys: KeyRing, sample: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Counted:
    made = city_of(
        {"HOUSTON": box(-96.0, 29.3, -94.8, 30.4)}, metric_crs=32615, zone="America/Chicago"
    )
    folder = tmp_path_factory.mktemp("houston")
    return counted(stored, loaded(stored, made), keys, sample, MAPPING, folder)


def as_instants(sample: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "submitted": reckoned.local(sample["SR CREATE DATE"], ZONE),
            "closed": reckoned.local(sample["DATE CLOSED"], ZONE),
            "due": reckoned.local(sample["DUE DATE"], ZONE),
            "left": pd.NaT,
        }
    )


def test_shares_on_time(sample: pd.DataFrame, published: Counted) -> None:
    expected = reckoned.on_time(as_instants(sample), published.until)
    assert set(expected) >= {str(year) for year in YEARS}
    assert published.shares("I02") == expected


def test_overdue_is_what_the_city_calls_overdue(sample: pd.DataFrame, published: Counted) -> None:
    """Its own days past the due date: 0.00 is on the second, or a few minutes off it."""
    overdue = pd.to_numeric(sample["OVERDUE"])
    sure = overdue.abs() > 0.02
    frame = as_instants(sample)
    assert list((frame.closed <= frame.due)[sure]) == list((overdue <= 0)[sure])


def test_closing_times(sample: pd.DataFrame, published: Counted) -> None:
    days = reckoned.WorkingDays(ZONE, published.city.calendar.holidays)
    expected = reckoned.closing(as_instants(sample), days, published.until)
    assert published.spans("W03") == said(expected)
