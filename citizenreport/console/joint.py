"""Several agencies on one ticket: one leads and asks, the others each close a part of their own."""

from datetime import date
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.console.acts import carry_out
from citizenreport.identity.rules import Permission
from citizenreport.pipeline.joint import ask_part, close_part, decline_part
from citizenreport.triage import joint
from citizenreport.triage.models import Ticket
from citizenreport.triage.part_deadlines import PartDayWrong
from citizenreport.triage.rules import Act
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires

bp = Blueprint("joint", __name__, url_prefix="/petugas/tiket/<uuid:ticket_id>/bersama")


@bp.post("")
@requires(Permission.MOVE_TICKET)
def ask(ticket_id: UUID) -> ResponseReturnValue:
    """Ask another agency to do a part."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        ask_part(
            session,
            current_city(),
            current_keys(),
            ticket,
            agency_code=form_text("agency_code"),
            task=form_text("text"),
            act=act,
            due_on=_due_on(),
        )

    return carry_out(ticket_id, act_on, permission=Permission.MOVE_TICKET, notice="bersama")


@bp.post("/tarik")
@requires(Permission.MOVE_TICKET)
def take_back(ticket_id: UUID) -> ResponseReturnValue:
    """End a part that is not done."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        joint.take_back(session, ticket, form_text("agency_code"), act=act)

    return carry_out(ticket_id, act_on, permission=Permission.MOVE_TICKET, notice="bagian-ditarik")


@bp.post("/selesai")
@requires(Permission.MOVE_TICKET)
def close(ticket_id: UUID) -> ResponseReturnValue:
    """Say that the own agency's part is done."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        close_part(
            session,
            current_keys(),
            ticket,
            agency_code=form_text("agency_code"),
            note=form_text("text"),
            act=act,
        )

    return carry_out(
        ticket_id,
        act_on,
        permission=Permission.MOVE_TICKET,
        notice="bagian-selesai",
        part_of=form_text("agency_code"),
    )


@bp.post("/tolak")
@requires(Permission.MOVE_TICKET)
def decline(ticket_id: UUID) -> ResponseReturnValue:
    """Say that the own agency will not do its part, and why."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        decline_part(
            session,
            current_keys(),
            ticket,
            agency_code=form_text("agency_code"),
            why=form_text("text"),
            act=act,
        )

    return carry_out(
        ticket_id,
        act_on,
        permission=Permission.MOVE_TICKET,
        notice="bagian-ditolak",
        part_of=form_text("agency_code"),
    )


def _due_on() -> date | None:
    """Return until when a part is asked for; None: until the settlement. Raises PartDayWrong."""
    given = form_text("due_on").strip()
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise PartDayWrong(pointer="#/due_on") from None
