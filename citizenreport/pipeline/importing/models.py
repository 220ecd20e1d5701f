"""Imports that were begun: the sealed file, how it is read, how far it is, what it brought."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class ImportRun(Base, kw_only=True):
    """One import. What comes from the file lies sealed with a key of its own, and for a time only.

    `file_keys` name pieces in the storage, in order. `sketch_sealed`: columns with sample values;
    `mapping_sealed`: which column holds what, with the source's own words. `counts` hold numbers and
    sentences of ours, never a cell. `harvest`: how far another instance's reports were fetched.
    """

    __tablename__ = "import_run"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    profile: Mapped[str]
    state: Mapped[str]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))  # None: by command
    created_at: Mapped[datetime]
    suffix: Mapped[str] = mapped_column(default="")
    file_keys: Mapped[list[str]] = mapped_column(ARRAY(Text), default_factory=list)
    rejects_key: Mapped[str | None] = mapped_column(default=None)
    key_id: Mapped[str | None] = mapped_column(default=None)
    wrapped_key: Mapped[bytes | None] = mapped_column(default=None)
    sketch_sealed: Mapped[bytes | None] = mapped_column(default=None)
    mapping_sealed: Mapped[bytes | None] = mapped_column(default=None)
    files_expire_at: Mapped[datetime | None] = mapped_column(default=None)
    harvest: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    total_count: Mapped[int] = mapped_column(default=0)
    done_count: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    is_stopping: Mapped[bool] = mapped_column(default=False)
    fault: Mapped[str | None] = mapped_column(default=None)  # the code of the error that ended it
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    undone_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), default=None)
    undone_at: Mapped[datetime | None] = mapped_column(default=None)
    undo_reason: Mapped[str | None] = mapped_column(default=None)


class ImportedTicket(Base, kw_only=True):
    """A ticket that an import added or updated, with the last event that it wrote there."""

    __tablename__ = "imported_ticket"
    __table_args__ = (Index("ix_imported_ticket_ticket", "ticket_id"),)

    import_id: Mapped[UUID] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    seq: Mapped[int]
    state: Mapped[str]  # added | updated; after an undo undone | kept
