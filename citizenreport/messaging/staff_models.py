"""How members of staff want to be told, and what waits until they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class StaffNoticeChoice(Base, kw_only=True):
    """One person's choice; who has no row is told at once, at any hour."""

    __tablename__ = "staff_notice_choice"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    is_digest: Mapped[bool]
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]


class HeldNotice(Base, kw_only=True):
    """An event that a person is told of later. Ids only; gone once it is told."""

    __tablename__ = "held_notice"
    __table_args__ = (Index("ix_held_notice_due", "due_at"),)

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
