"""Answers without a name, and the pulse's results before the public."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class SurveyAnswer(Base, kw_only=True):
    """How satisfied the reporter of a ticket is. `id` is random: it tells no order.

    `scores` by element, 1 to 4, skipped ones absent. `ticket_id` is cut after the pack's days;
    `was_public` then says whether the ticket was before the public at that moment.
    """

    __tablename__ = "survey_answer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("ticket.id", ondelete="SET NULL"), unique=True
    )
    answered_on: Mapped[date] = mapped_column(index=True)
    scores: Mapped[dict[str, Any]]
    is_settled: Mapped[bool | None]
    was_public: Mapped[bool | None] = mapped_column(default=None)
    is_demo: Mapped[bool] = mapped_column(default=False)


class PulseRow(Base, kw_only=True):
    """One browser's answer of one month. `id` is random: it tells no order.

    `browser_hmac` is under a key of the month and goes when the month is over, `network_hmac`
    (under a random key of the day) and `arrived_at` go after a day. `held`: left out until a person
    has decided.
    """

    __tablename__ = "pulse_answer"
    __table_args__ = (
        Index("uq_pulse_answer_browser", "month_on", "browser_hmac", unique=True),
        Index(
            "ix_pulse_answer_arrived", "arrived_at", postgresql_where=text("arrived_at IS NOT NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    month_on: Mapped[date]
    by_day: Mapped[str | None]
    after_dark: Mapped[str | None]
    area_code: Mapped[str | None]
    age_band: Mapped[str | None]
    sex: Mapped[str | None]
    browser_hmac: Mapped[bytes | None]
    network_hmac: Mapped[bytes | None]
    arrived_at: Mapped[datetime | None]
    held: Mapped[str | None] = mapped_column(default=None)
    is_demo: Mapped[bool] = mapped_column(default=False)


class PublishedPulseValue(Base, kw_only=True):
    """A figure of the pulse before the public, of a month that is over. Written once."""

    __tablename__ = "published_pulse_value"

    month_on: Mapped[date] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    division: Mapped[str] = mapped_column(primary_key=True)
    cell: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]
    share: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    standard_error: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    effective_n: Mapped[Decimal] = mapped_column(Numeric(10, 1))
    is_weighted: Mapped[bool]
    is_demo: Mapped[bool]
