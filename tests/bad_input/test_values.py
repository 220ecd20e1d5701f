"""Values of the right type that make no sense, and texts that are code elsewhere."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.intake.models import Report
from tests.bad_input.intake import LAMP, ONE_REPORT, URL, Intake

FAR = [
    (0, 0),
    (-7.478474, 69.78),
    (180, 0),
    (-180, 90),
    (180, -90),
    (0, -90),
    (5e-324, -5e-324),
    (-0.0, 1e-300),
    (179.9999999999999, 89.9999999999999),
    (-69.78, 7.478474),  # the other side of the earth
    (110, -7),
    (2**7, -(2**6)),
]


@pytest.mark.parametrize(("lon", "lat"), FAR)
def test_a_place_anywhere_on_earth_is_refused_with_where_to_go(
    intake: Intake, lon: float, lat: float
) -> None:
    before = intake.stored()
    reply = intake.post(LAMP | {"position": {"lon": lon, "lat": lat}})
    assert (reply.status_code, intake.pointers(reply)) == (422, {"#/position"})
    assert intake.problem(reply)["type"].endswith("/problems/outside-city")
    assert intake.problem(reply)["channel"]
    assert intake.stored().since(before) == {}


@pytest.mark.parametrize(("lon", "lat"), FAR)
def test_a_place_anywhere_on_earth_survives_a_referral(
    intake: Intake, lon: float, lat: float
) -> None:
    before = intake.stored()
    sent = intake.post(LAMP | {"position": {"lon": lon, "lat": lat}, "refer_outside": True})
    assert intake.read(sent)["position"] == {"lon": lon, "lat": lat}
    assert intake.stored().since(before) == ONE_REPORT


@pytest.mark.parametrize(
    ("position", "pointers"),
    [
        ({"lon": 110.22199, "lat": 90.0000001}, {"#/position/lat"}),
        ({"lon": 180.0000001, "lat": -7}, {"#/position/lon"}),
        ({"lon": 110.22199, "lat": 110.22199}, {"#/position/lat"}),
        ({"lon": -1e308, "lat": 1e308}, {"#/position/lon", "#/position/lat"}),
        ({"lon": 10**400, "lat": -7}, {"#/position/lon"}),
        ({"lon": "110.22199", "lat": "-7.478474"}, {"#/position/lon", "#/position/lat"}),
        ({"lon": True, "lat": False}, {"#/position/lon", "#/position/lat"}),
        ({"lon": [110], "lat": {}}, {"#/position/lon", "#/position/lat"}),
        ({"lon": None, "lat": None}, {"#/position/lon", "#/position/lat"}),
        ({}, {"#/position/lon", "#/position/lat"}),
        ({"lon": 110.22199, "lat": -7.478474, "alt": 380}, {"#/position/alt"}),
        ([110.22199, -7.478474], {"#/position"}),
        ("110.22199,-7.478474", {"#/position"}),
        (0, {"#/position"}),
        (False, {"#/position"}),
    ],
)
def test_a_place_that_is_none_is_pointed_at(
    intake: Intake, position: object, pointers: set[str]
) -> None:
    before = intake.stored()
    reply = intake.post(LAMP | {"position": position})
    assert (reply.status_code, intake.pointers(reply)) == (422, pointers)
    assert intake.stored().since(before) == {}


NO_TIME = [
    "kemarin",
    "",
    " ",
    "2026-03-17",
    "17/03/2026 08:00",
    "2026-02-30T08:00:00+07:00",
    "2026-03-17T25:00:00+07:00",
    "2026-03-17T08:00:61+07:00",
    "2026-03-17T08:00:00",
    "2026-03-17T08:00:00+99:99",
    "2026-03-17T08:00:00+24:00",
    "10000-01-01T00:00:00Z",
    "-0044-03-15T12:00:00Z",
    "0000-01-01T00:00:00Z",
    "٢٠٢٦-٠٣-١٧T٠٨:٠٠:٠٠+٠٧:٠٠",
    "2026-03-17T08:00:00+07:00\x00",
    "2026-03-17T08:00:00+07:00; DROP TABLE report",
    "2026-W12-2T08:00:00+07:00",
    1773709200,
    1e308,
    True,
    [],
    {},
]


@pytest.mark.parametrize("given", NO_TIME, ids=repr)
def test_a_time_that_is_none_is_pointed_at(intake: Intake, given: object) -> None:
    before = intake.stored()
    reply = intake.post(LAMP | {"occurred_at": given})
    assert (reply.status_code, intake.pointers(reply)) == (422, {"#/occurred_at"})
    assert intake.problem(reply)["type"].endswith("/problems/invalid-input")
    assert intake.stored().since(before) == {}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("0001-01-01T00:00:00+14:00", "too-old"),
        ("0001-01-01T00:00:00-14:00", "too-old"),
        ("1970-01-01T00:00:00Z", "too-old"),
        ("9999-12-31T23:59:59-14:00", "in-the-future"),
        ("9999-12-31T23:59:59.999999+23:59", "in-the-future"),
    ],
)
def test_a_time_at_the_ends_of_the_calendar_is_refused(
    intake: Intake, given: str, code: str
) -> None:
    before = intake.stored()
    reply = intake.post(LAMP | {"occurred_at": given})
    assert intake.problem(reply)["type"].endswith(f"/problems/{code}")
    assert intake.pointers(reply) == {"#/occurred_at"}
    assert intake.stored().since(before) == {}


def test_a_time_is_taken_up_to_the_bounds_and_not_beyond(intake: Intake) -> None:
    for delta, status in [
        (timedelta(minutes=9), 201),
        (timedelta(minutes=11), 422),
        (timedelta(days=-364), 201),
        (timedelta(days=-366), 422),
    ]:
        given = (utcnow() + delta).isoformat()
        assert intake.post(LAMP | {"occurred_at": given}).status_code == status, given


TYPES: list[object] = [None, True, 0, 1.5, "teks", [], {}, ["a"], {"a": 1}]
TEXTS = ["category_code", "description", "area_code", "neighbourhood", "landmark", "locale"]
OBJECTS = ["position", "answers", "subject", "contact"]


@pytest.mark.parametrize("name", [*TEXTS, "visibility", "channel", "secret"])
def test_a_text_of_another_type_is_pointed_at(intake: Intake, name: str) -> None:
    for value in TYPES[1:]:
        if not isinstance(value, str):
            reply = intake.post(LAMP | {name: value})
            assert (reply.status_code, intake.pointers(reply)) == (422, {f"#/{name}"}), value


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_of_another_type_is_pointed_at(intake: Intake, name: str) -> None:
    for value in TYPES[1:]:
        if not isinstance(value, dict):
            reply = intake.post(LAMP | {name: value})
            assert (reply.status_code, intake.pointers(reply)) == (422, {f"#/{name}"}), value


def test_every_fault_is_named_at_once_with_a_remedy(intake: Intake) -> None:
    body: dict[str, Any] = {
        "category_code": 7,
        "description": "",
        "position": {"lon": "x"},
        "answers": {"nomor_tiang": 5, "jenis_jalan": ["gang"]},
        "contact": {"email": "bukan email", "nama": "Sri"},
        "halo": 1,
    }
    reply = intake.post(body)
    assert intake.pointers(reply) == {
        "#/category_code",
        "#/description",
        "#/position/lon",
        "#/position/lat",
        "#/answers/nomor_tiang",
        "#/answers/jenis_jalan",
        "#/contact/email",
        "#/contact/nama",
        "#/halo",
    }
    for fault in intake.problem(reply)["errors"]:
        assert "Not a valid" not in fault["detail"]
        assert "Missing data" not in fault["detail"]
        assert "Unknown field" not in fault["detail"]


HTML = (
    "<script>alert('x')</script><img src=x onerror=alert(1)> & \"kutip\" 'satu' </textarea>"
    "{{ 7*7 }} {% raw %} ${7*7} =cmd|' /C calc'!A0 \u202e\u200b"
)


def test_html_is_stored_as_it_is_and_never_answered_as_html(intake: Intake) -> None:
    sent = intake.post(LAMP | {"description": HTML, "landmark": HTML})
    own = intake.read(sent)
    assert (own["description"], own["landmark"]) == (HTML, HTML)
    assert intake.session.scalars(select(Report.description)).one() == HTML
    refused = intake.post(LAMP | {HTML: 1, "category_code": HTML})
    for reply in (sent, refused):
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.mimetype.endswith("json")


def test_a_null_is_as_good_as_nothing_where_nothing_is_good(intake: Intake, magelang: City) -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        [
            *("accuracy_m", "area_code", "neighbourhood", "landmark", "occurred_at", "subject"),
            *("visibility", "contact", "secret"),
        ]
    )
    assert intake.post(LAMP | nothing).status_code == 201
    inner = {"subject": {"agency_code": None, "person": None}, "contact": dict.fromkeys(["name"])}
    assert intake.post(LAMP | inner).status_code == 201


NO_JSON = {
    "a name twice": b'{"category_code": "A04", "description": "a", "description": "b"}',
    "a name twice, deep": b'{"position": {"lon": 1, "lat": 2, "lon": 3}}',
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(LAMP).encode(),
    "UTF-16": json.dumps(LAMP).encode("utf-16"),
    "Latin-1": json.dumps(LAMP | {"description": "café"}, ensure_ascii=False).encode("latin-1"),
    "gzip": b"\x1f\x8b\x08\x00",
    "a comment": b"{} // selesai",
    "two documents": b"{}{}",
    "a comma at the end": b'{"description": "a",}',
    "single quotes": b"{'description': 'a'}",
    "a raw line break in a text": b'{"description": "a\nb"}',
    "an overlong encoding": b'{"description": "\xc0\x80"}',
    "a surrogate in UTF-8": b'{"description": "\xed\xa0\x80"}',
    "digits without end": b'{"accuracy_m": ' + b"9" * 5_000 + b"}",
    "NaN": b'{"accuracy_m": NaN}',
    "minus infinity": b'{"accuracy_m": -Infinity}',
    "33 levels": b"[" * 34 + b"]" * 34,
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_is_refused_with_the_place_or_the_reason(
    intake: Intake, body: bytes
) -> None:
    before = intake.stored()
    reply = intake.post(body)
    assert reply.status_code == 400
    problem = intake.problem(reply)
    assert problem["type"].endswith("/problems/malformed-request")
    assert problem["detail"] != problem["title"]
    assert intake.stored().since(before) == {}


def test_a_body_over_the_limit_says_the_limit(intake: Intake) -> None:
    before = intake.stored()
    for size in (256 * 1024 + 1, 5_000_000):
        reply = intake.post(b'{"description": "' + b"x" * size + b'"}')
        assert reply.status_code == 413
        assert intake.problem(reply)["maximum_bytes"] == 256 * 1024
    assert intake.stored().since(before) == {}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_another_method_is_refused_with_the_good_ones(intake: Intake, method: str) -> None:
    for path in (URL, f"{URL}/ABCDEFGHJK"):
        reply = intake.client.open(path, method=method, data=b"{}")
        assert reply.status_code == 405
        intake.problem(reply)
        assert reply.headers["Allow"]
