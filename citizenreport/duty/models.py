"""What was told of deadlines. No row here knows what a report says."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class DeadlineNotice(Base, kw_only=True):
    """One step of one deadline: 0 the warning, 1 and up the bodies of the line, 99 its end.

    A deadline that moves is another deadline.
    """

    __tablename__ = "deadline_notice"

    ticket_id: Mapped[UUID] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True
    )
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    told_at: Mapped[datetime]
