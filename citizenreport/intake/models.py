"""The report as the resident made it. Later rooms add facts; they never edit these."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base
from citizenreport.geo.columns import PositionType
from citizenreport.geo.position import Position
from citizenreport.intake.rules import DESCRIPTION_MAX_CHARS

WORDS_SQL = "to_tsvector('indonesian'::regconfig, written)"
"""The stems of what is written, as the index over them has it."""


class Report(Base, kw_only=True):
    """One report by one resident (GeoReport: service request).

    Of a confidential report description, landmark and answers are sealed and their plain columns
    stay null; contact and the person it is about are sealed always.
    """

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint(f"char_length(description) <= {DESCRIPTION_MAX_CHARS}", name="description"),
        Index(None, "position", postgresql_using="gist"),
        UniqueConstraint("external_source", "external_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tracking_code: Mapped[str] = mapped_column(unique=True)
    secret_hmac: Mapped[bytes | None] = mapped_column(default=None)
    category_code: Mapped[str]
    area_code: Mapped[str | None]
    located_area_code: Mapped[str | None] = mapped_column(default=None)
    position: Mapped[Position | None] = mapped_column(PositionType)
    accuracy_m: Mapped[float | None] = mapped_column(default=None)
    outside_m: Mapped[float | None] = mapped_column(default=None)
    neighbour_code: Mapped[str | None] = mapped_column(default=None)
    neighbourhood: Mapped[str | None] = mapped_column(default=None)
    description: Mapped[str | None] = mapped_column(default=None)
    description_sealed: Mapped[bytes | None] = mapped_column(default=None)
    landmark: Mapped[str | None] = mapped_column(default=None)
    landmark_sealed: Mapped[bytes | None] = mapped_column(default=None)
    answers: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    answers_sealed: Mapped[bytes | None] = mapped_column(default=None)
    contact_sealed: Mapped[bytes | None] = mapped_column(default=None)
    subject_agency_code: Mapped[str | None] = mapped_column(default=None)
    subject_sealed: Mapped[bytes | None] = mapped_column(default=None)
    wish: Mapped[str | None] = mapped_column(default=None)
    occurred_at: Mapped[datetime | None] = mapped_column(default=None)
    submitted_at: Mapped[datetime] = mapped_column(index=True)
    channel: Mapped[str]
    locale: Mapped[str] = mapped_column(default="id")
    pack_version: Mapped[int]
    external_source: Mapped[str | None] = mapped_column(default=None)
    external_id: Mapped[str | None] = mapped_column(default=None)
    is_demo: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None] = mapped_column(default=None)


class ReportWords(Base, kw_only=True):
    """The plain texts of a report, for searching; filed a moment after it was acknowledged.

    Kept apart from the report because its indexes cost more than storing the report does. The
    database itself (trigger `report_words_follow`) keeps a row in step with the report's texts, so
    what was sealed or erased is not found from that very moment on.
    """

    __tablename__ = "report_words"
    __table_args__ = (
        Index("ix_report_words_stems", text(WORDS_SQL), postgresql_using="gin"),
        Index(
            "ix_report_words_trigrams",
            "written",
            postgresql_using="gin",
            postgresql_ops={"written": "gin_trgm_ops"},
        ),
    )

    report_id: Mapped[UUID] = mapped_column(
        ForeignKey("report.id", ondelete="CASCADE"), primary_key=True
    )
    written: Mapped[str]


class ReportKey(Base, kw_only=True):
    """The wrapped data key of a report; deleting it makes everything sealed unreadable."""

    __tablename__ = "report_key"

    report_id: Mapped[UUID] = mapped_column(
        ForeignKey("report.id", ondelete="CASCADE"), primary_key=True
    )
    key_id: Mapped[str]
    wrapped_key: Mapped[bytes]


class Photo(Base, kw_only=True):
    """A re-encoded photo; its bytes are in storage, sealed when the report is confidential."""

    __tablename__ = "photo"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), index=True)
    position_in_report: Mapped[int]
    storage_key: Mapped[str] = mapped_column(unique=True)
    thumbnail_key: Mapped[str | None] = mapped_column(unique=True, default=None)
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    byte_count: Mapped[int]
    is_sealed: Mapped[bool]
    added_by: Mapped[UUID | None] = mapped_column(default=None)  # staff, afterwards; None: reporter


class UsedProof(Base, kw_only=True):
    """A proof of work that a report came with, kept until it has expired. Not in the write-ahead
    log: after a crash one may be used again within its hour.
    """

    __tablename__ = "used_proof"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - SQLAlchemy's own way

    mark: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class IdempotencyKey(Base, kw_only=True):
    """A send that was acknowledged. The key is stored hashed and kept for 24 hours."""

    __tablename__ = "idempotency_key"

    door: Mapped[str] = mapped_column(primary_key=True)
    key_hmac: Mapped[bytes] = mapped_column(primary_key=True)
    body_hmac: Mapped[bytes]
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(index=True)


class Erasure(Base, kw_only=True):
    """That the person behind a report was erased: ids only, to be done again after a restore."""

    __tablename__ = "erasure"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(unique=True)
    how: Mapped[str]  # reporter | retention
    erased_at: Mapped[datetime]


class LegalHold(Base, kw_only=True):
    """Why a report may not be erased for now. The reporter reads the reason, which is sealed with the
    report's data key; `reason` is that of holds from before.
    """

    __tablename__ = "legal_hold"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), index=True)
    reason: Mapped[str | None] = mapped_column(default=None)
    reason_sealed: Mapped[bytes | None]
    placed_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None] = mapped_column(default=None)
