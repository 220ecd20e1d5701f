"""`/petugas/cuti`: giving a person's work to a colleague while the person is away.

Leads enter it for their agencies, the city desk for its own, administrators for everybody. Nobody
enters it for a handler of confidential reports: that key is given by its holder alone.
"""

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

from citizenreport.console.delegation import leave_from_form, taker_from_form
from citizenreport.console.proof import with_fresh_proof
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, InvalidInput
from citizenreport.core.text import _n
from citizenreport.identity import delegation, queries
from citizenreport.identity.delegation import LeaveNotYours, may_enter
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import Actor, Permission
from citizenreport.web.guards import requires
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("leave", __name__, url_prefix="/petugas/cuti", template_folder="templates")

NOTICES: Final = {
    "titip": _n("Penggantian tersimpan. Panggilan piket langsung ke penggantinya."),
    "batal": _n("Penggantian dibatalkan."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whose leave may be entered, and who does their work today."""

    staff: Staff
    stand_ins: str


@bp.get("")
@requires(Permission.MANAGE_ROSTER, Permission.MANAGE_STAFF)
def show() -> str:
    """List the people whose leave one may enter."""
    with transaction() as session:
        people = _people(session, current_actor())
        return render_template("console/leave.html", people=people)


@bp.get("/<uuid:staff_id>")
@requires(Permission.MANAGE_ROSTER, Permission.MANAGE_STAFF)
@with_fresh_proof
def edit(staff_id: UUID) -> ResponseReturnValue:
    """Show who stands in for a person, and the form."""
    return _render(staff_id)


@bp.post("/<uuid:staff_id>")
@requires(Permission.MANAGE_ROSTER, Permission.MANAGE_STAFF)
@with_fresh_proof
def give(staff_id: UUID) -> ResponseReturnValue:
    """Give a person's work to a colleague, from one day through another."""
    try:
        starts_at, ends_at = leave_from_form()
        with transaction() as session:
            _check(session, staff_id)
            delegation.delegate(
                session,
                staff_id,
                taker_from_form(),
                starts_at=starts_at,
                ends_at=ends_at,
                now=utcnow(),
                factor_roles=current_app.config["SECOND_FACTOR_ROLES"],
                by=current_actor().staff_id,
            )
    except InvalidInput as error:
        return _render(staff_id, error)
    return redirect(url_for("leave.edit", staff_id=staff_id, beres="titip"), 303)


@bp.post("/<uuid:staff_id>/<uuid:delegation_id>/batal")
@requires(Permission.MANAGE_ROSTER, Permission.MANAGE_STAFF)
def cancel(staff_id: UUID, delegation_id: UUID) -> ResponseReturnValue:
    """Give a person's work back, at once."""
    with transaction() as session:
        _check(session, staff_id)
        me = current_actor().staff_id
        delegation.cancel(session, staff_id, delegation_id, now=utcnow(), by=me)
    return redirect(url_for("leave.edit", staff_id=staff_id, beres="batal"), 303)


def _check(session: Session, staff_id: UUID) -> Staff:
    """Return a person whose leave one may enter. Raises NoSuchStaff, LeaveNotYours."""
    staff = queries.staff_with_id(session, staff_id)
    grants = queries.own_grants(session, staff_id) if staff.is_active else ()
    if not may_enter(current_actor(), staff_id, grants):
        raise LeaveNotYours
    return staff


def _people(session: Session, actor: Actor) -> list[Person]:
    now = utcnow()
    found = [
        staff
        for staff, roles in queries.all_staff(session)
        if staff.is_active and may_enter(actor, staff.id, queries.grants_of(roles))
    ]
    absent = delegation.away(session, [staff.id for staff in found], now=now)
    return [
        Person(
            staff=staff,
            stand_ins=", ".join(one.name for one in absent.get(staff.id, ())),
        )
        for staff in sorted(found, key=lambda staff: staff.name.casefold())
    ]


def _render(staff_id: UUID, error: CitizenReportError | None = None) -> Response:
    problem = describe(error) if error else None
    with transaction() as session:
        staff = _check(session, staff_id)
        html = render_template(
            "console/leave_person.html",
            staff=staff,
            colleagues=delegation.candidates(session, queries.actor_of(session, staff)),
            given=delegation.given_by(session, staff.id, now=utcnow()),
            typed=request.form,
            notice=_(NOTICES[notice]) if (notice := request.args.get("beres")) in NOTICES else None,
            problem=problem,
            faulty=(error.pointer or "#/").removeprefix("#/") if error else "",
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)
