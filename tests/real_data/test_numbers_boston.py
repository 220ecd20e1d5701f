"""Boston: what the product publishes equals what the city's own rows say."""

from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy.orm import Session

from citizenreport.cities.pack import read_city
from citizenreport.core.keys import KeyRing
from tests.imports import loaded
from tests.packs import build_boston_pack
from tests.real_data import reckoned
from tests.real_data.numbers import Counted, counted, every, said
from tests.real_data.test_boston import MAPPING
from tests.shared_data import features_of, shared_data

pytestmark = pytest.mark.real_data

ZONE = ZoneInfo("America/New_York")
EVERY = every(53)
METRES = 32619
VERIFIED_IN, SETTLED_IN = 3, 14  # working days: the pack's, where the city gives no target


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    path = shared_data("reports", "boston", "boston_2011_jul_sep.csv.gz")
    return pd.read_csv(path, dtype=str, keep_default_na=False)[::EVERY]


@pytest.fixture(scope="module")
def published(
    stored: Session, keys: KeyRing, sample: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Counted:
    folder = tmp_path_factory.mktemp("boston")
    city = loaded(stored, read_city(build_boston_pack(folder / "pack")))
    return counted(stored, city, keys, sample, MAPPING, folder)


def as_instants(sample: pd.DataFrame, published: Counted) -> pd.DataFrame:
    days = reckoned.WorkingDays(ZONE, published.city.calendar.holidays)
    frame = pd.DataFrame(
        {
            "submitted": reckoned.local(sample.open_dt, ZONE),
            "closed": reckoned.local(sample.closed_dt.replace("", None), ZONE),
            "due": reckoned.local(sample.target_dt.replace("", None), ZONE),
            "left": pd.NaT,
        }
    )
    no_target = frame.due.isna()
    frame.loc[no_target, "due"] = [
        days.after(days.after(submitted, VERIFIED_IN), SETTLED_IN)
        for submitted in frame.submitted[no_target]
    ]
    return frame


def test_shares_on_time(sample: pd.DataFrame, published: Counted) -> None:
    frame = as_instants(sample, published)
    expected = reckoned.on_time(frame, published.until)
    assert published.shares("I02") == expected
    flagged = sample[(sample.target_dt != "") & (sample.ontime != "")]
    ours = (frame.closed <= frame.due).loc[flagged.index]
    assert list(ours) == list(flagged.ontime == "ONTIME")  # the city's own word for each


def test_closing_times(sample: pd.DataFrame, published: Counted) -> None:
    days = reckoned.WorkingDays(ZONE, published.city.calendar.holidays)
    expected = reckoned.closing(as_instants(sample, published), days, published.until)
    assert published.spans("W03") == said(expected)


def test_counts_by_police_district(sample: pd.DataFrame, published: Counted) -> None:
    outlines = shared_data("reports", "boston", "Police_Districts.geojson")
    shapes = {str(about["DISTRICT"]): shape for about, shape in features_of(outlines)}
    is_default = (sample.longitude == "-71.0587") & (sample.latitude == "42.3594")
    placed = sample.assign(longitude=sample.longitude.mask(is_default, ""))
    points = reckoned.projected(placed, "longitude", "latitude", METRES)
    areas = reckoned.by_area(points, shapes, METRES)
    counts = areas[areas.notna()].value_counts()
    assert len(counts) > 10
    assert published.areas("I01") == {("2011", name): n for name, n in counts.items()}
