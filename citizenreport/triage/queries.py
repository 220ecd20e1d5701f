"""Reading tickets. All staff reads start from `readable_tickets(city, actor)`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Text,
    and_,
    cast,
    false,
    literal,
    literal_column,
    not_,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.core.keys import Place, open_sealed
from citizenreport.identity.rules import Actor, Permission, Role
from citizenreport.triage.models import OPEN_STATES_SQL, Message, Ticket
from citizenreport.triage.rules import TicketNotFound
from citizenreport.triage.states import OPEN, State

NO_AGENCY = ""
"""An agency nobody belongs to: what one may do for it, one may do for every agency."""


def readable_tickets(city: City, actor: Actor) -> Select[tuple[Ticket]]:
    """Return the tickets whose content a member of staff may read.

    Public and restricted ones of the own agency (of every agency for the city desk and the
    inspectorate), confidential ones only as a named handler of the class at the agency. An agency
    with an open part of another's ticket reads it as if it were its own. Never one that is about a
    body the actor belongs to. Source: protection.md, section 1.
    """
    readable = or_(_is_of_own(actor), _is_joined(actor))
    return select(Ticket).where(readable, is_not_about(city, actor))


def own_tickets(city: City, actor: Actor) -> Select[tuple[Ticket]]:
    """Return the readable tickets without those of which the actor's agency only has a part.

    An index leads through them in the queue's order.
    """
    return select(Ticket).where(_is_of_own(actor), is_not_about(city, actor))


def joined_tickets(city: City, actor: Actor) -> Select[tuple[Ticket]]:
    """Return the readable tickets of which an agency of the actor has an open part."""
    return select(Ticket).where(_is_joined(actor), is_not_about(city, actor))


def only_joined_tickets(city: City, actor: Actor) -> Select[tuple[Ticket]]:
    """Return the tickets that are readable for an open part alone: what the queue adds to the own."""
    return joined_tickets(city, actor).where(not_(_is_of_own(actor)))


def picked_tickets(picked: Subquery) -> Select[tuple[Ticket]]:
    """Return the tickets whose ids another query of this room has picked, as `ticket_id`."""
    return select(Ticket).join(picked, picked.c.ticket_id == Ticket.id)


def listed_tickets(city: City, actor: Actor) -> Select[tuple[Ticket]]:
    """Return the own readable tickets, and those of which only code and deadline may be seen.

    The second kind are confidential tickets before administrators and the city desk: a door shows
    nothing of them but code, state and deadline, and never filters them by content.
    """
    if not actor.may(Permission.READ_DEADLINES):
        return own_tickets(city, actor)
    exists_only = and_(
        Ticket.visibility == Visibility.CONFIDENTIAL.value, is_not_about(city, actor)
    )
    own = and_(_is_of_own(actor), is_not_about(city, actor))
    return select(Ticket).where(or_(own, exists_only))


def is_about(city: City, actor: Actor, ticket: Ticket) -> bool:
    """Tell whether a report is about a body this person belongs to."""
    subject = ticket.subject_agency_code
    return subject is not None and subject in bodies_of(city, actor)


def is_readable(city: City, actor: Actor, ticket: Ticket) -> bool:
    """Return whether the content of one loaded ticket may be read: the same rule, in process."""
    if ticket.subject_agency_code is not None and ticket.subject_agency_code in bodies_of(
        city, actor
    ):
        return False
    holders = (ticket.agency_code, *ticket.joint_agency_codes)
    return any(may_read_for(actor, ticket, agency_code) for agency_code in holders)


def leads(city: City, actor: Actor, ticket: Ticket) -> bool:
    """Return whether one reads a loaded ticket for the agency that leads it, not for a part of it."""
    is_readable_at_all = is_readable(city, actor, ticket)
    return is_readable_at_all and may_read_for(actor, ticket, ticket.agency_code)


def may_read_for(actor: Actor, ticket: Ticket, agency_code: str) -> bool:
    """Return whether one would read such a ticket if this agency led it."""
    if ticket.visibility == Visibility.CONFIDENTIAL.value:
        kind = ProtectionClass(ticket.protection_class)
        return actor.handles(agency_code=agency_code, protection_class=kind)
    return actor.may_for(Permission.READ_TICKETS, agency_code=agency_code)


def by_id(session: Session, city: City, actor: Actor, ticket_id: UUID) -> Ticket:
    """Return a ticket the actor may read. Raises TicketNotFound, the same for none and not yours."""
    ticket = session.scalar(readable_tickets(city, actor).where(Ticket.id == ticket_id))
    if ticket is None:
        raise TicketNotFound
    return ticket


def of_report(session: Session, report_id: UUID) -> Sequence[Ticket]:
    """Return the tickets of a report, the first one first. For the reporter's own view."""
    query = select(Ticket).where(Ticket.report_id == report_id).order_by(Ticket.id)
    return session.scalars(query).all()


def of_reports(session: Session, report_ids: Collection[UUID]) -> Sequence[Ticket]:
    """Return the tickets of some reports. For the system."""
    query = select(Ticket).where(Ticket.report_id.in_(report_ids)).order_by(Ticket.id)
    return session.scalars(query).all()


def for_system(session: Session, ticket_id: UUID, *, wait: bool = False) -> Ticket | None:
    """Return and lock a ticket for an act of the system itself.

    None when it is gone, and, unless told to `wait`, when somebody is at it.
    """
    query = select(Ticket).where(Ticket.id == ticket_id).with_for_update(skip_locked=not wait)
    return session.scalar(query)


def all_for_system(session: Session, ids: Collection[UUID]) -> Sequence[Ticket]:
    """Return and lock tickets for an act of the system itself, waiting for whoever is at one."""
    query = select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id).with_for_update()
    return session.scalars(query).all()


def joined_with(session: Session, parent_id: UUID) -> Sequence[Ticket]:
    """Return the tickets that ended as duplicates of another one. For the system."""
    query = select(Ticket).where(Ticket.parent_ticket_id == parent_id)
    return session.scalars(query.where(Ticket.state == State.DUPLICATE.value)).all()


def open_of_person(session: Session, staff_id: UUID) -> Sequence[Ticket]:
    """Return and lock the open tickets that a person is to work on, for who goes or moves."""
    query = select(Ticket).where(
        Ticket.assignee_id == staff_id, Ticket.state.in_([state.value for state in OPEN])
    )
    return session.scalars(query.order_by(Ticket.id).with_for_update()).all()


def settled_before(session: Session, instant: datetime) -> Sequence[UUID]:
    """Return resolved tickets, not yet closed, that were settled before an instant."""
    query = select(Ticket.id).where(
        Ticket.state == State.RESOLVED.value, Ticket.settled_at < instant
    )
    return session.scalars(query.order_by(Ticket.settled_at)).all()


def confidential_overdue(session: Session, *, now: datetime) -> Sequence[UUID]:
    """Return open confidential tickets past their first response that nobody has responded to."""
    query = select(Ticket.id).where(
        Ticket.visibility == Visibility.CONFIDENTIAL.value,
        Ticket.state.in_([state.value for state in OPEN]),
        Ticket.first_responded_at.is_(None),
        Ticket.first_response_due_at < now,
        Ticket.is_demo.is_(False),
    )
    return session.scalars(query.order_by(Ticket.first_response_due_at)).all()


def due_before(
    session: Session, instant: datetime, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Ticket]:
    """Return the next open tickets whose running clock ends before an instant, by that end.

    Without those that wait for the reporter, and without the demo's. For the system.
    """
    keys = (Ticket.next_due_at, Ticket.id)
    query = select(Ticket).where(
        text(OPEN_STATES_SQL),
        Ticket.next_due_at < instant,
        Ticket.paused_at.is_(None),
        Ticket.is_demo.is_(False),
    )
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*(literal(value) for value in after)))
    return session.scalars(query.order_by(*keys).limit(limit)).all()


def with_running_clocks(session: Session, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Return the next open tickets whose deadlines we count ourselves, in order of id."""
    query = select(Ticket.id).where(
        Ticket.state.in_([state.value for state in OPEN]), Ticket.has_fixed_deadlines.is_(False)
    )
    if after is not None:
        query = query.where(Ticket.id > after)
    return session.scalars(query.order_by(Ticket.id).limit(limit)).all()


def running_clocks(session: Session) -> Sequence[Ticket]:
    """Return all open tickets whose deadlines we count ourselves, for reading only."""
    query = select(Ticket).where(
        Ticket.state.in_([state.value for state in OPEN]), Ticket.has_fixed_deadlines.is_(False)
    )
    return session.scalars(query.order_by(Ticket.id)).all()


def visible_among(
    session: Session, ticket_ids: Collection[UUID], visibility: Visibility
) -> Sequence[UUID]:
    """Return those of some tickets that have a visibility now."""
    query = select(Ticket.id).where(
        Ticket.id.in_(ticket_ids), Ticket.visibility == visibility.value
    )
    return session.scalars(query).all()


def messages_of(session: Session, ticket_id: UUID) -> Sequence[Message]:
    """Return what was written on a ticket, oldest first."""
    query = select(Message).where(Message.ticket_id == ticket_id).order_by(Message.id)
    return session.scalars(query).all()


def text_of(message: Message, data_key: bytes | None) -> str:
    """Return a message's text; empty when it was erased or cannot be opened by this key."""
    if message.text_sealed is None:
        return message.text or ""
    if data_key is None:
        return ""
    place = Place(table="message", column="text_sealed", row=str(message.id))
    return open_sealed(data_key, bytes(message.text_sealed), place).decode()


def bodies_of(city: City, actor: Actor) -> frozenset[str]:
    """Return the bodies an actor belongs to: those of the grants, and the one behind a city role."""
    behind = {
        Role.CITY_DESK: city.desk_agency_code,
        Role.INSPECTORATE: city.conflict_order.get("*"),
    }
    codes = {grant.agency_code or behind.get(grant.role) for grant in actor.grants}
    codes |= {grant.agency_code or city.desk_agency_code for grant in actor.key_grants}
    return frozenset(code for code in codes if code is not None)


def is_not_about(city: City, actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a ticket is not about a body this person belongs to."""
    bodies = bodies_of(city, actor)
    if not bodies:
        return true()
    return Ticket.subject_agency_code.is_(None) | Ticket.subject_agency_code.not_in(bodies)


def _is_of_own(actor: Actor) -> ColumnElement[bool]:
    """Tickets that an agency leads for which the actor may read them."""
    open_kind = Ticket.visibility != Visibility.CONFIDENTIAL.value
    choices: list[ColumnElement[bool]] = []
    if actor.may_for(Permission.READ_TICKETS, agency_code=NO_AGENCY):
        choices.append(open_kind)
    elif agencies := actor.agencies(Permission.READ_TICKETS):
        choices.append(open_kind & Ticket.agency_code.in_(agencies))
    choices += [
        (Ticket.visibility == Visibility.CONFIDENTIAL.value)
        & (Ticket.agency_code == agency_code)
        & (Ticket.protection_class == handled.value)
        for agency_code, handled in actor.handled
    ]
    return or_(false(), *choices)


def _is_joined(actor: Actor) -> ColumnElement[bool]:
    """Tickets of others of which such an agency has an open part."""
    choices: list[ColumnElement[bool]] = []
    if agencies := sorted(actor.agencies(Permission.READ_TICKETS)):
        is_open_kind = Ticket.visibility != Visibility.CONFIDENTIAL.value
        choices.append(is_open_kind & _has_part(agencies))
    choices += [
        (Ticket.visibility == Visibility.CONFIDENTIAL.value)
        & _has_part([agency_code])
        & (Ticket.protection_class == handled.value)
        for agency_code, handled in actor.handled
    ]
    # Said once more for the planner: the index holds only tickets with open parts.
    return and_(literal_column("ticket.joint_agency_codes <> '{}'::text[]"), or_(false(), *choices))


def _has_part(agency_codes: list[str]) -> ColumnElement[bool]:
    joined = cast(literal(agency_codes, ARRAY(Text)), ARRAY(Text))
    return Ticket.joint_agency_codes.op("&&", is_comparison=True)(joined)
