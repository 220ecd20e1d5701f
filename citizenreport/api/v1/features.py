"""/api/v1/features: published places as map programs read them.

Source: OGC API – Features – Part 1: Core (OGC 17-069r4): core, geojson, oas30.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from flask import Flask, Response, json, request
from flask_smorest import Blueprint
from marshmallow import RAISE, ValidationError

from citizenreport.api.v1.feature_collections import (
    Collection,
    Feature,
    FeaturePage,
    collection_of,
    every_collection,
)
from citizenreport.api.v1.feature_document import OPENAPI_3_0, document_of
from citizenreport.api.v1.feature_schemas import (
    CollectionSchema,
    CollectionsSchema,
    ConformanceSchema,
    FeatureSchema,
    FeaturesSchema,
    ItemsQuerySchema,
    LinkedSchema,
    NoQuerySchema,
)
from citizenreport.cities.ground import bounds_of
from citizenreport.core.text import _n
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.open_reads import answer, site
from citizenreport.web.problems import BODIES, MEDIA_TYPE, Problem

PREFIX: Final = "/api/v1/features"
JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
HTML: Final = "text/html"
CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN: Final = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
CONFORMS_TO: Final = [
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}"
    for part in ("core", "geojson", "oas30")
]
Links = list[dict[str, str]]

bp = Blueprint(
    "features",
    __name__,
    url_prefix=PREFIX,
    description="OGC API – Features: what QGIS and GDAL open",
)


def init_app(app: Flask) -> None:
    """Have what is wrong with an address answered with 400 here, as the standard wants it."""
    app.extensions.setdefault(BODIES, {})[PREFIX] = _refuse


def _refuse(problem: Problem) -> Response:
    unreadable = problem.status == HTTPStatus.UNPROCESSABLE_ENTITY
    status = HTTPStatus.BAD_REQUEST if unreadable else problem.status
    body = problem.document() | {"status": int(status)}
    return Response(json.dumps(body), int(status), content_type=MEDIA_TYPE)


@bp.get("")
@bp.arguments(NoQuerySchema, location="query", unknown=RAISE)
@bp.response(200, LinkedSchema)
@public
def landing(_asked: dict[str, Any]) -> Response:
    """Say what there is and where."""
    body = {
        "title": f"Laporan warga {current_city().name} / Residents' reports",
        "description": "Published reports and the areas of the city. Only what was released.",
        "links": [
            _link("", "self", JSON, "This document"),
            _link("/api", "service-desc", OPENAPI_3_0, "The definition of this API"),
            _link("/conformance", "conformance", JSON, "The parts of the standard it keeps"),
            _link("/collections", "data", JSON, "The collections"),
        ],
    }
    return answer(json.dumps(body), JSON)


@bp.get("/conformance")
@bp.arguments(NoQuerySchema, location="query", unknown=RAISE)
@bp.response(200, ConformanceSchema)
@public
def conformance(_asked: dict[str, Any]) -> Response:
    """Say which parts of the standard are kept."""
    return answer(json.dumps({"conformsTo": CONFORMS_TO}), JSON)


@bp.get("/api")
@bp.arguments(NoQuerySchema, location="query", unknown=RAISE)
@bp.response(200, {"type": "object"}, content_type=OPENAPI_3_0)
@public
def definition(_asked: dict[str, Any]) -> Response:
    """Give the OpenAPI 3.0 definition of this part, which the standard asks for."""
    body = document_of(f"{site()}{PREFIX}", current_city().name)
    return answer(json.dumps(body), OPENAPI_3_0)


@bp.get("/collections")
@bp.arguments(NoQuerySchema, location="query", unknown=RAISE)
@bp.response(200, CollectionsSchema)
@public
def collections(_asked: dict[str, Any]) -> Response:
    """List the collections."""
    body = {
        "links": [_link("/collections", "self", JSON, "This document")],
        "collections": [_collection(one) for one in every_collection()],
    }
    return answer(json.dumps(body), JSON)


@bp.get("/collections/<collection>")
@bp.arguments(NoQuerySchema, location="query", unknown=RAISE)
@bp.response(200, CollectionSchema)
@public
def collection(_asked: dict[str, Any], collection: str) -> Response:
    """Describe one collection."""
    return answer(json.dumps(_collection(collection_of(collection))), JSON)


@bp.get("/collections/<collection>/items")
@bp.arguments(ItemsQuerySchema, location="query", unknown=RAISE)
@bp.response(200, FeaturesSchema, content_type=GEOJSON)
@public
def items(asked: dict[str, Any], collection: str) -> Response:
    """Give features of a collection, a page at a time."""
    chosen = collection_of(collection)
    _check_filters(chosen, asked)
    page = chosen.page(current_city(), asked)
    body: dict[str, object] = {
        "type": "FeatureCollection",
        "features": page.features,
        "links": _page_links(chosen, page),
        "numberReturned": len(page.features),
    }
    if page.matched is not None:
        body["numberMatched"] = page.matched
    response = _geojson(body)
    if page.after is not None:
        response.headers["Link"] = f'<{_next(chosen, page.after)}>; rel="next"; type="{GEOJSON}"'
    return response


@bp.get("/collections/<collection>/items/<feature_id>")
@bp.arguments(NoQuerySchema, location="query", unknown=RAISE)
@bp.response(200, FeatureSchema, content_type=GEOJSON)
@public
def item(_asked: dict[str, Any], collection: str, feature_id: str) -> Response:
    """Give one feature. One that is not public answers like none."""
    chosen = collection_of(collection)
    feature: Feature = chosen.one(current_city(), feature_id)
    below = f"/collections/{chosen.id}"
    links = [
        _link(f"{below}/items/{feature['id']}", "self", GEOJSON, "This feature"),
        _link(below, "collection", JSON, chosen.title),
    ]
    return _geojson({**feature, "links": links})


def _check_filters(chosen: Collection, asked: Mapping[str, Any]) -> None:
    """Refuse a filter that this collection does not have. Raises ValidationError."""
    own = {"limit", "bbox", "datetime", "after", "f", "lang", *chosen.filters}
    wrong = sorted(asked.keys() - own)
    if wrong:
        raise ValidationError(
            {name: [_n("Bagian ini tidak dikenal. Periksa ejaannya.")] for name in wrong}
        )


def _geojson(body: Mapping[str, object]) -> Response:
    response = answer(json.dumps(body), GEOJSON)
    response.headers["Content-Crs"] = f"<{CRS84}>"
    return response


def _collection(one: Collection) -> dict[str, object]:
    below = f"/collections/{one.id}"
    extent: dict[str, object] = {
        "spatial": {"bbox": [[*bounds_of(current_city())]], "crs": CRS84},
    }
    if one.has_time:
        extent["temporal"] = {"interval": [[None, None]], "trs": GREGORIAN}
    return {
        "id": one.id,
        "title": one.title,
        "description": one.description,
        "itemType": "feature",
        "crs": [CRS84],
        "extent": extent,
        "links": [
            _link(below, "self", JSON, one.title),
            _link(f"{below}/items", "items", GEOJSON, one.title),
        ],
    }


def _page_links(chosen: Collection, page: FeaturePage) -> Links:
    own = urlencode(request.args.to_dict())
    below = f"/collections/{chosen.id}"
    links = [
        _link(f"{below}/items{'?' if own else ''}{own}", "self", GEOJSON, "This page"),
        _link(below, "collection", JSON, chosen.title),
    ]
    if page.after is not None:
        links.append(
            {"href": _next(chosen, page.after), "rel": "next", "type": GEOJSON, "title": "Next"}
        )
    return links


def _next(chosen: Collection, after: str) -> str:
    query = urlencode({**request.args.to_dict(), "after": after})
    return f"{site()}{PREFIX}/collections/{chosen.id}/items?{query}"


def _link(path: str, rel: str, media_type: str, title: str) -> dict[str, str]:
    return {"href": f"{site()}{PREFIX}{path}", "rel": rel, "type": media_type, "title": title}
