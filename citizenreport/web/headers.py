"""Security headers of every answer. Source: protection.md section 5; OWASP Secure Headers."""

import secrets
from typing import Final

from flask import Flask, Response, current_app

from citizenreport.web.scratch import scratch

PERMISSIONS: Final = (
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), "
    "geolocation=(self), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), "
    "payment=(), serial=(), usb=()"
)
PAGE_POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
MACHINE_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
FIXED: Final = (
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Permissions-Policy", PERMISSIONS),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
HSTS_S: Final = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Put the headers on every answer and give templates `csp_nonce()`."""
    app.after_request(_add_headers)
    app.context_processor(lambda: {"csp_nonce": csp_nonce})


def csp_nonce() -> str:
    """Return this answer's nonce; made only when a template asks, so other pages stay equal."""
    nonce: str = scratch().setdefault("csp_nonce", secrets.token_urlsafe(16))
    return nonce


def keep_out_of_caches() -> None:
    """Mark the answer as one person's: no browser or proxy stores it."""
    scratch()["is_private_answer"] = True


def allow_framing() -> None:
    """Let any site show this answer in a frame: it is public, has no form, sets no cookie."""
    scratch()["is_framed"] = True


def _add_headers(response: Response) -> Response:
    headers = response.headers
    if "Content-Security-Policy" not in headers:
        headers.add("Content-Security-Policy", _policy(response))
    headers.extend(FIXED)
    if "is_framed" in scratch():
        del headers["X-Frame-Options"]
    if str(current_app.config["PUBLIC_URL"]).startswith("https:"):
        headers.setdefault("Strict-Transport-Security", f"max-age={HSTS_S}; includeSubDomains")
    if "is_private_answer" in scratch():
        headers["Cache-Control"] = "no-store"
    # What is public may be taken back: nobody shows a stored answer without asking.
    headers.setdefault("Cache-Control", "no-cache")
    return response


def _policy(response: Response) -> str:
    if response.mimetype != "text/html":
        return MACHINE_POLICY
    policy = dict(PAGE_POLICY)
    if "is_framed" in scratch():
        policy["frame-ancestors"] = "*"
    nonce = scratch().get("csp_nonce")
    if nonce is not None:
        policy["script-src"] += f" 'nonce-{nonce}'"
        policy["style-src"] += f" 'nonce-{nonce}'"
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())
