"""Until when an agency has its part of another's ticket."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class PartDeadline(Base, kw_only=True):
    """A deadline of a part's own; a part without one has until the settlement.

    The ticket's row says whether the part is open: a line here of one that ended says nothing.
    """

    __tablename__ = "part_deadline"

    ticket_id: Mapped[UUID] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True
    )
    agency_code: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    asked_at: Mapped[datetime]
