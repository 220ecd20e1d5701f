"""GET /api/v1/reports and its GeoJSON: released reports, and nothing else."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from citizenreport.core.clock import utcnow
from citizenreport.triage.states import State
from tests.bad_input.test_openapi import Document, checker, document  # noqa: F401
from tests.scenes import Scene

URL = "/api/v1/reports"
GEOJSON = "application/geo+json"
ELSEWHERE = "110.0,-7.6,110.1,-7.5"
CITY = "110.1,-7.6,110.3,-7.4"


def listed(client: FlaskClient, **query: str) -> list[dict[str, Any]]:
    reply = client.get(URL, query_string=query)
    assert reply.status_code == 200, reply.text
    items = json.loads(reply.text)["items"]
    assert isinstance(items, list)
    return items


def codes(client: FlaskClient, **query: str) -> set[str]:
    return {item["tracking_code"] for item in listed(client, **query)}


def test_it_lists_what_is_released_as_the_document_says(
    client: FlaskClient,
    scene: Scene,
    document: Document,  # noqa: F811
) -> None:
    released = scene.released("A08")
    scene.submit("A08")
    reply = client.get(URL)
    assert reply.json is not None
    checker(document, "ReportsPage").validate(reply.json)
    [item] = reply.json["items"]
    assert item["tracking_code"] == released.tracking_code
    assert item["text"] == "Lampu jalan mati."
    assert item["position"] == {"lon": 110.22199, "lat": -7.478474}
    assert item["status"] == "open"
    assert item["url"].endswith(f"/laporan/{released.tracking_code}")
    assert reply.json["next"] is None


def test_every_filter_keeps_what_fits_and_drops_the_rest(client: FlaskClient, scene: Scene) -> None:
    road, lamp = scene.released("A08"), scene.released("A04")
    scene.move(scene.ticket_of(lamp), State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
    [item] = listed(client, category="A08")
    assert item["tracking_code"] == road.tracking_code
    both = {road.tracking_code, lamp.tracking_code}
    today = scene.city.local_date(utcnow())
    for query, wanted in (
        ({"category": "A08,A04"}, both),
        ({"category": "A12"}, set()),
        ({"agency": item["agency_code"]}, {road.tracking_code}),
        ({"area": item["area_code"]}, both),
        ({"area": "33.71.01.1001"}, set()),
        ({"aspect": "toleransi,harmoni"}, set()),
        ({"status": "open"}, {road.tracking_code}),
        ({"bbox": CITY}, both),
        ({"bbox": "-180,-90,180,90"}, both),
        ({"bbox": ELSEWHERE}, set()),
        ({"until": (today - timedelta(days=2)).isoformat()}, set()),
        ({"since": (today - timedelta(days=2)).isoformat()}, both),
        ({"since": "2020-01-01T00:00:00Z", "until": "2020-02-01T00:00:00+07:00"}, set()),
    ):
        assert codes(client, **query) == wanted, query


def test_pages_lead_on_and_show_each_report_once(client: FlaskClient, scene: Scene) -> None:
    made = {scene.released("A08").tracking_code for _ in range(5)}
    seen: list[str] = []
    address: str | None = f"{URL}?limit=2&category=A08"
    while address is not None:
        reply = client.get(address)
        assert reply.json is not None
        seen += [item["tracking_code"] for item in reply.json["items"]]
        following = reply.json["next"]
        assert reply.headers.get("Link") == (following and f'<{following}>; rel="next"')
        address = following and "{0.path}?{0.query}".format(urlsplit(following))
    assert len(seen) == 5
    assert set(seen) == made


def test_only_the_properties_that_are_asked_for(client: FlaskClient, scene: Scene) -> None:
    code = scene.released("A08").tracking_code
    [item] = listed(client, fields="state,tracking_code")
    assert item == {"tracking_code": code, "state": "new"}


@pytest.mark.parametrize(
    ("address", "accept"), [(URL, GEOJSON), (f"{URL}.geojson", "*/*")], ids=["accept", "suffix"]
)
def test_the_same_as_geojson(
    client: FlaskClient,
    scene: Scene,
    document: Document,  # noqa: F811
    address: str,
    accept: str,
) -> None:
    code = scene.released("A08").tracking_code
    hidden = scene.released("N06").tracking_code
    reply = client.get(address, headers={"Accept": accept})
    assert reply.mimetype == GEOJSON
    body = json.loads(reply.text)
    checker(document, "ReportFeatures").validate(body)
    places = {one["id"]: one["geometry"] for one in body["features"]}
    assert places[code] == {"type": "Point", "coordinates": [110.22199, -7.478474]}
    precision = scene.city.categories["N06"].public_precision
    assert (places[hidden] is None) is (precision in ("kelurahan", "tidak_ada"))


def test_a_reader_who_has_it_is_told_so(client: FlaskClient, scene: Scene) -> None:
    scene.released("A08")
    first = client.get(URL)
    again = client.get(URL, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    scene.released("A08")
    changed = client.get(URL, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_any_site_may_read_it_and_knows_how_much_is_left(client: FlaskClient, scene: Scene) -> None:
    submitted = scene.released("A08")
    one = f"{URL}/{submitted.tracking_code}"
    for address in (URL, one):
        reply = client.get(address)
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in reply.headers
        assert reply.headers["RateLimit"].startswith('"read";r=')
        assert "Set-Cookie" not in reply.headers
        asked = client.options(address)
        assert asked.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    secret = {"Authorization": f"Bearer {submitted.secret}"}
    own = client.get(one, headers=secret)
    assert own.status_code == 200
    assert "Access-Control-Allow-Origin" not in own.headers
    sent = client.post(URL, json={})
    assert "Access-Control-Allow-Origin" not in sent.headers


@pytest.mark.parametrize(
    ("query", "pointer", "words"),
    [
        ("bbox=1,2,3", "#/bbox", "barat,selatan,timur,utara"),
        ("bbox=5,0,1,2", "#/bbox", "barat"),
        ("bbox=nan,0,1,2", "#/bbox", "barat"),
        ("since=kemarin", "#/since", "2026-01-31"),
        ("until=2026-01-31T08:00:00", "#/until", "+07:00"),
        ("since=2026-02-01&until=2026-01-01", "#/until", "sesudahnya"),
        ("limit=1001", "#/limit", "1000"),
        ("status=lama", "#/status", "open, closed"),
        ("fields=secret", "#/fields", "tracking_code"),
        ("after=zzz", "#/after", "halaman pertama"),
        ("categry=A08", "#/categry", "ejaannya"),
        ("category=,", "#/category", "100 kode"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(
    client: FlaskClient, scene: Scene, query: str, pointer: str, words: str
) -> None:
    for address in (URL, f"{URL}.geojson"):
        reply = client.get(f"{address}?{query}")
        assert reply.status_code == 422, reply.text
        assert reply.mimetype == "application/problem+json"
        problem = json.loads(reply.text)
        [fault] = problem["errors"]
        assert fault["pointer"] == pointer
        assert words in fault["detail"]
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
