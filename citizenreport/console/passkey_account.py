"""`/petugas/akun/kunci`: one's own passkeys."""

from uuid import UUID

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from citizenreport.console.account import back_to_account, render_account
from citizenreport.console.factors import check_enough, renewed
from citizenreport.console.proof import with_fresh_proof
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.identity import passkeys, queries
from citizenreport.identity.rules import Permission
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.passkey_site import needed_site
from citizenreport.web.sessions import client, current_actor, give_session

bp = Blueprint("passkeys", __name__, url_prefix="/petugas/akun/kunci")


@bp.post("/mulai")
@requires(Permission.OPEN_CONSOLE)
@with_fresh_proof
def options() -> Response:
    """Say what to ask the browser for."""
    site, now = needed_site(), utcnow()
    with transaction() as session:
        staff = queries.staff_with_id(session, current_actor().staff_id)
        asked = passkeys.options_to_add(session, site, staff, now=now)
    return Response(asked, mimetype="application/json")


@bp.post("")
@requires(Permission.OPEN_CONSOLE)
@with_fresh_proof
def add() -> ResponseReturnValue:
    """Keep a new passkey, under a renewed session."""
    try:
        site = needed_site()
        with transaction() as session:
            staff = queries.staff_with_id(session, current_actor().staff_id)
            label = form_text("label") or client().browser
            answer = form_text("answer")
            passkeys.add(session, site, staff, answer, label=label, now=utcnow())
            token = renewed(session)
    except (InvalidInput, Conflict) as error:
        return render_account(error)
    return give_session(back_to_account("kunci"), token)


@bp.post("/<uuid:passkey_id>/hapus")
@requires(Permission.OPEN_CONSOLE)
@with_fresh_proof
def remove(passkey_id: UUID) -> ResponseReturnValue:
    """Forget one, where another factor is left or none is asked for."""
    try:
        with transaction() as session:
            passkeys.remove(session, current_actor().staff_id, passkey_id)
            check_enough(session)
            token = renewed(session)
    except Conflict as error:
        return render_account(error)
    return give_session(back_to_account("kunci-hapus"), token)
