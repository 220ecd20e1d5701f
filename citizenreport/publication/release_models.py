"""Numbered releases: what the public may read, and beside it what stays inside."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class TableRelease(Base, kw_only=True):
    """What a release was made of: the counts, and which cells were the reason of withholding.

    `policy`: the numbers it was proven under; None of one that is older than this column. Not
    readable by the public role; never changed.
    """

    __tablename__ = "table_release"
    __table_args__ = (UniqueConstraint("period_code", "revision"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    period_code: Mapped[str]
    revision: Mapped[int]
    year: Mapped[int] = mapped_column(index=True)
    cut_off_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    policy_version: Mapped[int]
    policy: Mapped[dict[str, Any] | None]
    pack_version: Mapped[int]
    whole_step: Mapped[int]
    sealed: Mapped[dict[str, Any]]
    proof: Mapped[dict[str, Any]]


class PublishedTableRelease(Base, kw_only=True):
    """A release as the public may know it: how much is withheld, and that it was proven safe."""

    __tablename__ = "published_table_release"

    period_code: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    cut_off_at: Mapped[datetime]
    policy_version: Mapped[int]
    log: Mapped[dict[str, Any]]
    proof: Mapped[dict[str, Any]]
    whole: Mapped[dict[str, Any]]  # the year's groups, total and shares; empty for a quarter


class PublishedReleaseCell(Base, kw_only=True):
    """A cell of a released table; `count` is null where withheld, whatever the reason."""

    __tablename__ = "published_release_cell"
    __table_args__ = (
        ForeignKeyConstraint(
            ["period_code", "revision"],
            ["published_table_release.period_code", "published_table_release.revision"],
        ),
    )

    period_code: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    table_code: Mapped[str] = mapped_column(primary_key=True)
    row_code: Mapped[str] = mapped_column(primary_key=True)
    column_code: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int | None]
