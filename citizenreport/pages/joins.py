"""“Saya juga melihatnya”: one tap on a published report, once per browser, and back again.

What is kept is a keyed fingerprint of a random cookie, another one for each report: nobody can
tell from it who joined, or that two joins are of one person.
"""

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, request, url_for

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.ids import new_public_id, normalise_tracking_code
from citizenreport.pages import words
from citizenreport.publication import queries as publication_queries
from citizenreport.publication import service as publication
from citizenreport.publication.rules import JOINABLE
from citizenreport.storage.rules import is_key
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.guards import public
from citizenreport.web.limit_rules import JOIN
from citizenreport.web.limits import guessing, limited
from citizenreport.web.sessions import cookie_name, is_https

bp = Blueprint("joins", __name__, template_folder="templates")

COOKIE: Final = "joins"
COOKIE_S: Final = 60 * 24 * 3600  # as long as a released report is shown as a similar one


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinView:
    """What a published report's page says of those who see it too."""

    tracking_code: str
    sentence: str
    may_join: bool
    is_joined: bool


@bp.post("/laporan/<tracking_code>/ikut")
@limited(JOIN)
@public
def join(tracking_code: str) -> Response:
    """Count this browser's reader among those who see it too."""
    code = normalise_tracking_code(tracking_code)
    token = _token() or new_public_id()
    city = current_city()
    with guessing(), transaction() as session:
        publication.join(
            session,
            tracking_code=code,
            browser_hmac=_fingerprint(code, token),
            today=city.local_date(utcnow()),
        )
    response = _back_to(code)
    response.set_cookie(
        cookie_name(COOKIE),
        token,
        max_age=COOKIE_S,
        secure=is_https(),
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


@bp.post("/laporan/<tracking_code>/ikut/batal")
@limited(JOIN)
@public
def part(tracking_code: str) -> Response:
    """Take the join of this browser back."""
    code = normalise_tracking_code(tracking_code)
    token = _token() or ""
    with guessing(), transaction() as session:
        publication.part(session, tracking_code=code, browser_hmac=_fingerprint(code, token))
    return _back_to(code)


def join_view(report: dict[str, Any]) -> JoinView:
    """Return what the page of a published report says of its joins, outside the public reading."""
    code = report["tracking_code"]
    return JoinView(
        tracking_code=code,
        sentence=words.seen_by_sentence(report["seen_by_at_least"]),
        may_join=report["state"] in JOINABLE,
        is_joined=_has_joined(code),
    )


def _has_joined(code: str) -> bool:
    token = _token()
    if token is None:
        return False
    mark = _fingerprint(code, token)
    with transaction() as session:
        return publication_queries.has_joined(session, tracking_code=code, browser_hmac=mark)


def _token() -> str | None:
    token = request.cookies.get(cookie_name(COOKIE), "")
    return token if is_key(token) else None


def _fingerprint(code: str, token: str) -> bytes:
    return current_keys().fingerprint("report-join", f"{code}\x1f{token}")


def _back_to(code: str) -> Response:
    return make_response(
        redirect(url_for("published.show", tracking_code=code, _anchor="ikut"), 303)
    )
