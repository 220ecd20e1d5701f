"""Working on a ticket inside an agency: who does it, how urgent, by when, and notes among staff.

Each act locks the ticket by the version that was seen and leaves one event of codes and ids.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Priority
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Actor, Permission
from citizenreport.intake.models import Report
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import Payload, StreamKind
from citizenreport.triage.models import Mention, Message, Ticket
from citizenreport.triage.queries import is_readable, joined_tickets, leads, readable_tickets
from citizenreport.triage.rules import (
    EXTENSION_MAX_WORKING_DAYS,
    Act,
    BadExtension,
    ExtensionSpent,
    NoExtensionAsked,
    NotAColleague,
    OwnRequest,
    check_note,
    check_reason,
    check_schedule,
    mentioned_in,
)
from citizenreport.triage.service import Beside, change, move, record, write
from citizenreport.triage.states import OPEN, State
from citizenreport.triage.ticket_clocks import due_values

SHOWN_MENTIONS = 20


def colleagues(session: Session, city: City, ticket: Ticket) -> list[Actor]:
    """Return who may work on a ticket: staff of its agency who may read it, by name."""
    staff = identity_queries.active_at(session, ticket.agency_code)
    found = [
        actor
        for actor in staff
        if ticket.agency_code in actor.agencies(Permission.MOVE_TICKET)
        and leads(city, actor, ticket)
    ]
    return sorted(found, key=lambda actor: actor.name)


def assign_person(
    session: Session, city: City, ticket: Ticket, staff_id: UUID | None, *, act: Act
) -> None:
    """Give a ticket to a colleague, or to nobody. Raises NotAColleague, TicketChanged."""
    if staff_id is not None:
        known = {actor.staff_id for actor in colleagues(session, city, ticket)}
        if staff_id not in known:
            raise NotAColleague(pointer="#/assignee_id")
    change(session, ticket, act=act, assignee_id=staff_id)
    payload = {"assignee_id": str(staff_id) if staff_id else None}
    record(session, ticket, "person_assigned", payload, act=act)


def set_priority(
    session: Session,
    city: City,
    ticket: Ticket,
    priority: Priority,
    *,
    reason: str,
    act: Act,
    data_key: bytes | None,
) -> None:
    """Make a ticket more or less urgent; its first response is counted anew.

    Raises:
        ReasonMissing, TextTooLong, TicketChanged.
    """
    text = check_reason(reason)
    before = ticket.priority
    values = due_values(city, ticket, priority=priority)
    change(session, ticket, act=act, priority=priority.value, **values)
    message = write(session, ticket, "note", text, act=act, data_key=data_key)
    payload = {"from": before, "to": priority.value, "message_id": str(message.id)}
    record(session, ticket, "priority_changed", payload, act=act)


def schedule(
    session: Session,
    city: City,
    ticket: Ticket,
    until_on: date,
    *,
    reason: str,
    act: Act,
    data_key: bytes | None,
) -> None:
    """Plan the works until a day; the system takes the ticket up again the day after.

    Raises:
        DayNotAhead: that day is not after today, or more than a year ahead.
        As `move`.
    """
    check_schedule(until_on, today=city.local_date(act.at))
    move(
        session,
        city,
        ticket,
        State.SCHEDULED,
        act=act,
        reason=reason,
        data_key=data_key,
        beside=Beside(until_on=until_on),
    )


def scheduled_before(session: Session, day: date) -> Sequence[UUID]:
    """Return scheduled tickets whose last planned day lies before `day`, for the system."""
    query = select(Ticket.id).where(
        Ticket.scheduled_until < day, Ticket.state == State.SCHEDULED.value
    )
    return session.scalars(query.order_by(Ticket.scheduled_until)).all()


def ask_extension(
    session: Session,
    ticket: Ticket,
    days: int,
    *,
    reason: str,
    act: Act,
    data_key: bytes | None,
) -> None:
    """Ask for more working days to settle a ticket; somebody else decides.

    Raises:
        BadExtension: not 1 to EXTENSION_MAX_WORKING_DAYS.
        ExtensionSpent: one was granted or is asked for already, or the work is over.
        ReasonMissing, TextTooLong, TicketChanged.
    """
    if not 1 <= days <= EXTENSION_MAX_WORKING_DAYS:
        raise BadExtension(pointer="#/days")
    is_spent = ticket.extended_days > 0 or ticket.extension_asked_days is not None
    if is_spent or ticket.has_fixed_deadlines or State(ticket.state) not in OPEN:
        raise ExtensionSpent
    text = check_reason(reason)
    change(session, ticket, act=act, extension_asked_days=days)
    message = write(session, ticket, "reason", text, act=act, data_key=data_key)
    payload: Payload = {"days": days, "message_id": str(message.id)}
    record(session, ticket, "extension_asked", payload, act=act)


def decide_extension(
    session: Session, city: City, ticket: Ticket, *, is_granted: bool, act: Act
) -> None:
    """Grant or refuse the extension that was asked for; the reporter sees a granted one.

    Raises:
        NoExtensionAsked: none waits.
        OwnRequest: who asked does not decide.
        TicketChanged.
    """
    days = ticket.extension_asked_days
    if days is None:
        raise NoExtensionAsked
    asked = _asked(session, ticket)
    if asked.actor_id == act.actor_id:
        raise OwnRequest
    if not is_granted:
        change(session, ticket, act=act, extension_asked_days=None)
        record(session, ticket, "extension_refused", {"days": days}, act=act)
        return
    values = due_values(city, ticket, extended_days=days)
    change(session, ticket, act=act, extension_asked_days=None, extended_days=days, **values)
    payload: Payload = {
        "days": days,
        "settlement_due_at": ticket.settlement_due_at.isoformat(),
        "message_id": asked.payload["message_id"],
    }
    record(session, ticket, "extended", payload, act=act)


def _asked(session: Session, ticket: Ticket) -> Event:
    """Return the request for the extension that waits."""
    events = history(session, StreamKind.TICKET, ticket.id)
    return [event for event in events if event.type == "extension_asked"][-1]


def note(
    session: Session,
    city: City,
    ticket: Ticket,
    text: str,
    *,
    act: Act,
    data_key: bytes | None,
) -> Message:
    """Write a note that only staff who may read the ticket see; tell the colleagues it names.

    A name that may not read the ticket is text like any other: nobody learns of a ticket that way.

    Raises:
        TextMissing, TextTooLong, TicketChanged.
    """
    checked = check_note(text)
    change(session, ticket, act=act)
    message = write(session, ticket, "note", checked, act=act, data_key=data_key)
    for actor in identity_queries.active_named(session, mentioned_in(checked)):
        if actor.staff_id != act.actor_id and is_readable(city, actor, ticket):
            session.add(
                Mention(
                    staff_id=actor.staff_id,
                    message_id=message.id,
                    ticket_id=ticket.id,
                    mentioned_at=act.at,
                )
            )
    session.flush()
    record(session, ticket, "noted", {"message_id": str(message.id)}, act=act)
    return message


def see_mentions(session: Session, ticket: Ticket, *, staff_id: UUID, now: datetime) -> None:
    """Note that a person has looked at a ticket in which they were named."""
    unseen = update(Mention).where(
        Mention.staff_id == staff_id, Mention.ticket_id == ticket.id, Mention.seen_at.is_(None)
    )
    session.execute(unseen.values(seen_at=now))


def unseen_mentions(session: Session, city: City, actor: Actor) -> Sequence[tuple[Ticket, str]]:
    """Return readable tickets, with their tracking codes, in which the actor was named and has not
    looked since; the latest first.
    """
    named = (
        select(Mention.ticket_id, func.max(Mention.mentioned_at).label("at"))
        .where(Mention.staff_id == actor.staff_id, Mention.seen_at.is_(None))
        .group_by(Mention.ticket_id)
        .subquery()
    )
    query = (
        readable_tickets(city, actor)
        .join(named, named.c.ticket_id == Ticket.id)
        .join(Report, Report.id == Ticket.report_id)
        .add_columns(Report.tracking_code)
        .order_by(named.c.at.desc())
        .limit(SHOWN_MENTIONS)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def own_parts(session: Session, city: City, actor: Actor) -> Sequence[tuple[Ticket, str]]:
    """Return tickets of other agencies, with their codes, of which an own part is open; soonest first."""
    query = (
        joined_tickets(city, actor)
        .join(Report, Report.id == Ticket.report_id)
        .add_columns(Report.tracking_code)
        .order_by(Ticket.next_due_at, Ticket.id)
        .limit(SHOWN_MENTIONS)
    )
    return session.execute(query).tuples().all()
