"""Discovery, the list of services and what is asked about each."""

import json
import xml.etree.ElementTree as ET

from flask.testing import FlaskClient

from citizenreport.cities.rules import City
from tests.doors.open311.calls import BASE, ask


def test_discovery_names_endpoint_forms_and_whom_to_ask(
    client: FlaskClient, magelang: City
) -> None:
    found = ask(client, "discovery")
    assert set(found) == {"changeset", "contact", "key_service", "endpoints"}
    [endpoint] = found["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"].endswith("/open311/v2")
    assert endpoint["type"] in ("production", "test")
    assert endpoint["formats"] == ["text/xml", "application/json"]


def test_every_category_is_a_service(client: FlaskClient, magelang: City) -> None:
    services = ask(client, "services")
    assert [service["service_code"] for service in services] == sorted(magelang.categories)
    lamp = next(service for service in services if service["service_code"] == "A04")
    assert set(lamp) == {
        *("service_code", "service_name", "description", "metadata", "type", "keywords", "group"),
    }
    assert lamp["service_name"] == magelang.categories["A04"].names["id"]
    assert lamp["metadata"] is True
    assert (lamp["type"], lamp["group"]) == ("realtime", "aman")


def test_services_are_named_in_the_language_that_is_asked_for(
    client: FlaskClient, magelang: City
) -> None:
    answer = client.get(f"{BASE}/services.json?lang=en")
    names = {service["service_name"] for service in json.loads(answer.data)}
    assert magelang.categories["A04"].names["en"] in names
    assert "Set-Cookie" not in answer.headers


def test_questions_are_attributes_in_order(client: FlaskClient, magelang: City) -> None:
    definition = ask(client, "services/A08")
    assert definition["service_code"] == "A08"
    attributes = definition["attributes"]
    assert [attribute["order"] for attribute in attributes] == [1, 2, 3]
    by_code = {attribute["code"]: attribute for attribute in attributes}
    assert by_code["kelas_jalan"]["datatype"] == "singlevaluelist"
    assert {"key": "kota", "name": "Jalan kota"} in by_code["kelas_jalan"]["values"]
    assert by_code["bagian"]["datatype"] == "multivaluelist"
    assert by_code["perkiraan_ukuran"]["values"] == []
    assert all(attribute["required"] is False for attribute in attributes)


def test_an_old_client_asks_in_the_singular(client: FlaskClient, magelang: City) -> None:
    assert ask(client, "service/A08") == ask(client, "services/A08")


def test_a_service_without_questions_has_an_empty_list(client: FlaskClient, magelang: City) -> None:
    code = next(c.category_code for c in magelang.categories.values() if not c.questions)
    assert ask(client, f"services/{code}")["attributes"] == []


def test_what_is_unknown_is_404_in_the_form_that_is_asked_for(
    client: FlaskClient, magelang: City
) -> None:
    for path in ("services/Q99", "nothing", "requests/ZZZZZZZZZZ", "tokens/ZZZZZZZZZZ"):
        [error] = ask(client, path, expect=404)
        assert error["code"] == 404
        assert error["description"]
    [error] = ask(client, "services", expect=404, jurisdiction_id="jakarta")
    assert "jurisdiction_id" in error["description"]
    root = ET.fromstring(client.get(f"{BASE}/services/Q99.xml").data)
    assert root.tag == "errors"
    assert root.findtext("./error/code") == "404"


def test_an_address_without_a_form_is_an_error_in_xml(client: FlaskClient, magelang: City) -> None:
    answer = client.get(f"{BASE}/services")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"


def test_the_own_jurisdiction_and_an_empty_one_are_served(
    client: FlaskClient, magelang: City
) -> None:
    everything = ask(client, "services")
    assert ask(client, "services", jurisdiction_id="33.71") == everything
    assert ask(client, "services", jurisdiction_id="") == everything


def test_a_misspelt_parameter_is_named(client: FlaskClient, magelang: City) -> None:
    [error] = ask(client, "requests", expect=400, servce_code="A04")
    assert error["description"].startswith("servce_code: ")


def test_an_answer_that_did_not_change_is_304(client: FlaskClient, magelang: City) -> None:
    first = client.get(f"{BASE}/services.json")
    again = client.get(f"{BASE}/services.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
