"""What a reporter does with the own report: answer, add, contest, confirm, withdraw."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.keys import KeyRing
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.intake.service import add_photos
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline.handle import move_ticket
from citizenreport.pipeline.submit import all_or_none
from citizenreport.storage.rules import Storage
from citizenreport.triage import additions
from citizenreport.triage.archive_rules import objection_ends_at
from citizenreport.triage.clocks import contest_ends_at
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import (
    Act,
    ContestWindowOver,
    TransitionNotAllowed,
    check_reply,
)
from citizenreport.triage.states import Party, State


def answer_question(
    session: Session, city: City, keys: KeyRing, ticket: Ticket, text: str, *, now: datetime
) -> None:
    """Answer what staff asked; the ticket goes on where the question stopped it.

    Raises:
        TransitionNotAllowed: nothing is asked now.
        TextMissing, TextTooLong, TicketChanged.
    """
    if ticket.state != State.NEEDS_INFO or ticket.resume_state is None:
        raise TransitionNotAllowed(source=ticket.state)
    answer, target = check_reply(text), State(ticket.resume_state)
    move_ticket(session, city, keys, ticket, target, act=_act(ticket, now), reason=answer)


def add_information(
    session: Session,
    keys: KeyRing,
    storage: Storage,
    ticket: Ticket,
    text: str,
    photos: Sequence[PreparedPhoto],
    *,
    now: datetime,
) -> None:
    """Add words or photos while the ticket is open; what was sent first is never changed.

    Photos wait for staff's decision, as those that came with the report did.

    Raises:
        TransitionNotAllowed: it is not open any more.
        TextMissing, TextTooLong, TooManyAdditions, TooManyPhotosInAll, TicketChanged.
    """
    data_key: bytes | None = None
    if ticket.visibility == Visibility.CONFIDENTIAL.value:
        data_key = intake_queries.data_key_of(session, keys, ticket.report_id)
    report = intake_queries.by_id(session, ticket.report_id)
    with all_or_none(storage) as put:
        added = add_photos(session, put, report, photos, data_key)
        act = _act(ticket, now)
        additions.add(session, ticket, text, photo_ids=added, act=act, data_key=data_key)


def contest(
    session: Session, city: City, keys: KeyRing, ticket: Ticket, reason: str, *, now: datetime
) -> None:
    """Say that it is not settled, or object to its archiving once, within the contest window.

    A reason helps, but is not asked for.

    Raises:
        ContestWindowOver: too late.
        TransitionNotAllowed: it is not called settled.
        TextTooLong, TicketChanged.
    """
    ends_at = may_contest_until(city, ticket)
    if ticket.state == State.ARCHIVED:
        ends_at = may_object_until(session, city, ticket)
        if ends_at is None:
            raise ContestWindowOver
    if ends_at is not None and now > ends_at:
        raise ContestWindowOver
    act = _act(ticket, now)
    move_ticket(session, city, keys, ticket, State.CONTESTED, act=act, reason=reason)


def confirm(session: Session, city: City, keys: KeyRing, ticket: Ticket, *, now: datetime) -> None:
    """Say that it is settled. Raises TransitionNotAllowed, TicketChanged."""
    move_ticket(session, city, keys, ticket, State.CLOSED, act=_act(ticket, now))


def withdraw(session: Session, city: City, keys: KeyRing, ticket: Ticket, *, now: datetime) -> None:
    """Take the report back; what is public of it goes. Raises TransitionNotAllowed, TicketChanged."""
    move_ticket(session, city, keys, ticket, State.WITHDRAWN, act=_act(ticket, now))


def may_contest_until(city: City, ticket: Ticket) -> datetime | None:
    """Return the end of the contest window; None while nothing is called settled."""
    if ticket.state != State.RESOLVED or ticket.settled_at is None:
        return None
    return contest_ends_at(city.calendar, ticket.settled_at, contest_days=city.contest_days)


def may_object_until(session: Session, city: City, ticket: Ticket) -> datetime | None:
    """Return until when the archiving of a report may be objected to; None: not, or not again."""
    events = history(session, StreamKind.TICKET, ticket.id)
    moves = [(e.payload["to"], e.recorded_at) for e in events if e.type == "state_changed"]
    return objection_ends_at(city, moves)


def _act(ticket: Ticket, now: datetime) -> Act:
    return Act(parties=frozenset({Party.REPORTER}), at=now, seen=ticket.version)
