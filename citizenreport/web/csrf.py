"""No foreign page may act through a visitor's browser.

Every request that changes something and may carry a cookie needs a token made for this browser
and, where the browser says where it comes from, the right origin. `/api`, `/open311` and the
addresses that end mails by their token take no cookie, so they need neither.

With `Referrer-Policy: no-referrer` a browser sends `Origin: null` with a form; `Sec-Fetch-Site`
still tells the truth and is asked first. Source: OWASP CSRF Prevention; Fetch standard,
"append a request Origin header".
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from markupsafe import Markup

from citizenreport.core.errors import NotAllowed
from citizenreport.core.text import _n
from citizenreport.web.paths import is_machine_path, is_token_path
from citizenreport.web.scratch import scratch
from citizenreport.web.sessions import cookie_name, is_https, session_token

FIELD: Final = "csrf_token"
HEADER: Final = "X-CSRF-Token"
TO_KEEP: Final = "X-To-Keep"
"""A page that the service worker fetches to keep: its token is thrown away, so it gives no seed.
Without a seed two answers that cross would each give one, and the first page's form would fail."""
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
DIGEST_BYTES: Final = 32
SEED_CHARS: Final = 22
COOKIE_S: Final = 24 * 3600


class ForgedRequest(NotAllowed):
    code = "forged-request"
    title = _n("Formulir ini sudah kedaluwarsa atau dikirim dari halaman lain.")


def init_app(app: Flask) -> None:
    """Check every unsafe request outside the doors for machines; give templates `csrf_field()`."""
    app.before_request(_protect)
    app.after_request(_remember)
    app.context_processor(lambda: {"csrf_field": csrf_field, "csrf_token": csrf_token})


def csrf_field() -> Markup:
    """Return the hidden field that each form carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())


def csrf_token() -> str:
    """Return a token for this browser: masked, so that it never compresses the same way twice."""
    digest = _digest(_binding())
    mask = secrets.token_bytes(DIGEST_BYTES)
    masked = bytes(a ^ b for a, b in zip(mask, digest, strict=True))
    return urlsafe_b64encode(mask + masked).decode()


def _protect() -> None:
    if request.method in SAFE_METHODS or is_machine_path(request.path):
        return
    if is_token_path(request.path):
        return
    if not _is_own_origin():
        raise ForgedRequest()
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    binding = _existing_binding()
    if binding is None or not _fits(sent, binding):
        raise ForgedRequest()


def _is_own_origin() -> bool:
    """Tell whether the browser says that one of our own pages sent this."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None or origin == "null":
        return True  # an old browser that tells nothing: the token decides
    public = urlsplit(str(current_app.config["PUBLIC_URL"]))
    return origin in (f"{public.scheme}://{public.netloc}", request.host_url.rstrip("/"))


def _fits(sent: str, binding: str) -> bool:
    try:
        raw = urlsafe_b64decode(sent)
    except (BadBase64, ValueError):
        return False
    if len(raw) != 2 * DIGEST_BYTES:
        return False
    mask, masked = raw[:DIGEST_BYTES], raw[DIGEST_BYTES:]
    digest = bytes(a ^ b for a, b in zip(mask, masked, strict=True))
    return hmac.compare_digest(digest, _digest(binding))


def _binding() -> str:
    """Return what the token is tied to, making a seed for a visitor without a session."""
    token = session_token()
    if token:
        return f"session {token}"
    seed = scratch().setdefault("csrf_seed", _sent_seed() or secrets.token_urlsafe(16))
    return f"seed {seed}"


def _existing_binding() -> str | None:
    token = session_token()
    if token:
        return f"session {token}"
    seed = _sent_seed()
    return None if seed is None else f"seed {seed}"


def _sent_seed() -> str | None:
    seed = request.cookies.get(cookie_name("csrf"), "")
    return seed if len(seed) == SEED_CHARS else None


def _digest(binding: str) -> bytes:
    key = f"csrf {current_app.config['SECRET_KEY']}".encode()
    return hmac.digest(key, binding.encode("utf-8", "surrogatepass"), hashlib.sha256)


def _remember(response: Response) -> Response:
    """Keep the seed in the visitor's cookie; the page with its token is theirs alone."""
    seed = scratch().get("csrf_seed")
    if seed is not None:
        if response.headers.get("Cache-Control") != "no-store":
            response.headers["Cache-Control"] = "private, no-cache"
        if TO_KEEP in request.headers:
            return response
        response.set_cookie(
            cookie_name("csrf"),
            seed,
            max_age=COOKIE_S,
            secure=is_https(),
            httponly=True,
            samesite="Lax",  # a form opened from a chat keeps the seed of another tab
            path="/",
        )
    return response
