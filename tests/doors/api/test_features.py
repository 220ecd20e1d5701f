"""OGC API – Features: what the standard asks for, and only what is published."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV30SpecValidator

from citizenreport.core.clock import utcnow
from tests.bad_input.test_openapi import Document, checker, document  # noqa: F401
from tests.scenes import Scene

URL = "/api/v1/features"
ITEMS = f"{URL}/collections/reports/items"
CRS84 = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"


def body(client: FlaskClient, address: str, **query: str) -> dict[str, Any]:
    reply = client.get(address, query_string=query)
    assert reply.status_code == 200, reply.text
    found = json.loads(reply.text)
    assert isinstance(found, dict)
    return found


def ids(client: FlaskClient, collection: str = "reports", **query: str) -> list[str]:
    found = body(client, f"{URL}/collections/{collection}/items", **query)
    return [feature["id"] for feature in found["features"]]


def test_every_link_of_the_way_in_leads_somewhere_of_its_type(
    client: FlaskClient,
    scene: Scene,
    document: Document,  # noqa: F811
) -> None:
    scene.released("A08")
    landing = body(client, URL)
    checker(document, "Linked").validate(landing)
    relations = {link["rel"] for link in landing["links"]}
    assert relations == {"self", "service-desc", "conformance", "data"}
    listed = body(client, f"{URL}/collections")
    checker(document, "Collections").validate(listed)
    links = [*landing["links"], *listed["links"]]
    for collection in listed["collections"]:
        assert collection["crs"] == [CRS84.strip("<>")]
        links += collection["links"]
        items = body(client, f"{URL}/collections/{collection['id']}/items", limit="1")
        checker(document, "Features").validate(items)
        links += items["links"]
        one = f"{URL}/collections/{collection['id']}/items/{items['features'][0]['id']}"
        checker(document, "Feature").validate(body(client, one))
        links += body(client, one)["links"]
    for link in links:
        reply = client.get(link["href"])
        assert reply.status_code == 200, link
        assert reply.headers["Content-Type"] == link["type"], link
        assert reply.headers["Access-Control-Allow-Origin"] == "*"


def test_it_names_the_three_classes_it_keeps(client: FlaskClient, scene: Scene) -> None:
    classes = body(client, f"{URL}/conformance")["conformsTo"]
    assert [address.rsplit("/", 1)[1] for address in classes] == ["core", "geojson", "oas30"]


def test_its_definition_is_valid_and_names_every_parameter(
    client: FlaskClient, scene: Scene
) -> None:
    definition = body(client, f"{URL}/api")
    assert list(OpenAPIV30SpecValidator(definition).iter_errors()) == []
    for path, operations in definition["paths"].items():
        address = f"{URL}{path.rstrip('/')}"
        if "{" in address:
            continue
        usual = {
            "limit": "3",
            "bbox": "110,-8,111,-7",
            "datetime": "2020-01-01/..",
            "status": "open",
        }
        for parameter in operations["get"]["parameters"]:
            name = parameter["name"]
            if name != "after":
                reply = client.get(address, query_string={name: usual.get(name, "A08")})
                assert reply.status_code == 200, (address, name)


def test_places_and_times_choose_among_what_is_released(client: FlaskClient, scene: Scene) -> None:
    code = scene.released("A08").tracking_code
    scene.submit("A08")
    day = scene.city.local_date(utcnow()).isoformat()
    for query, wanted in (
        ({}, [code]),
        ({"bbox": "110.1,-7.6,110.3,-7.4"}, [code]),
        ({"bbox": "-180,-90,180,90"}, [code]),
        ({"bbox": "110.1,-7.6,0,110.3,-7.4,100"}, [code]),
        ({"bbox": "110.0,-7.6,110.1,-7.4"}, []),
        ({"datetime": f"{day}/.."}, [code]),
        ({"datetime": f"{day}T00:00:00+07:00/"}, [code]),
        ({"datetime": "../2020-01-01"}, []),
        ({"datetime": "2020-01-01T00:00:00Z"}, []),
        ({"category": "A08"}, [code]),
        ({"category": "A12"}, []),
        ({"limit": "100000"}, [code]),
    ):
        assert ids(client, **query) == wanted, query


def test_a_report_without_an_hour_stands_for_its_whole_day(
    client: FlaskClient, scene: Scene
) -> None:
    category = next(
        one
        for one in scene.city.categories.values()
        if one.visibility == "public" and one.public_precision == "100m"
    )
    submitted = scene.released(category.category_code)
    today = scene.city.local_date(utcnow())
    for hour in ("00:00:00", "12:00:00", "23:59:59"):
        assert ids(client, datetime=f"{today}T{hour}+07:00") == [submitted.tracking_code]
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    assert ids(client, datetime=f"../{yesterday}T23:59:59+07:00") == []
    assert ids(client, datetime=f"{tomorrow}T00:00:01+07:00/..") == []


def test_next_leads_through_every_feature_once(client: FlaskClient, scene: Scene) -> None:
    for collection, count in (("reports", 5), ("kelurahan", len(scene.city.area_index.codes))):
        if collection == "reports":
            for _ in range(count):
                scene.released("A08")
        seen: list[str] = []
        address: str | None = f"{URL}/collections/{collection}/items?limit=2"
        while address is not None:
            reply = client.get(address)
            assert reply.headers["Content-Crs"] == CRS84
            found = json.loads(reply.text)
            seen += [feature["id"] for feature in found["features"]]
            following = [link for link in found["links"] if link["rel"] == "next"]
            address = following[0]["href"] if following else None
        assert len(seen) == len(set(seen)) == count


def test_an_agency_of_one_area_serves_that_area_and_others_the_city(
    client: FlaskClient, scene: Scene
) -> None:
    areas = body(client, f"{URL}/collections/agency-areas/items", limit="1000")["features"]
    by_code = {feature["id"]: feature for feature in areas}
    assert by_code["DLH"]["properties"]["area_level"] == "kota"
    levels = {feature["properties"]["area_level"] for feature in areas}
    assert levels == {"kota", "kecamatan", "kelurahan"}
    external = {code for code, agency in scene.city.agencies.items() if agency.is_external}
    assert external
    assert external.isdisjoint(by_code)


@pytest.mark.parametrize(
    "query",
    [
        *("bbox=1,2", "datetime=kemarin", "datetime=a/b/c", "datetime=2026-02-01/2026-01-01"),
        *("limit=0", "limit=banyak", "after=zzz", "tidak=dikenal"),
    ],
)
def test_what_cannot_be_read_answers_400_and_names_it(
    client: FlaskClient, scene: Scene, query: str
) -> None:
    reply = client.get(f"{ITEMS}?{query}")
    assert reply.status_code == 400
    assert reply.mimetype == "application/problem+json"
    problem = json.loads(reply.text)
    assert problem["status"] == 400
    assert problem["errors"][0]["pointer"] == f"#/{query.partition('=')[0]}"


def test_a_filter_of_another_collection_is_refused(client: FlaskClient, scene: Scene) -> None:
    assert client.get(f"{URL}/collections/kelurahan/items?category=A08").status_code == 400


def test_what_there_is_not_and_what_is_not_public_answer_alike(
    client: FlaskClient, scene: Scene
) -> None:
    hidden = scene.submit("A08").tracking_code
    unknown = client.get(f"{ITEMS}/ZZZZZZZZZZ")
    assert unknown.status_code == 404
    assert client.get(f"{ITEMS}/{hidden}").data == unknown.data
    assert client.get(f"{URL}/collections/kelurahan/items/99").status_code == 404
    assert client.get(f"{URL}/collections/none/items").status_code == 404
