"""The city in three numbers, and what is nearby: of released reports only."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.geo.position import Position
from citizenreport.publication.rules import MEDIAN_FROM_N
from citizenreport.triage.states import State
from tests.doors.pages.conftest import Counting
from tests.doors.pages.resident import Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.doors.pages.test_published import row

GPS = {"lat": "-7.478474", "lon": "110.22199", "accuracy_m": "12"}


@pytest.fixture
def today(magelang: City) -> date:
    return magelang.local_date(utcnow())


def three(resident: Resident) -> list[str]:
    """The three numbers as they stand on the page."""
    html = resident.open("/").response.text
    box = html.split('<ul class="three">')[1].split("</ul>")[0]
    return [part.split("<")[0] for part in box.split('<b class="number">')[1:]]


def settled(number: int, *, on: date, after: int) -> object:
    return row(number, state="closed", settled_on=on, submitted_on=on - timedelta(days=after))


def test_an_empty_city_has_no_median(resident: Resident) -> None:
    assert three(resident) == ["0", "–", "0"]


def test_the_numbers_follow_a_report_from_open_to_settled_to_hidden(
    resident: Resident, staff: Staff
) -> None:
    code, _ = receipt_of(resident.report())
    assert three(resident) == ["0", "–", "0"]  # not released
    staff.release(code)
    assert three(resident) == ["0", "–", "1"]
    staff.move(code, State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
    assert three(resident) == ["1", "–", "0"]
    staff.hide(code)
    assert three(resident) == ["0", "–", "0"]


def test_the_median_needs_ten(resident: Resident, session: Session, today: date) -> None:
    days = [1, 1, 2, 3, 4, 5, 6, 7, 90]
    assert len(days) == MEDIAN_FROM_N - 1
    session.add_all(settled(n, on=today, after=after) for n, after in enumerate(days))
    session.flush()
    assert three(resident)[1] == "–"
    assert "baru 9 selesai, dihitung mulai 10" in resident.open("/").text
    session.add(settled(9, on=today, after=3))
    session.flush()
    assert three(resident)[1] == "3,5"


def test_only_the_last_ninety_days_and_this_month_count(
    resident: Resident, session: Session, today: date
) -> None:
    last_month = today.replace(day=1) - timedelta(days=1)
    session.add_all(settled(n, on=last_month, after=4) for n in range(10))
    session.add_all(settled(n, on=today - timedelta(days=91 + n), after=50) for n in range(10, 40))
    session.flush()
    assert three(resident)[:2] == ["0", "4"]


def test_each_number_leads_to_its_definition(resident: Resident) -> None:
    links = [link for link in resident.open("/").links if "#angka-" in link]
    ids = resident.open("/bantuan").ids
    assert len(links) == 3
    for link in links:
        assert link.startswith("/bantuan#")
        assert link.split("#")[1] in ids


def test_without_javascript_a_kelurahan_is_chosen(resident: Resident, session: Session) -> None:
    session.add_all([row(0, area_code="33.71.01.1003"), row(1)])
    session.flush()
    form = resident.open("/").form("/laporan")
    assert form.method == "get"
    page = resident.open("/laporan", kelurahan="33.71.01.1003")
    assert len([link for link in page.links if link.startswith("/laporan/")]) == 1


def test_nearby_holds_released_places_as_published(resident: Resident, staff: Staff) -> None:
    held, _ = receipt_of(resident.report(**GPS))
    code, _ = receipt_of(resident.report(**GPS))
    staff.release(code)
    placeless, _ = receipt_of(resident.report())
    staff.release(placeless)
    answer = resident.client.get("/dekat.json")
    [entry] = json.loads(answer.data)["reports"]
    assert entry["url"] == f"/laporan/{code.replace('-', '')}"
    assert Position(lon=entry["lon"], lat=entry["lat"]) == Position(lon=110.22199, lat=-7.478474)
    assert held.replace("-", "") not in answer.text
    same = resident.client.get("/dekat.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert same.status_code == 304
    staff.hide(code)
    assert json.loads(resident.client.get("/dekat.json").data) == {"reports": []}


def test_nearby_is_the_same_wherever_the_phone_is(resident: Resident, session: Session) -> None:
    session.add(row(0, position=Position(lon=110.22, lat=-7.47)))
    session.flush()
    answers = {
        resident.client.get(f"/dekat.json{query}").data
        for query in ("", "?lat=-7.48&lon=110.2", "?lat=0")
    }
    assert len(answers) == 1


@pytest.mark.parametrize("path", ["/", "/dekat.json", "/sitemap.xml"])
def test_a_full_city_asks_as_little_as_an_empty_one(
    resident: Resident, session: Session, queries: Counting, path: str
) -> None:
    counts = []
    for more in (1, 60):
        session.add_all(row(n, position=Position(lon=110.22, lat=-7.47)) for n in range(more))
        session.flush()
        with queries() as asked:
            assert resident.open(path).status == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[1] <= 3
