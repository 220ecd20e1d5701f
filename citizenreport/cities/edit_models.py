"""What the city desk edits of the pack: a draft of each kind, and the changes that were decided."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class PackDraft(Base, kw_only=True):
    """The one draft of a kind. The row outlives its patch: a version never comes twice."""

    __tablename__ = "pack_draft"

    city_code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    patch: Mapped[dict[str, Any]] = mapped_column(JSONB)
    edited_at: Mapped[datetime]
    edited_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class PackChange(Base, kw_only=True):
    """A draft that was decided, with who and why. It waits until its day, holds, or was taken back.

    `before` and `after` are the files of its kind, whole.
    """

    __tablename__ = "pack_change"
    __table_args__ = (
        # One change of a kind waits at a time: what was shown is what comes.
        Index(
            "uq_pack_change_waiting",
            "city_code",
            "kind",
            unique=True,
            postgresql_where=text("put_at IS NULL AND undone_at IS NULL AND failed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    city_code: Mapped[str]
    kind: Mapped[str]
    from_day: Mapped[date]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime]
    put_at: Mapped[datetime | None] = mapped_column(default=None)
    pack_version: Mapped[int | None] = mapped_column(default=None)
    failed_at: Mapped[datetime | None] = mapped_column(default=None)
    failure: Mapped[str | None] = mapped_column(default=None)  # the code of an error
    undo_reason: Mapped[str | None] = mapped_column(default=None)
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), default=None)
    undone_at: Mapped[datetime | None] = mapped_column(default=None)
