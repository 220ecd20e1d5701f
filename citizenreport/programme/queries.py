"""Reading the register: what somebody on the staff may see, and what is published."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import Session

from citizenreport.cities.agency_lines import owner_of
from citizenreport.cities.rules import City
from citizenreport.identity.rules import Actor, Permission
from citizenreport.programme.faults import InnovationNotFound
from citizenreport.programme.models import (
    Innovation,
    InnovationFile,
    InnovationNote,
    PublishedInnovation,
    PublishedInnovationFile,
)
from citizenreport.programme.rules import COUNTING, Phase, Side, Stage

PAGE_ROWS = 50


def sides_of(city: City, actor: Actor, agency_code: str) -> frozenset[Side]:
    """Return as whom a person acts on records of an agency, or of the one it has become."""
    owner = owner_of(city.agencies, agency_code)
    asked = {
        Side.AGENCY: Permission.WRITE_INNOVATIONS,
        Side.HEAD: Permission.ENDORSE_INNOVATIONS,
        Side.DESK: Permission.DECIDE_INNOVATIONS,
    }
    return frozenset(
        side for side, permission in asked.items() if actor.may_for(permission, agency_code=owner)
    )


def own_agencies(city: City, actor: Actor) -> list[str]:
    """Return the codes of agencies, past ones included, whose records a person may write."""
    return [
        code
        for code, agency in city.agencies.items()
        if not agency.is_external and Side.AGENCY in sides_of(city, actor, code)
    ]


def readable(city: City, actor: Actor) -> ColumnElement[bool]:
    """Return what a person may read: all of the city, or one's own agency's and what heads endorsed."""
    bound = actor.agencies(Permission.READ_INNOVATIONS)
    is_city_wide = any(g.agency_code is None for g in actor.grants)
    if is_city_wide and actor.may(Permission.READ_INNOVATIONS):
        return true()
    own = [code for code in city.agencies if owner_of(city.agencies, code) in bound]
    counting = [phase.value for phase in COUNTING]
    return or_(Innovation.agency_code.in_(own), Innovation.phase.in_(counting))


def innovations(
    session: Session,
    city: City,
    actor: Actor,
    *,
    year: int | None = None,
    agency_code: str | None = None,
    stage: Stage | None = None,
    phase: Phase | None = None,
    limit: int = PAGE_ROWS,
) -> Sequence[Innovation]:
    """Return records a person may read, last changed first."""
    query = select(Innovation).where(readable(city, actor))
    wanted = (
        (Innovation.year, year),
        (Innovation.agency_code, agency_code),
        (Innovation.stage, stage),
        (Innovation.phase, phase),
    )
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    return session.scalars(query.order_by(Innovation.changed_at.desc()).limit(limit)).all()


def innovation_years(session: Session) -> list[int]:
    """Return the years that have records, newest first."""
    return list(
        session.scalars(select(Innovation.year).distinct().order_by(Innovation.year.desc()))
    )


def innovation(session: Session, city: City, actor: Actor, innovation_id: UUID) -> Innovation:
    """Return one record. Raises InnovationNotFound for none, and for one this person may not read."""
    query = select(Innovation).where(Innovation.id == innovation_id, readable(city, actor))
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise InnovationNotFound
    return found


def files_of(session: Session, innovation_id: UUID) -> Sequence[InnovationFile]:
    """Return the papers and photos of a record, in the order they came."""
    query = select(InnovationFile).where(InnovationFile.innovation_id == innovation_id)
    return session.scalars(query.order_by(InnovationFile.id)).all()


def file_of(session: Session, innovation_id: UUID, file_id: UUID) -> InnovationFile:
    """Return one file of a record. Raises InnovationNotFound."""
    found = session.get(InnovationFile, file_id)
    if found is None or found.innovation_id != innovation_id:
        raise InnovationNotFound
    return found


def notes_of(session: Session, innovation_id: UUID) -> dict[int, str]:
    """Return what was written with the steps, by the number of the event."""
    query = select(InnovationNote.seq, InnovationNote.text).where(
        InnovationNote.innovation_id == innovation_id
    )
    return dict(session.execute(query).tuples().all())


def published_innovations(
    session: Session,
    *,
    year: int | None = None,
    agency_code: str | None = None,
    stage: Stage | None = None,
    after: str = "",
    limit: int = PAGE_ROWS,
) -> Sequence[PublishedInnovation]:
    """Return published innovations: the newest year first, by address. `after`: the last one seen."""
    row = PublishedInnovation
    query: Select[tuple[PublishedInnovation]] = select(row)
    for column, value in ((row.year, year), (row.agency_code, agency_code), (row.stage, stage)):
        if value is not None:
            query = query.where(column == value)
    if after:
        seen = select(row.year).where(row.slug == after).scalar_subquery()
        query = query.where(or_(row.year < seen, (row.year == seen) & (row.slug > after)))
    return session.scalars(query.order_by(row.year.desc(), row.slug).limit(limit)).all()


def published_years(session: Session) -> list[int]:
    """Return the years of published innovations, newest first."""
    year = PublishedInnovation.year
    return list(session.scalars(select(year).distinct().order_by(year.desc())))


def published_innovation(
    session: Session, slug: str
) -> tuple[PublishedInnovation, Sequence[PublishedInnovationFile]]:
    """Return a published innovation with its files. Raises InnovationNotFound."""
    found = session.get(PublishedInnovation, slug)
    if found is None:
        raise InnovationNotFound
    query = select(PublishedInnovationFile).where(PublishedInnovationFile.slug == slug)
    return found, session.scalars(query.order_by(PublishedInnovationFile.number)).all()


def published_file(session: Session, file_code: str) -> PublishedInnovationFile:
    """Return a paper or photo of a published innovation. Raises InnovationNotFound."""
    found = session.get(PublishedInnovationFile, file_code)
    if found is None:
        raise InnovationNotFound
    return found
