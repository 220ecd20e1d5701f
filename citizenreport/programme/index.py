"""Self-assessment: levels of an innovation with their evidence, and the points of the region."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.identity.rules import Actor
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.programme.faults import InnovationNotYours
from citizenreport.programme.index_rules import (
    COMPLAINTS,
    CountInvalid,
    Instrument,
    LevelWithoutEvidence,
    check_level,
    check_points,
    complaints_level,
    score,
)
from citizenreport.programme.instruments import instrument_of
from citizenreport.programme.models import Innovation, InnovationLevel, RegionalPoints
from citizenreport.programme.notes import note
from citizenreport.programme.queries import sides_of
from citizenreport.programme.rules import COUNTING

SETTLED: Final = "I22"
COUNT: Final = 0
"""The line of the number of innovations among the points of the region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What somebody says of one indicator. `is_computed`: by this service, not by a person."""

    level: int
    evidence: str
    is_computed: bool = False


def levels_of(session: Session, city: City, innovation: Innovation) -> dict[int, Level]:
    """Return the levels of an innovation by indicator; 29 from I22 of its year where there is one."""
    edition = instrument_of(innovation.year).year
    query = select(InnovationLevel).where(
        InnovationLevel.innovation_id == innovation.id, InnovationLevel.edition == edition
    )
    found = {
        row.number: Level(level=row.level, evidence=row.evidence) for row in session.scalars(query)
    }
    share = settled_share(session, city, innovation.year)
    if share is not None:
        told = f"{SETTLED} {innovation.year}: {share.normalize():f} %"
        found[COMPLAINTS] = Level(level=complaints_level(share), evidence=told, is_computed=True)
    return found


def settled_share(session: Session, city: City, year: int) -> Decimal | None:
    """Return I22 of the city for a year, in per cent; None while it is not published."""
    row = PublishedIndicatorValue
    query = select(row.value, row.period_start_on).where(
        row.code == SETTLED, row.period_kind == "tahun", row.area_code == city.city_code
    )
    return next((v for v, start_on in session.execute(query) if start_on.year == year), None)


def assess(
    session: Session,
    city: City,
    actor: Actor,
    innovation: Innovation,
    given: Mapping[int, tuple[str, str]],
    *,
    now: datetime,
) -> None:
    """Keep levels with their evidence, of (level, evidence) as they were written.

    Raises:
        InnovationNotYours, LevelInvalid, LevelWithoutEvidence.
    """
    if not sides_of(city, actor, innovation.agency_code):
        raise InnovationNotYours
    instrument = instrument_of(innovation.year)
    known = {line.number for line in instrument.lines}
    before = {
        n: (one.level, one.evidence) for n, one in levels_of(session, city, innovation).items()
    }
    for number, (text, words) in given.items():
        evidence = words.strip()
        level = check_level(number, text, evidence)
        if number not in known or before.get(number, (0, "")) == (level, evidence):
            continue
        _keep(session, innovation.id, instrument, number, Level(level=level, evidence=evidence))
        payload = {"edition": instrument.year, "number": number, "level": level}
        note(session, innovation.id, "assessed", payload, actor=actor, now=now)


def _keep(
    session: Session, innovation_id: UUID, instrument: Instrument, number: int, said: Level
) -> None:
    values = {"level": said.level, "evidence": said.evidence}
    key = {"innovation_id": innovation_id, "edition": instrument.year, "number": number}
    statement = insert(InnovationLevel).values(**key, **values)
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def scores(session: Session, city: City, year: int) -> list[tuple[Innovation, int]]:
    """Return the innovations of a year that count, with their points, best first."""
    instrument = instrument_of(year)
    query = select(Innovation).where(
        Innovation.year == year, Innovation.phase.in_([phase.value for phase in COUNTING])
    )
    found = []
    for row in session.scalars(query):
        levels = {n: one.level for n, one in levels_of(session, city, row).items()}
        found.append((row, score(instrument, levels)))
    return sorted(found, key=lambda pair: (-pair[1], pair[0].name))


def regional(session: Session, year: int) -> dict[int, tuple[Decimal, str]]:
    """Return points and evidence of the region by indicator; `COUNT`: how many innovations."""
    query = select(RegionalPoints).where(RegionalPoints.year == year)
    return {row.number: (row.points, row.evidence) for row in session.scalars(query)}


def enter_regional(
    session: Session, year: int, given: Mapping[int, tuple[str, str]], count: tuple[str, str]
) -> None:
    """Keep what the region has in a year, in the place of what was kept before.

    Raises:
        PointsInvalid, CountInvalid, LevelWithoutEvidence.
    """
    points = check_points(given)
    number, evidence = count[0].strip(), count[1].strip()
    if number and not (number.isascii() and number.isdigit() and len(number) <= len("9999")):
        raise CountInvalid(pointer="#/nilai-0")
    if number and not evidence:
        raise LevelWithoutEvidence(pointer="#/bukti-0")
    rows = {n: (value, given[n][1].strip()) for n, value in points.items()}
    if number:
        rows[COUNT] = (Decimal(number), evidence)
    session.execute(delete(RegionalPoints).where(RegionalPoints.year == year))
    session.add_all(
        RegionalPoints(year=year, number=n, points=value, evidence=words)
        for n, (value, words) in rows.items()
    )
    session.flush()
