"""Published reports as service requests, and nothing that is not published."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from citizenreport.core.clock import utcnow
from citizenreport.core.db import PUBLIC_BIND, db
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.triage.states import State
from tests.doors.open311.calls import BASE, ask, ids_of
from tests.protection.test_two_worlds import a_photo
from tests.scenes import PANJANG, Scene

ALWAYS = {
    *("service_request_id", "status", "status_notes", "service_name", "service_code"),
    *("description", "agency_responsible", "service_notice", "requested_datetime"),
    *("updated_datetime", "expected_datetime", "address", "address_id", "zipcode"),
    *("lat", "long", "media_url"),
}


def photo() -> PreparedPhoto:
    return a_photo()


def test_a_released_report_is_a_request_with_every_field(client: FlaskClient, scene: Scene) -> None:
    code = scene.released("A04", photos=(photo(),)).tracking_code
    [shown] = ask(client, f"requests/{code}")
    assert set(shown) == ALWAYS
    assert shown["service_request_id"] == code
    assert (shown["status"], shown["service_code"]) == ("open", "A04")
    assert shown["description"] == "Lampu jalan mati."
    assert isinstance(shown["lat"], float)
    assert shown["address_id"] == "33.71.03.1005"
    assert shown["requested_datetime"].endswith("+07:00")
    assert ask(client, "requests") == [shown]


def test_a_photo_is_shown_after_its_release(client: FlaskClient, scene: Scene) -> None:
    report = scene.released("A04", photos=(photo(),))
    code = report.tracking_code
    assert ask(client, f"requests/{code}")[0]["media_url"] is None
    [photo_code] = scene.release_photos(scene.ticket_of(report))
    assert ask(client, f"requests/{code}")[0]["media_url"].endswith(f"/foto/{photo_code}")


def test_what_is_not_public_is_as_if_it_were_not_there(client: FlaskClient, scene: Scene) -> None:
    unreleased = scene.submit("A04").tracking_code
    confidential = scene.submit("A12").tracking_code
    unknown = client.get(f"{BASE}/requests/ZZZZZZZZZZ.json")
    for code in (unreleased, confidential):
        for path in (f"requests/{code}", f"tokens/{code}"):
            assert ask(client, path, expect=404)
        assert client.get(f"{BASE}/requests/{code}.json").data == unknown.data
        assert ask(client, "requests", expect=404, service_request_id=code)
    assert ask(client, "requests") == []


def test_a_token_leads_to_its_id_once_the_report_is_public(
    client: FlaskClient, scene: Scene
) -> None:
    code = scene.released("A04").tracking_code
    assert ask(client, f"tokens/{code}") == [{"service_request_id": code, "token": code}]


def test_ids_override_every_other_filter(client: FlaskClient, scene: Scene) -> None:
    codes = sorted(scene.released("A04").tracking_code for _ in range(3))
    listed = ",".join([*codes[:2], "ZZZZZZZZZZ"])
    found = ask(client, "requests", service_request_id=listed, service_code="N06", status="closed")
    assert sorted(map(str, ids_of(found))) == codes[:2]


def test_filters_narrow_the_list(client: FlaskClient, scene: Scene) -> None:
    lamp, rubbish = scene.released("A04"), scene.released("N06")
    ticket = scene.ticket_of(rubbish)
    scene.move(ticket, State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
    assert ids_of(ask(client, "requests", service_code="A04")) == [lamp.tracking_code]
    assert ids_of(ask(client, "requests", status="closed")) == [rubbish.tracking_code]
    assert len(ask(client, "requests", status="open,closed")) == 2
    assert len(ask(client, "requests", service_code="A04,N06")) == 2
    assert ids_of(ask(client, "requests", q="LAMPU jalan", service_code="A04")) != []
    assert ask(client, "requests", q="100%") == []


def test_a_window_holds_what_was_sent_inside_it(client: FlaskClient, scene: Scene) -> None:
    scene.released("A04")
    now = utcnow()
    inside = {
        "start_date": (now - timedelta(days=2)).isoformat(timespec="seconds"),
        "end_date": (now + timedelta(days=2)).isoformat(timespec="seconds"),
    }
    before = {
        "start_date": (now - timedelta(days=60)).isoformat(timespec="seconds"),
        "end_date": (now - timedelta(days=2)).isoformat(timespec="seconds"),
    }
    assert len(ask(client, "requests", **inside)) == 1
    assert ask(client, "requests", **before) == []
    assert len(ask(client, "requests", updated_after=before["end_date"])) == 1
    assert ask(client, "requests", updated_before=before["end_date"]) == []


def test_places_are_found_by_box_and_by_distance(client: FlaskClient, scene: Scene) -> None:
    scene.released("A04")
    lat, lon = PANJANG.lat, PANJANG.lon
    around = f"{lon - 0.01},{lat - 0.01},{lon + 0.01},{lat + 0.01}"
    assert len(ask(client, "requests", bbox=around)) == 1
    assert ask(client, "requests", bbox="110.5,-7.6,110.6,-7.5") == []
    assert len(ask(client, "requests", lat=str(lat), long=str(lon), radius="300")) == 1
    assert ask(client, "requests", lat=str(lat + 0.1), long=str(lon), radius="300") == []


def test_pages_follow_each_other_without_a_gap(client: FlaskClient, scene: Scene) -> None:
    codes = {scene.released("A04").tracking_code for _ in range(5)}
    seen = [
        code
        for page in ("1", "2", "3")
        for code in ids_of(ask(client, "requests", page=page, page_size="2"))
    ]
    assert len(seen) == 5
    assert set(seen) == codes


def test_order_is_chosen(client: FlaskClient, scene: Scene) -> None:
    for _ in range(3):
        scene.released("A04")
    first = ids_of(ask(client, "requests", sort="requested_datetime:asc"))
    assert first == list(reversed(ids_of(ask(client, "requests"))))


def test_extensions_tell_the_finer_state_and_the_answers(client: FlaskClient, scene: Scene) -> None:
    report = scene.released("A04")
    scene.reply(scene.ticket_of(report))
    scene.move(scene.ticket_of(report), State.VERIFIED)
    [shown] = ask(client, "requests", extensions="true")
    assert shown["extended_attributes"]["status"] == "INVESTIGATING"
    assert shown["attributes"] == []
    assert len(shown["notes"]) == 1
    assert shown["notes"][0]["description"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start_date", "kemarin"),
        ("end_date", "2026-13-01T00:00:00Z"),
        ("status", "stuck"),
        ("page", "0"),
        ("page", "1.5"),
        ("page", "1e9"),
        ("page_size", "1001"),
        ("bbox", "1,2,3"),
        ("bbox", "111,-7,110,-8"),
        ("lat", "91"),
        ("lat", "-7.4"),
        ("radius", "nan"),
        ("sort", "colour"),
        ("q", "x" * 101),
    ],
)
def test_a_filter_that_cannot_be_read_is_named(
    client: FlaskClient, scene: Scene, name: str, value: str
) -> None:
    [error] = ask(client, "requests", expect=400, **{name: value})
    assert error["code"] == 400
    assert error["description"].startswith(f"{name}: ")


def test_a_window_over_ninety_days_is_refused(client: FlaskClient, scene: Scene) -> None:
    window = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"}
    [error] = ask(client, "requests", expect=400, **window)
    assert "90 hari" in error["description"]
    turned = {"start_date": "2026-02-02T00:00:00Z", "end_date": "2026-02-01T00:00:00Z"}
    assert ask(client, "requests", expect=400, **turned)


def test_a_very_long_list_of_ids_is_read(client: FlaskClient, scene: Scene) -> None:
    code = scene.released("A04").tracking_code
    listed = ",".join([code, *(f"Z{number:09d}" for number in range(400))])
    answer = client.get(f"{BASE}/requests.json", query_string={"service_request_id": listed})
    assert answer.status_code == 200
    assert [row["service_request_id"] for row in answer.json or []] == [code]


@pytest.mark.parametrize(("count", "query"), [(1, {}), (6, {}), (6, {"q": "lampu"})])
def test_a_list_is_one_query_however_long(
    client: FlaskClient, scene: Scene, count: int, query: dict[str, str]
) -> None:
    for _ in range(count):
        scene.released("A04", photos=(photo(),))
    client.get(f"{BASE}/requests.json")
    told: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("SELECT"):
            told.append(statement)

    engine = db.engines[PUBLIC_BIND]
    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = client.get(f"{BASE}/requests.json", query_string=query)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(answer.json or []) == count
    assert len(told) == 1
