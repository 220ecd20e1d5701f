"""Rules in the making: the city desk's draft, what it would change, and what became of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class RuleDraft(Base, kw_only=True):
    """The one draft of a city. `rows` are cells of routing.csv that would hold from some day on."""

    __tablename__ = "rule_draft"

    city_code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    rows: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    edited_at: Mapped[datetime]
    edited_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class RuleReplay(Base, kw_only=True):
    """A draft tried on the past. Once activated it is the change itself, with who and why.

    `rows` is the whole table that activation puts into force, `previous_rows` the one before.
    """

    __tablename__ = "rule_replay"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    draft_version: Mapped[int]
    pack_version: Mapped[int]
    from_day: Mapped[date]
    rows: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    previous_rows: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    done_count: Mapped[int] = mapped_column(default=0)
    total_count: Mapped[int | None] = mapped_column(default=None)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str | None] = mapped_column(default=None)
    activated_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), default=None)
    activated_at: Mapped[datetime | None] = mapped_column(default=None)
    new_pack_version: Mapped[int | None] = mapped_column(default=None)
    applied_at: Mapped[datetime | None] = mapped_column(default=None)
    undo_reason: Mapped[str | None] = mapped_column(default=None)
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), default=None)
    undone_at: Mapped[datetime | None] = mapped_column(default=None)
    restored_at: Mapped[datetime | None] = mapped_column(default=None)


class RuleMove(Base, kw_only=True):
    """An open ticket that goes to another agency by a change of rules, and whether it did."""

    __tablename__ = "rule_move"
    __table_args__ = (Index("ix_rule_move_ticket", "ticket_id"),)

    replay_id: Mapped[UUID] = mapped_column(
        ForeignKey("rule_replay.id", ondelete="CASCADE"), primary_key=True
    )
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    seen_version: Mapped[int]
    from_agency_code: Mapped[str]
    to_agency_code: Mapped[str]
    rule_id: Mapped[str | None]
    decided_by: Mapped[str]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    from_assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"))
    from_assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str]  # planned, then moved | skipped; after an undo restored | kept
    moved_version: Mapped[int | None] = mapped_column(default=None)
