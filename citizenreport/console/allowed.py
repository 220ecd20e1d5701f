"""What a person may do with a ticket now: as whom, which steps, which forms."""

from dataclasses import dataclass

from citizenreport.cities.rules import City, Visibility
from citizenreport.console import words
from citizenreport.identity.rules import Actor, Permission
from citizenreport.triage.authority import open_steps, own_parts
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import OPEN, WORKING, Party, State
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
        merge=any(step.target is State.DUPLICATE for step in open_steps(ticket, parties)),
        work=may_work,
        schedule=any(step.target is State.SCHEDULED for step in open_steps(ticket, parties)),
        resolve=any(step.target is State.RESOLVED for step in open_steps(ticket, parties)),
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
        for step in open_steps(ticket, parties)
        if step.target not in (State.DUPLICATE, State.SCHEDULED, State.RESOLVED, State.REFERRED)
        and (step.source, step.target) != (State.RETURNED, State.NEW)
    ]
