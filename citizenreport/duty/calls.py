"""Urgent calls: whom to call, in turn, until somebody answers. Each step is an event of codes.

A round begins with the event that makes a ticket urgent for an agency. At most one call of a ticket
waits at a time; that is a unique index, so two workers cannot both move it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.errors import Conflict, NotFound
from citizenreport.core.ids import new_id
from citizenreport.core.text import _n
from citizenreport.duty import queries
from citizenreport.duty.models import DutyCall
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.delegation import away
from citizenreport.identity.rules import Actor, Permission, Role
from citizenreport.ledger.rules import Payload
from citizenreport.messaging.staff import reachable
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import is_about, is_readable
from citizenreport.triage.rules import Act
from citizenreport.triage.states import OPEN, Party, State


class Outcome(StrEnum):
    """How a call ended."""

    ACKNOWLEDGED = "acknowledged"
    MOVED = "moved"  # nobody answered in time
    HANDLED = "handled"  # the ticket was taken up without an answer
    REPLACED = "replaced"  # another agency holds the ticket now


class CallNotFound(NotFound):
    code = "call-not-found"
    title = _n("Panggilan ini tidak ada, atau bukan untuk Anda.")


class CallOver(Conflict):
    code = "call-over"
    title = _n("Panggilan ini sudah dijawab atau sudah selesai.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """Whom a call goes to. `staff_id` None: whoever reads the body's own address."""

    agency_code: str
    staff_id: UUID | None


def chain(session: Session, city: City, ticket: Ticket, *, now: datetime) -> list[Callee]:
    """Return whom to call, in order: the roster's people, of a confidential ticket its handlers, the
    city desk's people, the city desk as a whole. Of who is on leave whoever does their work.

    Only who has an address to be called at, and never anybody of the body a report is about.
    """
    here = ticket.agency_code
    found = _roster(session, city, ticket, here, now=now)
    if ticket.visibility == Visibility.CONFIDENTIAL.value:
        found += _handlers(session, city, ticket, but=found, now=now)
    agency = city.agencies.get(here)
    if not found and agency is not None and agency.duty_email:
        found.append(Callee(agency_code=here, staff_id=None))
    last = _last_body(city, ticket)
    if last != here:
        found += _roster(session, city, ticket, last, now=now)
    return [*found, Callee(agency_code=last, staff_id=None)]


def _last_body(city: City, ticket: Ticket) -> str:
    """Return the city desk, or who stands in for it when a report is about the desk."""
    desk = city.desk_agency_code
    if ticket.subject_agency_code != desk:
        return desk
    return city.conflict_order.get(desk) or city.conflict_order.get("*", desk)


def _roster(
    session: Session, city: City, ticket: Ticket, agency_code: str, *, now: datetime
) -> list[Callee]:
    """Return who is on duty for an agency and may be told: its own people must be able to read it."""
    ids = [shift.staff_id for shift in queries.shifts_at(session, agency_code, now)]
    active = identity_queries.active_by_ids(session, ids)
    people = [active[id_] for id_ in ids if id_ in active]
    may_be_told = is_readable if agency_code == ticket.agency_code else _is_no_party
    told = _callable(session, people, lambda one: may_be_told(city, one, ticket), now=now)
    return [Callee(agency_code=agency_code, staff_id=id_) for id_ in told]


def _callable(
    session: Session,
    people: Sequence[Actor],
    may_be_told: Callable[[Actor], bool],
    *,
    now: datetime,
) -> list[UUID]:
    """Return whom to call, in order: in the place of who is on leave whoever does their work.

    Where no stand-in may be told or has an address, the person is called all the same.
    """
    absent = away(session, [actor.staff_id for actor in people], now=now)
    stand_ins = [one for several in absent.values() for one in several]
    told = {one.staff_id for one in [*people, *stand_ins] if may_be_told(one)}
    able = reachable(session, told)
    found: dict[UUID, None] = {}
    for actor in people:
        instead = [
            one.staff_id
            for one in absent.get(actor.staff_id, ())
            if one.staff_id in able and may_be_told(one)
        ]
        own = [actor.staff_id] if actor.staff_id in able and may_be_told(actor) else []
        found |= dict.fromkeys(instead or own)
    return list(found)


def _is_no_party(city: City, actor: Actor, ticket: Ticket) -> bool:
    return not is_about(city, actor, ticket)


def _handlers(
    session: Session, city: City, ticket: Ticket, *, but: Sequence[Callee], now: datetime
) -> list[Callee]:
    """Return the other handlers of a confidential ticket, by name."""
    called = {callee.staff_id for callee in but}
    staff = identity_queries.active_at(session, ticket.agency_code)
    by_name = sorted(staff, key=lambda actor: actor.name)
    told = _callable(session, by_name, lambda one: is_readable(city, one, ticket), now=now)
    here = ticket.agency_code
    return [Callee(agency_code=here, staff_id=id_) for id_ in told if id_ not in called]


def begin_round(
    session: Session, city: City, ticket: Ticket, *, round_seq: int, now: datetime
) -> DutyCall:
    """Call the first of the chain; the same event begins one round only."""
    known = queries.round_of(session, ticket.id, round_seq)
    if known:
        return known[0]
    waiting = queries.waiting_call(session, ticket.id)
    if waiting is not None:
        _give_up(session, ticket, waiting, Outcome.REPLACED, now=now)
    first = chain(session, city, ticket, now=now)[0]
    return _call(session, city, ticket, first, round_seq=round_seq, step=0, now=now)


def move_on(session: Session, city: City, call: DutyCall, ticket: Ticket, *, now: datetime) -> None:
    """Move a call that waited long enough to the next of the chain.

    A ticket that was taken up needs no call any more. After the last one the call stays where it
    is, and shows among what is stuck.
    """
    if is_taken_up(ticket):
        _give_up(session, ticket, call, Outcome.HANDLED, now=now)
        return
    if call.next_at is None or now < call.next_at:
        return
    told = queries.round_of(session, ticket.id, call.round_seq)
    called = {(one.agency_code, one.staff_id) for one in told}
    left = [
        callee
        for callee in chain(session, city, ticket, now=now)
        if (callee.agency_code, callee.staff_id) not in called
    ]
    # What lies before the city desk as a whole in the chain comes too late once it was called.
    if not left or (call.staff_id is None and call.agency_code == _last_body(city, ticket)):
        call.next_at = None
        session.flush()
        return
    _end(session, call, Outcome.MOVED, now=now)
    _record(session, ticket, "duty_moved", {"call_id": str(call.id)}, now=now)
    _call(session, city, ticket, left[0], round_seq=call.round_seq, step=len(told), now=now)


def is_taken_up(ticket: Ticket) -> bool:
    """Tell whether somebody works on a ticket, or nobody needs to."""
    is_answered = ticket.first_responded_at is not None or ticket.verified_at is not None
    return State(ticket.state) not in OPEN or is_answered


def may_answer(city: City, actor: Actor, ticket: Ticket, calls: Sequence[DutyCall]) -> bool:
    """Tell whether a person may answer: who was called, who works on the ticket, or a body called."""
    if is_about(city, actor, ticket):
        return False
    own = actor.agencies(Permission.MOVE_TICKET)
    works_on_it = ticket.agency_code in own and is_readable(city, actor, ticket)
    at_desk = Role.CITY_DESK in actor.roles
    bodies = own | {city.desk_agency_code} if at_desk else own
    was_called = any(
        call.staff_id == actor.staff_id
        if call.staff_id is not None
        else call.agency_code in bodies - {ticket.agency_code}
        for call in calls
    )
    return works_on_it or was_called or (at_desk and ticket.agency_code == city.desk_agency_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledTicket:
    """A call with its ticket. What the ticket is about is for those who may read it."""

    call: DutyCall
    ticket: Ticket
    tracking_code: str


def answerable(session: Session, city: City, actor: Actor, call_id: UUID) -> CalledTicket:
    """Return a call that this person may answer. Raises CallNotFound, the same for none."""
    row = queries.with_ticket(session, call_id)
    if row is None:
        raise CallNotFound
    call, ticket, code = row
    calls = queries.round_of(session, ticket.id, call.round_seq)
    if not may_answer(city, actor, ticket, calls):
        raise CallNotFound
    return CalledTicket(call=call, ticket=ticket, tracking_code=code)


def acknowledge(session: Session, ticket: Ticket, *, by: UUID, now: datetime) -> None:
    """Take the call of a ticket that waits. Raises CallOver."""
    call = queries.waiting_call(session, ticket.id)
    if call is None:
        raise CallOver
    _end(session, call, Outcome.ACKNOWLEDGED, now=now)
    call.acknowledged_by = by
    session.flush()
    payload = {"call_id": str(call.id)}
    _record(session, ticket, "duty_acknowledged", payload, now=now, by=by)


def _call(
    session: Session,
    city: City,
    ticket: Ticket,
    callee: Callee,
    *,
    round_seq: int,
    step: int,
    now: datetime,
) -> DutyCall:
    call = DutyCall(
        id=new_id(),
        ticket_id=ticket.id,
        round_seq=round_seq,
        step=step,
        agency_code=callee.agency_code,
        staff_id=callee.staff_id,
        called_at=now,
        next_at=now + timedelta(minutes=city.duty.answer_minutes),
    )
    session.add(call)
    session.flush()
    payload: Payload = {
        "call_id": str(call.id),
        "agency_code": callee.agency_code,
        "staff_id": str(callee.staff_id) if callee.staff_id else None,
        "step": step,
    }
    _record(session, ticket, "duty_called", payload, now=now)
    return call


def _end(session: Session, call: DutyCall, outcome: Outcome, *, now: datetime) -> None:
    call.ended_at, call.outcome, call.next_at = now, outcome.value, None
    session.flush()


def _give_up(
    session: Session, ticket: Ticket, call: DutyCall, outcome: Outcome, *, now: datetime
) -> None:
    _end(session, call, outcome, now=now)
    payload = {"call_id": str(call.id), "outcome": outcome.value}
    _record(session, ticket, "duty_ended", payload, now=now)


def _record(
    session: Session,
    ticket: Ticket,
    type_: str,
    payload: Payload,
    *,
    now: datetime,
    by: UUID | None = None,
) -> None:
    act = Act(parties=frozenset({Party.SYSTEM}), at=now, seen=ticket.version, actor_id=by)
    triage.record(session, ticket, type_, payload, act=act)
