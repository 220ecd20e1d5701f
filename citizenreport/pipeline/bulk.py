"""One act on many tickets: rehearsed ticket by ticket, done in one go, undone for a while.

A rehearsal does exactly what the act would do and takes it back, so that what it says is what happens.
Each ticket is done or refused by itself; confidential ones are always refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Priority, Visibility
from citizenreport.core.errors import CitizenReportError, Conflict, NotAllowed, NotFound
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import Actor, Permission
from citizenreport.pipeline.handle import move_ticket
from citizenreport.pipeline.release import follow_ticket
from citizenreport.triage import work
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import by_id
from citizenreport.triage.queue_models import BulkAct, BulkOutcome
from citizenreport.triage.rules import Act, TicketChanged
from citizenreport.triage.states import TRANSITIONS, State

MAX_TICKETS: Final = 100
UNDO_FOR: Final = timedelta(minutes=15)
KEPT_FOR: Final = timedelta(days=7)
UNDO_REASON: Final = "Dibatalkan: langkah untuk banyak tiket sekaligus ternyata keliru."


class Kind(StrEnum):
    """What is done to every ticket."""

    ASSIGN = "assign"
    PRIORITY = "priority"
    SCHEDULE = "schedule"
    MOVE = "move"


TARGETS: Final = (
    *(State.VERIFIED, State.IN_PROGRESS, State.NEEDS_INFO, State.RETURNED),
    *(State.REFERRED, State.ARCHIVED),
)
"""States that many tickets may be moved to; the others ask for something of each ticket alone."""


class ProtectedTicket(NotAllowed):
    code = "protected-ticket"
    title = _n("Tiket rahasia ditangani satu per satu.")


class NothingToChange(Conflict):
    code = "nothing-to-change"
    title = _n("Sudah begitu: tidak ada yang berubah.")


class TooManyTickets(Conflict):
    code = "too-many-tickets"
    title = _n("Pilih 1 sampai 100 tiket.")


class BulkNotFound(NotFound):
    code = "bulk-act-not-found"
    title = _n("Langkah ini tidak ada.")


class UndoOver(Conflict):
    code = "undo-over"
    title = _n("Langkah ini tidak dapat dibatalkan lagi.")


class NoWayBack(Conflict):
    code = "no-way-back"
    title = _n("Dari keadaan ini tiket tidak dapat kembali dengan sendirinya. Buka tiketnya.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyWish:
    """What to do. Of the values only those that the kind takes are read."""

    kind: Kind
    staff_id: UUID | None = None
    priority: Priority | None = None
    until_on: date | None = None
    target: State | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A ticket as somebody saw it when they chose it."""

    ticket_id: UUID
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What happened, or would happen, to one ticket. `error` None: it is done."""

    ticket_id: UUID
    error: CitizenReportError | None = None
    version_after: int | None = None
    before: str | None = None
    has_way_back: bool = False


@dataclass(frozen=True, kw_only=True)
class Hands:
    """Who acts, with what: `act_for` makes the act of this person on a ticket as it was seen."""

    session: Session
    city: City
    keys: KeyRing
    actor: Actor
    act_for: Callable[[Ticket, int], Act]
    now: datetime


class _Rehearsed(Exception):
    """Takes a rehearsal back."""


def rehearse(hands: Hands, chosen: Sequence[Chosen], wish: ManyWish) -> list[Outcome]:
    """Return what would happen to each ticket now; nothing is kept. Raises TooManyTickets."""
    return _each(hands, chosen, wish, is_rehearsal=True)


def act_on_many(
    hands: Hands, chosen: Sequence[Chosen], wish: ManyWish, *, bulk_id: UUID
) -> BulkAct:
    """Do it to every ticket that allows it, and keep what happened. Sent twice it is done once.

    Raises:
        TooManyTickets.
        BulkNotFound: the id is somebody else's.
    """
    session, staff_id = hands.session, hands.actor.staff_id
    session.execute(select(Staff.id).where(Staff.id == staff_id).with_for_update())
    done = session.get(BulkAct, bulk_id)
    if done is not None:
        if done.staff_id != staff_id:
            raise BulkNotFound
        return done
    old = delete(BulkAct).where(
        BulkAct.staff_id == staff_id, BulkAct.done_at < hands.now - KEPT_FOR
    )
    session.execute(old)
    bulk = BulkAct(id=bulk_id, staff_id=staff_id, kind=wish.kind.value, done_at=hands.now)
    session.add(bulk)
    session.flush()
    for outcome in _each(hands, chosen, wish, is_rehearsal=False):
        session.add(
            BulkOutcome(
                bulk_act_id=bulk_id,
                ticket_id=outcome.ticket_id,
                refusal=outcome.error.code if outcome.error else None,
                version_after=outcome.version_after,
                before=outcome.before,
            )
        )
    session.flush()
    return bulk


def own_act(
    session: Session, actor: Actor, bulk_id: UUID, *, lock: bool = False
) -> tuple[BulkAct, Sequence[BulkOutcome]]:
    """Return an act of this person with its outcomes. Raises BulkNotFound."""
    query = select(BulkAct).where(BulkAct.id == bulk_id, BulkAct.staff_id == actor.staff_id)
    bulk = session.scalar(query.with_for_update() if lock else query)
    if bulk is None:
        raise BulkNotFound
    outcomes = select(BulkOutcome).where(BulkOutcome.bulk_act_id == bulk_id)
    return bulk, session.scalars(outcomes.order_by(BulkOutcome.ticket_id)).all()


def may_undo(bulk: BulkAct, *, now: datetime) -> bool:
    """Tell whether an act is young enough and has not been undone."""
    return bulk.undone_at is None and now - bulk.done_at <= UNDO_FOR


def undo(hands: Hands, bulk_id: UUID) -> None:
    """Do the opposite to every ticket that nobody has touched since.

    Raises:
        BulkNotFound.
        UndoOver: too late, or undone already.
    """
    bulk, outcomes = own_act(hands.session, hands.actor, bulk_id, lock=True)
    if not may_undo(bulk, now=hands.now):
        raise UndoOver
    for outcome in outcomes:
        if outcome.refusal is not None or outcome.version_after is None:
            continue
        chosen = Chosen(ticket_id=outcome.ticket_id, seen=outcome.version_after)
        back = _Back(kind=Kind(bulk.kind), before=outcome.before)
        undone = _one(hands, chosen, partial(_go_back, hands, back))
        outcome.is_undone = undone.error is None
        outcome.undo_refusal = undone.error.code if undone.error else None
    bulk.undone_at = hands.now
    hands.session.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Back:
    kind: Kind
    before: str | None


def _each(
    hands: Hands, chosen: Sequence[Chosen], wish: ManyWish, *, is_rehearsal: bool
) -> list[Outcome]:
    unique = {one.ticket_id: one for one in chosen}
    if not 1 <= len(unique) <= MAX_TICKETS:
        raise TooManyTickets
    # In one order for everybody: two of these never wait for each other.
    return [
        _one(
            hands,
            unique[ticket_id],
            partial(_do, hands, wish),
            is_rehearsal=is_rehearsal,
        )
        for ticket_id in sorted(unique)
    ]


def _one(
    hands: Hands,
    chosen: Chosen,
    do: Callable[[Ticket, Act], tuple[str | None, bool]],
    *,
    is_rehearsal: bool = False,
) -> Outcome:
    before: str | None = None
    version, has_way_back = None, False
    try:
        with hands.session.begin_nested():
            ticket = _open(hands, chosen)
            before, has_way_back = do(ticket, hands.act_for(ticket, chosen.seen))
            version = ticket.version
            _check_meant(is_rehearsal=is_rehearsal)
    except _Rehearsed:
        pass
    except CitizenReportError as error:
        return Outcome(ticket_id=chosen.ticket_id, error=error, before=before)
    return Outcome(
        ticket_id=chosen.ticket_id,
        version_after=version,
        before=before,
        has_way_back=has_way_back,
    )


def _check_meant(*, is_rehearsal: bool) -> None:
    """Leave a savepoint that is to be taken back."""
    if is_rehearsal:
        raise _Rehearsed


def _open(hands: Hands, chosen: Chosen) -> Ticket:
    ticket = by_id(hands.session, hands.city, hands.actor, chosen.ticket_id)
    if ticket.visibility == Visibility.CONFIDENTIAL.value:
        raise ProtectedTicket
    if not hands.actor.may_for(Permission.MOVE_TICKET, agency_code=ticket.agency_code):
        raise NotAllowed
    if ticket.version != chosen.seen:
        raise TicketChanged
    return ticket


def _do(hands: Hands, wish: ManyWish, ticket: Ticket, act: Act) -> tuple[str | None, bool]:
    """Do it to one ticket; return what was before, and whether there is a way back."""
    if wish.kind is Kind.ASSIGN:
        before = str(ticket.assignee_id) if ticket.assignee_id else None
        _check_change(before, str(wish.staff_id) if wish.staff_id else None)
        work.assign_person(hands.session, hands.city, ticket, wish.staff_id, act=act)
        return before, True
    if wish.kind is Kind.PRIORITY:
        assert wish.priority is not None
        before = ticket.priority
        _check_change(before, wish.priority.value)
        _set_priority(hands, ticket, wish.priority, wish.reason, act)
        return before, True
    before = ticket.state
    if wish.kind is Kind.SCHEDULE:
        assert wish.until_on is not None
        work.schedule(
            hands.session,
            hands.city,
            ticket,
            wish.until_on,
            reason=wish.reason,
            act=act,
            data_key=None,
        )
        follow_ticket(hands.session, hands.city, ticket, now=act.at)
        return before, True
    assert wish.target is not None
    _move(hands, ticket, wish.target, wish.reason, act)
    back = TRANSITIONS.get((wish.target, State(before)))
    return before, back is not None and bool(back.parties & act.parties)


def _go_back(hands: Hands, back: _Back, ticket: Ticket, act: Act) -> tuple[str | None, bool]:
    if back.kind is Kind.ASSIGN:
        staff_id = UUID(back.before) if back.before else None
        work.assign_person(hands.session, hands.city, ticket, staff_id, act=act)
        return None, False
    assert back.before is not None
    if back.kind is Kind.PRIORITY:
        _set_priority(hands, ticket, Priority(back.before), UNDO_REASON, act)
        return None, False
    if (State(ticket.state), State(back.before)) not in TRANSITIONS:
        raise NoWayBack
    _move(hands, ticket, State(back.before), UNDO_REASON, act)
    return None, False


def _set_priority(hands: Hands, ticket: Ticket, priority: Priority, reason: str, act: Act) -> None:
    work.set_priority(
        hands.session, hands.city, ticket, priority, reason=reason, act=act, data_key=None
    )


def _move(hands: Hands, ticket: Ticket, target: State, reason: str, act: Act) -> None:
    move_ticket(hands.session, hands.city, hands.keys, ticket, target, act=act, reason=reason)


def _check_change(before: str | None, after: str | None) -> None:
    if before == after:
        raise NothingToChange
