"""What is counted per network or address. A mark tells nobody who it was: see `senders`."""

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
