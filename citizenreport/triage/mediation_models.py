"""The record of a mediation: everything written in it is sealed with the report's data key."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class Mediation(Base, kw_only=True):
    """One mediation of a ticket: where it stands, without a word of it."""

    __tablename__ = "mediation"
    __table_args__ = (
        Index(
            "ix_mediation_follow_up",
            "follow_up_on",
            postgresql_where=text("follow_up_on IS NOT NULL AND reminded_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"), unique=True)
    state: Mapped[str]  # open | agreed | failed
    opened_at: Mapped[datetime]
    ended_on: Mapped[date | None] = mapped_column(default=None)
    follow_up_on: Mapped[date | None] = mapped_column(default=None)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)


class MediationEntry(Base, kw_only=True):
    """One thing written in a mediation. Each party has a row, and a seal, of its own."""

    __tablename__ = "mediation_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mediation_id: Mapped[UUID] = mapped_column(ForeignKey("mediation.id"), index=True)
    kind: Mapped[str]  # mediator | party | session | outcome | follow_up
    happened_on: Mapped[date | None]
    words_sealed: Mapped[bytes | None]  # None: erased
    written_at: Mapped[datetime]
    written_by: Mapped[UUID | None]
