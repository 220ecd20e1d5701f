"""Every naughty string in every field of a subscription: taken or refused, never an error of ours."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.messaging.models import Subscription
from tests.bad_input.naughty import OWN, naughty
from tests.doors.pages.resident import Resident
from tests.messaging.browsers import Browser

pytestmark = pytest.mark.real_data

FORM = ("email", "kelurahan", "aspek", "seberapa_sering")
PUSH = ("endpoint", "p256dh", "auth")


def tried() -> Iterator[str]:
    """What a form can carry: text of whole characters."""
    for text in [*naughty(), *OWN]:
        yield text.encode("utf-8", "replace").decode()


@pytest.fixture
def token(client: FlaskClient, magelang: City) -> str:
    found = Resident(client).open("/langganan").form("/langganan").value("csrf_token")
    assert found is not None
    return found


def test_a_form_takes_any_string_and_stores_only_what_fits(
    client: FlaskClient, session: Session, city: City, token: str
) -> None:
    good = {"email": "ani@contoh.id", "csrf_token": token}
    for number, text in enumerate(tried()):
        name = FORM[number % len(FORM)]
        reply = client.post("/langganan", data=good | {name: text})
        assert reply.status_code in (303, 422), (name, ascii(text))
        if len(text) > 8 and "<" in text and reply.status_code == 422:
            assert text not in reply.text, name
    kept = session.scalars(select(Subscription)).all()
    assert {row.area_code for row in kept} <= {None, *city.areas}
    assert {row.frequency for row in kept} <= {"daily", "weekly"}


def test_no_string_is_taken_for_a_browser(
    client: FlaskClient, session: Session, token: str
) -> None:
    address = Browser(endpoint="https://push.example/a").address
    good = {"endpoint": address.endpoint, "p256dh": address.p256dh, "auth": address.auth}
    for number, text in enumerate(tried()):
        name = PUSH[number % len(PUSH)]
        sent = good | {name: text, "csrf_token": token}
        reply = client.post("/kabar/wilayah", data=sent)
        assert reply.status_code == 422, (name, ascii(text))
    assert session.scalars(select(Subscription)).all() == []


def test_no_string_names_a_subscription_or_ends_one(client: FlaskClient, token: str) -> None:
    for text in [*naughty()[::4], *OWN]:
        data = {"langganan": text.encode("utf-8", "replace"), "csrf_token": token}
        reply = client.post("/langganan/saya/ubah", data=data)
        assert reply.status_code == 404, ascii(text)
