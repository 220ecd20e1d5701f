"""Rules of GeoReport v2, and of what its clients need, that no other test here is about."""

import json
import xml.etree.ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.intake.models import Report
from citizenreport.web.context import EXTENSION, Services
from tests.doors.open311.calls import BASE, ask, send
from tests.scenes import Scene

LAMP = {"service_code": "A04", "description": "Lampu mati."}
POINT = {"lat": "-7.478474", "long": "110.22199"}
BOMB = (
    '<!DOCTYPE b [<!ENTITY a "aaaaaaaa"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<service_requests><request><description>&a;&x;</description></request></service_requests>"
)


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


@pytest.mark.parametrize(
    "where",
    [POINT, {"address_id": "33.71.03.1005"}, {"address_string": "Depan masjid, Kelurahan Panjang"}],
    ids=["point", "address_id", "address_string"],
)
def test_each_of_the_three_locations_is_enough(
    client: FlaskClient, session: Session, magelang: City, where: dict[str, str]
) -> None:
    assert send(client, **(LAMP | where))["service_request_id"]
    assert count(session) == 1


def test_an_address_that_names_no_area_or_two_asks_for_a_place(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    for where in ("Depan rumah saya", "Antara Kelurahan Panjang dan Kelurahan Kedungsari"):
        error = send(client, expect=400, **(LAMP | {"address_string": where}))
        assert error["description"].startswith("lat, long: ")
    assert count(session) == 0


def test_a_post_is_looked_at_in_its_address_too(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    wrong = client.post(f"{BASE}/requests.json?jurisdiction_id=lain", data=LAMP | POINT)
    assert wrong.status_code == 404
    unknown = client.post(f"{BASE}/requests.json?warna=merah", data=LAMP | POINT)
    assert unknown.status_code == 400
    key = client.post(f"{BASE}/requests.json?api_key=crk_salah", data=LAMP | POINT)
    assert key.status_code == 403
    assert count(session) == 0
    own = client.post(f"{BASE}/requests.json?jurisdiction_id=33.71&api_key=", data=LAMP | POINT)
    assert own.status_code == 201


@pytest.mark.parametrize("kind", ["text/xml", "application/xml"])
@pytest.mark.parametrize("path", ["requests", "servicerequestupdates"])
def test_xml_is_no_way_in(
    client: FlaskClient, session: Session, magelang: City, kind: str, path: str
) -> None:
    answer = client.post(f"{BASE}/{path}.xml", data=BOMB, content_type=kind)
    assert answer.status_code in (400, 403)
    assert ET.fromstring(answer.data).tag == "errors"
    assert b"root:" not in answer.data
    assert count(session) == 0


@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_wrong_method_is_400_in_the_form_that_is_asked_for(
    client: FlaskClient, magelang: City, form: str
) -> None:
    answer = client.put(f"{BASE}/requests.{form}")
    assert answer.status_code == 400
    assert (b"<errors><error>" in answer.data) is (form == "xml")


def test_a_production_service_names_a_second_one_to_try_things_out_on(
    app: Flask, client: FlaskClient, magelang: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = app.extensions[EXTENSION]
    assert isinstance(services, Services)
    assert services.keys is not None
    monkeypatch.setitem(app.config, "GEOREPORT_TEST_URL", "https://uji.example/open311/v2/")
    found = ask(client, "discovery")["endpoints"]
    kinds = [(one["type"], one["url"]) for one in found]
    if services.keys.is_demo:
        assert [kind for kind, _ in kinds] == ["test"]
    else:
        assert kinds[1] == ("test", "https://uji.example/open311/v2")
        assert kinds[0][0] == "production"


def test_ids_are_text_truths_are_truths_and_places_are_numbers(
    client: FlaskClient, scene: Scene
) -> None:
    code = scene.released("A04").tracking_code
    [shown] = ask(client, f"requests/{code}")
    assert isinstance(shown["service_request_id"], str)
    assert isinstance(shown["service_code"], str)
    assert (type(shown["lat"]), type(shown["long"])) == (float, float)
    for service in ask(client, "services"):
        assert isinstance(service["metadata"], bool)
        assert service["type"] in ("realtime", "batch", "blackbox")
    for attribute in ask(client, "services/A08")["attributes"]:
        assert isinstance(attribute["variable"], bool)
        assert isinstance(attribute["required"], bool)
        assert isinstance(attribute["values"], list)


def test_an_empty_parameter_is_as_good_as_none(client: FlaskClient, scene: Scene) -> None:
    scene.released("A04")
    empty = dict.fromkeys(("service_code", "start_date", "status", "page", "jurisdiction_id"), "")
    assert ask(client, "requests", **empty) == ask(client, "requests")


@pytest.mark.parametrize("path", ["discovery", "services", "requests", "servicerequestupdates"])
def test_xml_has_a_declaration_no_namespace_and_the_same_numbers_of_things(
    client: FlaskClient, scene: Scene, path: str
) -> None:
    scene.released("A04")
    xml = client.get(f"{BASE}/{path}.xml").data
    assert xml.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    root = ET.fromstring(xml)
    assert not any("}" in element.tag for element in root.iter())
    bare = json.loads(client.get(f"{BASE}/{path}.json").data)
    if isinstance(bare, list):
        assert len(bare) == len(root)
