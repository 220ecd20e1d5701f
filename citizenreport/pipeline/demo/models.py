"""How far the demo has come; the row is what lets an interrupted one go on where it was."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base

THE_ONE = 1


class DemoRun(Base, kw_only=True):
    """The one demo of a database: `done` of `wanted` lives are in it, in the order of the plan."""

    __tablename__ = "demo_run"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=THE_ONE)
    seed: Mapped[int] = mapped_column(BigInteger)
    wanted: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]
    until: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
