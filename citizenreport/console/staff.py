"""`/petugas/staf`: accounts, for administrators. Who holds the key to confidential reports is not theirs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
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

from citizenreport.console.home import ROLE_NAMES, place_of
from citizenreport.console.proof import with_fresh_proof
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, InvalidInput, NotAllowed
from citizenreport.core.text import _n
from citizenreport.identity import queries, staffing
from citizenreport.identity.models import Staff
from citizenreport.identity.passwords import hash_cost
from citizenreport.identity.rules import AGENCY_ROLES, BadGrant, Grant, Permission, Role
from citizenreport.pipeline.staffing import hand_back
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _, ngettext

bp = Blueprint("staff", __name__, url_prefix="/petugas/staf", template_folder="templates")

GRANTED_HERE: Final = tuple(role for role in Role if role is not Role.CONFIDENTIAL_HANDLER)
NOTICES: Final = {
    "peran": _n("Peran diganti, sesinya berakhir."),
    "tutup": _n("Akun ditutup, sesinya berakhir."),
}
NAME_CHARS: Final = 100


class NameMissing(InvalidInput):
    code = "name-missing"
    title = _n("Tuliskan nama petugas, paling banyak 100 huruf.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A person in the list."""

    staff: Staff
    roles: Sequence[str]
    is_changeable: bool


@bp.get("")
@requires(Permission.MANAGE_STAFF)
def show() -> ResponseReturnValue:
    """List accounts, open ones first."""
    return _page()


@bp.post("")
@requires(Permission.MANAGE_STAFF)
@with_fresh_proof
def create() -> ResponseReturnValue:
    """Open an account and show its first password this once."""
    try:
        name = form_text("name").strip()
        if not 0 < len(name) <= NAME_CHARS:
            raise NameMissing(pointer="#/name")
        with transaction() as session:
            staff, password = staffing.join(
                session,
                [_wanted_grant()],
                username=form_text("username").strip().lower(),
                name=name,
                cost=hash_cost(current_app.config),
                by=current_actor().staff_id,
                now=utcnow(),
            )
            username = staff.username
    except (InvalidInput, NotAllowed) as error:
        return _page(error)
    return _password_page(username, password)


@bp.post("/<uuid:staff_id>/peran")
@requires(Permission.MANAGE_STAFF)
@with_fresh_proof
def move(staff_id: UUID) -> ResponseReturnValue:
    """Give a person another role; what they cannot do any more is handed back."""

    def work(session: Session, staff: Staff) -> int:
        grant = _wanted_grant()
        by, now = current_actor().staff_id, utcnow()
        staffing.change_roles(session, staff, [grant], by=by, now=now)
        return hand_back(session, current_city(), staff, by=by, now=now)

    return _change(staff_id, work, notice="peran")


@bp.post("/<uuid:staff_id>/tutup")
@requires(Permission.MANAGE_STAFF)
@with_fresh_proof
def close(staff_id: UUID) -> ResponseReturnValue:
    """Close an account: sessions end at once, open tickets are handed back."""

    def work(session: Session, staff: Staff) -> int:
        by, now = current_actor().staff_id, utcnow()
        staffing.leave(session, staff, by=by, now=now)
        return hand_back(session, current_city(), staff, by=by, now=now)

    return _change(staff_id, work, notice="tutup")


@bp.post("/<uuid:staff_id>/kata-sandi")
@requires(Permission.MANAGE_STAFF)
@with_fresh_proof
def give_password(staff_id: UUID) -> ResponseReturnValue:
    """Give a password for three days to somebody who forgot theirs. Factors stay."""
    try:
        with transaction() as session:
            staff = _changeable(session, staff_id)
            username = staff.username
            password = staffing.give_password(
                session,
                staff,
                cost=hash_cost(current_app.config),
                by=current_actor().staff_id,
                now=utcnow(),
            )
    except NotAllowed as error:
        return _page(error)
    return _password_page(username, password)


def _change(
    staff_id: UUID, work: Callable[[Session, Staff], int], *, notice: str
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            given_back = work(session, _changeable(session, staff_id))
    except (InvalidInput, NotAllowed) as error:
        return _page(error)
    return redirect(url_for("staff.show", beres=notice, kembali=given_back), 303)


def _changeable(session: Session, staff_id: UUID) -> Staff:
    """Return an account. Raises NoSuchStaff, OwnAccount, OperatorOnly."""
    staff = queries.staff_with_id(session, staff_id)
    held = queries.own_grants(session, staff_id)
    staffing.check_may_manage(current_actor().staff_id, staff, held)
    return staff


def _wanted_grant() -> Grant:
    """Return the chosen role. Raises BadGrant."""
    wanted = form_text("role")
    if wanted not in {role.value for role in GRANTED_HERE}:
        raise BadGrant(pointer="#/role")
    role = Role(wanted)
    agency_code = form_text("agency_code") if role in AGENCY_ROLES else None
    if agency_code is not None and agency_code not in current_city().agencies:
        raise BadGrant(pointer="#/agency_code")
    return Grant(role=role, agency_code=agency_code)


def _password_page(username: str, password: str) -> str:
    return render_template("console/first_password.html", username=username, password=password)


def _page(error: CitizenReportError | None = None) -> Response:
    problem = describe(error) if error else None
    with transaction() as session:
        people = [
            (person, queries.grants_of(roles)) for person, roles in queries.all_staff(session)
        ]
        rows = [_row(person, grants) for person, grants in people]
        html = render_template(
            "console/staff.html",
            rows=sorted(rows, key=lambda row: (not row.staff.is_active, row.staff.name.lower())),
            roles=[(role.value, _(ROLE_NAMES[role])) for role in GRANTED_HERE],
            agencies=sorted((a.name, code) for code, a in current_city().agencies.items()),
            typed=request.form,
            notice=_notice(),
            problem=problem,
            faulty=(error.pointer or "#/").removeprefix("#/") if error else "",
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def _row(staff: Staff, grants: Sequence[Grant]) -> Row:
    is_handler = any(grant.role is Role.CONFIDENTIAL_HANDLER for grant in grants)
    named = [(_(ROLE_NAMES[grant.role]), place_of(grant)) for grant in grants]
    return Row(
        staff=staff,
        roles=[f"{role} · {place}" if place else role for role, place in named],
        is_changeable=not is_handler and staff.id != current_actor().staff_id,
    )


def _notice() -> str | None:
    message = NOTICES.get(request.args.get("beres", ""))
    if message is None:
        return None
    given = request.args.get("kembali", "")
    count = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0
    back = ngettext("%(num)d tiket dikembalikan.", "%(num)d tiket dikembalikan.", count)
    return f"{_(message)} {back}" if count else _(message)
