"""Reading answers for counting, and published results. Nothing here shows one answer to staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.surveys.models import PublishedPulseValue, PulseRow, SurveyAnswer
from citizenreport.surveys.rules.pulse import AgeBand, Feeling, PulseAnswer, Sex
from citizenreport.surveys.rules.satisfaction import Answer, Element, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedAnswer:
    """A satisfaction answer for counting. `ticket_id` None: the link is cut, see `was_public`."""

    ticket_id: UUID | None
    was_public: bool | None
    answered_on: date
    scores: Scores
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGroup:
    """Held answers that belong together. The times are None once they are a day old."""

    month_on: date
    held: str
    area_code: str | None
    n: int
    first_at: datetime | None
    last_at: datetime | None


def answer_of(session: Session, ticket_id: UUID) -> SurveyAnswer | None:
    """Return what the reporter of a ticket has answered. Only for the reporter's own page."""
    return session.scalar(select(SurveyAnswer).where(SurveyAnswer.ticket_id == ticket_id))


def as_answer(row: SurveyAnswer) -> Answer:
    """Return a stored answer as the value."""
    return Answer(scores=_scores(row.scores), is_settled=row.is_settled)


def counted_answers(session: Session, *, until: date) -> list[CountedAnswer]:
    """Return the answers with at least one score that were given before a day."""
    query = select(SurveyAnswer).where(SurveyAnswer.answered_on < until, SurveyAnswer.scores != {})
    return [
        CountedAnswer(
            ticket_id=row.ticket_id,
            was_public=row.was_public,
            answered_on=row.answered_on,
            scores=_scores(row.scores),
            is_demo=row.is_demo,
        )
        for row in session.scalars(query)
    ]


def links_before(session: Session, day: date) -> Sequence[UUID]:
    """Return the tickets whose answer was given before a day and still knows them."""
    query = select(SurveyAnswer.ticket_id).where(
        SurveyAnswer.ticket_id.is_not(None), SurveyAnswer.answered_on < day
    )
    return [ticket_id for ticket_id in session.scalars(query) if ticket_id is not None]


def pulse_answers(session: Session, month_on: date) -> list[PulseAnswer]:
    """Return the answers of a month that count: none that are held."""
    query = select(PulseRow).where(PulseRow.month_on == month_on, PulseRow.held.is_(None))
    return [_pulse(row) for row in session.scalars(query)]


def pulse_months(session: Session) -> list[date]:
    """Return the months that have answers and are not published yet, the oldest first."""
    published = select(PublishedPulseValue.month_on)
    query = select(PulseRow.month_on).where(PulseRow.month_on.not_in(published)).distinct()
    return sorted(session.scalars(query))


def held_groups(session: Session) -> list[HeldGroup]:
    """Return what waits for a decision, the newest month first."""
    query = (
        select(
            PulseRow.month_on,
            PulseRow.held,
            PulseRow.area_code,
            func.count(),
            func.min(PulseRow.arrived_at),
            func.max(PulseRow.arrived_at),
        )
        .where(PulseRow.held.is_not(None))
        .group_by(PulseRow.month_on, PulseRow.held, PulseRow.area_code)
        .order_by(PulseRow.month_on.desc(), PulseRow.held, PulseRow.area_code)
    )
    return [
        HeldGroup(
            month_on=month, held=held or "", area_code=area, n=n, first_at=first, last_at=last
        )
        for month, held, area, n, first, last in session.execute(query).tuples()
    ]


def latest_pulse(session: Session) -> Sequence[PublishedPulseValue]:
    """Return the figures of the latest published month; for the public role."""
    row = PublishedPulseValue
    latest = select(func.max(row.month_on)).scalar_subquery()
    query = select(row).where(row.month_on == latest)
    return session.scalars(query.order_by(row.question, row.division, row.cell)).all()


def _scores(stored: dict[str, int]) -> Scores:
    return {element: stored[element.value] for element in Element if element.value in stored}


def _pulse(row: PulseRow) -> PulseAnswer:
    return PulseAnswer(
        by_day=Feeling(row.by_day) if row.by_day else None,
        after_dark=Feeling(row.after_dark) if row.after_dark else None,
        area_code=row.area_code,
        age_band=AgeBand(row.age_band) if row.age_band else None,
        sex=Sex(row.sex) if row.sex else None,
    )
