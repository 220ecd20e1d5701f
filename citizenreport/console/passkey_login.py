"""Signing in with a passkey: as the second step after a password, or alone."""

from uuid import UUID

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.console.login import render_login, welcome
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.identity import passkeys, queries, second_factor
from citizenreport.identity import sessions as own_sessions
from citizenreport.identity.passkeys import BadPasskey
from citizenreport.identity.service import SignedIn
from citizenreport.identity.sso.links import may_use_own_password
from citizenreport.web import sessions, sso
from citizenreport.web.forms import form_text
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.passkey_site import needed_site

bp = Blueprint("passkey_login", __name__, url_prefix="/petugas/masuk/kunci")


@bp.post("/mulai")
@public
def options() -> Response:
    """Say what to ask the browser for: a passkey of whoever gave a password, or of anybody."""
    keep_out_of_caches()
    site, now = needed_site(), utcnow()
    with transaction() as session:
        asked = passkeys.options_to_ask(session, site, _waiting_id(session), now=now)
    return Response(asked, mimetype="application/json")


@bp.post("")
@public
def enter() -> ResponseReturnValue:
    """Sign in; the session goes on under another token, or begins."""
    keep_out_of_caches()
    try:
        signed = _signed_in()
    except BadPasskey as error:
        return render_login(error)
    return welcome(signed)


def _signed_in() -> SignedIn:
    """Return the session of whose passkey it is. Raises BadPasskey."""
    site, now, answer = needed_site(), utcnow(), form_text("answer")
    with transaction() as session:
        waiting_id = _waiting_id(session)
        staff_id = passkeys.owner_of_answer(session, site, waiting_id, answer, now=now)
        staff = queries.staff_with_id(session, staff_id)
        client = sessions.client()
        if staff.is_demo and not client.demo_allowed:
            raise BadPasskey
        if waiting_id is None and not may_use_own_password(session, staff, sso.local_login()):
            raise BadPasskey
        if waiting_id is not None:
            token = second_factor.complete(session, sessions.current_token(), now=now)
        else:
            old = sessions.session_token()
            if old is not None:
                own_sessions.logout(session, old)
            token = own_sessions.start(session, staff_id, browser=client.browser, now=now)
        return SignedIn(token=token, actor=queries.actor_of(session, staff))


def _waiting_id(session: Session) -> UUID | None:
    token = sessions.session_token()
    staff = second_factor.waiting(session, token, now=utcnow()) if token else None
    return staff.id if staff else None
