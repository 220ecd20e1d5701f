"""What made-up residents say when they are asked: after closing, and about how safe they feel."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import AreaLevel, City
from citizenreport.core.keys import KeyRing
from citizenreport.pipeline.demo.deeds import Life
from citizenreport.pipeline.demo.plan import Period
from citizenreport.surveys import service
from citizenreport.surveys.rules.pulse import (
    AgeBand,
    Feeling,
    PulseAnswer,
    Sex,
    month_after,
    month_of,
)
from citizenreport.surveys.rules.satisfaction import Answer, Element, SurveyClosed
from citizenreport.surveys.service import Sender
from citizenreport.triage.models import Ticket

ANSWERING: Final = 0.4
MONTHS: Final = 3
A_MONTH: Final = 90
"""Answers about safety in a month."""
BY_DAY: Final = {Feeling.VERY_SAFE: 30, Feeling.SAFE: 48, Feeling.UNSAFE: 16, Feeling.NEVER_OUT: 6}
AFTER_DARK: Final = {
    Feeling.VERY_SAFE: 12,
    Feeling.SAFE: 38,
    Feeling.UNSAFE: 28,
    Feeling.VERY_UNSAFE: 10,
    Feeling.NEVER_OUT: 12,
}


def answer_survey(session: Session, city: City, life: Life, ticket: Ticket) -> None:
    """Have some reporters answer the survey the day after all was done; a late report less kindly."""
    random = Random(f"survey {life.number} {life.submitted_at.isoformat()}")
    if not life.deeds or random.random() > ANSWERING:
        return
    is_late = ticket.settled_at is not None and ticket.settled_at > ticket.settlement_due_at
    scores = {
        element: min(4, max(1, round(random.gauss(2.6 if is_late else 3.3, 0.7))))
        for element in Element
        if random.random() < 0.92
    }
    is_settled = random.random() > (0.25 if is_late else 0.08)
    answer = Answer(scores=scores or {Element.TIME: 3}, is_settled=is_settled)
    try:
        service.answer_survey(session, city, ticket, answer, now=life.deeds[-1].at)
    except SurveyClosed:
        return  # not settled, or no longer


def say_how_safe(session: Session, city: City, keys: KeyRing, period: Period) -> None:
    """Have residents answer the pulse of the last whole months of a demo, and publish them."""
    random = Random(f"pulse {period.until.isoformat()}")
    areas = sorted(a.area_code for a in city.areas.values() if a.level is AreaLevel.VILLAGE)
    for month_on in _months(city, period):
        begin = datetime(month_on.year, month_on.month, 1, 2, tzinfo=city.calendar.time_zone)
        for number in range(A_MONTH):
            service.answer_pulse(
                session,
                city,
                keys,
                _opinion(random, areas),
                sender=Sender(token=service.new_browser_token(), address=f"192.0.2.{number}"),
                now=begin + timedelta(hours=7 * number),
                is_demo=True,
            )
    service.publish_pulse(session, city, now=period.until)
    service.forget(session, city, now=period.until)


def _months(city: City, period: Period) -> list[date]:
    """Return the last months that lie in the period whole, the oldest first."""
    month_on = month_of(city.local_date(period.since) + timedelta(days=31))
    whole = []
    while month_after(month_on) <= city.local_date(period.until):
        whole.append(month_on)
        month_on = month_after(month_on)
    return whole[-MONTHS:]


def _opinion(random: Random, areas: list[str]) -> PulseAnswer:
    return PulseAnswer(
        by_day=_weighted(random, BY_DAY),
        after_dark=_weighted(random, AFTER_DARK),
        area_code=random.choice(areas[:6]) if random.random() < 0.7 else None,
        age_band=random.choice(list(AgeBand)) if random.random() < 0.8 else None,
        sex=random.choice(list(Sex)) if random.random() < 0.85 else None,
    )


def _weighted(random: Random, weights: dict[Feeling, int]) -> Feeling:
    return random.choices(list(weights), weights=list(weights.values()))[0]
