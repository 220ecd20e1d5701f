"""A client of the endpoint, for the tests beside this: asks in one form, reads what comes."""

import json
import xml.etree.ElementTree as ET
from typing import Any

from flask.testing import FlaskClient

BASE = "/open311/v2"


def ask(client: FlaskClient, path: str, *, expect: int = 200, **query: str) -> Any:
    """Return the JSON of an address; the XML of the same address must have the same status."""
    answer = client.get(f"{BASE}/{path}.json", query_string=query)
    assert answer.status_code == expect, answer.text
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    twin = client.get(f"{BASE}/{path}.xml", query_string=query)
    assert twin.status_code == expect, twin.text
    assert twin.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert ids_in(twin.data) == ids_of(json.loads(answer.data))
    return json.loads(answer.data)


def ids_in(xml: bytes) -> list[str | None]:
    root = ET.fromstring(xml)
    return [element.text for element in root.iter("service_request_id")]


def ids_of(body: Any) -> list[str | None]:
    rows = body if isinstance(body, list) else []
    return [row["service_request_id"] for row in rows if "service_request_id" in row]


def send(
    client: FlaskClient, form: str = "json", *, expect: int = 201, **fields: Any
) -> dict[str, Any]:
    """Post a request and return the first element of the JSON answer."""
    answer = client.post(f"{BASE}/requests.{form}", data=fields)
    assert answer.status_code == expect, answer.text
    body = json.loads(answer.data)
    assert isinstance(body, list)
    first: dict[str, Any] = body[0]
    return first
