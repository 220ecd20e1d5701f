"""What public reads of machines share: any site may read them, and how much is left is said.

Source: WHATWG Fetch (CORS); draft-ietf-httpapi-ratelimit-headers-10; RFC 9110 (conditional requests).
"""

import hashlib
from typing import Final

from flask import Flask, Response, current_app, request

from citizenreport.web.guards import PUBLIC, guard_of
from citizenreport.web.limit_rules import READ
from citizenreport.web.limits import COUNTED_AS, READING, headers_of
from citizenreport.web.versions import unless_known

PREFIX: Final = "/api/v1/"
EXPOSED: Final = "Content-Crs, ETag, Link, RateLimit, RateLimit-Policy, Retry-After"
ANSWERED_WITH: Final = frozenset({200, 204, 304})


def init_app(app: Flask) -> None:
    """Put the headers on every public read below PREFIX."""
    app.after_request(_add_headers)


def answer(body: str | bytes, content_type: str) -> Response:
    """Answer with an ETag made of the body alone; 304 when the reader has it already.

    It may be stored but not shown unasked: what is public may be taken back.
    """
    content = body.encode() if isinstance(body, str) else body
    response = Response(content, content_type=content_type)
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    response.cache_control.public = True
    response.cache_control.no_cache = True
    return unless_known(response)


def site() -> str:
    """Return the address of this service as the world knows it, without a slash at the end."""
    return str(current_app.config["PUBLIC_URL"]).rstrip("/")


def _add_headers(response: Response) -> Response:
    if not request.path.startswith(PREFIX) or not _is_open_read():
        return response
    response.headers["Access-Control-Allow-Origin"] = "*"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Accept, If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
        return response
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    if response.status_code in ANSWERED_WITH:
        for name, value in headers_of(READ).items():
            response.headers.setdefault(name, value)
    return response


def _is_open_read() -> bool:
    """Tell whether this request reads what is everybody's: whoever shows a secret reads what is theirs."""
    if request.method == "OPTIONS":
        return True  # nothing but reading without a secret is allowed by the answer
    if request.method not in READING or "Authorization" in request.headers:
        return False
    if request.endpoint is None:
        return False
    view = current_app.view_functions[request.endpoint]
    return guard_of(view) == PUBLIC and getattr(view, COUNTED_AS, READ) is READ
