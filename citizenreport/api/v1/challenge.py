"""/api/v1/challenge"""

from flask import Response, json
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from citizenreport.core.clock import utcnow
from citizenreport.web.context import current_keys
from citizenreport.web.guards import public
from citizenreport.web.limit_rules import CHALLENGE
from citizenreport.web.limits import headers_of, level_now, limited
from citizenreport.web.proof import new_challenge

bp = Blueprint(
    "challenge",
    __name__,
    url_prefix="/api/v1/challenge",
    description="A proof of work to send along with a report",
)


class ParametersSchema(Schema):
    """What to try. Source: ALTCHA, version 2."""

    algorithm = fields.String(metadata={"description": "PBKDF2/SHA-256"})
    cost = fields.Integer(metadata={"description": "Iterations of one try"})
    keyLength = fields.Integer(metadata={"description": "Bytes of a derived key"})  # noqa: N815
    keyPrefix = fields.String(metadata={"description": "How the wanted key begins, hex"})  # noqa: N815
    keySignature = fields.String()  # noqa: N815
    nonce = fields.String(metadata={"description": "Password before the counter, hex"})
    salt = fields.String(metadata={"description": "Hex"})
    expiresAt = fields.Integer(metadata={"description": "Unix time in seconds"})  # noqa: N815
    data = fields.Dict(keys=fields.String())


class ChallengeSchema(Schema):
    parameters = fields.Nested(ParametersSchema)
    signature = fields.String()


@bp.get("")
@bp.response(200, ChallengeSchema)
@limited(CHALLENGE)
@public
def ask() -> ResponseReturnValue:
    """Give a proof of work to solve; good for one report, and for an hour.

    Find the counter (0, 1, 2 …) whose key begins with `keyPrefix`: PBKDF2 of the nonce followed by
    the counter (four bytes, big endian). Send base64 of `{"challenge": …, "solution": {"counter":
    …, "derivedKey": hex}}` in `X-Proof-Of-Work`. A report without one is taken in too, up to a
    lower limit.
    """
    challenge = new_challenge(current_keys(), level=level_now(), now=utcnow())
    headers = {"Cache-Control": "no-store", **headers_of(CHALLENGE)}
    return Response(json.dumps(challenge), headers=headers, mimetype="application/json")
