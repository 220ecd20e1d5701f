"""Working through the queue: views that a person keeps, lists taken along, acts on many tickets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class SavedView(Base, kw_only=True):
    """A view of the queue that a person keeps: filters as an address carries them, of words the id."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("staff_id", "name"),
        Index(
            "uq_saved_view_default", "staff_id", unique=True, postgresql_where=text("is_default")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str]
    filters: Mapped[dict[str, Any]]
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class StaffSearch(Base, kw_only=True):
    """The words of one search, sealed; of the person, and of the session or of the view that keeps it."""

    __tablename__ = "staff_search"
    __table_args__ = (CheckConstraint("num_nonnulls(session_id, view_id) = 1", name="keeper"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("staff_session.id", ondelete="CASCADE"), index=True
    )
    view_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("saved_view.id", ondelete="CASCADE"), index=True
    )
    key_id: Mapped[str]
    words_sealed: Mapped[bytes]
    searched_at: Mapped[datetime] = mapped_column(index=True)


class QueueColumns(Base, kw_only=True):
    """The columns of the list that a person wants to see; without a row, the usual ones."""

    __tablename__ = "queue_columns"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    shown: Mapped[list[str]] = mapped_column(ARRAY(Text))


class QueueExport(Base, kw_only=True):
    """That somebody took a list of tickets along: who, when, which filters, how many rows."""

    __tablename__ = "queue_export"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    exported_at: Mapped[datetime]
    file_kind: Mapped[str]  # csv | xlsx
    filters: Mapped[dict[str, Any]]  # codes only: whether words were searched for, never which
    row_count: Mapped[int]
    left_out: Mapped[int]


class BulkAct(Base, kw_only=True):
    """One act on many tickets, made in one go, until it may no longer be undone."""

    __tablename__ = "bulk_act"

    id: Mapped[UUID] = mapped_column(primary_key=True)  # made by the preview: sent twice, done once
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    kind: Mapped[str]  # assign | priority | schedule | move
    done_at: Mapped[datetime]
    undone_at: Mapped[datetime | None] = mapped_column(default=None)


class BulkOutcome(Base, kw_only=True):
    """What a bulk act did to one ticket, and what its undoing did."""

    __tablename__ = "bulk_outcome"

    bulk_act_id: Mapped[UUID] = mapped_column(
        ForeignKey("bulk_act.id", ondelete="CASCADE"), primary_key=True
    )
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"), primary_key=True, index=True)
    refusal: Mapped[str | None]  # the code of the error; null: it was done
    version_after: Mapped[int | None]
    before: Mapped[str | None]  # state, priority or person of before, for the way back
    undo_refusal: Mapped[str | None] = mapped_column(default=None)
    is_undone: Mapped[bool] = mapped_column(default=False)
