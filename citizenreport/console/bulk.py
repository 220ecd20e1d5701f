"""`/petugas/tiket/sekaligus`: choose many tickets, see what would happen to each, do it, undo it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Priority
from citizenreport.console import words
from citizenreport.console.acts import UnknownChoice
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, Conflict, InvalidInput, NotAllowed
from citizenreport.core.ids import new_id
from citizenreport.identity.rules import Actor, Permission
from citizenreport.pipeline import bulk
from citizenreport.pipeline.bulk import Chosen, Hands, Kind, ManyWish, Outcome
from citizenreport.triage import queue, rules
from citizenreport.triage.authority import act_of
from citizenreport.triage.models import Ticket
from citizenreport.triage.queue_models import BulkOutcome
from citizenreport.triage.rules import Act
from citizenreport.triage.states import LABELS, State
from citizenreport.triage.work import colleagues
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("bulk", __name__, url_prefix="/petugas/tiket/sekaligus", template_folder="templates")

REFUSALS: Final[Mapping[str, str]] = {
    error.code: error.title
    for error in (
        *(rules.TicketNotFound, rules.TicketChanged, rules.TransitionNotAllowed),
        *(rules.TransitionNotYours, rules.AssignmentBinds, rules.ReasonMissing),
        *(rules.TextTooLong, rules.NotAColleague, rules.DayNotAhead, NotAllowed),
        *(bulk.ProtectedTicket, bulk.NothingToChange, bulk.NoWayBack),
    )
}

E = TypeVar("E", Kind, Priority, State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One chosen ticket. `code` None: not, or no longer, for this person."""

    choice: str
    code: str | None
    ticket: Ticket | None
    category: str | None
    state: str | None
    outcome: Outcome | None = None
    refusal: str | None = None
    change: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One ticket of an act that was made."""

    ticket: Ticket | None
    code: str | None
    refusal: str | None
    is_undone: bool
    undo_refusal: str | None


@bp.post("")
@requires(Permission.MOVE_TICKET)
def prepare() -> ResponseReturnValue:
    """Ask for what the act needs; once that is given, say what it would do to each ticket."""
    try:
        kind = _member(Kind, "kind")
        chosen = read_chosen(request.form.getlist("ticket"))
    except InvalidInput as error:
        return _asked(error=error), 422
    if form_text("tinjau") != "1":
        return _asked(kind=kind, chosen=chosen)
    try:
        wish = read_wish(kind)
        with transaction() as session:
            outcomes = bulk.rehearse(_hands(session), chosen, wish)
    except (InvalidInput, Conflict) as error:
        return _asked(kind=kind, chosen=chosen, error=error), 422
    return _asked(kind=kind, chosen=chosen, outcomes=outcomes)


@bp.post("/lakukan")
@requires(Permission.MOVE_TICKET)
def carry_out() -> ResponseReturnValue:
    """Do it to every ticket that allows it, all in one transaction."""
    try:
        kind = _member(Kind, "kind")
        chosen = read_chosen(request.form.getlist("ticket"))
        wish = read_wish(kind)
        with transaction() as session:
            done = bulk.act_on_many(_hands(session), chosen, wish, bulk_id=_bulk_id())
            bulk_id = done.id
    except (InvalidInput, Conflict) as error:
        return _asked(error=error), 422
    return redirect(url_for("bulk.show", bulk_id=bulk_id), 303)


@bp.get("/<uuid:bulk_id>")
@requires(Permission.MOVE_TICKET)
def show(bulk_id: UUID) -> ResponseReturnValue:
    """Say what happened to each ticket. Only who did it sees it."""
    return _result(bulk_id)


@bp.post("/<uuid:bulk_id>/batal")
@requires(Permission.MOVE_TICKET)
def undo(bulk_id: UUID) -> ResponseReturnValue:
    """Take it back where nobody has touched the ticket since."""
    try:
        with transaction() as session:
            bulk.undo(_hands(session), bulk_id)
    except Conflict as error:
        return _result(bulk_id, error=error), 409
    return redirect(url_for("bulk.show", bulk_id=bulk_id), 303)


def read_chosen(choices: Sequence[str]) -> list[Chosen]:
    """Read the tickets of a form, each with the version that was seen. Raises UnknownChoice."""
    found = []
    for choice in choices[: bulk.MAX_TICKETS + 1]:
        id_text, _sep, seen = choice.partition(":")
        if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
            raise UnknownChoice(pointer="#/ticket")
        try:
            found.append(Chosen(ticket_id=UUID(id_text), seen=int(seen)))
        except ValueError:
            raise UnknownChoice(pointer="#/ticket") from None
    return found


def read_wish(kind: Kind) -> ManyWish:
    """Read what is to be done. Raises UnknownChoice, DayNotAhead, ReasonMissing, TextTooLong."""
    reason = form_text("reason")
    if kind is Kind.ASSIGN:
        return ManyWish(kind=kind, staff_id=_person())
    if kind is Kind.PRIORITY:
        checked = rules.check_reason(reason)
        return ManyWish(kind=kind, priority=_member(Priority, "priority"), reason=checked)
    if kind is Kind.SCHEDULE:
        until_on = _day()
        rules.check_schedule(until_on, today=current_city().local_date(utcnow()))
        return ManyWish(kind=kind, until_on=until_on, reason=rules.check_reason(reason))
    target = _member(State, "target")
    if target not in bulk.TARGETS:
        raise UnknownChoice(pointer="#/target")
    return ManyWish(kind=kind, target=target, reason=reason)


def _asked(
    *,
    kind: Kind | None = None,
    chosen: Sequence[Chosen] = (),
    outcomes: Sequence[Outcome] = (),
    error: CitizenReportError | None = None,
) -> str:
    with transaction() as session:
        lines = _lines(session, chosen, outcomes)
        tickets = [line.ticket for line in lines if line.ticket is not None]
        return render_template(
            "console/bulk.html",
            kind=kind,
            kinds=words.BULK_KINDS,
            lines=lines,
            is_reviewed=bool(outcomes),
            n_possible=sum(outcome.error is None for outcome in outcomes),
            people=_people(session, tickets) if kind is Kind.ASSIGN else [],
            priorities=words.PRIORITIES,
            targets=[(target.value, LABELS[target]) for target in bulk.TARGETS],
            today=current_city().local_date(utcnow()),
            bulk_id=new_id(),
            typed=request.form,
            error=_(error.title) if error else None,
        )


def _lines(session: Session, chosen: Sequence[Chosen], outcomes: Sequence[Outcome]) -> list[Line]:
    city = current_city()
    known = _known(session, [one.ticket_id for one in chosen])
    by_ticket = {outcome.ticket_id: outcome for outcome in outcomes}
    found = []
    for one in chosen:
        ticket, code = known.get(one.ticket_id, (None, None))
        outcome = by_ticket.get(one.ticket_id)
        found.append(
            Line(
                choice=f"{one.ticket_id}:{one.seen}",
                code=code,
                ticket=ticket,
                category=words.category_name(city, ticket.category_code) if ticket else None,
                state=_(LABELS[State(ticket.state)]) if ticket else None,
                outcome=outcome,
                refusal=_(outcome.error.title) if outcome and outcome.error else None,
                change=changed_words(outcome) if outcome and not outcome.error else None,
            )
        )
    return found


def changed_words(outcome: Outcome) -> str | None:
    """Return what was and what would be, where that is a state or a priority."""
    kind, before = form_text("kind"), outcome.before
    if before is None or kind == Kind.ASSIGN:
        return None
    if kind == Kind.PRIORITY:
        after = words.PRIORITIES[form_text("priority")]
        return f"{_(words.PRIORITIES[before])} → {_(after)}"
    target = State.SCHEDULED if kind == Kind.SCHEDULE else State(form_text("target"))
    return f"{_(LABELS[State(before)])} → {_(LABELS[target])}"


def _result(bulk_id: UUID, *, error: CitizenReportError | None = None) -> str:
    with transaction() as session:
        made, outcomes = bulk.own_act(session, current_actor(), bulk_id)
        known = _known(session, [outcome.ticket_id for outcome in outcomes])
        lines = [
            _done(outcome, *known.get(outcome.ticket_id, (None, None))) for outcome in outcomes
        ]
        return render_template(
            "console/bulk_done.html",
            made=made,
            label=words.BULK_KINDS[Kind(made.kind)],
            lines=lines,
            n_done=sum(line.refusal is None for line in lines),
            may_undo=bulk.may_undo(made, now=utcnow())
            and any(line.refusal is None for line in lines),
            until=made.done_at + bulk.UNDO_FOR,
            error=_(error.title) if error else None,
        )


def _done(outcome: BulkOutcome, ticket: Ticket | None, code: str | None) -> Done:
    def said(refusal: str | None) -> str | None:
        return None if refusal is None else _(REFUSALS.get(refusal, NotAllowed.title))

    return Done(
        ticket=ticket,
        code=code,
        refusal=said(outcome.refusal),
        is_undone=outcome.is_undone,
        undo_refusal=said(outcome.undo_refusal),
    )


def _known(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[Ticket, str]]:
    rows = queue.chosen_rows(session, current_city(), current_actor(), ids)
    return {ticket.id: (ticket, code) for ticket, code in rows}


def _people(session: Session, tickets: Sequence[Ticket]) -> list[Actor]:
    """Return who may work on at least one of the tickets, by name."""
    one_of_each = {ticket.agency_code: ticket for ticket in tickets}.values()
    found = {
        actor.staff_id: actor
        for ticket in one_of_each
        for actor in colleagues(session, current_city(), ticket)
    }
    return sorted(found.values(), key=lambda actor: actor.name)


def _hands(session: Session) -> Hands:
    city, actor, now = current_city(), current_actor(), utcnow()

    def act_for(ticket: Ticket, seen: int) -> Act:
        return act_of(city, actor, ticket, seen=seen, now=now)

    return Hands(
        session=session, city=city, keys=current_keys(), actor=actor, act_for=act_for, now=now
    )


def _member(kind: type[E], name: str) -> E:
    try:
        return kind(form_text(name))
    except ValueError:
        raise UnknownChoice(pointer=f"#/{name}") from None


def _person() -> UUID | None:
    text = form_text("assignee_id")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise UnknownChoice(pointer="#/assignee_id") from None


def _day() -> date:
    try:
        return date.fromisoformat(form_text("until_on"))
    except ValueError:
        raise rules.DayNotAhead(pointer="#/until_on") from None


def _bulk_id() -> UUID:
    try:
        return UUID(form_text("bulk_id"))
    except ValueError:
        raise UnknownChoice(pointer="#/bulk_id") from None
