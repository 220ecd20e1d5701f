"""`/petugas/akun/cuti`: giving one's work to a colleague during leave."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from citizenreport.console.account import back_to_account, render_account
from citizenreport.console.proof import with_fresh_proof
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import InvalidInput
from citizenreport.identity import delegation
from citizenreport.identity.delegation import BadLeave
from citizenreport.identity.rules import Permission
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor

bp = Blueprint("delegation", __name__, url_prefix="/petugas/akun/cuti")


@bp.post("")
@requires(Permission.OPEN_CONSOLE)
@with_fresh_proof
def give() -> ResponseReturnValue:
    """Give the own work to a colleague, from one day through another."""
    try:
        starts_at, ends_at = leave_from_form()
        with transaction() as session:
            delegation.delegate(
                session,
                current_actor().staff_id,
                taker_from_form(),
                starts_at=starts_at,
                ends_at=ends_at,
                now=utcnow(),
                factor_roles=current_app.config["SECOND_FACTOR_ROLES"],
            )
    except InvalidInput as error:
        return render_account(error)
    return back_to_account("cuti")


@bp.post("/<uuid:delegation_id>/batal")
@requires(Permission.OPEN_CONSOLE)
def cancel(delegation_id: UUID) -> ResponseReturnValue:
    """Take the own work back, at once."""
    with transaction() as session:
        staff_id = current_actor().staff_id
        delegation.cancel(session, staff_id, delegation_id, now=utcnow())
    return back_to_account("cuti-batal")


def leave_from_form() -> tuple[datetime, datetime]:
    """Return from when until when somebody is away, whole days of the city. Raises BadLeave."""
    return _midnight(_day("from_on")), _midnight(_day("until_on"), days=1)


def _day(name: str) -> date:
    try:
        day = date.fromisoformat(form_text(name))
    except ValueError:
        raise BadLeave(pointer=f"#/{name}") from None
    if not date(2000, 1, 1) < day < date(2999, 1, 1):
        raise BadLeave(pointer=f"#/{name}")
    return day


def _midnight(day: date, *, days: int = 0) -> datetime:
    """Return when a day of the city begins, or the one so many days later."""
    zone = current_city().calendar.time_zone
    return datetime.combine(day + timedelta(days=days), time.min, tzinfo=zone)


def taker_from_form() -> UUID | None:
    """Return who was chosen to stand in; None for nobody."""
    try:
        return UUID(form_text("taker_id"))
    except ValueError:
        return None
