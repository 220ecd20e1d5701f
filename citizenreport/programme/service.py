"""Writing the register. Every change is an event of the innovation's own stream.

Every step is one UPDATE of the version that was seen: of two at once, one wins and the other is told.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.ids import new_tracking_code
from citizenreport.identity.rules import Actor
from citizenreport.programme.faults import InnovationChanged
from citizenreport.programme.models import Innovation
from citizenreport.programme.movement import alike
from citizenreport.programme.notes import check_editable, note
from citizenreport.programme.publishing import turn_public
from citizenreport.programme.queries import own_agencies, sides_of
from citizenreport.programme.records import (
    DESIGN,
    OUTCOME,
    Given,
    Known,
    Record,
    check_complete,
    check_given,
)
from citizenreport.programme.rules import Phase, Stage, check_novelty, check_step, slug_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What somebody says with a step. `novelty` and its reason: of whoever validates."""

    target: Phase
    reason: str = ""
    novelty: str = ""
    novelty_reason: str = ""


def known_to(city: City, actor: Actor, *, now: datetime) -> Known:
    """Return what a person may choose from."""
    return Known(
        agency_codes=own_agencies(city, actor),
        category_codes=city.categories.keys(),
        area_codes=city.areas.keys(),
        video_hosts=city.innovations.video_hosts,
        this_year=city.local_date(now).year,
    )


def create(
    session: Session,
    city: City,
    actor: Actor,
    given: Given,
    *,
    innovation_id: UUID,
    now: datetime,
    is_demo: bool = False,
) -> UUID:
    """Begin a record and return its id. The id was made with the form: sent twice, it is one record.

    Raises:
        InvalidInput: see `check_given`.
    """
    record = check_given(given, known_to(city, actor, now=now))
    statement = insert(Innovation).values(
        id=innovation_id,
        **_columns(record),
        agency_name=city.agencies[record.agency_code].name,
        phase=Phase.DRAFT.value,
        version=1,
        novelty_reason="",
        is_demo=is_demo,
        created_by=actor.staff_id,
        created_at=now,
        changed_at=now,
    )
    added = session.scalar(statement.on_conflict_do_nothing().returning(Innovation.id))
    if added is not None:
        note(session, innovation_id, "created", _place(record), actor=actor, now=now)
    return innovation_id


def change(
    session: Session,
    city: City,
    actor: Actor,
    innovation: Innovation,
    given: Given,
    *,
    seen: int,
    now: datetime,
) -> None:
    """Write a draft anew.

    Raises:
        InnovationNotYours, InnovationNotEditable, InnovationChanged, or see `check_given`.
    """
    check_editable(city, actor, innovation)
    record = check_given(given, known_to(city, actor, now=now))
    name = innovation.agency_name
    if record.agency_code != innovation.agency_code:
        name = city.agencies[record.agency_code].name
    _write(session, innovation, seen, now, **_columns(record), agency_name=name)
    note(session, innovation.id, "changed", _place(record), actor=actor, now=now)


def move(
    session: Session,
    city: City,
    actor: Actor,
    innovation: Innovation,
    decided: Decided,
    *,
    seen: int,
    now: datetime,
) -> None:
    """Make one step on the way; publishing copies the record, leaving the public takes the copy away.

    Raises:
        InnovationStepClosed, InnovationNotYours, InnovationReasonMissing, NoveltyUndecided,
        InnovationChanged, or see `check_complete`.
    """
    if innovation.version != seen:
        raise InnovationChanged
    phase, target = Phase(innovation.phase), decided.target
    check_step(phase, target, sides_of(city, actor, innovation.agency_code), decided.reason)
    written = {"phase": target.value} | _written_by(session, city, innovation, decided)
    _write(session, innovation, seen, now, **written)
    turn_public(session, city, innovation, was=phase, now=now)
    payload = _place(innovation) | {"from": phase.value, "to": target.value}
    if "novelty_decision" in written:
        payload["novelty"] = written["novelty_decision"]
    note(session, innovation.id, "moved", payload, actor=actor, now=now, text=decided.reason)


def _written_by(
    session: Session, city: City, innovation: Innovation, decided: Decided
) -> dict[str, Any]:
    """Return what a step writes beside the phase, after checking what it asks for."""
    if decided.target is Phase.SUBMITTED:
        check_complete(
            texts_of(innovation),
            stage=Stage(innovation.stage),
            trial_on=innovation.trial_on,
            applied_on=innovation.applied_on,
        )
    elif decided.target is Phase.VALIDATED:
        reason = decided.novelty_reason.strip()
        novelty = check_novelty(
            decided.novelty, reason, is_alike=bool(alike(session, city, innovation))
        )
        return {"novelty_decision": novelty.value, "novelty_reason": reason}
    elif decided.target is Phase.PUBLISHED:
        return {"slug": innovation.slug or slug_of(innovation.name, new_tracking_code()[:6])}
    return {}


def texts_of(innovation: Innovation) -> dict[str, str]:
    """Return the texts of a record by their names."""
    return {part: getattr(innovation, part) for part in ("main_affair", *DESIGN, *OUTCOME)}


def _write(
    session: Session, innovation: Innovation, seen: int, now: datetime, **values: Any
) -> None:
    statement = (
        update(Innovation)
        .where(Innovation.id == innovation.id, Innovation.version == seen)
        .values(**values, version=seen + 1, changed_at=now)
        .returning(Innovation.version)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(statement) is None:
        raise InnovationChanged
    session.refresh(innovation)


def _columns(record: Record) -> dict[str, Any]:
    found = {name: getattr(record, name) for name in record.__dataclass_fields__}
    lists = {"category_codes": list(record.category_codes), "area_codes": list(record.area_codes)}
    return found | lists


def _place(record: Record | Innovation) -> dict[str, str | int]:
    return {"agency_code": record.agency_code, "year": record.year}
