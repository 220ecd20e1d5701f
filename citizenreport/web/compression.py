"""Pages, scripts and data go over the wire compressed: a cheap phone pays for every kilobyte.

What is one person's own (`no-store`) is not compressed: the length of a compressed answer can tell
of a secret in it to whoever can put text beside it. CSRF tokens are masked anew for each page.
"""

import gzip
from typing import Final

from flask import Flask, Response, request

KINDS: Final = frozenset(
    {
        *("text/html", "text/css", "text/javascript", "text/csv", "text/plain"),
        *("application/json", "application/geo+json", "application/manifest+json"),
        *("application/atom+xml", "application/xml", "image/svg+xml", "text/xml"),
    }
)
LEAST_BYTES: Final = 1_000  # below this the head of an answer weighs more than what is saved
LEVEL: Final = 6


def init_app(app: Flask) -> None:
    """Compress answers to GET. To be called first: what is registered first runs last."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.status_code != 200 or response.mimetype not in KINDS:
        return response
    response.vary.add("Accept-Encoding")
    if not _may_compress(response):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < LEAST_BYTES:
        return response
    response.set_data(gzip.compress(body, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _is_weak = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)  # the same content, in other bytes
    return response


def _may_compress(response: Response) -> bool:
    return (
        request.method == "GET"
        and request.accept_encodings.quality("gzip") > 0
        and "Content-Encoding" not in response.headers
        and not response.cache_control.no_store
    )
