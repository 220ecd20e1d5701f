"""Tickets near a ticket, and those that may repeat it: readable ones only, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, literal, null, or_
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.geo.columns import PositionType
from citizenreport.identity.rules import Actor
from citizenreport.intake.models import Report
from citizenreport.suggestions.rules import Reasons, likeness, words_in_common
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import readable_tickets
from citizenreport.triage.states import OPEN, State

READ: Final = 30
"""So many of the nearest are looked at, however dense the reports lie."""

NO_PARENT: Final = frozenset(
    {State.DUPLICATE.value, State.WITHDRAWN.value, State.ARCHIVED.value, State.EMERGENCY.value}
)
OPEN_STATES: Final = [state.value for state in OPEN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Another readable ticket, how far away it is, and why it may be the same thing.

    `reasons` None: it only lies near.
    """

    ticket: Ticket
    tracking_code: str
    metres: float | None
    reasons: Reasons | None


def near_tickets(
    session: Session, city: City, actor: Actor, ticket: Ticket, report: Report, *, now: datetime
) -> list[Near]:
    """Return the readable tickets around one, nearest first, with reasons where one may repeat it.

    Open ones, and those of the pack's `[similar]` days. Of a report without a point those of its
    kind and area. A confidential one is never found by its place or words: there are only others
    of its category that the same people handle, by date (protection.md, section 1).
    """
    since = ticket.submitted_at - timedelta(days=city.similar_reports.days)
    query = _around(city, actor, ticket, report, since=since, now=now)
    if query is None:
        return []
    rows: Sequence[Any] = session.execute(query.limit(READ)).all()
    return [
        Near(
            ticket=other,
            tracking_code=code,
            metres=metres,
            reasons=_reasons(ticket, report, other, description, metres, since=since),
        )
        for other, code, description, metres in rows
    ]


def _around(
    city: City, actor: Actor, ticket: Ticket, report: Report, *, since: datetime, now: datetime
) -> Select[Any] | None:
    query = (
        readable_tickets(city, actor)
        .join(Report, Report.id == Ticket.report_id)
        .where(Ticket.report_id != report.id)
    )
    columns = (Report.tracking_code, Report.description)
    newest = (Ticket.submitted_at.desc(), Ticket.id)
    if ticket.visibility == Visibility.CONFIDENTIAL.value or report.position is None:
        if ticket.visibility != Visibility.CONFIDENTIAL.value and ticket.area_code is None:
            return None
        alike = query.where(
            Ticket.visibility == ticket.visibility,
            Ticket.agency_code == ticket.agency_code,
            Ticket.category_code == ticket.category_code,
            Ticket.submitted_at.between(since, now),
        )
        if ticket.visibility != Visibility.CONFIDENTIAL.value:
            alike = alike.where(Ticket.area_code == ticket.area_code)
        return alike.add_columns(*columns, null()).order_by(*newest)
    here = literal(report.position, PositionType)
    metres = func.ST_Distance(Report.position, here)
    return (
        query.where(
            Ticket.visibility != Visibility.CONFIDENTIAL.value,
            func.ST_DWithin(Report.position, here, city.similar_reports.radius_m),
            or_(Ticket.state.in_(OPEN_STATES), Ticket.submitted_at.between(since, now)),
        )
        .add_columns(*columns, metres)
        .order_by(metres, *newest)
    )


def _reasons(
    ticket: Ticket,
    report: Report,
    other: Ticket,
    description: str | None,
    metres: float | None,
    *,
    since: datetime,
) -> Reasons | None:
    """Return why the other one came first with the same thing; None where it cannot be joined."""
    came_before = since <= other.submitted_at <= ticket.submitted_at
    if other.visibility != ticket.visibility or other.state in NO_PARENT or not came_before:
        return None
    reasons = Reasons(
        same_category=other.category_code == ticket.category_code,
        metres=metres,
        days_apart=(ticket.submitted_at - other.submitted_at).days,
        words=words_in_common(report.description or "", description or ""),
        alike=likeness(report.description or "", description or ""),
    )
    return reasons if reasons.is_enough else None
