"""Reading and writing how staff want to be told, and holding notices until then."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.messaging.staff_models import HeldNotice, StaffNoticeChoice
from citizenreport.messaging.staff_rules import NoticeChoice


def choices_of(session: Session, staff_ids: Collection[UUID]) -> dict[UUID, NoticeChoice]:
    """Return what these people have chosen; who has chosen nothing is told at once."""
    query = select(StaffNoticeChoice).where(StaffNoticeChoice.staff_id.in_(staff_ids))
    found = {
        row.staff_id: NoticeChoice(
            is_digest=row.is_digest, quiet_from=row.quiet_from, quiet_to=row.quiet_to
        )
        for row in session.scalars(query)
    }
    return {id_: found.get(id_, NoticeChoice()) for id_ in staff_ids}


def choose(session: Session, staff_id: UUID, choice: NoticeChoice) -> None:
    """Keep a person's choice."""
    values = asdict(choice)
    statement = insert(StaffNoticeChoice).values(staff_id=staff_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["staff_id"], set_=values))


def hold(session: Session, staff_id: UUID, *, ticket_id: UUID, seq: int, due_at: datetime) -> None:
    """Keep for later that a person is to be told of an event; asked twice it is held once."""
    values = {"staff_id": staff_id, "ticket_id": ticket_id, "seq": seq, "due_at": due_at}
    session.execute(insert(HeldNotice).values(**values).on_conflict_do_nothing())


def people_due(session: Session, *, now: datetime) -> Sequence[UUID]:
    """Return for whom something that was held is due."""
    query = select(HeldNotice.staff_id).where(HeldNotice.due_at <= now).distinct()
    return session.scalars(query.order_by(HeldNotice.staff_id)).all()


def held_for(session: Session, staff_id: UUID, *, until: datetime) -> Sequence[HeldNotice]:
    """Return what was held for a person and is due, in a fixed order."""
    query = select(HeldNotice).where(HeldNotice.staff_id == staff_id, HeldNotice.due_at <= until)
    return session.scalars(query.order_by(HeldNotice.ticket_id, HeldNotice.seq)).all()


def told(session: Session, staff_id: UUID, *, until: datetime) -> None:
    """Forget what was held for a person until an instant."""
    due = (HeldNotice.staff_id == staff_id) & (HeldNotice.due_at <= until)
    session.execute(delete(HeldNotice).where(due))
