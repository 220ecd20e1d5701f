"""What is counted per network or address, and floods. A mark tells nobody who it was: see `senders`."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class ActCount(Base, kw_only=True):
    """How often something was done within a window. Not in the write-ahead log: a crash forgives."""

    __tablename__ = "act_count"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - SQLAlchemy's own way

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class FloodNote(Base, kw_only=True):
    """That reports came in a flood within an hour: what we did about it and how many it were."""

    __tablename__ = "flood_note"

    kind: Mapped[str] = mapped_column(primary_key=True)  # harder | refused
    hour_at: Mapped[datetime] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime]
    told_at: Mapped[datetime | None] = mapped_column(default=None)
