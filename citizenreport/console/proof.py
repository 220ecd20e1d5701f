"""Asking again who somebody is, before what must not happen at an unwatched desk."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import ParamSpec

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
from citizenreport.identity import proofs, queries, second_factor, sessions
from citizenreport.identity.passwords import hash_cost
from citizenreport.identity.rules import Permission
from citizenreport.identity.sso import sign_ons
from citizenreport.web import sso
from citizenreport.web.context import current_keys
from citizenreport.web.guards import requires
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


@bp.post("/pastikan")
@requires(Permission.OPEN_CONSOLE)
def check() -> ResponseReturnValue:
    """Note the proof and go on, under a renewed session."""
    with transaction() as session:
        fault = proof_fault(session, request.form.get("current", ""))
        token = current_token() if fault else sessions.renew(session, current_token())
    if fault is not None:
        return _form(fault)
    return give_session(make_response(redirect(destination(), 303)), token)


def proof_fault(session: Session, given: str) -> CitizenReportError | None:
    """Return why a password or a code proves nothing; None when it does, which is noted."""
    staff = queries.staff_with_id(session, current_actor().staff_id)
    now = utcnow()
    if second_factor.looks_like_code(given):
        fault = second_factor.code_fault(session, current_keys(), staff, given, now=now)
    else:
        cost = hash_cost(current_app.config)
        fault = proofs.password_fault(session, staff, given, cost=cost, now=now)
    if fault is None:
        proofs.note_proof(session, current_token(), now=now)
    return fault


def _sso_of_session() -> sso.SingleSignOn | None:
    """Return the single sign-on by which this session began, if it began so."""
    with transaction() as session:
        is_its = sign_ons.began_at_provider(session, current_token())
    return sso.offered() if is_its else None


def _form(error: CitizenReportError | None = None) -> Response:
    problem = describe(error) if error else None
    html = render_template(
        "console/proof.html", problem=problem, next=destination(), sso=_sso_of_session()
    )
    return make_response(html, problem.status if problem else HTTPStatus.OK)
