"""Published numbers that stay when retention erases what they were computed from.

Most indicators need of a report only what stays: category, area, days, states. These three need its
neighbourhood, its exact place, or that its reporter could be asked.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.cities.rules import AreaLevel
from citizenreport.indicators.models import (
    KeptIndicatorValue,
    PublishedIndicatorValue,
    TicketFact,
)
from citizenreport.indicators.rules.beside import COMING_BACK
from citizenreport.indicators.rules.coverage import CODE as COVERAGE
from citizenreport.indicators.rules.periods import PeriodKind
from citizenreport.indicators.rules.satisfaction import CODE as SATISFACTION
from citizenreport.indicators.rules.values import ValueStatus
from citizenreport.triage.models import Ticket

KEPT_CODES: Final = frozenset({COMING_BACK, COVERAGE, SATISFACTION})
KEY: Final = ["code", "period_kind", "period_start_on", "area_code"]


def keep_published(session: Session, report_ids: Collection[UUID]) -> None:
    """Keep what is published and final of these indicators, before reports are erased by time."""
    counted = exists().where(
        Ticket.id == TicketFact.ticket_id,
        Ticket.report_id.in_(report_ids),
        TicketFact.released_at.is_not(None),
    )
    row = PublishedIndicatorValue
    names = [column.name for column in row.__table__.columns]
    final = select(row.__table__).where(
        row.code.in_(KEPT_CODES), row.status == ValueStatus.FINAL.value, counted
    )
    keeping = insert(KeptIndicatorValue).from_select(names, final)
    session.execute(keeping.on_conflict_do_nothing(index_elements=KEY))


def kept_months(session: Session, code: str) -> dict[date, tuple[int, int]]:
    """Return what is kept of an indicator's months: (numerator, denominator) by first day.

    Quarters and years that are not final yet are added up of them.
    """
    row = KeptIndicatorValue
    query = select(row.period_start_on, row.numerator, row.denominator).where(
        row.code == code,
        row.period_kind == PeriodKind.MONTH.value,
        row.area_level == AreaLevel.CITY.value,
        row.denominator.is_not(None),
    )
    return {day: (part, whole) for day, part, whole in session.execute(query)}


def put_back(session: Session, *, cut_off: datetime) -> None:
    """Let what is kept stand in the place of what could still be computed."""
    names = [column.name for column in KeptIndicatorValue.__table__.columns]
    kept = select(KeptIndicatorValue.__table__)
    putting = insert(PublishedIndicatorValue).from_select(names, kept)
    changed: dict[str, Any] = {
        name: putting.excluded[name] for name in names if name not in {*KEY, "cut_off_at"}
    }
    session.execute(putting.on_conflict_do_update(index_elements=KEY, set_=changed))
    session.execute(
        update(PublishedIndicatorValue)
        .where(PublishedIndicatorValue.code.in_(KEPT_CODES))
        .values(cut_off_at=cut_off)
    )
