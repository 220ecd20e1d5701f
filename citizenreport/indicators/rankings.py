"""Computing rankings of agencies and areas, and publishing them.

Apart from the values: only this and the last year's public reports are read, one by one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import AreaLevel, City
from citizenreport.indicators.models import PublishedRanking, TicketFact
from citizenreport.indicators.queries import generation, public_tickets
from citizenreport.indicators.rules import flows
from citizenreport.indicators.rules.cohorts import (
    DENOMINATOR,
    NUMERATOR,
    Entry,
    entries,
    public_area,
)
from citizenreport.indicators.rules.ends import Ends
from citizenreport.indicators.rules.facts import Fact
from citizenreport.indicators.rules.rankings import (
    MixBy,
    Ranked,
    Share,
    Spans,
    SubjectKind,
    common_mix,
    is_enough,
    ranked,
    standard_median,
    standard_share,
)
from citizenreport.indicators.rules.reckoning import Reckoning
from citizenreport.indicators.rules.values import chain_of
from citizenreport.indicators.service import ATTEMPTS
from citizenreport.indicators.waiting import ComputationDisturbed
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.triage.models import Ticket

ON_TIME: Final = "I02"
CLOSING: Final = flows.SETTLEMENT
MEASURES: Final = (ON_TIME, CLOSING)
LEVELS: Final = {AreaLevel.VILLAGE: SubjectKind.VILLAGE, AreaLevel.DISTRICT: SubjectKind.DISTRICT}
Place = tuple[int, SubjectKind]
Counts = dict[Place, dict[str, dict[str, list[int]]]]
Waits = dict[Place, dict[str, dict[str, Ends]]]
Key = tuple[str, Place, MixBy]
C = TypeVar("C")


def rank(session: Session, city: City, *, cut_off: datetime) -> int:
    """Replace the published rankings of this and the last year; return how many rows there are.

    Raises:
        ComputationDisturbed: reports kept leaving the public while it counted.
    """
    for _ in range(ATTEMPTS):
        seen = generation(session)
        rows = [_row(key, one, cut_off) for key, one in rankings(session, city, cut_off=cut_off)]
        if generation(session, lock=True) == seen:
            session.execute(delete(PublishedRanking))
            if rows:
                session.execute(insert(PublishedRanking), rows)
            return len(rows)
    raise ComputationDisturbed


def rankings_of_year(
    session: Session, city: City, year: int, *, cut_off: datetime
) -> list[PublishedRanking]:
    """Return the rankings of a year as of a cut-off, the best first; nothing is stored."""
    found = rankings(session, city, cut_off=cut_off, years=(year,))
    return [PublishedRanking(**_row(key, one, cut_off)) for key, one in found]


def rankings(
    session: Session, city: City, *, cut_off: datetime, years: Sequence[int] = ()
) -> Iterator[tuple[Key, Ranked]]:
    """Yield ((measure, (year, kind), mix), what a subject has), the best first.

    `years`: of this and the last one where none are named.
    """
    last_year = Reckoning(calendar=city.calendar, cut_off=cut_off).last_day.year
    asked = tuple(years) or (last_year - 1, last_year)
    counts, waits = _counted(session, city, asked, cut_off=cut_off)
    for place in sorted(counts):
        yield from _on_time(city, place, counts[place])
    for place in sorted(waits):
        yield from _closing(city, place, waits[place])


def _on_time(
    city: City, place: Place, found: Mapping[str, Mapping[str, list[int]]]
) -> Iterator[tuple[Key, Ranked]]:
    for by in MixBy:
        table = {
            subject: {
                stratum: Share(met=sum(c[0] for c in of), n=sum(c[1] for c in of))
                for stratum, of in _strata(city, by, row).items()
            }
            for subject, row in found.items()
        }
        mix = common_mix(table)
        if is_enough(table, mix) or by is MixBy.GROUP:
            of = {s: standard_share(table[s], mix.weights) for s in mix.subjects}
            for one in ranked(table, mix, of, is_more_better=True):
                yield (ON_TIME, place, by), one
            return


def _closing(
    city: City, place: Place, found: Mapping[str, Mapping[str, Ends]]
) -> Iterator[tuple[Key, Ranked]]:
    for by in MixBy:
        table = {
            subject: {
                stratum: Spans(ends=sum(of, start=Ends()))
                for stratum, of in _strata(city, by, row).items()
            }
            for subject, row in found.items()
        }
        mix = common_mix(table)
        if is_enough(table, mix) or by is MixBy.GROUP:
            of = {s: standard_median(table[s], mix.weights) for s in mix.subjects}
            for one in ranked(table, mix, of, is_more_better=False):
                yield (CLOSING, place, by), one
            return


def _strata(city: City, by: MixBy, row: Mapping[str, C]) -> dict[str, list[C]]:
    """Return what was counted by category, or by the group each category belongs to."""
    found: dict[str, list[C]] = {}
    for code, counted in row.items():
        category = city.categories.get(code)
        stratum = code
        if by is MixBy.GROUP and category is not None:
            stratum = f"{category.aspect.value} {category.settlement_working_days}"
        found.setdefault(stratum, []).append(counted)
    return found


def _counted(
    session: Session, city: City, years: Sequence[int], *, cut_off: datetime
) -> tuple[Counts, Waits]:
    reckoning = Reckoning(calendar=city.calendar, cut_off=cut_off)
    since = datetime(min(years), 1, 1, tzinfo=city.calendar.time_zone)
    recent = or_(TicketFact.settlement_due_at >= since, TicketFact.submitted_at >= since)
    agencies = dict(
        session.execute(
            select(Ticket.id, Ticket.agency_code)
            .join(TicketFact, TicketFact.ticket_id == Ticket.id)
            .where(recent, TicketFact.released_at.is_not(None))
        )
        .tuples()
        .all()
    ) | _held_at(session, cut_off)
    counts: Counts = {}
    waits: Waits = {}
    for ticket_id, fact in public_tickets(session, cut_off, recent):
        subjects = _subjects(city, fact, agencies.get(ticket_id))
        for entry in entries(reckoning, fact):
            if entry.code in MEASURES and entry.day.year in years:
                for kind, subject in subjects:
                    _take(counts, waits, entry, (entry.day.year, kind), subject, fact.category_code)
    return counts, waits


def _held_at(session: Session, cut_off: datetime) -> dict[UUID, str]:
    """Return who held the tickets that were handed over since a cut-off."""
    handed_over = (
        select(Event.stream_id, Event.payload["from"].astext)
        .where(
            Event.stream_kind == StreamKind.TICKET.value,
            Event.type == "assigned",
            Event.recorded_at >= cut_off,
        )
        .distinct(Event.stream_id)
        .order_by(Event.stream_id, Event.seq)
    )
    return dict(session.execute(handed_over).tuples().all())


def _subjects(city: City, fact: Fact, agency_code: str | None) -> Sequence[tuple[SubjectKind, str]]:
    areas = [city.areas[c] for c in chain_of(city, public_area(city, fact)) if c in city.areas]
    found = [(LEVELS[a.level], a.area_code) for a in areas if a.level in LEVELS]
    return [*found, (SubjectKind.AGENCY, agency_code)] if agency_code else found


def _take(
    counts: Counts, waits: Waits, entry: Entry, place: Place, subject: str, category: str
) -> None:
    if entry.end is not None:
        ends = waits.setdefault(place, {}).setdefault(subject, {}).setdefault(category, Ends())
        ends.counts[entry.end] += 1
    elif DENOMINATOR in entry.marks:
        row = counts.setdefault(place, {}).setdefault(subject, {}).setdefault(category, [0, 0])
        row[0] += NUMERATOR in entry.marks
        row[1] += 1


def _row(key: Key, one: Ranked, cut_off: datetime) -> Mapping[str, Any]:
    (measure, (year, kind), by), estimate = key, one.estimate
    return {
        "measure": measure,
        "kind": kind.value,
        "mix": by.value,
        "year": year,
        "subject_code": one.subject,
        "n": one.n,
        "coverage": _decimal(one.coverage * 100),
        "value": _decimal(estimate.value) if estimate else None,
        "low": _decimal(estimate.low) if estimate else None,
        "high": _decimal(estimate.high) if estimate else None,
        "first": one.first,
        "last": one.last,
        "why_not": one.why_not.value if one.why_not else None,
        "cut_off_at": cut_off,
    }


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else round(Decimal(repr(number)), 2)


def ranked_cut_off(session: Session) -> datetime | None:
    """Return the cut-off of the published rankings; None while there are none."""
    return session.scalar(select(func.max(PublishedRanking.cut_off_at)))


def published_ranking(
    session: Session, measure: str, kind: SubjectKind, year: int
) -> Sequence[PublishedRanking]:
    """Return a ranking, the best first, those without a rank last; for the public role."""
    return published_rankings(session, measure, kind=kind, year=year)


def published_rankings(
    session: Session, measure: str, *, kind: SubjectKind | None, year: int | None
) -> Sequence[PublishedRanking]:
    """Return rankings by a measure, of every kind and year where none is asked, the newest first."""
    row = PublishedRanking
    query = select(row).where(row.measure == measure)
    if kind is not None:
        query = query.where(row.kind == kind.value)
    if year is not None:
        query = query.where(row.year == year)
    value = row.value.desc() if measure == ON_TIME else row.value
    order = (row.first.is_(None), row.first, row.last, value.nulls_last(), row.subject_code)
    return session.scalars(query.order_by(row.year.desc(), row.kind, *order)).all()


def ranked_years(session: Session) -> Sequence[int]:
    """Return the years that have a ranking, the newest first."""
    query = select(PublishedRanking.year).distinct().order_by(PublishedRanking.year.desc())
    return session.scalars(query).all()
