"""What a person may do with a ticket now: as whom, which steps, which forms."""

from dataclasses import dataclass
from datetime import datetime

from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.console import words
from citizenreport.identity.rules import Actor, Permission
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import leads
from citizenreport.triage.rules import BINDING_RETURNS, Act
from citizenreport.triage.states import OPEN, WORKING, Party, State, Transition, allowed
from citizenreport.web.translate import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step that may be made now."""

    target: State
    label: str
    wants_reason: bool
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class May:
    """Which forms the page offers."""

    reply: bool
    release: bool
    release_photos: bool
    raise_to: tuple[Visibility, ...]
    hand_over: bool
    merge: bool
    work: bool
    schedule: bool
    resolve: bool
    ask_extension: bool
    decide_extension: bool
    correct: bool
    reveal: bool
    ask_part: bool
    note: bool
    split: bool


def parties_of(city: City, actor: Actor, ticket: Ticket) -> frozenset[Party]:
    """Return as whom the actor moves this ticket.

    The agency's own staff as the agency; the city desk for what it holds itself and for what was
    returned to it. It does not do another agency's work. What is confidential the desk cannot
    read: there its handlers do what the desk would, so that it is never stuck.
    """
    found: set[Party] = set()
    is_confidential = ticket.visibility == Visibility.CONFIDENTIAL.value
    if is_confidential and not leads(city, actor, ticket):
        return frozenset()
    if ticket.agency_code in actor.agencies(Permission.MOVE_TICKET):
        found.add(Party.AGENCY)
    desk_holds = ticket.agency_code == city.desk_agency_code
    if actor.may(Permission.ROUTE_TICKET) and (desk_holds or ticket.state == State.RETURNED.value):
        found.add(Party.DESK)
    if is_confidential:
        found.add(Party.DESK)
    return frozenset(found)


def act_of(city: City, actor: Actor, ticket: Ticket, *, seen: int, now: datetime) -> Act:
    """Return the act of this person on this ticket, as the rooms take it."""
    return Act(parties=parties_of(city, actor, ticket), at=now, seen=seen, actor_id=actor.staff_id)


def own_parts(actor: Actor, ticket: Ticket) -> list[str]:
    """Return the agencies for which this person may close an open part of the ticket."""
    mine = actor.agencies(Permission.MOVE_TICKET)
    parts = [code for code in ticket.joint_agency_codes if code in mine]
    if ticket.visibility != Visibility.CONFIDENTIAL.value:
        return parts
    kind = ProtectionClass(ticket.protection_class)
    return [code for code in parts if actor.handles(agency_code=code, protection_class=kind)]


def may_do(city: City, actor: Actor, ticket: Ticket, parties: frozenset[Party]) -> May:
    """Return which acts beside the steps this person may do on this ticket now."""
    here = ticket.agency_code
    visibility = Visibility(ticket.visibility)
    category = city.categories.get(ticket.category_code)
    is_public = (
        visibility is Visibility.PUBLIC
        and category is not None
        and category.visibility is Visibility.PUBLIC
    )
    is_there = ticket.state != State.WITHDRAWN.value and ticket.split_from_id is None
    may_release = is_public and is_there and actor.may_for(Permission.RELEASE, agency_code=here)
    may_raise = actor.may_for(Permission.RAISE_VISIBILITY, agency_code=here)
    may_work = actor.may_for(Permission.MOVE_TICKET, agency_code=here)
    stricter = [kind for kind in Visibility if kind.strictness > visibility.strictness]
    return May(
        reply=actor.may_for(Permission.REPLY, agency_code=here),
        release=may_release,
        release_photos=may_release and category is not None and category.public_photo,
        raise_to=tuple(stricter) if may_raise else (),
        hand_over=Party.DESK in parties and State(ticket.state) in WORKING | {State.RETURNED},
        merge=any(step.target is State.DUPLICATE for step in _allowed(ticket, parties)),
        work=may_work,
        schedule=any(step.target is State.SCHEDULED for step in _allowed(ticket, parties)),
        resolve=any(step.target is State.RESOLVED for step in _allowed(ticket, parties)),
        ask_extension=may_work
        and State(ticket.state) in OPEN
        and not ticket.has_fixed_deadlines
        and ticket.extended_days == 0
        and ticket.extension_asked_days is None,
        decide_extension=ticket.extension_asked_days is not None
        and actor.may_for(Permission.APPROVE_EXTENSION, agency_code=here),
        reveal=actor.may_for(Permission.REVEAL_CONTACT, agency_code=here),
        correct=may_work and bool(parties) and State(ticket.state) in OPEN,
        note=may_work or bool(own_parts(actor, ticket)),
        ask_part=may_work and bool(parties) and State(ticket.state) in OPEN,
        split=may_work and bool(parties) and State(ticket.state) in OPEN,
    )


def moves(ticket: Ticket, parties: frozenset[Party]) -> list[Move]:
    """Return the steps to offer. Merging, planning, referring and handing over have forms of their own."""
    return [
        Move(
            target=step.target,
            label=_(words.STEPS[step.target]),
            wants_reason=step.wants_reason,
            hint=_(words.REASON_HINTS.get(step.target, words.REASON_HINT)),
        )
        for step in _allowed(ticket, parties)
        if step.target not in (State.DUPLICATE, State.SCHEDULED, State.RESOLVED, State.REFERRED)
        and (step.source, step.target) != (State.RETURNED, State.NEW)
    ]


def _allowed(ticket: Ticket, parties: frozenset[Party]) -> list[Transition]:
    state = State(ticket.state)
    return [
        step
        for step in allowed(state, parties)
        if not (
            state is State.NEEDS_INFO
            and step.target in WORKING
            and step.target.value != ticket.resume_state
        )
        and not (step.target is State.RETURNED and ticket.return_count >= BINDING_RETURNS)
    ]
