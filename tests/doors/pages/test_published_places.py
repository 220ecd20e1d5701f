"""`/laporan` in its views, and its data: the same filters everywhere, hidden ones like none."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.geo.position import Position
from citizenreport.pages.published_density import cell_side, step_of
from citizenreport.publication.models import PublishedReport
from tests.doors.pages.conftest import Counting
from tests.doors.pages.resident import Resident
from tests.doors.pages.test_published import FIRST_DAY, listed, row
from tests.scenes import PANJANG, Scene

GEOJSON = "/laporan.geojson"
DENSITY = "/laporan/kepadatan.json"
VIEWS = ("/laporan", "/laporan?tampilan=peta", "/laporan?tampilan=kepadatan", GEOJSON, DENSITY)


@pytest.fixture
def rows(session: Session, magelang: City) -> list[PublishedReport]:
    """Forty reports on as many days; every second one with a place, every third of comfort."""
    made = [
        row(
            number,
            submitted_on=FIRST_DAY + timedelta(days=number),
            position=PANJANG if number % 2 else None,
            aspect="nyaman" if number % 3 == 0 else "aman",
            category_code="N06" if number % 3 == 0 else "A04",
            state="closed" if number % 5 == 0 else "new",
            area_code=None if number == 7 else "33.71.03.1005",
        )
        for number in range(40)
    ]
    session.add_all(made)
    session.flush()
    return made


def codes(client: FlaskClient, **filters: str) -> set[str]:
    told = client.get(f"{GEOJSON}?{urlencode(filters)}").get_json()
    return {feature["id"] for feature in told["features"]}


FILTERS = {
    "aspek": ("nyaman", lambda r: r.aspect == "nyaman"),
    "kategori": ("A04", lambda r: r.category_code == "A04"),
    "kelurahan": ("33.71.03.1005", lambda r: r.area_code == "33.71.03.1005"),
    "status": ("closed", lambda r: r.state == "closed"),
    "dari": ("2026-03-10", lambda r: r.submitted_on >= date(2026, 3, 10)),
    "sampai": ("2026-03-10", lambda r: r.submitted_on <= date(2026, 3, 10)),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_chooses_the_same_reports_in_every_view(
    client: FlaskClient, resident: Resident, rows: list[PublishedReport], name: str
) -> None:
    value, fits = FILTERS[name]
    wanted = {r.tracking_code for r in rows if fits(r)}
    assert 0 < len(wanted) < len(rows)
    assert codes(client, **{name: value}) == wanted
    told = client.get(f"{DENSITY}?{name}={value}").get_json()
    assert told["total"] == len(wanted)
    assert told["placed"] == sum(r.position is not None for r in rows if fits(r))
    page = resident.open("/laporan", **{name: value})
    assert {link.rsplit("/", 1)[1] for link in listed(page)} <= wanted
    for link in ("tampilan=peta", "tampilan=kepadatan"):
        assert f"/laporan?{name}={value}&{link}" in page.links
    assert f"{GEOJSON}?{name}={value}" in page.links


def test_a_page_of_features_leads_to_the_next(
    client: FlaskClient, rows: list[PublishedReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citizenreport.pages.published_map.GEOJSON_ROWS", 15)
    found: list[str] = []
    at = f"{GEOJSON}?sampai=2026-12-31"
    while at:
        answer = client.get(at)
        told = answer.get_json()
        found += [feature["id"] for feature in told["features"]]
        assert (answer.headers.get("Link") is None) == (told["next"] is None)
        assert len(told["features"]) <= 15
        at = told["next"]
    newest_first = sorted(rows, key=lambda r: (r.submitted_on, r.tracking_code), reverse=True)
    assert found == [r.tracking_code for r in newest_first]


def test_a_feature_tells_what_the_page_tells(client: FlaskClient, scene: Scene) -> None:
    exact, rounded = scene.released("A04"), scene.released("A03")
    area_only = scene.released("A16")
    told = client.get(GEOJSON).get_json()
    found = {feature["id"]: feature for feature in told["features"]}
    assert found[exact.tracking_code]["geometry"]["coordinates"] == [PANJANG.lon, PANJANG.lat]
    assert found[exact.tracking_code]["properties"]["is_exact"] is True
    assert found[rounded.tracking_code]["geometry"]["coordinates"] != [PANJANG.lon, PANJANG.lat]
    assert found[rounded.tracking_code]["properties"]["is_exact"] is False
    assert found[area_only.tracking_code]["geometry"] is None
    told = found[area_only.tracking_code]["properties"]
    assert (told["category_code"], told["area_name"]) == ("A16", "Panjang")


def test_a_page_has_a_map_where_the_report_has_a_point(
    resident: Resident, session: Session
) -> None:
    rounded, area_only = row(1, position=PANJANG), row(2)
    exact = row(3, position=PANJANG, submitted_at=datetime(2026, 3, 2, 8, tzinfo=UTC))
    session.add_all([rounded, area_only, exact])
    session.flush()
    pages = [
        resident.open(f"/laporan/{shown.tracking_code}").response.text
        for shown in (exact, rounded, area_only)
    ]
    assert ["data-map" in page for page in pages] == [True, True, False]
    assert ["data-radius" in page for page in pages] == [False, True, False]


@pytest.mark.parametrize("path", [GEOJSON, DENSITY])
def test_what_has_not_changed_is_not_sent_again(
    client: FlaskClient, rows: list[PublishedReport], session: Session, path: str
) -> None:
    tag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    session.add(row(99, position=PANJANG))
    session.flush()
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_no_cell_is_finer_than_the_published_grid(
    client: FlaskClient, magelang: City, rows: list[PublishedReport]
) -> None:
    told = client.get(DENSITY).get_json()
    assert told["cell_m"] == cell_side(magelang) == 100
    (cell,) = told["features"]
    assert cell["properties"] == {"count": 20, "step": 5}
    lons = [lon for lon, _ in cell["geometry"]["coordinates"][0]]
    assert min(lons) < PANJANG.lon < max(lons)


def test_steps_double() -> None:
    steps = [step_of(count) for count in (1, 2, 3, 4, 7, 8, 15, 16, 5000)]
    assert steps == [1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_density_in_words_is_what_the_map_shows(
    resident: Resident, rows: list[PublishedReport]
) -> None:
    page = resident.open("/laporan", tampilan="kepadatan")
    assert "40 laporan" in page.text
    assert "20 laporan yang titiknya boleh dilihat umum" in page.text
    assert "Panjang 39" in " ".join(page.text.split())
    assert "Kelurahan tidak disebut 1" in " ".join(page.text.split())
    assert "/laporan?kelurahan=33.71.03.1005" in page.links


@pytest.mark.parametrize(
    ("name", "value"),
    [("dari", "kemarin"), ("sampai", "2026-02-30"), ("dari", "20260101"), ("dari", "٢٠٢٦-٠١-٠١")],
)
def test_a_day_that_cannot_be_read_is_said_and_kept(
    client: FlaskClient, resident: Resident, name: str, value: str
) -> None:
    page = resident.open("/laporan", **{name: value, "aspek": "aman", "tampilan": "peta"})
    assert page.status == 422
    assert "Tulis tanggal seperti 2026-01-31." in page.text
    form = page.form("/laporan")
    assert form.value(name) == value
    assert form.value("aspek") == "aman"
    assert form.value("tampilan") == "peta"
    for path in (GEOJSON, DENSITY):
        answer = client.get(f"{path}?{urlencode({name: value})}")
        assert answer.status_code == 422
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json()["errors"][0]["pointer"] == f"#/{name}"


def test_an_end_before_the_beginning_is_said(client: FlaskClient, resident: Resident) -> None:
    page = resident.open("/laporan", dari="2026-02-01", sampai="2026-01-31")
    assert page.status == 422
    assert "Tanggal akhir harus sama dengan tanggal awal atau sesudahnya." in page.text
    assert resident.open("/laporan", dari="2026-02-01", sampai="2026-02-01").status == 200


def test_a_cursor_that_is_not_ours_is_refused(client: FlaskClient, magelang: City) -> None:
    answer = client.get(f"{GEOJSON}?setelah=zzz")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "#/setelah"


@pytest.mark.parametrize("view", VIEWS)
def test_a_hidden_category_is_as_empty_as_one_that_does_not_exist(
    client: FlaskClient, scene: Scene, view: str
) -> None:
    scene.submit("A12")
    scene.released("A04")
    joined = "&" if "?" in view else "?"
    hidden = client.get(f"{view}{joined}kategori=A12")
    unknown = client.get(f"{view}{joined}kategori=Q99")
    assert hidden.status_code == unknown.status_code == 200
    assert hidden.text.replace("A12", "Q99") == unknown.text


@pytest.mark.parametrize(("view", "most"), [*zip(VIEWS, (2, 2, 2, 1, 2), strict=True)])
def test_a_view_asks_the_database_as_often_for_many_as_for_one(
    client: FlaskClient, session: Session, magelang: City, queries: Counting, view: str, most: int
) -> None:
    session.add(row(1, position=PANJANG))
    session.flush()
    with queries() as one:
        assert client.get(view).status_code == 200
    session.add_all([row(n, position=Position(lon=110.2 + n / 1e4, lat=-7.47)) for n in range(60)])
    session.flush()
    with queries() as many:
        assert client.get(view).status_code == 200
    assert len(one) == len(many) <= most, many
