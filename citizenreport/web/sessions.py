"""The staff session's cookie, and who is signed in. `/api` and `/open311` never look at it."""

import ipaddress
from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, request
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.ids import new_public_id
from citizenreport.identity import service, sessions
from citizenreport.identity.rules import ABSOLUTE, Actor, browser_of
from citizenreport.web import sso
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.paths import is_machine_path
from citizenreport.web.scratch import scratch

UNATTENDED: Final = "__citizenreport_unattended__"
DEVICE_COOKIE_S: Final = 180 * 24 * 3600
PROXY_MARKS: Final = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
)

V = TypeVar("V", bound=Callable[..., object])


class NoCookieSession(SessionInterface):
    """Flask's own session, switched off: nothing is kept in a cookie but random tokens."""

    def open_session(self, app: Flask, request: object) -> SessionMixin | None:
        return None  # Flask makes a null session, which refuses to be written

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        raise AssertionError("a null session is never saved")


def unattended(view: V) -> V:
    """Mark a view that a page asks by itself: nobody is there, so the session gets no longer."""
    setattr(view, UNATTENDED, True)
    return view


def init_app(app: Flask) -> None:
    app.session_interface = NoCookieSession()


def is_https() -> bool:
    return urlsplit(str(current_app.config["PUBLIC_URL"])).scheme == "https"


def cookie_name(name: str) -> str:
    """Return the cookie's name: bound to this very host where the browser can promise that."""
    return f"__Host-{name}" if is_https() else name


def session_token() -> str | None:
    """Return the session token this request carries, if its path may have one."""
    if is_machine_path(request.path):
        return None
    given: str | None = scratch().get("new_session")
    return given or request.cookies.get(cookie_name("session"))


def adopt(token: str) -> None:
    """Let the rest of this request belong to a session that was just begun or renewed."""
    scratch().pop("actor", None)
    scratch()["new_session"] = token


def signed_in() -> Actor | None:
    """Return who is signed in, or None. Read once per request."""
    notes = scratch()
    if "actor" not in notes:
        token = session_token()
        notes["actor"] = _resume(token) if token else None
        keep_out_of_caches()
    actor: Actor | None = notes["actor"]
    return actor


def current_actor() -> Actor:
    """Return who is signed in. Only behind a guard: `requires` has made sure of it."""
    actor = signed_in()
    assert actor is not None, "a view that acts for staff needs @requires"
    return actor


def current_token() -> str:
    """Return the token of who is signed in. Only behind a guard."""
    token = session_token()
    assert token is not None, "a view that acts for staff needs @requires"
    return token


def is_demo_allowed() -> bool:
    """Tell whether demo accounts may enter: private cluster, and asked on loopback by loopback.

    The Host header is checked too: a foreign page that resolves to 127.0.0.1 has another. What
    went through a proxy comes from elsewhere, whatever address the proxy itself has.
    """
    if not current_app.config.get("IS_PRIVATE", False):
        return False
    if any(name in request.headers for name in PROXY_MARKS) or _is_old_http():
        return False
    host = urlsplit(f"//{request.host}").hostname or ""
    return _is_loopback(host) and _is_loopback(request.remote_addr or "")


def set_session(response: Response, signed: service.SignedIn) -> None:
    """Give the browser its session, and the mark that it has signed in before."""
    give_session(response, signed.token)
    response.set_cookie(
        cookie_name("device"),
        _devices().dumps([signed.actor.staff_id.hex, new_public_id()]),
        max_age=DEVICE_COOKIE_S,
        secure=is_https(),
        httponly=True,
        samesite="Strict",
        path="/",
    )


def give_session(response: Response, token: str) -> Response:
    """Give the browser the token of its session, a new one or a renewed one's."""
    response.set_cookie(
        cookie_name("session"),
        token,
        max_age=2 * int(ABSOLUTE.total_seconds()),  # longer than it counts: forms stay ours
        secure=is_https(),
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def drop_session(response: Response) -> None:
    """Take the session from the browser; the server forgets it elsewhere (`identity.sessions.logout`)."""
    response.delete_cookie(cookie_name("session"), path="/", secure=is_https(), httponly=True)


def client() -> service.Client:
    """Return where this request comes from, as the login sees it."""
    return service.Client(
        address=request.remote_addr or "",
        device=_device(),
        demo_allowed=is_demo_allowed(),
        browser=browser_of(request.headers.get("User-Agent", "")),
    )


def _resume(token: str) -> Actor | None:
    now = utcnow()
    with transaction() as session:
        found = sessions.resumed(
            session,
            token,
            demo_allowed=is_demo_allowed(),
            is_attended=not _is_unattended(),
            now=now,
        )
    if found is None or (found.recheck is not None and not sso.still_good(found.recheck, now=now)):
        return None
    return found.actor


def _is_unattended() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, UNATTENDED, False) is True


def _device() -> service.Device | None:
    cookie = request.cookies.get(cookie_name("device"))
    if cookie is None:
        return None
    try:
        staff_hex, nonce = _devices().loads(cookie, max_age=DEVICE_COOKIE_S)
    except BadSignature:
        return None
    return service.Device(staff_id=UUID(staff_hex), nonce=nonce)


def _devices() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="known-device")


def _is_old_http() -> bool:
    """Tell whether this was asked in HTTP/1.0: no browser does, nginx does unless told otherwise,
    and then passes on neither the visitor's address nor the name that was asked for.
    """
    return request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
