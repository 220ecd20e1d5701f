"""`/petugas/masuk/sso`: to the provider of the city's own accounts, and back."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.console.login import destination, onward_page, welcome
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.identity import proofs, queries, second_factor, totp
from citizenreport.identity import sessions as own_sessions
from citizenreport.identity.rules import Permission
from citizenreport.identity.service import SignedIn
from citizenreport.identity.sso import attempts, sign_ons
from citizenreport.identity.sso.attempts import Attempt
from citizenreport.identity.sso.provider import Answered
from citizenreport.identity.sso.rules import (
    AttemptGone,
    SsoDeclined,
    SsoUnavailable,
    Untrusted,
)
from citizenreport.pipeline.single_sign_on import Welcome, awaits_factor, come_in
from citizenreport.web import sessions, sso
from citizenreport.web.context import current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import public, requires
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.sessions import cookie_name, current_token, is_https

bp = Blueprint("sso", __name__, url_prefix="/petugas/masuk/sso", template_folder="templates")

COOKIE: Final = "sso"
COOKIE_S: Final = 600
MOST_CHARS: Final = 2_000
PROOF_SLACK_S: Final = 60


@bp.post("")
@public
def leave_for_provider() -> ResponseReturnValue:
    """Send the browser to the provider, with what its answer must fit."""
    return _set_out()


@bp.post("/pastikan")
@requires(Permission.OPEN_CONSOLE)
def prove() -> ResponseReturnValue:
    """Have whoever is signed in sign in anew at the provider, as a proof that it is them."""
    return _set_out(is_proof=True)


@bp.get("/kembali")
@public
def come_back() -> ResponseReturnValue:
    """Take the provider's answer; go on at an address that keeps nothing of it."""
    keep_out_of_caches()
    try:
        response = _taken()
    except CitizenReportError as error:
        response = _refuse(error)
    response.delete_cookie(cookie_name(COOKIE), path="/", secure=is_https(), httponly=True)
    return response


@bp.post("/berakhir")
@public
def signed_off() -> ResponseReturnValue:
    """End the sessions that the provider says have ended (OpenID Connect Back-Channel Logout)."""
    keep_out_of_caches()
    now, single = utcnow(), sso.needed()
    try:
        named = single.provider.signed_off(form_text("logout_token"), now=now)
    except Untrusted:
        return _said(HTTPStatus.BAD_REQUEST)
    except SsoUnavailable:
        return _said(HTTPStatus.SERVICE_UNAVAILABLE)
    with transaction() as session:
        issuer = single.settings.issuer
        ended = sign_ons.end_signed_off(session, current_keys(), issuer, named)
    return _said(HTTPStatus.BAD_REQUEST if ended is None else HTTPStatus.OK)


def _set_out(*, is_proof: bool = False) -> Response:
    keep_out_of_caches()
    now, single, keys = utcnow(), sso.needed(), current_keys()
    with transaction() as session:
        proving = own_sessions.id_of(session, current_token()) if is_proof else None
        attempt = attempts.begin(session, onward=destination(), now=now, proving=proving)
    try:
        address = single.provider.sign_in_address(
            state=attempt.state,
            nonce=attempt.nonce(keys),
            verifier=attempt.verifier(keys),
            now=now,
            anew=is_proof,
        )
    except SsoUnavailable as error:
        return _refuse(error)
    response = onward_page(address, is_leaving=False)
    response.set_cookie(
        cookie_name(COOKIE),
        attempt.browser,
        max_age=COOKIE_S,
        secure=is_https(),
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def _taken() -> Response:
    """Return the way on for whoever the provider names. Raises CitizenReportError."""
    now, single, keys = utcnow(), sso.needed(), current_keys()
    state, browser = _given("state"), request.cookies.get(cookie_name(COOKIE), "")
    with transaction() as session:
        attempt = attempts.take(session, state=state, browser=browser, now=now)
    single.provider.check_issuer(request.args.get("iss"), now=now)
    if "error" in request.args or "code" not in request.args:
        raise SsoDeclined
    answered = single.provider.redeem(
        _given("code"), verifier=attempt.verifier(keys), nonce=attempt.nonce(keys), now=now
    )
    if attempt.proving is not None:
        return _proved(attempt, answered)
    with transaction() as session:
        outcome = _signed_in(session, answered)
    if isinstance(outcome, CitizenReportError):
        raise outcome
    return _let_in(outcome, attempt.onward)


def _signed_in(session: Session, answered: Answered) -> SignedIn | CitizenReportError:
    """Begin a session; what the browser brought is ended."""
    ground, now = sso.ground(), utcnow()
    outcome = come_in(session, ground, answered.person, now=now)
    if not isinstance(outcome, Welcome):
        return outcome
    staff, roles = outcome.staff, current_app.config["SECOND_FACTOR_ROLES"]
    awaits = awaits_factor(session, staff, answered.person, ground.settings, roles)
    if awaits and not second_factor.has_factor(session, staff.id):
        totp.begin(session, ground.keys, staff.id, now=now)
    old = sessions.session_token()
    if old is not None:
        own_sessions.logout(session, old)
    own_sessions.sweep(session, now=now)
    browser = sessions.client().browser
    token = own_sessions.start(session, staff.id, browser=browser, now=now, awaits_factor=awaits)
    recheck = ground.settings.recheck
    sign_ons.note(
        session, ground.keys, outcome.link, answered, token=token, recheck=recheck, now=now
    )
    return SignedIn(token=token, actor=queries.actor_of(session, staff), awaits_factor=awaits)


def _let_in(signed: SignedIn, onward: str) -> Response:
    sessions.adopt(signed.token)
    if signed.awaits_factor:
        step = redirect(url_for("second_step.ask", next=onward), 303)
        return sessions.give_session(make_response(step), signed.token)
    return welcome(signed, onward=onward)


def _proved(attempt: Attempt, answered: Answered) -> Response:
    """Note that the owner of a session has just signed in again. Raises Untrusted."""
    now, person = utcnow(), answered.person
    since = attempt.made_at.timestamp() - PROOF_SLACK_S
    if person.signed_in_at is None or person.signed_in_at < since:
        raise Untrusted
    with transaction() as session:
        token = sessions.session_token() or ""
        is_same = attempt.proving == own_sessions.find_id(session, token)
        held = sign_ons.held(session, current_keys(), attempt.proving) if attempt.proving else None
        if not is_same or held is None or held.link.subject != person.subject:
            raise Untrusted
        proofs.note_proof(session, token, now=now)
        fresh = own_sessions.renew(session, token)
    return sessions.give_session(make_response(redirect(attempt.onward, 303)), fresh)


def _refuse(error: CitizenReportError) -> Response:
    return make_response(redirect(url_for("login.ask", sebab=error.code), 303))


def _given(name: str) -> str:
    """Return a parameter of the answer. Raises AttemptGone: none, or far too long."""
    value = request.args.get(name, "")
    if not 0 < len(value) <= MOST_CHARS:
        raise AttemptGone
    return value


def _said(status: HTTPStatus) -> Response:
    body = "{}" if status is HTTPStatus.OK else '{"error":"invalid_request"}'
    return Response(body, status, mimetype="application/json")
