"""`/petugas/akun`: one's own password and sessions."""

from dataclasses import dataclass
from http import HTTPStatus
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

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, InvalidInput, TooMany
from citizenreport.core.text import _n
from citizenreport.identity import (
    delegation,
    passkeys,
    proofs,
    queries,
    recovery,
    second_factor,
    service,
    sessions,
    totp,
)
from citizenreport.identity.passwords import hash_cost
from citizenreport.identity.rules import PasswordsDiffer, Permission
from citizenreport.web.guards import requires
from citizenreport.web.passkey_site import passkey_site
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor, current_token, give_session
from citizenreport.web.translate import _

bp = Blueprint("account", __name__, url_prefix="/petugas/akun", template_folder="templates")

NOTICES = {
    "kata-sandi": _n("Kata sandi sudah diganti. Sesi lain sudah berakhir."),
    "aplikasi-mati": _n("Aplikasi kode sudah dimatikan."),
    "kunci": _n("Kunci sandi sudah ditambahkan. Sesi lain sudah berakhir."),
    "kunci-hapus": _n("Kunci sandi sudah dihapus."),
    "cuti": _n("Pekerjaan Anda dititipkan. Berlaku sejak rekan Anda masuk berikutnya."),
    "cuti-batal": _n("Penggantian dibatalkan."),
    "sesi": _n("Sesi itu sudah berakhir."),
    "sesi-lain": _n("Semua sesi lain sudah berakhir."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What somebody proves with beside the password."""

    has_app: bool
    has_any: bool
    is_needed: bool
    codes_left: int


@bp.get("")
@requires(Permission.OPEN_CONSOLE)
def show() -> ResponseReturnValue:
    """Show what belongs to one's own account."""
    return render_account()


@bp.post("/kata-sandi")
@requires(Permission.OPEN_CONSOLE)
def change_password() -> ResponseReturnValue:
    """Change the own password; other sessions end, this one goes on under another token."""
    try:
        fresh = _change_password()
    except (InvalidInput, TooMany) as error:
        return render_account(error)
    return give_session(make_response(back_to_account("kata-sandi")), fresh)


@bp.post("/sesi/<uuid:session_id>/akhiri")
@requires(Permission.OPEN_CONSOLE)
def end(session_id: UUID) -> ResponseReturnValue:
    """End one of the own sessions, on the server and at once."""
    with transaction() as session:
        sessions.end_session(session, current_actor().staff_id, session_id)
    return back_to_account("sesi")


@bp.post("/sesi/akhiri-lain")
@requires(Permission.OPEN_CONSOLE)
def end_others() -> ResponseReturnValue:
    """End every session but this one."""
    with transaction() as session:
        sessions.end_others(session, current_actor().staff_id, token=current_token())
    return back_to_account("sesi-lain")


def render_account(error: CitizenReportError | None = None) -> Response:
    """Render the page; after a refused act with what was wrong."""
    problem = describe(error) if error else None
    with transaction() as session:
        staff = queries.staff_with_id(session, current_actor().staff_id)
        html = render_template(
            "console/account.html",
            staff=staff,
            sessions=sessions.open_sessions(session, staff.id, now=utcnow()),
            factors=_factors(session),
            colleagues=delegation.candidates(session, current_actor()),
            given=delegation.given_by(session, staff.id, now=utcnow()),
            typed=request.form,
            passkeys=passkeys.passkeys_of(session, staff.id),
            passkeys_work=passkey_site() is not None,
            this_session=sessions.token_hash(current_token()),
            notice=_notice(),
            problem=problem,
            faulty=(error.pointer or "#/").removeprefix("#/") if error else "",
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def back_to_account(notice: str) -> Response:
    """Return the way back to the page, which then says what was done."""
    return make_response(redirect(url_for("account.show", beres=notice), 303))


def _change_password() -> str:
    """Change it and return the token under which this session goes on. Raises what is wrong."""
    token, now, config = current_token(), utcnow(), current_app.config
    with transaction() as session:
        staff = queries.staff_with_id(session, current_actor().staff_id)
        current = request.form.get("current", "")
        fault = proofs.password_fault(session, staff, current, cost=hash_cost(config), now=now)
        if fault is None:
            service.change_own_password(
                session,
                staff,
                token=token,
                password=_wanted_password(),
                cost=hash_cost(config),
                now=now,
            )
            token = sessions.renew(session, token)
    if fault is not None:
        raise fault
    return token


def _wanted_password() -> str:
    wanted = request.form.get("password", "")
    if wanted != request.form.get("again", ""):
        raise PasswordsDiffer(pointer="#/again")
    return wanted


def _factors(session: Session) -> Factors:
    actor = current_actor()
    return Factors(
        has_app=totp.is_set_up(session, actor.staff_id),
        has_any=second_factor.has_factor(session, actor.staff_id),
        is_needed=second_factor.needs_factor(actor, current_app.config["SECOND_FACTOR_ROLES"]),
        codes_left=recovery.left(session, actor.staff_id),
    )


def _notice() -> str | None:
    message = NOTICES.get(request.args.get("beres", ""))
    return _(message) if message else None
