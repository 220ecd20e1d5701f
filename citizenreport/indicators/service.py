"""Folding facts and publishing values.

How a report that leaves the public leaves the numbers: `forget_ticket` deletes every published value
it may be in, in the act's own transaction; `recompute` brings them back without it. A computation
that was running meanwhile sees that the generation has risen, and begins again.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Delete, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from citizenreport.cities.rules import AreaLevel, City
from citizenreport.core.queue import enqueue
from citizenreport.indicators.beside import values_beside
from citizenreport.indicators.definitions import all_versions, definition_at
from citizenreport.indicators.keeping import put_back
from citizenreport.indicators.models import (
    IndicatorGeneration,
    KeptIndicatorValue,
    PublishedIndicatorValue,
    PublishedRanking,
    TicketFact,
)
from citizenreport.indicators.queries import (
    BATCH,
    asked_of_public,
    folded,
    generation,
    public_facts,
    stale_tickets,
    taking_part,
)
from citizenreport.indicators.reading import facts_of_log, stored_facts, whole_facts
from citizenreport.indicators.rules.cohorts import Cell, Tally, tally_public
from citizenreport.indicators.rules.columns.counts import COUNTED, tally_columns
from citizenreport.indicators.rules.coverage import CODE as COVERAGE
from citizenreport.indicators.rules.coverage import coverage_values
from citizenreport.indicators.rules.facts import Fact
from citizenreport.indicators.rules.periods import PeriodKind, containing, midnight_before
from citizenreport.indicators.rules.satisfaction import CODE as SATISFACTION
from citizenreport.indicators.rules.satisfaction import counted_until, satisfaction_values
from citizenreport.indicators.rules.values import Value, from_reports, values
from citizenreport.indicators.storing import store_facts
from citizenreport.indicators.waiting import ComputationDisturbed, take_turn, wait_for_writers

ATTEMPTS = 5


def fold_tickets(session: Session, ticket_ids: Iterable[UUID] | None = None) -> int:
    """Bring facts up to their streams and return how many; of all stale tickets when none are named.

    Folding a stream anew gives what folding it event by event gives; streams are short.
    """
    wanted = stale_tickets(session) if ticket_ids is None else list(ticket_ids)
    for start in range(0, len(wanted), BATCH):
        rows = [fact_row(*pair) for pair in folded(session, wanted[start : start + BATCH])]
        _store(session, rows)
    return len(wanted)


def refold_all(session: Session) -> int:
    """Throw the facts away and make them from the log again; return how many."""
    session.execute(delete(TicketFact))
    return sum(store_facts(session, whole) for whole in whole_facts(session))


def fact_row(ticket_id: UUID, fact: Fact) -> dict[str, Any]:
    """Return a fact as the columns it is stored in."""
    row = {name: getattr(fact, name) for name in fact.__dataclass_fields__}
    row["ticket_id"] = ticket_id
    row["settlements"] = [
        [s.settled_at.isoformat(), s.undone_at.isoformat() if s.undone_at else None, s.undone_by]
        for s in fact.settlements
    ]
    row["turns"] = [[turn, at.isoformat()] for turn, at in fact.turns]
    return row


def _store(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write facts; a slower folder never overwrites what a faster one knew of later events."""
    if not rows:
        return
    statement = upsert(TicketFact)
    changed = {name: statement.excluded[name] for name in rows[0] if name != "ticket_id"}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["ticket_id"],
            set_=changed,
            where=TicketFact.last_seq <= statement.excluded.last_seq,
        ),
        rows,
    )


def latest_cut_off(city: City, now: datetime) -> datetime:
    """Return the last local midnight: whole days are counted, and a second run changes nothing."""
    return midnight_before(now, city.calendar.time_zone)


def recompute(session: Session, city: City, *, cut_off: datetime, from_log: bool = False) -> int:
    """Fold what is new, count the public universe and its survey, replace all published values.

    The same log, city and cut-off give the same rows, whenever and however often it runs, and also
    `from_log`: then reports are counted as the whole log tells them, not as they are stored. Returns
    how many values there are.

    One computation at a time: a second one waits for its turn. It begins once what was being
    recorded is recorded; what is recorded while it counts lies after the cut-off.

    Raises:
        ComputationDisturbed: reports kept leaving the public while it counted, or something was
            being recorded for too long.
    """
    take_turn(session)
    wait_for_writers(session)
    fold_tickets(session)
    for _ in range(ATTEMPTS):
        seen = generation(session)
        cells = count_reports(session, city, cut_off=cut_off, from_log=from_log)
        found = values(city, all_versions(), cells, cut_off=cut_off)
        said = satisfaction_values(
            city,
            all_versions()[SATISFACTION],
            asked_of_public(
                session, city, until=counted_until(city, cut_off=cut_off), cut_off=cut_off
            ),
            cut_off=cut_off,
        )
        taking = coverage_values(
            city, all_versions()[COVERAGE], taking_part(session, cut_off=cut_off), cut_off=cut_off
        )
        others = values_beside(session, city, cells, cut_off=cut_off)
        rows = [_published(value, cut_off) for value in (*found, *said, *taking, *others)]
        if generation(session, lock=True) == seen:
            session.execute(delete(PublishedIndicatorValue))
            for start in range(0, len(rows), BATCH):
                session.execute(insert(PublishedIndicatorValue), rows[start : start + BATCH])
            put_back(session, cut_off=cut_off)
            session.execute(update(IndicatorGeneration).values(published_cut_off_at=cut_off))
            return len(rows)
    raise ComputationDisturbed


def count_reports(
    session: Session, city: City, *, cut_off: datetime, from_log: bool = False
) -> dict[Cell, Tally]:
    """Count the public universe as it stood at a cut-off."""
    pieces = (
        facts_of_log(session, cut_off=cut_off)
        if from_log
        else iter([stored_facts(session, cut_off=cut_off)])
    )
    cells = tally_columns(city, pieces, cut_off=cut_off)
    if others := from_reports(all_versions()) - COUNTED:
        facts = public_facts(session, cut_off=cut_off)
        found = tally_public(city, facts, cut_off=cut_off)
        cells |= {cell: tally for cell, tally in found.items() if cell.code in others}
    return cells


def _published(value: Value, cut_off: datetime) -> dict[str, Any]:
    definition = definition_at(value.code, value.version)
    return {
        "code": value.code,
        "period_kind": value.period.kind.value,
        "period_start_on": value.period.start_on,
        "area_code": value.area_code,
        "area_level": value.area_level,
        "definition_version": value.version,
        "universe": definition.universe.value,
        "numerator": value.numerator,
        "denominator": value.denominator,
        "value": value.value,
        "unit": definition.unit.value,
        "status": value.status.value,
        "cut_off_at": cut_off,
        "extra": dict(value.extra),
    }


def outdate(session: Session) -> None:
    """Have the job compute anew: the past has changed, as after an import or a new pack."""
    session.execute(update(IndicatorGeneration).values(published_cut_off_at=None))
    enqueue(session, "recompute_indicators")


def forget_ticket(session: Session, ticket_id: UUID) -> None:
    """Take a ticket that has left the public out of the published values, in the act's transaction.

    Call it after the act's event is recorded. Every value the ticket may be in is deleted: all
    periods since it was received, of its smallest area and of everything larger. The job brings
    them back without it. A ticket that was never counted changes nothing that is published.
    """
    forget_tickets(session, [ticket_id])


def forget_tickets(session: Session, ticket_ids: Collection[UUID]) -> None:
    """Do so for many at once: of their smallest areas, all periods since the first was received."""
    counted = select(TicketFact.submitted_at, TicketFact.area_code).where(
        TicketFact.ticket_id.in_(ticket_ids), TicketFact.released_at.is_not(None)
    )
    before = session.execute(counted).all()
    fold_tickets(session, ticket_ids)  # before the generation: recompute locks in this order too
    session.execute(
        update(IndicatorGeneration).values(generation=IndicatorGeneration.generation + 1)
    )
    if not before:
        return
    first = min(fact.submitted_at for fact in before)
    received_on = first.astimezone(UTC).date() - timedelta(days=1)  # in any time zone
    codes = {fact.area_code for fact in before if fact.area_code is not None}
    for row in (PublishedIndicatorValue, KeptIndicatorValue):
        session.execute(_without(row, received_on, codes))
    session.execute(delete(PublishedRanking))  # the job brings it back
    outdate(session)


def _without(
    row: type[PublishedIndicatorValue] | type[KeptIndicatorValue],
    received_on: date,
    area_codes: Collection[str],
) -> Delete:
    since = [
        (row.period_kind == kind.value)
        & (row.period_start_on >= containing(received_on, kind).start_on)
        for kind in PeriodKind
    ]
    areas = or_(row.area_level != AreaLevel.VILLAGE.value, row.area_code.in_(area_codes))
    return delete(row).where(or_(*since), areas)
