"""A staff form that comes back without a session, or with the token of an older one."""

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from citizenreport.console.kept import Kept, interrupted
from citizenreport.console.login import render_login
from citizenreport.web.bodies import MalformedBody
from citizenreport.web.csrf import ForgedRequest
from citizenreport.web.guards import LoginNeeded
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.problems import describe, render
from citizenreport.web.sessions import signed_in

bp = Blueprint("interrupted", __name__, template_folder="templates")


@bp.app_errorhandler(LoginNeeded)
def no_session(error: LoginNeeded) -> Response:
    """Ask for a login that carries the form along."""
    kept = _form()
    return render(describe(error)) if kept is None else render_login(error, kept=kept)


@bp.app_errorhandler(ForgedRequest)
def other_session(error: ForgedRequest) -> Response:
    """Offer to send a form of our own page again, from the session that is there now, or a new one.

    Only what the browser says came from our own page; it is sent by a press of a button.
    """
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        return render(describe(error))
    kept = _form()
    if kept is None:
        return render(describe(error))
    if signed_in() is None:
        return render_login(error, kept=kept)
    return make_response(render_template("console/resume.html", kept=kept), 403)


def _form() -> Kept | None:
    if not request.path.startswith("/petugas/"):
        return None
    keep_out_of_caches()
    try:
        return interrupted()
    except (HTTPException, MalformedBody):
        return None  # too large or unreadable: there is nothing to keep
