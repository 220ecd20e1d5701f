"""Why a job failed, in a word (the queue itself keeps no reason); which recaps were sent."""

from datetime import date, datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class JobFailure(Base, kw_only=True):
    """The latest failure of a job that has not succeeded since. `reason` is a code, never a text."""

    __tablename__ = "job_failure"

    job_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    reason: Mapped[str]
    failed_at: Mapped[datetime]


class RecapSent(Base, kw_only=True):
    """That the recap of a week was begun to be sent: never a second time, whoever restarts.

    `edition`: an agency's code, or `*` for that of the city.
    """

    __tablename__ = "recap_sent"

    monday: Mapped[date] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime]
