"""Zürich: counts by district equal those of the points in the city's own Swiss metres."""

import gzip

import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import Transformer
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from tests.imports import loaded
from tests.made_cities import category, city_of
from tests.real_data import reckoned
from tests.real_data.numbers import Counted, counted, every
from tests.real_data.test_zurich import KINDS, MAPPING
from tests.shared_data import shared_data

pytestmark = pytest.mark.real_data

EVERY = every(125)
METRES = 2056


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    path = shared_data("reports", "zurich", "reports_cleaned.csv.gz")
    return pd.read_csv(path, dtype=str, keep_default_na=False)[::EVERY]


@pytest.fixture(scope="module")
def districts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, shapely.Geometry]:
    """The districts in degrees."""
    packed = shared_data("reports", "zurich", "districts.gpkg.gz")
    plain = tmp_path_factory.mktemp("zurich") / "districts.gpkg"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    _, _, shapes, (names,) = pyogrio.raw.read(plain, columns=["name"])
    by_name: dict[str, list[shapely.Geometry]] = {}
    for name, shape in zip(names, shapely.from_wkb(shapes), strict=True):
        by_name.setdefault(str(name), []).append(shape)
    to_degrees = Transformer.from_crs(METRES, 4326, always_xy=True).transform
    return {
        name: shapely.transform(shapely.union_all(parts), to_degrees, interleaved=False)
        for name, parts in by_name.items()
    }


@pytest.fixture(scope="module")
def published(
    stored: Session,
    keys: KeyRing,
    sample: pd.DataFrame,
    districts: dict[str, shapely.Geometry],
    tmp_path_factory: pytest.TempPathFactory,
) -> Counted:
    made = city_of(
        districts,
        metric_crs=METRES,
        zone="Europe/Zurich",
        categories=[category(code) for code in KINDS.values()],
    )
    folder = tmp_path_factory.mktemp("sample")
    return counted(stored, loaded(stored, made), keys, sample, MAPPING, folder)


def test_counts_by_district_and_year(
    sample: pd.DataFrame, published: Counted, districts: dict[str, shapely.Geometry]
) -> None:
    points = sample.assign(x=sample.e.astype(float), y=sample.n.astype(float))
    areas = reckoned.by_area(points, districts, METRES)
    expected = pd.DataFrame({"year": sample.date.str[:4], "area": areas}).dropna()
    counts = expected.value_counts(["year", "area"])
    assert len(counts) > 50
    assert published.areas("I01") == counts.to_dict()
