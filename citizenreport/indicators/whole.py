"""Counts over all reports, confidential ones too: for numbered releases, never for live pages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, case, cast, func, select
from sqlalchemy.orm import Session

from citizenreport.cities.models import PackVersion
from citizenreport.cities.rules import City, Visibility
from citizenreport.indicators.rules.whole import (
    WholeShare,
    YearCount,
    mediation_shares,
    protection_shares,
)
from citizenreport.intake.rules import Channel
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind

AGREED = "agreed"
CATEGORIES = "categories.csv"
IS_TICKET = Event.stream_kind == StreamKind.TICKET.value
SEALED_BY_DEFAULT = Visibility.CONFIDENTIAL


def whole_shares(session: Session, city: City, *, cut_off: datetime) -> list[WholeShare]:
    """Return I12 and I19 as a numbered release may carry them: what could tell of somebody withheld."""
    return [
        *mediation_shares(mediations_by_year(session, city, cut_off=cut_off)),
        *protection_shares(protection_by_year(session, city, cut_off=cut_off)),
    ]


def mediations_by_year(session: Session, city: City, *, cut_off: datetime) -> dict[int, YearCount]:
    """Return the mediations that have ended, by the day they ended, and those with an agreement.

    Where the day was not recorded it is the day of recording.
    """
    ended_on = func.left(Event.payload["ended_on"].astext, len("2026"))
    year = func.coalesce(cast(ended_on, Integer), _local_year(city, Event.occurred_at))
    agreed = func.count().filter(Event.payload["outcome"].astext == AGREED)
    query = (
        select(year, agreed, func.count())
        .where(IS_TICKET, Event.type == "mediation_ended", Event.recorded_at < cut_off)
        .group_by(year)
    )
    return _by_year(session.execute(query))


def protection_by_year(session: Session, city: City, *, cut_off: datetime) -> dict[int, YearCount]:
    """Return all reports, and those whose reporter asked for more than the category gave then.

    The pack that was in force says what it gave. A report that was split counts once. Of an import, `occurred_at` is when it was submitted.
    """
    is_import = Event.payload["channel"].astext == Channel.IMPORT.value
    submitted_at = case((is_import, Event.occurred_at), else_=Event.recorded_at)
    year = _local_year(city, submitted_at)
    query = (
        select(year, func.count().filter(_asked_for_more(session, city)), func.count())
        .where(
            IS_TICKET,
            Event.type == "opened",
            Event.recorded_at < cut_off,
            submitted_at < cut_off,
            Event.payload["split_from_ticket_id"].astext.is_(None),
        )
        .group_by(year)
    )
    return _by_year(session.execute(query))


def _asked_for_more(session: Session, city: City) -> ColumnElement[bool]:
    """Say whether a report began stricter than its category: only its reporter can have asked."""
    strictness = {visibility.value: visibility.strictness for visibility in Visibility}
    most = SEALED_BY_DEFAULT.strictness
    code = Event.payload["category_code"].astext
    now = {c.category_code: c.visibility.strictness for c in city.categories.values()}
    begun = case(strictness, value=Event.payload["visibility"].astext, else_=0)
    given = {
        version: case(usual, value=code, else_=most)
        for version, usual in usual_by_pack(session).items()
    }
    today = case(now, value=code, else_=most)
    if not given:
        return begun > today
    return begun > case(given, value=Event.payload["pack_version"].astext, else_=today)


def usual_by_pack(session: Session) -> dict[str, dict[str, int]]:
    """Return how strict each category was by default, by the number of the pack that said so."""
    categories = PackVersion.content[CATEGORIES]
    rows = session.execute(select(PackVersion.pack_version, categories)).tuples()
    return {
        str(number): {
            line["category_code"]: Visibility(line["visibility"]).strictness for line in lines
        }
        for number, lines in rows
        if lines
    }


def _local_year(city: City, instant: Any) -> ColumnElement[int]:
    zone = city.calendar.time_zone.key
    return cast(func.extract("year", func.timezone(zone, instant)), Integer)


def _by_year(rows: Iterable[Row[Any]]) -> dict[int, YearCount]:
    return {year: YearCount(numerator=part, denominator=whole) for year, part, whole in rows}
