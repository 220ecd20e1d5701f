"""Letters to bodies outside, and the numbers of copies in other channels."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class Referral(Base, kw_only=True):
    """A letter by which an agency refers a ticket to a body outside the city, and what came of it.

    `words` holds the texts as JSON; of a confidential ticket they are sealed.
    """

    __tablename__ = "referral"
    __table_args__ = (UniqueConstraint("agency_code", "letter_year", "letter_number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"), index=True)
    body_code: Mapped[str]
    agency_code: Mapped[str]  # whose letter it is
    letter_year: Mapped[int]
    letter_number: Mapped[int]
    state: Mapped[str]  # made | sent | answered | closed
    words: Mapped[str | None]
    words_sealed: Mapped[bytes | None]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    sent_on: Mapped[date | None] = mapped_column(default=None)
    answered_on: Mapped[date | None] = mapped_column(default=None)
    closed_on: Mapped[date | None] = mapped_column(default=None)


class OutsideCopy(Base, kw_only=True):
    """The number under which a ticket also stands in a channel outside, as SP4N-LAPOR!."""

    __tablename__ = "outside_copy"
    __table_args__ = (UniqueConstraint("ticket_id", "channel", "external_number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    channel: Mapped[str]
    external_number: Mapped[str] = mapped_column(index=True)  # upper case, without blanks
    kept_at: Mapped[datetime]
    kept_by: Mapped[UUID | None]
