"""Events, and the signed checkpoints over them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class Event(Base, kw_only=True):
    """One fact. Inserted once, never changed; only `dispatched_at` may be set (the outbox mark)."""

    __tablename__ = "event"
    __table_args__ = (
        # The outbox: what has not been turned into work yet. Late commits are found too.
        Index(
            "ix_event_undispatched", "recorded_at", postgresql_where=text("dispatched_at IS NULL")
        ),
        Index("ix_event_recorded_at", "recorded_at"),
        Index(
            "ix_event_actor",
            "actor_id",
            "recorded_at",
            postgresql_where=text("actor_id IS NOT NULL"),
        ),
    )

    stream_kind: Mapped[str] = mapped_column(primary_key=True)
    stream_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]
    occurred_at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    type: Mapped[str]
    schema_version: Mapped[int]
    payload: Mapped[dict[str, Any]]
    nonce: Mapped[bytes]
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]
    dispatched_at: Mapped[datetime | None] = mapped_column(default=None)


class Checkpoint(Base, kw_only=True):
    """A signed statement of where every stream stood. The file outside is what counts."""

    __tablename__ = "checkpoint"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]
    stream_count: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes]
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]
    signature: Mapped[bytes]


class CheckpointHead(Base, kw_only=True):
    """Where a stream stood at the latest checkpoint, to write only what changed since."""

    __tablename__ = "checkpoint_head"

    stream_kind: Mapped[str] = mapped_column(primary_key=True)
    stream_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes]
