"""Why a job failed, in a word. The queue itself keeps no reason."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class JobFailure(Base, kw_only=True):
    """The latest failure of a job that has not succeeded since. `reason` is a code, never a text."""

    __tablename__ = "job_failure"

    job_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    reason: Mapped[str]
    failed_at: Mapped[datetime]
