"""/api/v1/key"""

from flask import request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.identity import api_keys
from citizenreport.identity.api_keys import Scope
from citizenreport.web.guards import LoginNeeded, public
from citizenreport.web.headers import keep_out_of_caches

BEARER = "Bearer "

bp = Blueprint(
    "key", __name__, url_prefix="/api/v1/key", description="A key for programs of the city"
)


class KeyNeeded(LoginNeeded):
    code = "key-needed"
    title = _n("Kunci tidak dikenal, sudah berakhir, atau tidak mencakup ini.")


class KeySchema(Schema):
    name = fields.String()
    scopes = fields.List(fields.String())
    expires_at = fields.AwareDateTime()


@bp.get("")
@bp.response(200, KeySchema)
@bp.doc(security=[{"apiKey": []}])
@public
def show() -> ResponseReturnValue:
    """Say what the key sent as `Authorization: Bearer` may do, and until when."""
    keep_out_of_caches()
    given = request.headers.get("Authorization", "")
    with transaction() as session:
        key = given.removeprefix(BEARER) if given.startswith(BEARER) else ""
        row = api_keys.accept(session, key, Scope.READ_KEY, now=utcnow())
        if row is None:
            raise KeyNeeded
        return {"name": row.name, "scopes": row.scopes.split(), "expires_at": row.expires_at}
