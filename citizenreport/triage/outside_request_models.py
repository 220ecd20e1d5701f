"""What became of a referral at an outside body that takes reports by program."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class OutsideRequest(Base, kw_only=True):
    """A referral as a service request of the other side. Codes only.

    `tried_at`: since when it may have arrived there although no answer came. `failures` since the
    last success; `fault` is a code. `told`: ids of their updates that are noted here.
    `next_at`: not before; while it is worked on, until when it is held.
    """

    __tablename__ = "outside_request"
    __table_args__ = (
        Index(
            "ix_outside_request_due",
            "next_at",
            postgresql_where=text("state IN ('waiting', 'sent')"),
        ),
        Index("ix_outside_request_ticket", "ticket_id"),
    )

    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    body_code: Mapped[str]
    state: Mapped[str]  # waiting | sent | closed | set_aside | stopped
    token: Mapped[str] = mapped_column(default="")
    external_id: Mapped[str] = mapped_column(default="")
    external_status: Mapped[str] = mapped_column(default="")
    tried_at: Mapped[datetime | None] = mapped_column(default=None)
    failures: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(default="")
    told: Mapped[list[str]] = mapped_column(ARRAY(Text), default_factory=list)
    made_at: Mapped[datetime]
    next_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    heard_at: Mapped[datetime | None] = mapped_column(default=None)
