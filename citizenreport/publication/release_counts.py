"""Incidents of a calendar year as they stood at a cut-off, counted for numbered releases."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.disclosure.cells import Cell, Count
from citizenreport.disclosure.rules import counting_area
from citizenreport.disclosure.tables import NOT_STATED
from citizenreport.indicators.queries import streams
from citizenreport.indicators.rules.cohorts import is_public, public_area
from citizenreport.indicators.rules.facts import Fact, LoggedEvent, fold, is_valid
from citizenreport.indicators.rules.reckoning import Reckoning
from citizenreport.intake.rules import Channel
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind

VIEWS: Final = 2
"""Who reads the public list at the cut-off, and who has kept it from the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A ticket's facts, who holds it, and whether it was ever before the public."""

    fact: Fact
    agency_code: str
    was_public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class YearCounts:
    """The service universe of a year by all dimensions, and the confidential incidents by class."""

    cube: Mapping[Cell, Count]
    confidential: Mapping[str, int]


def year_counts(session: Session, city: City, *, year: int, cut_off: datetime) -> YearCounts:
    """Count the incidents that were submitted in a local calendar year and recorded by the cut-off.

    Duplicates count in their parent, spam, tests and what lies outside not at all.
    """
    as_of = Reckoning(calendar=city.calendar, cut_off=cut_off).as_of
    cube: dict[Cell, Count] = defaultdict(lambda: Count(public=(0,) * VIEWS))
    confidential: Counter[str] = Counter()
    for incident in incidents(session, city, year=year, cut_off=cut_off):
        fact = incident.fact
        if not is_valid(fact, as_of):
            continue
        if fact.visibility == Visibility.CONFIDENTIAL.value:
            confidential[_protection_class(city, fact)] += 1
            continue
        seen = is_public(fact, cut_off)
        area = public_area(city, fact) if seen else counting_area(city, fact.area_code)
        quarter = f"Q{(city.local_date(fact.submitted_at).month + 2) // 3}"
        cell = (area or NOT_STATED, fact.category_code, quarter, incident.agency_code)
        cube[cell] += Count(total=1, public=(int(seen), int(seen or incident.was_public)))
    return YearCounts(cube=dict(cube), confidential=confidential)


def _protection_class(city: City, fact: Fact) -> str:
    category = city.categories.get(fact.category_code)
    known = ProtectionClass.NONE if category is None else category.protection_class
    return known.value


def incidents(session: Session, city: City, *, year: int, cut_off: datetime) -> Iterator[Incident]:
    """Yield the tickets submitted in a year, folded from what was recorded before the cut-off."""
    for _, events in streams(session, _opened_in(city, year), cut_off=cut_off):
        yield _incident(list(events))


def _opened_in(city: City, year: int) -> Select[tuple[UUID]]:
    is_import = Event.payload["channel"].astext == Channel.IMPORT.value
    submitted_at = case((is_import, Event.occurred_at), else_=Event.recorded_at)
    start, end = (local_midnight(city, date(y, 1, 1)) for y in (year, year + 1))
    return select(Event.stream_id).where(
        Event.stream_kind == StreamKind.TICKET.value,
        Event.type == "opened",
        submitted_at >= start,
        submitted_at < end,
    )


def local_midnight(city: City, day: date) -> datetime:
    """Return when a day of the city begins, in UTC."""
    return datetime.combine(day, time.min, tzinfo=city.calendar.time_zone).astimezone(UTC)


def _incident(events: list[LoggedEvent]) -> Incident:
    holder = ""
    for event in events:
        holder = str(event.payload.get("agency_code") or holder)
    return Incident(
        fact=fold(events),
        agency_code=holder,
        was_public=any(event.type == "released" for event in events),
    )
