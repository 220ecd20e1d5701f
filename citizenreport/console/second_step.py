"""The second step of signing in: a code, or setting up what makes codes."""

from http import HTTPStatus

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.console.app_setup import render_codes, render_setup
from citizenreport.console.kept import carried
from citizenreport.console.login import destination, welcome
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, InvalidInput
from citizenreport.identity import passkeys, queries, second_factor
from citizenreport.identity.models import Staff
from citizenreport.identity.service import SignedIn
from citizenreport.web import sessions
from citizenreport.web.context import current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.passkey_site import passkey_site
from citizenreport.web.problems import describe

bp = Blueprint("second_step", __name__, url_prefix="/petugas/masuk", template_folder="templates")


@bp.get("/kode")
@public
def ask() -> ResponseReturnValue:
    """Ask for a code of whoever has given the password."""
    keep_out_of_caches()
    with transaction() as session:
        staff = _waiting(session)
        if staff is None:
            return _from_the_start()
        if not second_factor.has_factor(session, staff.id):
            return redirect(url_for("second_step.set_up", next=destination()), 303)
        has_passkey = bool(passkeys.passkeys_of(session, staff.id))
    return _form(has_passkey=has_passkey)


@bp.post("/kode")
@public
def check() -> ResponseReturnValue:
    """Sign in with a code; the session goes on under another token."""
    keep_out_of_caches()
    now = utcnow()
    with transaction() as session:
        staff = _waiting(session)
        if staff is None:
            return _from_the_start()
        fault = second_factor.code_fault(session, current_keys(), staff, form_text("code"), now=now)
        signed = None if fault else _completed(session, staff)
        has_passkey = bool(passkeys.passkeys_of(session, staff.id))
    if signed is None:
        return _form(fault, has_passkey=has_passkey)
    return welcome(signed)


@bp.get("/pasang")
@public
def set_up() -> ResponseReturnValue:
    """Show the secret to whoever needs a second factor and has none."""
    keep_out_of_caches()
    return _set_up()


@bp.post("/pasang")
@public
def confirm() -> ResponseReturnValue:
    """Set it up, sign in, and show the recovery codes this once."""
    keep_out_of_caches()
    now = utcnow()
    try:
        with transaction() as session:
            staff = _waiting(session)
            if staff is None or second_factor.has_factor(session, staff.id):
                return _from_the_start()
            code = form_text("code")
            codes = second_factor.confirm_app(session, current_keys(), staff, code, now=now)
            signed = _completed(session, staff)
    except InvalidInput as error:
        return _set_up(error)
    sessions.adopt(signed.token)
    response = make_response(render_codes(codes, onward=destination()))
    sessions.set_session(response, signed)
    return response


def _set_up(error: CitizenReportError | None = None) -> Response:
    with transaction() as session:
        staff = _waiting(session)
        if staff is None or second_factor.has_factor(session, staff.id):
            return _from_the_start()
        action = url_for("second_step.confirm", next=destination())
        return render_setup(session, staff, action=action, error=error)


def _waiting(session: Session) -> Staff | None:
    token = sessions.session_token()
    return second_factor.waiting(session, token, now=utcnow()) if token else None


def _completed(session: Session, staff: Staff) -> SignedIn:
    token = second_factor.complete(session, sessions.current_token(), now=utcnow())
    return SignedIn(token=token, actor=queries.actor_of(session, staff))


def _from_the_start() -> Response:
    return make_response(redirect(url_for("login.ask", next=destination()), 303))


def _form(error: CitizenReportError | None = None, *, has_passkey: bool) -> Response:
    problem = describe(error) if error else None
    html = render_template(
        "console/second_step.html",
        problem=problem,
        next=destination(),
        has_passkey=has_passkey,
        kept=carried(),
        passkeys_work=passkey_site() is not None,
    )
    response = make_response(html, problem.status if problem else HTTPStatus.OK)
    response.headers.update(problem.headers if problem else {})
    return response
