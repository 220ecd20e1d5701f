"""Questions put to the body a report is about: sealed under a key of their own row."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class BodyQuestion(Base, kw_only=True):
    """A handler's question in own words, and the body's answer.

    `id` is random, not of a time: it stands in an address that the body sees. The seal is not the
    report's: who opens the question has no key to anything else. All empty once erased.
    """

    __tablename__ = "body_question"
    __table_args__ = (
        Index(
            "ix_body_question_body",
            "body_code",
            postgresql_where=text("question_sealed IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"), index=True)
    body_code: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID | None]
    question_sealed: Mapped[bytes | None]
    answer_sealed: Mapped[bytes | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    key_id: Mapped[str | None]
    wrapped_key: Mapped[bytes | None]
