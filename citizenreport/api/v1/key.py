"""/api/v1/key"""

from flask import Response, json
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from citizenreport.identity.scopes import Scope
from citizenreport.web.key_guard import current_key, requires_key

bp = Blueprint(
    "key", __name__, url_prefix="/api/v1/key", description="A key for programs of the city"
)


class KeySchema(Schema):
    """What a key may do, for which agency, and until when."""

    name = fields.String()
    scopes = fields.List(fields.String())
    agency_code = fields.String(allow_none=True)
    expires_at = fields.AwareDateTime()


@bp.get("")
@bp.response(200, KeySchema)
@bp.doc(security=[{"apiKey": []}])
@requires_key(Scope.READ_KEY)
def show() -> Response:
    """Say what the key sent as `Authorization: Bearer` may do, and until when."""
    key = current_key()
    body = {
        "name": key.name,
        "scopes": sorted(key.scopes),
        "agency_code": key.agency_code,
        "expires_at": key.expires_at,
    }
    return Response(json.dumps(KeySchema().dump(body)), mimetype="application/json")
