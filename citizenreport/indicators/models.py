"""Facts folded from tickets, and the values that are published."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from citizenreport.core.db import Base


class TicketFact(Base, kw_only=True):
    """One ticket as indicators see it (see `rules/facts.py`). Can be made again from the log."""

    __tablename__ = "ticket_fact"
    __table_args__ = (
        Index(
            "ix_ticket_fact_public", "ticket_id", postgresql_where=text("released_at IS NOT NULL")
        ),
    )

    ticket_id: Mapped[UUID] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True
    )
    last_seq: Mapped[int]
    category_code: Mapped[str]
    aspect: Mapped[str]
    complaint_class: Mapped[str]
    area_code: Mapped[str | None]
    visibility: Mapped[str]
    submitted_at: Mapped[datetime]
    assigned_at: Mapped[datetime]
    settlement_due_at: Mapped[datetime]
    first_responded_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    settlements: Mapped[list[Any]] = mapped_column(JSONB)  # [[settled_at, undone_at, by what], …]
    turns: Mapped[list[Any]] = mapped_column(JSONB)  # [[turn, at], …]
    paused_at: Mapped[datetime | None]
    exit_state: Mapped[str | None]
    exit_reason: Mapped[str | None]
    exited_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    is_outside: Mapped[bool]
    is_demo: Mapped[bool]


class IndicatorGeneration(Base, kw_only=True):
    """One row. Its number rises when a report leaves the public: a computation that began before
    then must not publish what it counted.

    `published_cut_off_at` is the cut-off of what is published; None while something is missing.
    """

    __tablename__ = "indicator_generation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int]
    published_cut_off_at: Mapped[datetime | None] = mapped_column(default=None)


class _Value(MappedAsDataclass, kw_only=True):
    """The columns of a published number."""

    code: Mapped[str] = mapped_column(primary_key=True)
    period_kind: Mapped[str] = mapped_column(primary_key=True)
    period_start_on: Mapped[date] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(primary_key=True)
    area_level: Mapped[str]
    definition_version: Mapped[int]
    universe: Mapped[str]
    numerator: Mapped[int]
    denominator: Mapped[int | None]
    value: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    unit: Mapped[str]
    status: Mapped[str]
    cut_off_at: Mapped[datetime]
    extra: Mapped[dict[str, Any]]


class PublishedIndicatorValue(_Value, Base, kw_only=True):
    """A number before the public. Nothing in it depends on a report that is not public.

    Of the universe `survey` are what reporters of public reports have answered, of `programme` what
    the register of innovations tells.

    `area_code` "tidak_disebut" is the row of reports without an area. `cut_off_at` is a local
    midnight, never the time of computing.
    """

    __tablename__ = "published_indicator_value"
    __table_args__ = (
        CheckConstraint("universe IN ('public', 'survey', 'programme')", name="universe"),
    )


class KeptIndicatorValue(_Value, Base, kw_only=True):
    """A number as it was published when retention erased something it was computed from.

    It stands in the place of what could still be computed: published counts never fall because
    time has erased. Kept of `KEPT_CODES` only; the others need nothing that is erased.
    """

    __tablename__ = "kept_indicator_value"


class ImportedIndicatorValue(Base, kw_only=True):
    """A figure of another body for the whole city and a year. Rows are only ever added.

    The public role reads all but the evidence's key, `correction`, and who entered it. The newest
    revision counts.
    """

    __tablename__ = "imported_indicator_value"

    code: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition_version: Mapped[int]
    value: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    source: Mapped[str]
    evidence_sha256: Mapped[str]
    evidence_key: Mapped[str] = mapped_column(index=True)
    correction: Mapped[str]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    entered_at: Mapped[datetime]


class PublishedRanking(Base, kw_only=True):
    """A subject's place among others in a year, before the public (see `rules/rankings.py`).

    `first` and `last` are the places it may have; both None where it is not ranked, see `why_not`.
    `high` None: not reached. `coverage`: per cent of its reports in the shared categories.
    """

    __tablename__ = "published_ranking"

    measure: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject_code: Mapped[str] = mapped_column(primary_key=True)
    mix: Mapped[str]
    n: Mapped[int]
    coverage: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    value: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    low: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    high: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    first: Mapped[int | None]
    last: Mapped[int | None]
    why_not: Mapped[str | None]
    cut_off_at: Mapped[datetime]
