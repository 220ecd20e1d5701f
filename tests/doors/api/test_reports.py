"""POST and GET /api/v1/reports, through PostGIS."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.geo.position import Position
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import IdempotencyKey, Report
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import as_sealed
from citizenreport.ledger.rules import chain_hash
from citizenreport.triage.models import Ticket

URL = "/api/v1/reports"
PANJANG = {"lon": 110.22199, "lat": -7.478474}
LAMP: dict[str, Any] = {
    "category_code": "A04",
    "position": PANJANG,
    "description": "Lampu jalan di depan sekolah mati sejak kemarin, peteng ndedet.",
}
KEY = "pK3n0vR8w1Zt5yB7qL2mXs"


def test_a_report_becomes_a_ticket_with_agency_and_deadlines(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    reply = client.post(URL, json=LAMP)

    assert reply.status_code == 201, reply.json
    assert reply.json is not None
    assert reply.json["agency_code"] == "DLH"
    assert reply.json["area_code"] == "33.71.03.1005"
    assert len(reply.json["secret"]) >= 22
    assert set(reply.json["deadlines"]) == {
        "first_response_due_at",
        "verification_due_at",
        "settlement_due_at",
    }
    assert reply.headers["Cache-Control"] == "no-store"
    [report] = session.scalars(select(Report)).all()
    [ticket] = session.scalars(select(Ticket)).all()
    assert report.tracking_code == reply.json["tracking_code"]
    assert (ticket.report_id, ticket.state, ticket.agency_code) == (report.id, "new", "DLH")
    assert report.pack_version == magelang.pack_version


def test_the_first_event_verifies_and_holds_no_text(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    client.post(URL, json=LAMP | {"contact": {"email": "warga@example.org"}})

    [event] = session.scalars(select(Event).where(Event.stream_kind == "ticket")).all()
    assert event.type == "opened"
    assert chain_hash(as_sealed(event)) == bytes(event.hash)
    stored = json.dumps(event.payload)
    assert "peteng" not in stored
    assert "warga" not in stored


def test_a_released_report_is_not_public_before_and_the_secret_shows_it_to_its_reporter(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    sent = client.post(URL, json=LAMP).json
    assert sent is not None
    address = f"{URL}/{sent['tracking_code']}"

    unknown = client.get(f"{URL}/ZZZZZZZZZZ")
    hidden = client.get(address)
    wrong = client.get(address, headers={"Authorization": "Bearer " + "x" * 43})
    assert (hidden.status_code, hidden.json) == (404, unknown.json)
    assert (wrong.status_code, wrong.json) == (404, unknown.json)

    own = client.get(address, headers={"Authorization": f"Bearer {sent['secret']}"})
    assert own.status_code == 200
    assert own.json is not None
    assert own.json["description"] == LAMP["description"]
    assert own.json["state"] == "new"
    assert "Dinas Lingkungan Hidup" in own.json["routing_explanation"]
    assert [step["type"] for step in own.json["history"]] == ["opened"]
    assert own.headers["Cache-Control"] == "no-store"


def test_a_code_is_read_as_people_write_it(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    sent = client.post(URL, json=LAMP).json
    assert sent is not None
    code = sent["tracking_code"].lower()
    secret = {"Authorization": f"Bearer {sent['secret']}"}
    assert client.get(f"{URL}/{code[:5]}-{code[5:]}", headers=secret).status_code == 200


@pytest.mark.parametrize("code", ["AAAAAAAAAA", "a%00b", "%F0%9F%98%80", "x" * 500])
def test_a_code_nobody_has_is_not_found(client: FlaskClient, magelang: City, code: str) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}):
        assert client.get(f"{URL}/{code}", headers=headers).status_code == 404


def test_a_repeated_send_gets_the_first_answer(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    headers = {"Idempotency-Key": KEY}
    first = client.post(URL, json=LAMP, headers=headers)
    again = client.post(URL, json=LAMP, headers=headers)

    assert (again.status_code, again.json) == (201, first.json)
    assert session.scalar(select(func.count()).select_from(Report)) == 1
    stored = session.scalars(select(IdempotencyKey)).one()
    assert KEY.encode() not in bytes(stored.key_hmac)


def test_one_key_for_two_reports_is_refused(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    headers = {"Idempotency-Key": KEY}
    client.post(URL, json=LAMP, headers=headers)
    other = client.post(URL, json=LAMP | {"description": "Lain"}, headers=headers)

    assert other.status_code == 422
    assert other.json is not None
    assert other.json["type"].endswith("/problems/idempotency-key-reused")
    assert session.scalar(select(func.count()).select_from(Report)) == 1


@pytest.mark.parametrize("key", ["short", "a" * 201, "spaces are not random at all", "ä" * 30])
def test_a_weak_key_is_refused(
    client: FlaskClient, session: Session, magelang: City, key: str
) -> None:
    reply = client.post(URL, json=LAMP, headers={"Idempotency-Key": key.encode().decode("latin-1")})
    assert reply.status_code == 422
    assert session.scalar(select(Report)) is None


def test_text_and_contact_of_a_confidential_report_are_sealed(
    client: FlaskClient, session: Session, magelang: City, keys: KeyRing
) -> None:
    canary = "kanari-rahasia-7731"
    sent = client.post(
        URL,
        json={
            "category_code": "A12",
            "description": f"Tetangga {canary} dipukuli.",
            "landmark": canary,
            "contact": {"name": canary, "phone": "081234567890"},
            "subject": {"person": canary},
        },
    )

    assert sent.status_code == 201, sent.json
    assert sent.json is not None
    assert sent.json["visibility"] == "confidential"
    [row] = session.execute(text("SELECT report::text FROM report")).scalars().all()
    assert canary not in row
    report = session.scalars(select(Report)).one()
    assert report.description is None
    data_key = intake_queries.data_key_of(session, keys, report.id)
    assert canary in intake_queries.description_of(report, data_key)
    assert intake_queries.contact_of(report, data_key).phone == "081234567890"


def test_the_reporter_may_make_a_report_stricter_and_not_looser(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    stricter = client.post(URL, json=LAMP | {"visibility": "confidential"}).json
    assert stricter is not None
    assert stricter["visibility"] == "confidential"
    assert stricter["agency_code"] == "DLH"  # which names handlers for such wishes
    refused = client.post(URL, json=LAMP | {"visibility": "public"})
    assert refused.status_code == 422


def test_the_agency_a_report_is_about_never_receives_it(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    sent = client.post(URL, json=LAMP | {"subject": {"agency_code": "DLH"}}).json
    assert sent is not None
    assert sent["agency_code"] == "INSPEKTORAT"


def test_outside_the_city_the_neighbour_is_named_and_nothing_is_stored(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    reply = client.post(URL, json=LAMP | {"position": {"lon": 110.22961, "lat": -7.510032}})

    assert reply.status_code == 422
    assert reply.json is not None
    assert reply.json["type"].endswith("/problems/outside-city")
    assert reply.json["neighbour"] == "Mertoyudan"
    assert "Kabupaten Magelang" in reply.json["channel"]
    assert session.scalar(select(Report)) is None


def test_outside_the_city_with_a_wish_for_referral_it_is_kept_for_the_desk(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    sent = client.post(
        URL,
        json=LAMP | {"position": {"lon": 110.22961, "lat": -7.510032}, "refer_outside": True},
    )
    assert sent.status_code == 201, sent.json
    report = session.scalars(select(Report)).one()
    assert report.neighbour_code == "33.08.10.2013"
    assert report.area_code is None


def test_just_outside_is_accepted_and_marked(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    going_west = (Position(lon=110.2199 - step * 0.0001, lat=-7.478474) for step in range(500))
    here = next(p for p in going_west if 5 < magelang.area_index.locate(p).outside_m < 45)
    sent = client.post(URL, json=LAMP | {"position": {"lon": here.lon, "lat": here.lat}}).json
    assert sent is not None
    assert sent["near_border"] is True


def test_a_stated_kelurahan_beats_the_point(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    sent = client.post(URL, json=LAMP | {"area_code": "33.71.03.1003"}).json
    assert sent is not None
    assert sent["area_code"] == "33.71.03.1003"
    report = session.scalars(select(Report)).one()
    assert report.located_area_code == "33.71.03.1005"  # both are kept


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"category_code": "ufo"}, "unknown-category", "#/category_code"),
        ({"category_code": 7}, "invalid-input", "#/category_code"),
        ({"position": {"lon": 110.2, "lat": -97}}, "invalid-input", "#/position/lat"),
        ({"position": {"lon": "x", "lat": -7}}, "invalid-input", "#/position/lon"),
        ({"position": {"lon": -7.478474, "lat": 110.22199}}, "invalid-input", "#/position/lat"),
        ({"position": {"lon": 0, "lat": 0}}, "outside-city", "#/position"),
        ({"position": None}, "place-missing", "#/position"),
        ({"position": None, "area_code": "99"}, "unknown-area", "#/area_code"),
        ({"descripton": "typo"}, "invalid-input", "#/descripton"),
        ({"description": ""}, "invalid-input", "#/description"),
        ({"description": "   "}, "invalid-input", "#/description"),
        ({"description": "x" * 4_001}, "invalid-input", "#/description"),
        ({"description": "a\x00b"}, "invalid-input", "#/description"),
        ({"description": "a\ud800b"}, "invalid-input", "#/description"),
        ({"occurred_at": "1999-01-01T00:00:00+07:00"}, "too-old", "#/occurred_at"),
        ({"occurred_at": "2999-01-01T00:00:00+07:00"}, "in-the-future", "#/occurred_at"),
        ({"occurred_at": "2026-03-01T00:00:00"}, "invalid-input", "#/occurred_at"),
        ({"subject": {"agency_code": "NASA"}}, "unknown-agency", "#/subject/agency_code"),
        ({"answers": {"nope": "1"}}, "answer-invalid", "#/answers/nope"),
        ({"contact": {"email": "no"}}, "invalid-input", "#/contact/email"),
        ({"locale": "fr"}, "invalid-input", "#/locale"),
        ({"channel": "impor"}, "invalid-input", "#/channel"),
        ({"secret": "short"}, "invalid-input", "#/secret"),
    ],
)
def test_what_is_wrong_is_pointed_at_and_nothing_is_stored(
    client: FlaskClient,
    session: Session,
    magelang: City,
    change: dict[str, object],
    code: str,
    pointer: str,
) -> None:
    reply = client.post(URL, data=json.dumps(LAMP | change), content_type="application/json")

    assert reply.status_code == 422, reply.json
    assert reply.mimetype == "application/problem+json"
    assert reply.json is not None
    assert reply.json["type"].endswith(f"/problems/{code}")
    assert [fault["pointer"] for fault in reply.json["errors"]] == [pointer]
    assert session.scalar(select(Report)) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b'{"category_code": NaN}',
        b'{"position": {"lon": Infinity, "lat": 1e999}}',
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"description": "' + b"x" * 5_000_000 + b'"}',
    ],
)
def test_what_is_not_a_report_is_refused_without_a_server_error(
    client: FlaskClient, session: Session, magelang: City, body: bytes
) -> None:
    reply = client.post(URL, data=body, content_type="application/json")
    assert reply.status_code in (400, 413, 422)
    assert reply.mimetype == "application/problem+json"
    assert session.scalar(select(Report)) is None


def test_another_media_type_is_refused(client: FlaskClient, magelang: City) -> None:
    assert client.post(URL, data="x", content_type="text/plain").status_code == 415


def test_a_report_about_last_week_is_taken(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    last_week = (utcnow() - timedelta(days=7)).isoformat()
    assert client.post(URL, json=LAMP | {"occurred_at": last_week}).status_code == 201
