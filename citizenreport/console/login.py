"""Signing in and out."""

import re
from math import ceil

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.console.kept import Kept, carried
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.identity import passkeys, queries, second_factor, service, staffing, totp
from citizenreport.identity import sessions as own_sessions
from citizenreport.identity.passwords import hash_cost
from citizenreport.identity.sso import sign_ons
from citizenreport.identity.sso.rules import REFUSALS
from citizenreport.web import sessions, sso
from citizenreport.web.context import current_keys
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.passkey_site import passkey_site
from citizenreport.web.problems import describe
from citizenreport.web.translate import _, ngettext

bp = Blueprint("login", __name__, url_prefix="/petugas", template_folder="templates")

CONSOLE_PAGE = re.compile(r"/petugas(?:[/?][\w./?=&%+:,~-]*)?", re.ASCII)
"""A path of ours: a browser cannot read another host into it."""


@bp.get("/masuk")
@public
def ask() -> ResponseReturnValue:
    """Show the login; who is signed in already goes on."""
    if sessions.signed_in() is not None:
        return redirect(destination(), 303)
    return _form(_reason())


@bp.post("/masuk")
@public
def enter() -> ResponseReturnValue:
    """Sign in. A new session always starts here: what the browser brought is ended."""
    keep_out_of_caches()
    old = sessions.session_token()
    now = utcnow()
    with transaction() as session:
        outcome = service.login(
            session,
            sessions.client(),
            username=request.form.get("username", ""),
            password=request.form.get("password", ""),
            cost=hash_cost(current_app.config),
            now=now,
            factor_roles=current_app.config["SECOND_FACTOR_ROLES"],
            policy=sso.local_login(),
        )
        if isinstance(outcome, service.SignedIn):
            _note_emergency(session, outcome)
            _prepare(session, outcome)
            own_sessions.sweep(session, now=now)
            if old is not None:
                own_sessions.logout(session, old)
    if isinstance(outcome, service.Refused):
        return _refuse(outcome)
    if outcome.awaits_factor:
        return _ask_second(outcome)
    return welcome(outcome)


@bp.post("/keluar")
@public
def leave() -> ResponseReturnValue:
    """Sign out, here and on the server."""
    keep_out_of_caches()
    token, is_elsewhere = sessions.session_token(), False
    if token is not None:
        with transaction() as session:
            is_elsewhere = sign_ons.began_at_provider(session, token)
            own_sessions.logout(session, token)
    response = _leave_provider() if is_elsewhere else None
    response = response or make_response(redirect(url_for("login.ask"), 303))
    sessions.drop_session(response)
    return response


def _leave_provider() -> Response | None:
    """Return the way to sign out at the provider too, if it has one."""
    single = sso.offered()
    address = single.provider.sign_out_address(now=utcnow()) if single else None
    return None if address is None else onward_page(address, is_leaving=True)


def onward_page(address: str, *, is_leaving: bool) -> Response:
    """Return a page that goes on to the provider by itself, and has a link.

    A redirect would not do: browsers hold a form to `form-action` through every redirect.
    """
    page = render_template(
        "console/sso_onward.html",
        address=address,
        name=sso.needed().settings.name,
        is_leaving=is_leaving,
    )
    response = make_response(page)
    response.headers["Refresh"] = f"0; url={address}"
    return response


def _note_emergency(session: Session, signed: service.SignedIn) -> None:
    """Record the use of an account that is kept for the day the provider is down."""
    policy = sso.local_login()
    if policy.is_open or not policy.emergency:
        return
    staff = queries.staff_with_id(session, signed.actor.staff_id)
    if staff.username in policy.emergency:
        staffing.note_emergency(session, staff.id, now=utcnow())


def _ask_second(signed: service.SignedIn) -> Response:
    """Return the way to the second step; what is carried along cannot go through an address."""
    sessions.adopt(signed.token)
    kept = carried()
    if kept is None:
        onward = redirect(url_for("second_step.ask", next=destination()), 303)
        return sessions.give_session(make_response(onward), signed.token)
    with transaction() as session:
        held = passkeys.passkeys_of(session, signed.actor.staff_id)
    page = render_template(
        "console/second_step.html",
        problem=None,
        next=destination(),
        kept=kept,
        has_passkey=bool(held),
        passkeys_work=passkey_site() is not None,
    )
    return sessions.give_session(make_response(page), signed.token)


def _prepare(session: Session, signed: service.SignedIn) -> None:
    """Make the secret of an authenticator app for whoever needs one and has none."""
    staff_id = signed.actor.staff_id
    if signed.awaits_factor and not second_factor.has_factor(session, staff_id):
        totp.begin(session, current_keys(), staff_id, now=utcnow())


def welcome(signed: service.SignedIn, *, onward: str | None = None) -> Response:
    """Return the way on: back to where one was, or to what was being sent when a session ended."""
    sessions.adopt(signed.token)
    kept = carried()
    onward_to = url_for("account.show") if signed.is_temporary else onward or destination()
    page = (
        redirect(onward_to, 303)
        if kept is None
        else render_template("console/resume.html", kept=kept)
    )
    response = make_response(page)
    sessions.set_session(response, signed)
    return response


def render_login(error: CitizenReportError, *, kept: Kept | None = None) -> Response:
    """Show the login with what was wrong; `kept` goes along."""
    problem = describe(error)
    return make_response(_form(problem.detail, kept=kept), problem.status)


def _form(fault: str | None = None, *, kept: Kept | None = None) -> str:
    return render_template(
        "console/login.html",
        fault=fault,
        username=request.form.get("username", ""),
        next=destination(),
        kept=kept or carried(),
        passkeys_work=passkey_site() is not None,
        sso=sso.offered(),
    )


def _reason() -> str | None:
    """Say why the provider did not let somebody in; any other word in the address says nothing."""
    kind = REFUSALS.get(request.args.get("sebab", ""))
    return describe(kind()).title if kind else None


def _refuse(outcome: service.Refused) -> Response:
    """Say no in one way, whatever the reason was; only a wait is told apart."""
    if not outcome.wait:
        fault = _("Nama pengguna atau kata sandi tidak cocok.")
        return make_response(_form(fault), 401)
    seconds = ceil(outcome.wait.total_seconds())
    fault = ngettext(
        "Terlalu banyak percobaan. Tunggu %(num)d detik, lalu coba lagi.",
        "Terlalu banyak percobaan. Tunggu %(num)d detik, lalu coba lagi.",
        seconds,
    )
    response = make_response(_form(fault), 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def destination() -> str:
    """Return where to go afterwards: a page of the console, never another host."""
    wish = request.values.get("next", "")
    return wish if CONSOLE_PAGE.fullmatch(wish) else url_for("console.home")
