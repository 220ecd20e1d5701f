"""Reading events into facts, facts for counting, and published values for the public."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Row, Select, cast, exists, func, select, tuple_
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.indicators.models import (
    IndicatorGeneration,
    PublishedIndicatorValue,
    TicketFact,
)
from citizenreport.indicators.rules.coverage import TakingPart
from citizenreport.indicators.rules.facts import (
    Fact,
    LoggedEvent,
    Settlement,
    fold,
    fold_at,
)
from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.indicators.rules.satisfaction import Asked, Respondent
from citizenreport.intake.models import Report
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.surveys.queries import counted_answers
from citizenreport.triage.models import Ticket

BATCH = 2_000
FACT_COLUMNS = [
    column for column in TicketFact.__table__.columns if column.name != TicketFact.ticket_id.name
]
Key = tuple[str, str, str]
"""(period kind, ISO first day, area code): where a page of values goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesWanted:
    """Which published values of an indicator; None asks for all. At most `limit` after `after`."""

    code: str
    period: Period | None = None
    period_kind: PeriodKind | None = None
    area_code: str | None = None
    area_level: str | None = None
    after: Key | None = None
    limit: int | None = None


def folded(
    session: Session, ticket_ids: Iterable[UUID] | None = None
) -> Iterator[tuple[UUID, Fact]]:
    """Yield tickets with their facts as the whole log tells them; all tickets when none are named."""
    for ticket_id, events in streams(session, ticket_ids):
        yield ticket_id, fold(events)


def streams(
    session: Session,
    wanted: Iterable[UUID] | Select[tuple[UUID]] | None = None,
    *,
    cut_off: datetime | None = None,
) -> Iterator[tuple[UUID, Iterator[LoggedEvent]]]:
    """Yield tickets with their events in order: those wanted, or all; recorded before a cut-off.

    `wanted` may be a query that gives their ids. Use up each stream before you ask for the next.
    """
    query = (
        select(
            Event.stream_id,
            Event.seq,
            Event.type,
            Event.recorded_at,
            Event.occurred_at,
            Event.payload,
        )
        .where(Event.stream_kind == StreamKind.TICKET.value)
        .order_by(Event.stream_id, Event.seq)
    )
    if wanted is not None:
        ids = wanted if isinstance(wanted, Select) else list(wanted)
        query = query.where(Event.stream_id.in_(ids))
    if cut_off is not None:
        query = query.where(Event.recorded_at < cut_off)
    rows = session.execute(query.execution_options(yield_per=BATCH))
    for ticket_id, events in groupby(rows, key=lambda row: row.stream_id):
        yield ticket_id, (_logged(event) for event in events)


def _logged(row: Row[tuple[UUID, int, str, datetime, datetime, dict[str, object]]]) -> LoggedEvent:
    return LoggedEvent(
        seq=row.seq,
        type=row.type,
        recorded_at=row.recorded_at,
        occurred_at=row.occurred_at,
        payload=row.payload,
    )


def stale_tickets(session: Session) -> list[UUID]:
    """Return the tickets whose stream is longer than their fact knows, or that have no fact."""
    heads = (
        select(Event.stream_id, func.max(Event.seq).label("seq"))
        .where(Event.stream_kind == StreamKind.TICKET.value)
        .group_by(Event.stream_id)
        .subquery()
    )
    query = (
        select(heads.c.stream_id)
        .join(TicketFact, TicketFact.ticket_id == heads.c.stream_id, isouter=True)
        .where(func.coalesce(TicketFact.last_seq, 0) < heads.c.seq)
        .order_by(heads.c.stream_id)
    )
    return list(session.scalars(query))


def public_facts(session: Session, *, cut_off: datetime) -> Iterator[Fact]:
    """Yield the facts of released tickets that are public at this moment, as they stood at a cut-off."""
    return (fact for _, fact in public_tickets(session, cut_off))


def public_tickets(
    session: Session, cut_off: datetime, *narrowed: ColumnElement[bool]
) -> Iterator[tuple[UUID, Fact]]:
    """Yield public tickets as they stood: what was recorded later is folded away again.

    Visibility is asked of the ticket itself: it is written by the act that raises it.
    """
    query = select(TicketFact.ticket_id, *FACT_COLUMNS).select_from(_PUBLIC)
    standing = query.where(*_of_public(cut_off), ~_has_gone_on(cut_off), *narrowed)
    for row in session.execute(standing.execution_options(yield_per=BATCH)):
        values = dict(row._mapping)
        yield values.pop("ticket_id"), as_fact(values)
    yield from tickets_gone_on(session, cut_off, *narrowed)


_PUBLIC = TicketFact.__table__.join(Ticket, Ticket.id == TicketFact.ticket_id).join(
    Report, Report.id == Ticket.report_id
)


def _of_public(cut_off: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        TicketFact.released_at.is_not(None),
        TicketFact.released_at < cut_off,
        Ticket.visibility == Visibility.PUBLIC.value,
    )


def _has_gone_on(cut_off: datetime) -> ColumnElement[bool]:
    return exists().where(
        Event.stream_kind == StreamKind.TICKET.value,
        Event.stream_id == TicketFact.ticket_id,
        Event.recorded_at >= cut_off,
    )


def tickets_gone_on(
    session: Session, cut_off: datetime, *narrowed: ColumnElement[bool]
) -> Iterator[tuple[UUID, Fact]]:
    """Yield those public tickets of which something was recorded since, as they stood before it."""
    later = select(TicketFact.ticket_id).select_from(_PUBLIC)
    later = later.where(*_of_public(cut_off), _has_gone_on(cut_off), *narrowed)
    ids = list(session.scalars(later.order_by(TicketFact.ticket_id)))
    for start in range(0, len(ids), BATCH):
        for ticket_id, events in streams(session, ids[start : start + BATCH]):
            fact = fold_at(events, cut_off=cut_off)
            if fact is not None:
                yield ticket_id, fact


def taking_part(session: Session, *, cut_off: datetime) -> Iterator[TakingPart]:
    """Yield the public reports of which somebody said the neighbourhood (RW)."""
    said = select(Ticket.id, Report.neighbourhood).join(Report, Report.id == Ticket.report_id)
    has_said = Report.neighbourhood.is_not(None)
    neighbourhoods = dict(session.execute(said.where(has_said)).tuples().all())
    for ticket_id, fact in public_tickets(session, cut_off, has_said):
        neighbourhood = neighbourhoods.get(ticket_id)
        if neighbourhood is not None:
            yield TakingPart(fact=fact, neighbourhood=neighbourhood)


def asked_of_public(session: Session, city: City, *, until: date, cut_off: datetime) -> Asked:
    """Return what reporters of released public reports have answered before a day, and on which
    days such reports were settled whose reporters could answer.

    An answer that no longer knows its ticket knows whether that was public.
    """
    settled: dict[UUID, list[date]] = {
        ticket_id: [
            city.local_date(settlement.settled_at)
            for settlement in fact.settlements
            if settlement.undone_at is None
        ]
        for ticket_id, fact in public_tickets(
            session,
            cut_off,
            Report.secret_hmac.is_not(None),
            func.jsonb_array_length(TicketFact.settlements) > 0,
        )
    }
    return Asked(
        respondents=[
            Respondent(answered_on=a.answered_on, scores=a.scores, is_demo=a.is_demo)
            for a in counted_answers(session, until=until)
            if (a.was_public if a.ticket_id is None else a.ticket_id in settled)
        ],
        settled_on=[day for days in settled.values() for day in days],
    )


def fact_of(session: Session, ticket_id: UUID) -> Fact | None:
    """Return the stored fact of a ticket; None before it was folded."""
    row = session.execute(select(*FACT_COLUMNS).where(TicketFact.ticket_id == ticket_id)).first()
    return as_fact(dict(row._mapping)) if row else None


def as_fact(row: Mapping[str, Any]) -> Fact:
    """Return a stored row as the value."""
    values = dict(row)
    values["settlements"] = tuple(
        Settlement(
            settled_at=datetime.fromisoformat(settled_at),
            undone_at=datetime.fromisoformat(undone_at) if undone_at else None,
            undone_by=undone_by,
        )
        for settled_at, undone_at, undone_by in values["settlements"]
    )
    values["turns"] = tuple((turn, datetime.fromisoformat(at)) for turn, at in values["turns"])
    return Fact(**values)


def generation(session: Session, *, lock: bool = False) -> int:
    """Return how often a report has left the public; `lock` holds others off until the commit."""
    query = select(IndicatorGeneration.generation)
    return session.scalars(query.with_for_update() if lock else query).one()


def published_cut_off(session: Session) -> datetime | None:
    """Return the cut-off of the published values; None while they are not complete."""
    return session.scalars(select(IndicatorGeneration.published_cut_off_at)).one()


def published_values(session: Session, wanted: ValuesWanted) -> Sequence[PublishedIndicatorValue]:
    """Return published values in key order: kind of period, first day, area code."""
    row = PublishedIndicatorValue
    query = _narrowed(select(row).where(row.code == wanted.code), wanted)
    if wanted.after is not None:
        kind, day, area_code = wanted.after
        key = tuple_(row.period_kind, row.period_start_on, row.area_code)
        query = query.where(key > (kind, date.fromisoformat(day), area_code))
    query = query.order_by(row.period_kind, row.period_start_on, row.area_code)
    return session.scalars(query.limit(wanted.limit)).all()


def values_of_area(
    session: Session, codes: Collection[str], area_code: str, *, days: int
) -> Sequence[PublishedIndicatorValue]:
    """Return the values of several indicators for one area, of periods that began at most `days`
    before the cut-off, in key order.
    """
    row = PublishedIndicatorValue
    query = (
        select(row)
        .where(
            row.code.in_(codes),
            row.area_code == area_code,
            row.period_start_on >= cast(row.cut_off_at, Date) - days,
        )
        .order_by(row.code, row.period_kind, row.period_start_on)
    )
    return session.scalars(query).all()


def _narrowed(
    query: Select[tuple[PublishedIndicatorValue]], wanted: ValuesWanted
) -> Select[tuple[PublishedIndicatorValue]]:
    row = PublishedIndicatorValue
    if wanted.period is not None:
        query = query.where(
            row.period_kind == wanted.period.kind.value,
            row.period_start_on == wanted.period.start_on,
        )
    if wanted.period_kind is not None:
        query = query.where(row.period_kind == wanted.period_kind.value)
    if wanted.area_code is not None:
        query = query.where(row.area_code == wanted.area_code)
    if wanted.area_level is not None:
        query = query.where(row.area_level == wanted.area_level)
    return query
