"""The OpenAPI 3.0 definition of OGC API – Features: the standard asks for this version.

Source: OGC 17-069r4, requirements class "OpenAPI 3.0". The service's own document is 3.1.
"""

from typing import Any, Final

from citizenreport.api.v1.feature_collections import COLLECTIONS, Collection
from citizenreport.web.published_query import PAGE_DEFAULT, PAGE_MAX

OPENAPI_3_0: Final = "application/vnd.oai.openapi+json;version=3.0"
GEOJSON: Final = "application/geo+json"
PROBLEM: Final = "application/problem+json"
FILTERS: Final = {
    "category": "Category codes, with commas between them",
    "aspect": "aman, nyaman, toleransi, harmoni, lainnya",
    "area": "Area codes (Kemendagri), with commas between them",
    "agency": "Agency codes, with commas between them",
    "status": "open or closed",
}
NUMBERS: Final = {"type": "array", "items": {"type": "number"}}


def document_of(address: str, city_name: str) -> dict[str, Any]:
    """Return the definition of the API that stands at `address`."""
    paths: dict[str, Any] = {
        "/": _read("landing", "What there is and where", "application/json"),
        "/conformance": _read("conformance", "What it conforms to", "application/json"),
        "/api": _read("definition", "This document", OPENAPI_3_0),
        "/collections": _read("collections", "The collections", "application/json"),
    }
    for collection in COLLECTIONS.values():
        paths |= _paths_of(collection)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": f"OGC API – Features: {city_name}",
            "version": "1",
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": address}],
        "paths": paths,
        "components": {
            "responses": {
                "Problem": {
                    "description": "What is wrong and what to do (RFC 9457)",
                    "content": {PROBLEM: {"schema": {"type": "object"}}},
                }
            }
        },
    }


def _paths_of(collection: Collection) -> dict[str, Any]:
    below = f"/collections/{collection.id}"
    name = collection.id.replace("-", "_")
    return {
        below: _read(f"describe_{name}", collection.title, "application/json"),
        f"{below}/items": _read(
            f"items_of_{name}", collection.title, GEOJSON, _item_parameters(collection)
        ),
        f"{below}/items/{{featureId}}": _read(
            f"item_of_{name}",
            collection.title,
            GEOJSON,
            [
                {
                    "name": "featureId",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string"},
                }
            ],
        ),
    }


def _item_parameters(collection: Collection) -> list[dict[str, Any]]:
    number = {"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT}
    parameters = [
        _query("limit", "How many on a page", number),
        _query("bbox", "west,south,east,north", {**NUMBERS, "minItems": 4, "maxItems": 6}),
        _query("datetime", "A day, an instant or an interval", {"type": "string"}),
        _query("after", "From the next link", {"type": "string"}),
    ]
    for name in collection.filters:
        parameters.append(_query(name, FILTERS[name], {"type": "string"}))  # noqa: PERF401
    return parameters


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    listed = {"style": "form", "explode": False} if schema["type"] == "array" else {}
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
        **listed,
    }


def _read(
    operation_id: str,
    summary: str,
    media_type: str,
    parameters: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "get": {
            "operationId": operation_id,
            "summary": summary,
            "parameters": parameters or [],
            "responses": {
                "200": {
                    "description": summary,
                    "content": {media_type: {"schema": {"type": "object"}}},
                },
                "default": {"$ref": "#/components/responses/Problem"},
            },
        }
    }
