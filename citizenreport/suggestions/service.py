"""Keeps what was learned, and forgets it when a text it came from is taken back."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, defer

from citizenreport.core.queue import enqueue
from citizenreport.suggestions.learned import AGENCY, CATEGORY, Learned, read, written
from citizenreport.suggestions.models import SuggestionModel

LOCK = "suggestion-model"
SHOWN = 20


def keep(
    session: Session,
    learned: Learned,
    *,
    until_on: date,
    example_count: int,
    measured_from: date | None,
    figures: dict[str, Any],
    now: datetime,
) -> SuggestionModel:
    """Store a version and throw the weights of the one before away."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(LOCK, 0))))
    empty(session)
    counts = {name: len(head.labels) for name, head in learned.heads.items()}
    row = SuggestionModel(
        learned_at=now,
        until_on=until_on,
        example_count=example_count,
        category_count=counts.get(CATEGORY, 0),
        agency_count=counts.get(AGENCY, 0),
        measured_from=measured_from,
        figures=figures,
        content=written(learned),
    )
    session.add(row)
    session.flush()
    return row


def forget_learned(session: Session) -> None:
    """Throw the weights away in the act that takes a text back, and have the rest learned anew."""
    if empty(session):
        enqueue(session, "learn_again")


def learned_of(session: Session, version: int) -> Learned | None:
    """Return what a version has learned; None where its weights are gone. Raises ModelUnreadable."""
    wanted = select(SuggestionModel.content).where(SuggestionModel.version == version)
    content = session.scalar(wanted)
    return read(content) if content is not None else None


def current_version(session: Session) -> int | None:
    """Return the version that has weights."""
    return session.scalar(
        select(SuggestionModel.version).where(SuggestionModel.content.is_not(None))
    )


def cards(session: Session) -> list[SuggestionModel]:
    """Return the latest versions without their weights, newest first."""
    query = select(SuggestionModel).options(defer(SuggestionModel.content))
    return list(session.scalars(query.order_by(SuggestionModel.version.desc()).limit(SHOWN)))


def empty(session: Session) -> bool:
    """Throw the weights away; say whether there were any."""
    emptied = update(SuggestionModel).where(SuggestionModel.content.is_not(None))
    found = session.execute(emptied.values(content=None).returning(SuggestionModel.version))
    return found.first() is not None
