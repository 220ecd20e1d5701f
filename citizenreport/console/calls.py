"""`/petugas/panggilan`: answering an urgent call. Opening its link changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.duty.calls import CallOver, acknowledge, answerable
from citizenreport.duty.queries import NamedCall, calls_of, waiting_calls
from citizenreport.identity.rules import Actor, Permission
from citizenreport.ledger.models import Event
from citizenreport.triage.queries import is_readable
from citizenreport.web.context import current_city
from citizenreport.web.guards import requires
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("calls", __name__, url_prefix="/petugas/panggilan", template_folder="templates")

WAITING: Final = "waiting"
OUTCOMES: Final = {
    WAITING: _n("menunggu jawaban"),
    "acknowledged": _n("dijawab"),
    "moved": _n("tidak dijawab"),
    "handled": _n("tiket sudah ditangani"),
    "replaced": _n("tiket pindah instansi"),
}
TONES: Final = {WAITING: "danger", "acknowledged": "good", "moved": "warn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCall:
    """Who was called when, and what came of it, in words."""

    called: str
    called_at: datetime
    outcome: str
    tone: str
    ended_at: datetime | None
    answered_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A call that nobody has answered yet."""

    code: str
    url: str
    called: str
    called_at: datetime


@bp.get("/<uuid:call_id>")
@requires(Permission.MOVE_TICKET)
def show(call_id: UUID) -> ResponseReturnValue:
    """Show what is called for: of a ticket one may not read the code and the deadline."""
    return _render(call_id)


@bp.post("/<uuid:call_id>/jawab")
@requires(Permission.MOVE_TICKET)
def answer(call_id: UUID) -> ResponseReturnValue:
    """Take the call."""
    city, actor = current_city(), current_actor()
    try:
        with transaction() as session:
            found = answerable(session, city, actor, call_id)
            acknowledge(session, found.ticket, by=actor.staff_id, now=utcnow())
            may_read = is_readable(city, actor, found.ticket)
            ticket_id = found.ticket.id
    except CallOver as error:
        return _render(call_id, error=error)
    if may_read:
        return redirect(url_for("ticket.show", ticket_id=ticket_id, beres="panggilan"), 303)
    return redirect(url_for("calls.show", call_id=call_id, beres="panggilan"), 303)


def _render(call_id: UUID, *, error: CallOver | None = None) -> Response:
    city, actor = current_city(), current_actor()
    problem = describe(error) if error else None
    with transaction() as session:
        found = answerable(session, city, actor, call_id)
        calls = calls_of(session, found.ticket.id)
        html = render_template(
            "console/call.html",
            call=found.call,
            ticket=found.ticket,
            code=found.tracking_code,
            may_read=is_readable(city, actor, found.ticket),
            category=words.category_name(city, found.ticket.category_code),
            area=words.area_name(city, found.ticket.area_code),
            calls=[shown_call(city, call) for call in calls],
            is_waiting=any(named.call.ended_at is None for named in calls),
            notice=words.NOTICES.get(request.args.get("beres", "")),
            problem=problem,
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def shown_call(city: City, named: NamedCall) -> ShownCall:
    """Return a call in words."""
    call, outcome = named.call, named.call.outcome or WAITING
    return ShownCall(
        called=called_name(city, call.agency_code, named.person),
        called_at=call.called_at,
        outcome=_(OUTCOMES[outcome]),
        tone=TONES.get(outcome, ""),
        ended_at=call.ended_at,
        answered_by=named.answered_by,
    )


def unanswered(session: Session, city: City, actor: Actor) -> list[Waiting]:
    """Return the calls that wait among the tickets of a person's queue, the oldest first."""
    return [
        Waiting(
            code=one.tracking_code,
            url=url_for("calls.show", call_id=one.call.id),
            called=called_name(city, one.call.agency_code, one.person),
            called_at=one.call.called_at,
        )
        for one in waiting_calls(session, city, actor)
    ]


def called_name(city: City, agency_code: str, person: str | None) -> str:
    """Return whom a call went to: a person with the agency, or a body as a whole."""
    agency = words.agency_short_name(city, agency_code)
    return f"{person} ({agency})" if person else agency


def told_calls(city: City, events: Sequence[Event], names: Mapping[UUID, str]) -> list[ShownCall]:
    """Return the calls of a ticket as its history tells them, the first one first."""
    endings = {
        event.payload["call_id"]: event
        for event in events
        if event.type in ("duty_moved", "duty_acknowledged", "duty_ended")
    }
    return [
        _told(city, event, endings.get(event.payload["call_id"]), names)
        for event in events
        if event.type == "duty_called"
    ]


def _told(city: City, called: Event, ending: Event | None, names: Mapping[UUID, str]) -> ShownCall:
    outcome = WAITING
    if ending is not None:
        outcome = ending.payload.get("outcome") or ending.type.removeprefix("duty_")
    staff_id, by = called.payload["staff_id"], ending.actor_id if ending else None
    return ShownCall(
        called=called_name(
            city,
            called.payload["agency_code"],
            names.get(UUID(staff_id), _("Petugas")) if staff_id else None,
        ),
        called_at=called.recorded_at,
        outcome=_(OUTCOMES[outcome]),
        tone=TONES.get(outcome, ""),
        ended_at=ending.recorded_at if ending else None,
        answered_by=names.get(by, _("Petugas")) if by else None,
    )
