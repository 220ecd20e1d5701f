"""`/petugas/akun/…`: one's own second factors. Each change asks for a proof of the last minutes."""

from flask import Blueprint, current_app, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.console.account import back_to_account, render_account
from citizenreport.console.app_setup import render_codes, render_setup
from citizenreport.console.proof import with_fresh_proof
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.identity import queries, recovery, second_factor, sessions, totp
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import Permission
from citizenreport.web.context import current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import adopt, current_actor, current_token, give_session

bp = Blueprint("factors", __name__, url_prefix="/petugas/akun", template_folder="templates")


@bp.post("/aplikasi/mulai")
@requires(Permission.OPEN_CONSOLE)
@with_fresh_proof
def begin() -> ResponseReturnValue:
    """Make a secret for an authenticator app; the one in use counts until the new one does."""
    with transaction() as session:
        totp.begin(session, current_keys(), current_actor().staff_id, now=utcnow())
    return redirect(url_for("factors.app"), 303)


@bp.get("/aplikasi")
@requires(Permission.OPEN_CONSOLE)
@with_fresh_proof
def app() -> ResponseReturnValue:
    """Show the secret that waits for its first code."""
    with transaction() as session:
        return render_setup(session, _own(session), action=url_for("factors.confirm"))


@bp.post("/aplikasi")
@requires(Permission.OPEN_CONSOLE)
@with_fresh_proof
def confirm() -> ResponseReturnValue:
    """Count the new app from now on; show recovery codes this once, under a renewed session."""
    try:
        with transaction() as session:
            code = form_text("code")
            codes = second_factor.confirm_app(
                session, current_keys(), _own(session), code, now=utcnow()
            )
            fresh = renewed(session)
    except InvalidInput as error:
        with transaction() as session:
            action = url_for("factors.confirm")
            return render_setup(session, _own(session), action=action, error=error)
    adopt(fresh)
    page = make_response(render_codes(codes, onward=url_for("account.show")))
    return give_session(page, fresh)


@bp.post("/aplikasi/matikan")
@requires(Permission.OPEN_CONSOLE)
@with_fresh_proof
def switch_off() -> ResponseReturnValue:
    """Forget the authenticator app, where the roles do not ask for one."""
    try:
        with transaction() as session:
            staff_id = current_actor().staff_id
            totp.remove(session, staff_id)
            check_enough(session)
            if not second_factor.has_factor(session, staff_id):
                recovery.remove(session, staff_id)
            fresh = renewed(session)
    except Conflict as error:
        return render_account(error)
    return give_session(back_to_account("aplikasi-mati"), fresh)


@bp.post("/kode-cadangan")
@requires(Permission.OPEN_CONSOLE)
@with_fresh_proof
def new_codes() -> ResponseReturnValue:
    """Make ten new recovery codes; the old ones are worth nothing any more."""
    try:
        with transaction() as session:
            staff_id = current_actor().staff_id
            if not second_factor.has_factor(session, staff_id):
                raise second_factor.NoFactor
            codes = recovery.make(session, current_keys(), staff_id, now=utcnow())
    except Conflict as error:
        return render_account(error)
    return render_codes(codes, onward=url_for("account.show"))


def _own(session: Session) -> Staff:
    return queries.staff_with_id(session, current_actor().staff_id)


def renewed(session: Session) -> str:
    """End the other sessions and give this one another token: what opens the account changed."""
    token = current_token()
    sessions.end_others(session, current_actor().staff_id, token=token)
    return sessions.renew(session, token)


def check_enough(session: Session) -> None:
    """Raise FactorRequired when the roles ask for a factor and none is left."""
    actor = current_actor()
    needed = second_factor.needs_factor(actor, current_app.config["SECOND_FACTOR_ROLES"])
    if needed and not second_factor.has_factor(session, actor.staff_id):
        raise second_factor.FactorRequired
