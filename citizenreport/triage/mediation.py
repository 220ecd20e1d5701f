"""Mediation: who mediates, the parties kept apart, sessions, the outcome and its follow-up.

Everything written is sealed with the report's data key. Which party reported, if any did, is
nowhere in the record.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.ids import new_id
from citizenreport.core.keys import Place, open_sealed, seal
from citizenreport.triage.mediation_models import Mediation, MediationEntry
from citizenreport.triage.mediation_rules import (
    ENTRIES_MAX,
    PARTIES_MIN,
    EntryKind,
    MediationState,
    MediationStepWrong,
    NewEntry,
    NotMediated,
    PartiesMissing,
    check_follow_up,
    check_past,
    checked_words,
)
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.service import change, record


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Entry:
    """An entry, opened; without words where they were erased."""

    kind: EntryKind
    on: date | None
    words: Mapping[str, str]


def is_mediable(city: City, ticket: Ticket) -> bool:
    """Tell whether a mediation may be recorded: the ticket is of a kind that allows it."""
    category = city.categories.get(ticket.category_code)
    return category is not None and category.mediation


def of_ticket(session: Session, ticket: Ticket) -> Mediation | None:
    """Return the mediation of a ticket, if there is one."""
    return session.scalar(select(Mediation).where(Mediation.ticket_id == ticket.id))


def entries_of(session: Session, mediation: Mediation, data_key: bytes | None) -> list[Entry]:
    """Return what was written, oldest first."""
    query = select(MediationEntry).where(MediationEntry.mediation_id == mediation.id)
    rows = session.scalars(query.order_by(MediationEntry.id)).all()
    return [
        Entry(kind=EntryKind(row.kind), on=row.happened_on, words=_opened(row, data_key))
        for row in rows
    ]


def begin(
    session: Session, city: City, ticket: Ticket, mediator: str, *, act: Act, data_key: bytes | None
) -> Mediation:
    """Open a mediation with its mediator.

    Raises:
        NotMediated: the ticket's kind has no mediation, or its reporter was erased.
        MediationStepWrong: there is one already.
        TextMissing, TextTooLong, TicketChanged.
    """
    if not is_mediable(city, ticket) or data_key is None:
        raise NotMediated
    change(session, ticket, act=act)
    if of_ticket(session, ticket) is not None:
        raise MediationStepWrong
    mediation = Mediation(
        id=new_id(), ticket_id=ticket.id, state=MediationState.OPEN.value, opened_at=act.at
    )
    session.add(mediation)
    session.flush()
    entry = NewEntry(kind=EntryKind.MEDIATOR, words={"name": mediator})
    _write(session, mediation, entry, act=act, data_key=data_key)
    record(session, ticket, "mediation_opened", {}, act=act)
    return mediation


def note(
    session: Session,
    city: City,
    ticket: Ticket,
    entry: NewEntry,
    *,
    act: Act,
    data_key: bytes | None,
) -> None:
    """Write a party or a session into an open mediation.

    Raises:
        MediationStepWrong: none is open, or it is full.
        MediationDayWrong, TextMissing, TextTooLong, TicketChanged.
    """
    change(session, ticket, act=act)
    mediation = _in_state(session, ticket, MediationState.OPEN)
    if entry.kind is EntryKind.SESSION:
        check_past(entry.on, today=city.local_date(act.at))
    if len(entries_of(session, mediation, data_key)) >= ENTRIES_MAX:
        raise MediationStepWrong
    _write(session, mediation, entry, act=act, data_key=data_key)
    record(session, ticket, "mediation_noted", {"kind": entry.kind.value}, act=act)


def end(
    session: Session,
    city: City,
    ticket: Ticket,
    entry: NewEntry,
    state: MediationState,
    *,
    follow_up_on: date | None,
    act: Act,
    data_key: bytes | None,
) -> None:
    """End an open mediation with an agreement or without one.

    Raises:
        PartiesMissing: fewer than two parties agree.
        MediationStepWrong, MediationDayWrong, TextMissing, TextTooLong, TicketChanged.
    """
    change(session, ticket, act=act)
    mediation = _in_state(session, ticket, MediationState.OPEN)
    today = city.local_date(act.at)
    mediation.ended_on = check_past(entry.on, today=today)
    check_follow_up(follow_up_on, today=today)
    if state is MediationState.AGREED:
        written = entries_of(session, mediation, data_key)
        if sum(one.kind is EntryKind.PARTY for one in written) < PARTIES_MIN:
            raise PartiesMissing(pointer="#/state")
    mediation.state = state.value
    mediation.follow_up_on = follow_up_on
    _write(session, mediation, entry, act=act, data_key=data_key)
    payload = {"outcome": state.value, "ended_on": mediation.ended_on.isoformat()}
    record(session, ticket, "mediation_ended", payload, act=act)


def follow_up(
    session: Session,
    city: City,
    ticket: Ticket,
    entry: NewEntry,
    *,
    next_on: date | None,
    act: Act,
    data_key: bytes | None,
) -> None:
    """Note how the outcome holds, and when to look again, if at all.

    Raises:
        MediationStepWrong: it is still open, or there is none.
        MediationDayWrong, TextMissing, TextTooLong, TicketChanged.
    """
    change(session, ticket, act=act)
    mediation = _in_state(session, ticket, MediationState.AGREED, MediationState.FAILED)
    check_past(entry.on, today=city.local_date(act.at))
    check_follow_up(next_on, today=city.local_date(act.at))
    mediation.follow_up_on, mediation.reminded_at = next_on, None
    _write(session, mediation, entry, act=act, data_key=data_key)
    record(session, ticket, "mediation_noted", {"kind": entry.kind.value}, act=act)


def due_for_reminder(session: Session, day: date) -> Sequence[UUID]:
    """Return the tickets whose follow-up has come and nobody was reminded of, for the system."""
    query = select(Mediation.ticket_id).where(
        Mediation.follow_up_on <= day, Mediation.reminded_at.is_(None)
    )
    return session.scalars(query.order_by(Mediation.follow_up_on)).all()


def remind(session: Session, ticket: Ticket, day: date, *, now: datetime) -> bool:
    """Mark that the handlers are told now; False when somebody was faster or it moved."""
    due = update(Mediation).where(
        Mediation.ticket_id == ticket.id,
        Mediation.follow_up_on <= day,
        Mediation.reminded_at.is_(None),
    )
    return session.execute(due.values(reminded_at=now).returning(Mediation.id)).first() is not None


def erase_words(session: Session, ticket_ids: Collection[UUID]) -> None:
    """Empty the mediations of some tickets; that there were stays, and nobody is reminded of them."""
    mine = select(Mediation.id).where(Mediation.ticket_id.in_(ticket_ids))
    entries = update(MediationEntry).where(MediationEntry.mediation_id.in_(mine))
    session.execute(entries.values(words_sealed=None))
    of = update(Mediation).where(Mediation.ticket_id.in_(ticket_ids))
    session.execute(of.values(follow_up_on=None))


def _in_state(session: Session, ticket: Ticket, *states: MediationState) -> Mediation:
    mediation = of_ticket(session, ticket)
    if mediation is None or mediation.state not in states:
        raise MediationStepWrong
    return mediation


def _write(
    session: Session, mediation: Mediation, entry: NewEntry, *, act: Act, data_key: bytes | None
) -> None:
    if data_key is None:  # the reporter was erased meanwhile
        raise NotMediated
    words = json.dumps(checked_words(entry), ensure_ascii=False)
    id_ = new_id()
    session.add(
        MediationEntry(
            id=id_,
            mediation_id=mediation.id,
            kind=entry.kind.value,
            happened_on=entry.on,
            words_sealed=seal(data_key, words.encode(), _place(id_)),
            written_at=act.at,
            written_by=act.actor_id,
        )
    )
    session.flush()


def _opened(row: MediationEntry, data_key: bytes | None) -> Mapping[str, str]:
    if row.words_sealed is None or data_key is None:
        return {}
    words: dict[str, str] = json.loads(
        open_sealed(data_key, bytes(row.words_sealed), _place(row.id))
    )
    return words


def _place(id_: UUID) -> Place:
    return Place(table="mediation_entry", column="words_sealed", row=str(id_))
