"""Deadlines of parts: set when the part is asked for, moved by the days the reporter was waited for."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from citizenreport.cities.calendar import deadline_working_days, end_of_day
from citizenreport.cities.rules import City
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.triage.models import OPEN_STATES_SQL, Ticket
from citizenreport.triage.part_models import PartDeadline

PartKey = tuple[datetime, UUID, str]


class PartDayWrong(InvalidInput):
    code = "part-day-wrong"
    title = _n("Pilih tanggal sesudah hari ini, paling lambat tenggat penyelesaian tiketnya.")


def due_of(city: City, ticket: Ticket, due_on: date | None, *, now: datetime) -> datetime | None:
    """Return the end of a part's last day; None for one that has until the settlement.

    Raises:
        PartDayWrong: that day is not ahead, or lies after the settlement's.
    """
    settlement_on = city.local_date(ticket.settlement_due_at)
    if due_on is None or due_on == settlement_on:
        return None
    if not city.local_date(now) < due_on < settlement_on:
        raise PartDayWrong(pointer="#/due_on")
    return end_of_day(city.calendar, due_on)


def keep(
    session: Session, ticket: Ticket, agency_code: str, due_at: datetime | None, *, now: datetime
) -> None:
    """Keep a part's own deadline, in the place of one of an earlier part of the same agency."""
    if due_at is None:
        mine = delete(PartDeadline).where(PartDeadline.ticket_id == ticket.id)
        session.execute(mine.where(PartDeadline.agency_code == agency_code))
        return
    row = insert(PartDeadline).values(
        ticket_id=ticket.id, agency_code=agency_code, due_at=due_at, asked_at=now
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=[PartDeadline.ticket_id, PartDeadline.agency_code],
            set_={"due_at": due_at, "asked_at": now},
        )
    )


def move_by(session: Session, city: City, ticket: Ticket, days: int) -> None:
    """Give open parts the working days for which the reporter was waited for."""
    if not days or not ticket.joint_agency_codes:
        return
    for row in of_ticket(session, ticket).values():
        row.due_at = deadline_working_days(city.calendar, row.due_at, days)
    session.flush()


def of_ticket(session: Session, ticket: Ticket) -> dict[str, PartDeadline]:
    """Return the own deadlines of a ticket's open parts, by agency."""
    if not ticket.joint_agency_codes:
        return {}
    query = select(PartDeadline).where(
        PartDeadline.ticket_id == ticket.id,
        PartDeadline.agency_code.in_(ticket.joint_agency_codes),
    )
    return {row.agency_code: row for row in session.scalars(query)}


def due_before(
    session: Session, instant: datetime, *, after: PartKey | None, limit: int
) -> Sequence[PartDeadline]:
    """Return the next open parts whose own deadline lies before an instant, by that deadline.

    Without those of tickets that wait for the reporter, and without the demo's. For the system.
    """
    keys = (PartDeadline.due_at, PartDeadline.ticket_id, PartDeadline.agency_code)
    query = (
        select(PartDeadline)
        .join(Ticket, Ticket.id == PartDeadline.ticket_id)
        .where(
            PartDeadline.due_at < instant,
            PartDeadline.agency_code == Ticket.joint_agency_codes.any_(),
            text(OPEN_STATES_SQL.replace("state", "ticket.state", 1)),
            Ticket.paused_at.is_(None),
            Ticket.is_demo.is_(False),
        )
    )
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*(literal(value) for value in after)))
    return session.scalars(query.order_by(*keys).limit(limit)).all()
