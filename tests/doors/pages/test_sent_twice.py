"""A form whose answer got lost, sent again over the API: the phone does that under the form's key."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.cities.rules import City
from citizenreport.intake.models import Report
from tests.doors.pages.resident import Resident, receipt_of

API = "/api/v1/reports"
OF_THE_PHONE = "PHNESECRETPHNESECRETPHNESECR"
STORY = "Lampu mati.\r\nGelap sekali."


@pytest.fixture
def key(resident: Resident) -> str:
    """The key of a form that was sent."""
    page = resident.open("/lapor", kategori="A04")
    filled = {"description": STORY, "contact_name": "Sri", "occurred_at": "2026-01-02T20:15"}
    place = {"area_code": "33.71.03.1005", "lat": "-7.478474", "lon": "110.22199"}
    assert receipt_of(resident.press(page, "/lapor", **filled, **place, as_new="1"))
    return page.form("/lapor").value("send_key") or ""


def send(client: FlaskClient, key: str, **changed: object) -> TestResponse:
    """Send what the phone makes of that form."""
    report = {
        "category_code": "A04",
        "description": "Lampu mati.\nGelap sekali.",
        "position": {"lat": -7.478474, "lon": 110.22199},
        "accuracy_m": None,
        "area_code": "33.71.03.1005",
        "occurred_at": "2026-01-02T20:15:00+07:00",
        "subject": None,
        "contact": {"name": "Sri", "email": None, "phone": None},
        "channel": "web",
        "secret": OF_THE_PHONE,
    } | changed
    return client.post(API, json=report, headers={"Idempotency-Key": key})


def reports(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


def test_it_is_one_report_and_the_answer_opens_it(
    client: FlaskClient, resident: Resident, key: str, session: Session
) -> None:
    answer = send(client, key)
    assert answer.status_code == 201, answer.text
    assert reports(session) == 1
    again = answer.json or {}
    assert again["secret"] != OF_THE_PHONE
    opened = {"code": again["tracking_code"], "secret": again["secret"]}
    assert "Lampu" in resident.press(resident.open("/lacak"), "/lacak", **opened).text


@pytest.mark.parametrize("changed", [{"description": "Yang lain."}, {"contact": None}])
def test_what_was_changed_meanwhile_is_refused_and_tells_no_secret(
    client: FlaskClient, key: str, session: Session, changed: dict[str, object]
) -> None:
    answer = send(client, key, **changed)
    assert answer.status_code == 422
    assert "idempotency-key-reused" in answer.text
    assert "secret" not in (answer.json or {})
    assert reports(session) == 1


def test_a_secret_of_somebody_elses_is_not_confirmed_by_the_key(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    key = "k" * 32
    assert send(client, key).status_code == 201
    assert send(client, key, secret="X" * 28).status_code == 422
    assert reports(session) == 1
