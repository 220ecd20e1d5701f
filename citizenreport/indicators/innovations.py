"""I15 from the innovations' streams: which agencies had one that counted, year by year.

Only events before the cut-off are read, so that the same log gives the same value. Rooms above are
not asked: an event tells the agency, the year and where the record went.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.agency_lines import owner_of, taking_part
from citizenreport.cities.rules import City
from citizenreport.indicators.rules.beside import Beside
from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.indicators.rules.values import Value
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind

CODE: Final = "I15"
COUNTING: Final = frozenset({"endorsed", "published"})
"""Where the agency's head stands for a record; one that is withdrawn does not count any more."""


def innovation_values(session: Session, beside: Beside, *, cut_off: datetime) -> Iterator[Value]:
    """Yield I15 of every year for which some agency had a record that counted."""
    city = beside.city
    by_year: dict[int, set[str]] = {}
    for agency_code, year in _counting(session, cut_off=cut_off):
        owner = owner_of(city.agencies, agency_code, on=date(year, 12, 31))
        by_year.setdefault(year, set()).add(owner)
    for year in sorted(by_year):
        if year > city.local_date(cut_off).year:
            continue
        yield from _value(city, beside, year, by_year[year])


def _value(city: City, beside: Beside, year: int, having: set[str]) -> Iterator[Value]:
    required = taking_part(city, year)
    if required:
        period = Period(start_on=date(year, 1, 1), kind=PeriodKind.YEAR)
        yield beside.share(CODE, period, len(having & set(required)), len(required))


def _counting(session: Session, *, cut_off: datetime) -> set[tuple[str, int]]:
    """Return (agency, year) of every record that counted when the cut-off came."""
    query = (
        select(Event.payload)
        .distinct(Event.stream_id)
        .where(
            Event.stream_kind == StreamKind.INNOVATION.value,
            Event.type == "innovation_moved",
            Event.recorded_at < cut_off,
        )
        .order_by(Event.stream_id, Event.seq.desc())
    )
    return {
        (str(told["agency_code"]), int(told["year"]))
        for told in session.scalars(query)
        if told["to"] in COUNTING
    }
