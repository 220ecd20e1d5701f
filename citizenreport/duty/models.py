"""Who is on duty, and what was told of deadlines. No row here knows what a report says."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class DeadlineNotice(Base, kw_only=True):
    """One step of one deadline: 0 the warning, 1 and up the bodies of the line, 99 its end.

    A deadline that moves is another deadline. `part_agency_code`: whose part it is of; empty: the
    ticket's.
    """

    __tablename__ = "deadline_notice"

    ticket_id: Mapped[UUID] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True
    )
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    told_at: Mapped[datetime]
    part_agency_code: Mapped[str] = mapped_column(primary_key=True, default="", server_default="")


class DutyShift(Base, kw_only=True):
    """One person on call for one agency. `rank` 0 is called first, then the substitutes in order."""

    __tablename__ = "duty_shift"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint("rank BETWEEN 0 AND 5", name="rank"),
        Index("ix_duty_shift_agency", "agency_code", "ends_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_code: Mapped[str]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    rank: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    entered_by: Mapped[UUID | None]
    entered_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class DutyCall(Base, kw_only=True):
    """One person, or one body, called for one urgent ticket. It waits while `ended_at` is null.

    `round_seq`: the event of the ticket that the calling began with. `next_at` null: it waits, and
    there is nobody left to move it to.
    """

    __tablename__ = "duty_call"
    __table_args__ = (
        UniqueConstraint("ticket_id", "round_seq", "step"),
        Index(
            "uq_duty_call_waiting",
            "ticket_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    round_seq: Mapped[int]
    step: Mapped[int]
    agency_code: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    called_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[str | None] = mapped_column(default=None)
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), default=None)
