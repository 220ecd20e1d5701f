"""Asking again who somebody is, before what must not happen at an unwatched desk."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import ParamSpec
from uuid import UUID

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

from citizenreport.console.login import destination
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.identity import passkeys, proofs, queries, second_factor, sessions
from citizenreport.identity.passkeys import BadPasskey
from citizenreport.identity.passwords import hash_cost
from citizenreport.identity.rules import Permission
from citizenreport.identity.sso import sign_ons
from citizenreport.web import sso
from citizenreport.web.context import current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.passkey_site import NoPasskeysHere, needed_site, passkey_site
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor, current_token, give_session

bp = Blueprint("proof", __name__, url_prefix="/petugas/akun", template_folder="templates")

P = ParamSpec("P")


def with_fresh_proof(
    view: Callable[P, ResponseReturnValue],
) -> Callable[P, ResponseReturnValue]:
    """Let in whoever proved who they are within five minutes; ask the others, then come back."""

    @wraps(view)
    def asked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        with transaction() as session:
            fresh = proofs.is_fresh(session, current_token(), now=utcnow())
        if fresh:
            return view(*args, **kwargs)
        back = request.path if request.method == "GET" else url_for("account.show")
        return redirect(url_for("proof.ask", next=back), 303)

    return asked


@bp.get("/pastikan")
@requires(Permission.OPEN_CONSOLE)
def ask() -> ResponseReturnValue:
    """Ask for the password, or a code."""
    return _form()


@bp.post("/pastikan/kunci")
@requires(Permission.OPEN_CONSOLE)
def options() -> Response:
    """Say what to ask the browser for: a passkey of whoever is signed in."""
    keep_out_of_caches()
    site = needed_site()
    with transaction() as session:
        staff_id = current_actor().staff_id
        asked = passkeys.options_to_prove(session, site, staff_id, now=utcnow())
    return Response(asked, mimetype="application/json")


@bp.post("/pastikan")
@requires(Permission.OPEN_CONSOLE)
def check() -> ResponseReturnValue:
    """Note the proof and go on, under a renewed session."""
    with transaction() as session:
        fault = proof_fault(session, request.form.get("current", ""), form_text("answer"))
        token = current_token() if fault else sessions.renew(session, current_token())
    if fault is not None:
        return _form(fault)
    return give_session(make_response(redirect(destination(), 303)), token)


def may_use_passkey(session: Session) -> bool:
    """Tell whether the person has a passkey that can be asked for here."""
    if passkey_site() is None:
        return False
    return bool(passkeys.passkeys_of(session, current_actor().staff_id))


def proof_fault(session: Session, given: str, answer: str = "") -> CitizenReportError | None:
    """Return why a password, a code or a passkey proves nothing; None when it does, which is noted.

    `answer`: what the browser says of a passkey; asked before anything that was typed.
    """
    staff = queries.staff_with_id(session, current_actor().staff_id)
    now = utcnow()
    fault: CitizenReportError | None = None
    if answer:
        fault = _passkey_fault(session, staff.id, answer)
    elif second_factor.looks_like_code(given):
        fault = second_factor.code_fault(session, current_keys(), staff, given, now=now)
    else:
        cost = hash_cost(current_app.config)
        fault = proofs.password_fault(session, staff, given, cost=cost, now=now)
    if fault is None:
        proofs.note_proof(session, current_token(), now=now)
    return fault


def _passkey_fault(session: Session, staff_id: UUID, answer: str) -> CitizenReportError | None:
    try:
        passkeys.check_proof(session, needed_site(), staff_id, answer, now=utcnow())
    except (BadPasskey, NoPasskeysHere) as error:
        return error
    return None


def _sso_of_session() -> sso.SingleSignOn | None:
    """Return the single sign-on by which this session began, if it began so."""
    with transaction() as session:
        is_its = sign_ons.began_at_provider(session, current_token())
    return sso.offered() if is_its else None


def _form(error: CitizenReportError | None = None) -> Response:
    problem = describe(error) if error else None
    with transaction() as session:
        with_passkey = may_use_passkey(session)
    html = render_template(
        "console/proof.html",
        problem=problem,
        next=destination(),
        sso=_sso_of_session(),
        with_passkey=with_passkey,
    )
    return make_response(html, problem.status if problem else HTTPStatus.OK)
