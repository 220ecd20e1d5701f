"""petabencana.id, 2020: Indonesian text, WIB, and times that a spreadsheet has damaged."""

from datetime import UTC, datetime, timedelta

import pytest
from shapely import box
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from tests.imports import import_file, loaded
from tests.made_cities import category, city_of
from tests.real_data.imported import Rows, gz_rows, imported
from tests.shared_data import shared_data

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("petabencana")]

MAPPING = """
source = "petabencana"
time_zone = "Asia/Jakarta"
[external_id]
column = "pkey"
[category]
column = "disaster_type"
values = { flood = "BANJIR" }
default = "OTHER"
[position]
lon = "long"
lat = "lat"
[times]
submitted = { columns = ["date", "time"], format = "%d/%m/%Y %H:%M:%S" }
[status]
default = "new"
[description]
column = "text"
"""
WIB = timedelta(hours=7)


@pytest.fixture(scope="module")
def reports() -> Rows:
    return gz_rows(shared_data("reports", "petabencana", "petabencana_2020.csv.gz"))


@pytest.fixture(scope="module")
def city(stored: Session) -> City:
    made = city_of(
        {"JAWA": box(105, -9, 115, -5)},
        metric_crs=32748,
        zone="Asia/Jakarta",
        categories=[category("BANJIR")],
    )
    return loaded(stored, made)


def test_indonesian_text_and_wib_arrive_unharmed_and_damaged_times_are_named(
    stored: Session, city: City, keys: KeyRing, reports: Rows
) -> None:
    path = shared_data("reports", "petabencana", "petabencana_2020.csv.gz")
    _, rejected = import_file(path, MAPPING, city, keys)
    found = imported(stored, "petabencana")
    sound = [row for row in reports if row["time"].count(":") == 2]
    times = [one for one in rejected if "Waktu pada kolom date + time" in str(one.reason)]
    assert len(sound) == len(reports) - len(times) > 800
    inside = [
        row for row in sound if -9 < float(row["lat"]) < -5 and 105 < float(row["long"]) < 115
    ]
    assert found.keys() == {row["pkey"] for row in inside}
    for row in inside:
        one = found[row["pkey"]].report
        local = datetime.strptime(f"{row['date']} {row['time']}", "%d/%m/%Y %H:%M:%S")  # noqa: DTZ007
        assert one.submitted_at == local.replace(tzinfo=UTC) - WIB
        assert one.description == row["text"].strip()
        assert one.locale == "id"
    assert any("banjir" in (one.report.description or "").lower() for one in found.values())
