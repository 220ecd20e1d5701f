"""Innovations, their files and notes; and the published copies, the only rows the public role reads."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class Innovation(Base, kw_only=True):
    """One innovation of an agency, for one year.

    `agency_name` is the agency's name when the record was made: reorganisations do not rewrite it.
    `slug` is given when it is first published and never changes.
    """

    __tablename__ = "innovation"
    __table_args__ = (Index("ix_innovation_year", "year", "agency_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    year: Mapped[int]
    name: Mapped[str]
    stage: Mapped[str]
    initiator: Mapped[str]
    form: Mapped[str]
    is_digital: Mapped[bool]
    main_affair: Mapped[str]
    other_affairs: Mapped[str]
    trial_on: Mapped[date | None]
    applied_on: Mapped[date | None]
    place: Mapped[str]
    legal_basis: Mapped[str]
    problem: Mapped[str]
    strategic_issue: Mapped[str]
    novelty: Mapped[str]
    advantage: Mapped[str]
    aim: Mapped[str]
    benefit: Mapped[str]
    result: Mapped[str]
    video_url: Mapped[str]
    category_codes: Mapped[list[str]] = mapped_column(JSONB)
    area_codes: Mapped[list[str]] = mapped_column(JSONB)
    phase: Mapped[str]
    version: Mapped[int]
    novelty_decision: Mapped[str | None] = mapped_column(default=None)
    novelty_reason: Mapped[str] = mapped_column(default="")
    slug: Mapped[str | None] = mapped_column(default=None, unique=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class InnovationFile(Base, kw_only=True):
    """A paper (PDF) or a photo (re-encoded) of an innovation. `is_public`: shown with it."""

    __tablename__ = "innovation_file"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    innovation_id: Mapped[UUID] = mapped_column(ForeignKey("innovation.id"), index=True)
    kind: Mapped[str]
    title: Mapped[str]
    is_public: Mapped[bool]
    storage_key: Mapped[str] = mapped_column(index=True)
    size_bytes: Mapped[int]
    width: Mapped[int | None] = mapped_column(default=None)
    height: Mapped[int | None] = mapped_column(default=None)
    added_by: Mapped[UUID | None]
    added_at: Mapped[datetime]


class InnovationNote(Base, kw_only=True):
    """What somebody wrote with a step: the words beside the event, which holds none."""

    __tablename__ = "innovation_note"
    __table_args__ = (ForeignKeyConstraint(["innovation_id"], ["innovation.id"]),)

    innovation_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]


class InnovationLevel(Base, kw_only=True):
    """The level (0 to 3) an innovation is given for one indicator of an edition, with its evidence."""

    __tablename__ = "innovation_level"

    innovation_id: Mapped[UUID] = mapped_column(ForeignKey("innovation.id"), primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[int]
    evidence: Mapped[str]


class RegionalPoints(Base, kw_only=True):
    """Points of the region (indicators 1 to 15) in a year with their evidence; 0: how many innovations."""

    __tablename__ = "regional_points"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    points: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    evidence: Mapped[str]


class InnovationReminder(Base, kw_only=True):
    """That an agency was reminded of a deadline of a year."""

    __tablename__ = "innovation_reminder"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    deadline: Mapped[str] = mapped_column(primary_key=True)
    agency_code: Mapped[str] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime]


class PublishedInnovation(Base, kw_only=True):
    """An innovation as anyone may read it. `details`: the texts and choices that are only shown."""

    __tablename__ = "published_innovation"
    __table_args__ = (Index("ix_published_innovation_year", "year", "slug"),)

    slug: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    name: Mapped[str]
    stage: Mapped[str]
    details: Mapped[dict[str, Any]]
    published_on: Mapped[date]
    is_demo: Mapped[bool]


class PublishedInnovationFile(Base, kw_only=True):
    """A paper or a photo of a published innovation, under a random code."""

    __tablename__ = "published_innovation_file"

    file_code: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(
        ForeignKey("published_innovation.slug", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    title: Mapped[str]
    storage_key: Mapped[str] = mapped_column(index=True)
    size_bytes: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    number: Mapped[int]
