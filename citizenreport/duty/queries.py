"""Reading what was told of deadlines."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.duty.models import DeadlineNotice


def last_steps(session: Session, ticket_ids: Collection[UUID]) -> dict[tuple[UUID, datetime], int]:
    """Return the latest step taken for each deadline of these tickets."""
    query = (
        select(DeadlineNotice.ticket_id, DeadlineNotice.due_at, func.max(DeadlineNotice.step))
        .where(DeadlineNotice.ticket_id.in_(ticket_ids))
        .group_by(DeadlineNotice.ticket_id, DeadlineNotice.due_at)
    )
    return {(ticket_id, due_at): step for ticket_id, due_at, step in session.execute(query)}
