"""Taking answers in, holding floods, publishing months that are over, and forgetting."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.cities.rules import AreaLevel, City
from citizenreport.core.ids import new_public_id
from citizenreport.core.keys import KeyRing
from citizenreport.identity import throttle
from citizenreport.ledger import service as ledger
from citizenreport.ledger.rules import NewEvent, Scalar, StreamKind
from citizenreport.surveys import queries
from citizenreport.surveys.models import PublishedPulseValue, PulseRow, SurveyAnswer
from citizenreport.surveys.rules import pulse
from citizenreport.surveys.rules.pulse import Held, PulseAnswer, Sex
from citizenreport.surveys.rules.satisfaction import (
    Answer,
    SurveyAnswered,
    SurveyClosed,
    answer_until,
    change_until,
)
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import SETTLED, State

FLOOD_WINDOW: Final = timedelta(hours=1)
TRACES_KEPT: Final = timedelta(hours=24)
"""Source: protection.md section 5 (marks of a network are deleted after 24 hours)."""
BROWSER_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the survey of a ticket stands. `until`: the last day for answering or changing."""

    answer: Answer | None
    until: date
    is_open: bool


def standing(session: Session, city: City, ticket: Ticket, *, now: datetime) -> Standing:
    """Return where the survey of a ticket stands.

    Raises:
        SurveyClosed: nothing was answered, and the ticket is not called settled or the days for a
            first answer are over.
    """
    today, row = city.local_date(now), queries.answer_of(session, ticket.id)
    is_settled = State(ticket.state) in SETTLED and ticket.settled_at is not None
    if row is not None:
        until = change_until(row.answered_on, change_days=city.survey_change_days)
        is_open = is_settled and today <= until
        return Standing(answer=queries.as_answer(row), until=until, is_open=is_open)
    if not is_settled or ticket.settled_at is None:
        raise SurveyClosed
    settled_on = city.local_date(ticket.settled_at)
    until = answer_until(settled_on, open_days=city.survey_open_days)
    if today > until:
        raise SurveyClosed
    return Standing(answer=None, until=until, is_open=True)


def answer_survey(
    session: Session, city: City, ticket: Ticket, answer: Answer, *, now: datetime
) -> None:
    """Keep the answer of a ticket's reporter; a second one replaces the first within its days.

    Raises:
        SurveyClosed: there is nothing to be asked about, or no longer.
        SurveyAnswered: answered before, and too long ago to change it.
    """
    if not standing(session, city, ticket, now=now).is_open:
        raise SurveyAnswered
    content = {
        "scores": {element.value: score for element, score in answer.scores.items()},
        "is_settled": answer.is_settled,
    }
    row = insert(SurveyAnswer).values(
        id=uuid4(),
        ticket_id=ticket.id,
        answered_on=city.local_date(now),
        is_demo=ticket.is_demo,
        **content,
    )
    session.execute(row.on_conflict_do_update(index_elements=["ticket_id"], set_=content))


def forget_tickets(session: Session, ticket_ids: Collection[UUID]) -> None:
    """Delete what the reporters of some tickets have answered. For the erasure of their reports."""
    session.execute(delete(SurveyAnswer).where(SurveyAnswer.ticket_id.in_(ticket_ids)))


def cut_links(session: Session, ticket_ids: Collection[UUID], *, public: Collection[UUID]) -> None:
    """Have the answers of some tickets forget which ticket they are of.

    `public`: those of them that are before the public now; their scores keep counting as such.
    """
    for was_public in (True, False):
        wanted = {t for t in ticket_ids if (t in public) is was_public}
        session.execute(
            update(SurveyAnswer)
            .where(SurveyAnswer.ticket_id.in_(wanted))
            .values(ticket_id=None, was_public=was_public)
        )


def new_browser_token() -> str:
    """Return a fresh random token for a browser's cookie (128 bits)."""
    return new_public_id()


def is_browser_token(text: str | None) -> bool:
    """Say whether a cookie holds what we once gave."""
    return text is not None and BROWSER_TOKEN.fullmatch(text) is not None


def browser_mark(keys: KeyRing, *, month_on: date, token: str) -> bytes:
    """Return what a browser is known by in one month; the next month it is another."""
    return keys.fingerprint(f"pulse {month_on.isoformat()}", token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Where an answer comes from: the browser's token and the client's address (never stored)."""

    token: str
    address: str


def answer_pulse(
    session: Session,
    city: City,
    keys: KeyRing,
    answer: PulseAnswer,
    *,
    sender: Sender,
    now: datetime,
    is_demo: bool = False,
) -> None:
    """Keep an answer about the feeling of safety; one browser has one a month, the last one.

    Too many within an hour, from one network or for one area, are all held until a person decides.
    """
    month_on = pulse.month_of(city.local_date(now))
    place = throttle.address_prefix(sender.address)
    content = {
        "by_day": answer.by_day,
        "after_dark": answer.after_dark,
        "area_code": answer.area_code,
        "age_band": answer.age_band,
        "sex": answer.sex,
    }
    row = insert(PulseRow).values(
        id=uuid4(),
        month_on=month_on,
        browser_hmac=browser_mark(keys, month_on=month_on, token=sender.token),
        network_hmac=throttle.mark(session, account="pulse", place=place, now=now),
        arrived_at=now,
        is_demo=is_demo,
        **content,
    )
    kept = session.execute(
        row.on_conflict_do_update(
            index_elements=["month_on", "browser_hmac"], set_=content
        ).returning(PulseRow.network_hmac)
    ).scalar_one()
    _hold(session, Held.NETWORK, PulseRow.network_hmac == kept, pulse.NETWORK_PER_HOUR, now=now)
    if answer.area_code is not None:
        of_area = PulseRow.area_code == answer.area_code
        _hold(session, Held.AREA, of_area, pulse.AREA_PER_HOUR, now=now)


def _hold(
    session: Session, why: Held, alike: ColumnElement[bool], ceiling: int, *, now: datetime
) -> None:
    """Hold the answers of the last hour that are alike, when there are more than the ceiling."""
    recent = alike & (PulseRow.arrived_at > now - FLOOD_WINDOW)
    count = session.scalar(select(func.count()).select_from(PulseRow).where(recent)) or 0
    if count > ceiling:
        session.execute(
            update(PulseRow).where(recent, PulseRow.held.is_(None)).values(held=why.value)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decides about a group of held answers: to count or to delete them."""

    month_on: date
    held: Held
    area_code: str | None
    do_count: bool


def decide_held(session: Session, decision: Decision, *, actor_id: UUID, now: datetime) -> int:
    """Carry out a decision and return how many answers it was about; who decided is an event."""
    row = PulseRow
    group = (row.month_on == decision.month_on) & (row.held == decision.held.value)
    if decision.area_code is None:
        group &= row.area_code.is_(None)
    else:
        group &= row.area_code == decision.area_code
    if decision.do_count:  # without their traces: another flood does not hold them again
        counted = update(row).where(group).values(held=None, arrived_at=None, network_hmac=None)
        n = len(session.execute(counted.returning(row.id)).all())
    else:
        n = len(session.execute(delete(row).where(group).returning(row.id)).all())
    if n:
        said: dict[str, Scalar] = {
            "month": decision.month_on.isoformat(),
            "held": decision.held.value,
            "area_code": decision.area_code,
            "n": n,
            "is_counted": decision.do_count,
        }
        event = NewEvent(
            type="held_answers_decided",
            payload=said,
            recorded_at=now,
            occurred_at=now,
            actor_id=actor_id,
        )
        ledger.append(session, StreamKind.STAFF, actor_id, event)
    return n


def publish_pulse(session: Session, city: City, *, now: datetime) -> list[date]:
    """Publish the months that are ripe and have enough answers; return them. Each only once."""
    today, published = city.local_date(now), []
    for month_on in queries.pulse_months(session):
        if not pulse.is_ripe(month_on, today=today):
            continue
        found = pulse.results(
            _of_known_areas(city, queries.pulse_answers(session, month_on)),
            population_by_sex=population_by_sex(city, month_on.year),
        )
        if found:
            session.add_all(_published(month_on, result) for result in found)
            published.append(month_on)
    session.flush()
    _mark_demo(session, published)
    return published


def population_by_sex(city: City, year: int) -> Mapping[Sex, int] | None:
    """Return the city's people by sex as of a year, from the latest figure; None without one."""
    area = next((a for a in city.areas.values() if a.level is AreaLevel.CITY), None)
    known = [p for p in area.populations if p.year <= year] if area else []
    known = [p for p in known if p.female is not None and p.male is not None]
    if not known:
        return None
    latest = max(known, key=lambda population: population.year)
    assert latest.female is not None
    assert latest.male is not None
    return {Sex.FEMALE: latest.female, Sex.MALE: latest.male}


def forget(session: Session, city: City, *, now: datetime) -> None:
    """Forget what has had its time: a network after a day, a browser after its month, held answers
    after the days for deciding, all answers of a month after the pack's days.
    """
    row, today = PulseRow, city.local_date(now)
    month_on = pulse.month_of(today)
    session.execute(
        update(row)
        .where(row.arrived_at < now - TRACES_KEPT)
        .values(arrived_at=None, network_hmac=None)
    )
    session.execute(
        update(row)
        .where(row.month_on < month_on, row.browser_hmac.is_not(None))
        .values(browser_hmac=None)
    )
    for held_month in session.scalars(select(row.month_on).where(row.held.is_not(None)).distinct()):
        if pulse.is_ripe(held_month, today=today):
            session.execute(delete(row).where(row.month_on == held_month, row.held.is_not(None)))
    oldest = today - timedelta(days=city.pulse_days)
    session.execute(delete(row).where(row.month_on < pulse.month_of(oldest)))


def _of_known_areas(city: City, answers: list[PulseAnswer]) -> list[PulseAnswer]:
    return [pulse.without_unknown_area(answer, city.areas.keys()) for answer in answers]


def _published(month_on: date, result: pulse.Result) -> PublishedPulseValue:
    estimate = result.estimate
    return PublishedPulseValue(
        month_on=month_on,
        question=result.question.value,
        division=result.division.value,
        cell=result.cell,
        n=estimate.n,
        share=estimate.share,
        standard_error=estimate.standard_error,
        effective_n=estimate.effective_n,
        is_weighted=estimate.is_weighted,
        is_demo=False,
    )


def _mark_demo(session: Session, months: list[date]) -> None:
    """Mark the months that count made-up answers."""
    made_up = select(PulseRow.month_on).where(PulseRow.is_demo, PulseRow.month_on.in_(months))
    session.execute(
        update(PublishedPulseValue)
        .where(PublishedPulseValue.month_on.in_(made_up))
        .values(is_demo=True)
    )
