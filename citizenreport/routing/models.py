"""Who is responsible, by which rule, from which inputs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class Assignment(Base, kw_only=True):
    """A decision that an agency is responsible; append-only, the ticket names the one in force.

    `inputs` hold codes only: category, area, answers that a rule looked at, office hours, excluded
    bodies. With `rule_id` and `pack_version` a decision of last year can be replayed.
    """

    __tablename__ = "assignment"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), index=True)
    agency_code: Mapped[str]
    decided_by: Mapped[str]
    rule_id: Mapped[str | None]
    pack_version: Mapped[int]
    inputs: Mapped[dict[str, Any]]
    decided_at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(default=None)
