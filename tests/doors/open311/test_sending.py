"""Reports that other systems send: the same draft, the same protection, errors as GeoReport's."""

import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.identity import api_keys
from citizenreport.identity.scopes import Scope
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Photo, Report
from citizenreport.triage.models import Ticket
from tests.doors.open311.calls import BASE, ask, send

LAMP = {
    "service_code": "A04",
    "lat": "-7.478474",
    "long": "110.22199",
    "description": "Lampu jalan di depan sekolah mati.",
}
KEY = "pK3n0vR8w1Zt5yB7qL2mXs"


def test_a_report_becomes_a_ticket_and_its_link_is_told_once(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    told = send(client, **LAMP)
    [report] = session.scalars(select(Report)).all()
    [ticket] = session.scalars(select(Ticket)).all()
    assert told["service_request_id"] == report.tracking_code
    assert (report.channel, ticket.agency_code) == ("georeport", "DLH")
    assert re.search(rf"/lacak#{report.tracking_code}\.\S{{22,}}:", told["service_notice"])
    assert ask(client, f"requests/{report.tracking_code}", expect=404)


def test_a_confidential_report_gets_a_token_that_nothing_answers(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    told = send(client, service_code="T02", address_id="33.71.03.1005", description="Diusir warga.")
    assert "service_request_id" not in told
    assert "/lacak#" not in told["service_notice"]
    assert ask(client, f"tokens/{told['token']}", expect=404) == ask(
        client, "tokens/ZZZZZZZZZZ", expect=404
    )
    assert session.scalar(select(func.count()).select_from(Report)) == 1


def test_answers_and_contact_arrive(
    client: FlaskClient, session: Session, magelang: City, keys: KeyRing
) -> None:
    fields = {
        "service_code": "A08",
        "lat": LAMP["lat"],
        "long": LAMP["long"],
        "description": "Jalan berlubang.",
        "attribute[kelas_jalan]": "kota",
        "attribute[bagian][]": ["permukaan", "trotoar"],
        "first_name": "Wahyu",
        "last_name": "Lestari",
        "email": "warga@example.org",
        "device_id": "abc-123",
    }
    send(client, **fields)
    [report] = session.scalars(select(Report)).all()
    assert intake_queries.answers_of(report, None) == {
        "kelas_jalan": "kota",
        "bagian": "permukaan trotoar",
    }
    contact = intake_queries.contact_of(
        report, intake_queries.data_key_of(session, keys, report.id)
    )
    assert (contact.name, contact.email) == ("Wahyu Lestari", "warga@example.org")


def test_a_photo_comes_as_media(client: FlaskClient, session: Session, magelang: City) -> None:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG")
    out.seek(0)
    send(client, **LAMP, media=(out, "lampu.jpg"))
    assert session.scalar(select(func.count()).select_from(Photo)) == 1


def test_an_address_of_a_picture_is_not_fetched_and_the_sender_is_told(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    told = send(client, **LAMP, media_url="https://example.org/x.jpg")
    assert "media_url tidak diambil" in told["service_notice"]
    assert session.scalar(select(func.count()).select_from(Photo)) == 0


def test_a_repeated_send_gets_the_first_answer(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    first, again = (
        client.post(f"{BASE}/requests.json", data=LAMP, headers={"Idempotency-Key": KEY})
        for _ in range(2)
    )
    assert (first.status_code, first.data) == (again.status_code, again.data)
    other = client.post(
        f"{BASE}/requests.json",
        data=LAMP | {"description": "Lain."},
        headers={"Idempotency-Key": KEY},
    )
    assert other.status_code == 400
    assert session.scalar(select(func.count()).select_from(Report)) == 1


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"service_code": ""}, "service_code"),
        ({"service_code": "Q99"}, "service_code"),
        ({"lat": "tujuh"}, "lat"),
        ({"lat": "-7.4", "long": ""}, "lat"),
        ({"lat": "52.5", "long": "13.4"}, "lat, long"),
        ({"lat": "", "long": ""}, "lat, long"),
        ({"description": " "}, "description"),
        ({"email": "bukan"}, "email"),
        ({"address_id": "99.99"}, "address_id"),
        ({"attribute[warna]": "merah"}, "attribute[warna]"),
        ({"attribute[jenis_jalan]": "tol"}, "attribute[jenis_jalan]"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_stored(
    client: FlaskClient, session: Session, magelang: City, changed: dict[str, str], named: str
) -> None:
    error = send(client, expect=400, **(LAMP | changed))
    assert error["code"] == 400
    assert error["description"].startswith(f"{named}: ")
    assert session.scalar(select(func.count()).select_from(Report)) == 0


def test_errors_come_as_xml_where_xml_was_asked_for(client: FlaskClient, magelang: City) -> None:
    answer = client.post(f"{BASE}/requests.xml", data=LAMP | {"service_code": "Q99"})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert b"<errors><error><code>400</code>" in answer.data


def test_a_wrong_key_is_refused_and_a_right_one_taken(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    error = send(client, expect=403, **LAMP, api_key="crk_salah")
    assert error["code"] == 403
    now = utcnow()
    _, other = api_keys.make(session, name="Lain", scopes=[Scope.READ_KEY], days=1, now=now)
    _, key = api_keys.make(session, name="App", scopes=[Scope.SEND_GEOREPORT], days=1, now=now)
    _, old = api_keys.make(
        session, name="Lama", scopes=[Scope.SEND_GEOREPORT], days=1, now=now - timedelta(days=2)
    )
    session.commit()
    for refused in (other, old):
        assert send(client, expect=403, **LAMP, api_key=refused)["code"] == 403
    assert session.scalar(select(func.count()).select_from(Report)) == 0
    send(client, **LAMP, api_key=key)


def test_a_body_that_is_no_form_is_refused(client: FlaskClient, magelang: City) -> None:
    answer = client.post(f"{BASE}/requests.json", data=b"{}", content_type="application/json")
    assert answer.status_code == 400


def test_too_many_files_are_refused(client: FlaskClient, session: Session, magelang: City) -> None:
    files = [(io.BytesIO(b"x"), f"{number}.jpg") for number in range(6)]
    error = send(client, expect=400, **LAMP, media=files)
    assert error["code"] == 400
    assert session.scalar(select(func.count()).select_from(Report)) == 0
