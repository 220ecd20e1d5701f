"""What was learned, version by version."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class SuggestionModel(Base, kw_only=True):
    """A version of what was learned of released texts. The card stays, the weights are the newest's alone.

    `content` is emptied when a text it was learned from is taken back: until it is learned anew the
    pack alone suggests. `figures` are those of a model learned until `measured_from`, on what came later.
    """

    __tablename__ = "suggestion_model"
    __table_args__ = (
        Index(
            "uq_suggestion_model_current",
            text("(true)"),
            unique=True,
            postgresql_where=text("content IS NOT NULL"),
        ),
    )

    version: Mapped[int] = mapped_column(Identity(always=True), primary_key=True, init=False)
    learned_at: Mapped[datetime]
    until_on: Mapped[date]
    example_count: Mapped[int]
    category_count: Mapped[int]
    agency_count: Mapped[int]
    measured_from: Mapped[date | None]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content: Mapped[bytes | None]
