"""Snapshots while they are prepared, and as the public reads them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class Snapshot(Base, kw_only=True):
    """One snapshot inside the house. Its files lie in a folder of its number.

    `nonce` is what its input was committed with, and never leaves. `publish_from`: the embargo. `generation`: how often a report had left the public by then.
    """

    __tablename__ = "snapshot"
    __table_args__ = (
        CheckConstraint("state IN ('prepared', 'published', 'given_up')", name="state"),
        Index(
            "uq_snapshot_waiting",
            "period_kind",
            "period_start_on",
            unique=True,
            postgresql_where=text("state = 'prepared'"),
        ),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stream_id: Mapped[UUID] = mapped_column(unique=True)
    period_kind: Mapped[str]
    period_start_on: Mapped[date]
    revision: Mapped[int]
    replaces: Mapped[int | None] = mapped_column(ForeignKey("snapshot.number"))
    reason: Mapped[str]
    state: Mapped[str]
    made_at: Mapped[datetime]
    cut_off_at: Mapped[datetime]
    publish_from: Mapped[datetime | None]
    manifest_sha256: Mapped[str]
    nonce: Mapped[bytes]
    generation: Mapped[int]
    audit_s: Mapped[float]


class SnapshotSignature(Base, kw_only=True):
    __tablename__ = "snapshot_signature"

    number: Mapped[int] = mapped_column(ForeignKey("snapshot.number"), primary_key=True)
    key_id: Mapped[str] = mapped_column(
        ForeignKey("published_snapshot_key.key_id"), primary_key=True
    )
    signed_at: Mapped[datetime]
    signature: Mapped[bytes]


class SnapshotSignOff(Base, kw_only=True):
    """A person of the city agreed that this snapshot goes out."""

    __tablename__ = "snapshot_sign_off"

    number: Mapped[int] = mapped_column(ForeignKey("snapshot.number"), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    signed_off_at: Mapped[datetime]


class PublishedSnapshot(Base, kw_only=True):
    """A snapshot before the public. Never changed.

    `codes`: the indicators it holds; none of one that is older than this column.
    """

    __tablename__ = "published_snapshot"
    __table_args__ = (UniqueConstraint("period_kind", "period_start_on", "revision"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period_kind: Mapped[str]
    period_start_on: Mapped[date]
    revision: Mapped[int]
    replaces: Mapped[int | None]
    reason: Mapped[str]
    cut_off_at: Mapped[datetime]
    published_at: Mapped[datetime]
    manifest_sha256: Mapped[str]
    signers: Mapped[dict[str, Any]]
    codes: Mapped[list[str]] = mapped_column(ARRAY(Text), default_factory=list)


class PublishedSnapshotFile(Base, kw_only=True):
    __tablename__ = "published_snapshot_file"

    number: Mapped[int] = mapped_column(ForeignKey("published_snapshot.number"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]


class PublishedSnapshotKey(Base, kw_only=True):
    """A key that snapshots are signed with, for anybody to check them with."""

    __tablename__ = "published_snapshot_key"

    key_id: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    public_key: Mapped[bytes] = mapped_column(unique=True)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    revocation_reason: Mapped[str] = mapped_column(default="")


class SnapshotOrder(Base, kw_only=True):
    """Somebody asked for a snapshot; the worker prepares it.

    `number` once it is there; `fault` is why it is not: a message of ours, never of a person.
    """

    __tablename__ = "snapshot_order"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    period_kind: Mapped[str]
    period_start_on: Mapped[date]
    reason: Mapped[str]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    fault: Mapped[str] = mapped_column(default="")
    number: Mapped[int | None] = mapped_column(ForeignKey("snapshot.number"), default=None)


class SnapshotReminder(Base, kw_only=True):
    """Those who agree to releases were reminded of this period's."""

    __tablename__ = "snapshot_reminder"

    period_kind: Mapped[str] = mapped_column(primary_key=True)
    period_start_on: Mapped[date] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime]
