"""Deadlines of parts: the agency is warned before; after, who leads the ticket, then the class's line."""

from datetime import datetime

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.duty import queries as duty_queries
from citizenreport.duty.rules import RunningClock, next_step
from citizenreport.duty.service import note_step
from citizenreport.jobs.overdue import BATCH, HORIZON, PART, line_of
from citizenreport.triage import part_deadlines
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.models import Ticket
from citizenreport.triage.part_deadlines import PartKey
from citizenreport.triage.part_models import PartDeadline
from citizenreport.triage.states import OPEN, State
from citizenreport.web.context import current_city


def watch_part_deadlines(*, now: datetime | None = None) -> None:
    """Take each step that is due for an open part's own deadline, one transaction each."""
    at, city = now or utcnow(), current_city()
    after: PartKey | None = None
    while True:
        with transaction() as session:
            rows = part_deadlines.due_before(session, at + HORIZON, after=after, limit=BATCH)
            keys = [(row.due_at, row.ticket_id, row.agency_code) for row in rows]
        for key in keys:
            _remind(city, key, at)
        if len(keys) < BATCH:
            return
        after = keys[-1]


def _remind(city: City, key: PartKey, at: datetime) -> None:
    due_at, ticket_id, agency_code = key
    with transaction() as session:
        ticket = triage_queries.for_system(session, ticket_id)
        if ticket is None or State(ticket.state) not in OPEN or ticket.paused_at is not None:
            return
        row = part_deadlines.of_ticket(session, ticket).get(agency_code)
        if row is not None and row.due_at == due_at:
            remind_part(session, city, ticket, row, now=at)


def remind_part(
    session: Session, city: City, ticket: Ticket, part: PartDeadline, *, now: datetime
) -> None:
    """Take the step that is due for one part, if there is one."""
    clock = RunningClock(name=PART, started_at=part.asked_at, due_at=part.due_at)
    last = duty_queries.last_steps(session, [ticket.id], part_of=part.agency_code)
    line = part_line(city, ticket, part.agency_code)
    step = next_step(
        city.calendar,
        city.duty,
        clock,
        last=last.get((ticket.id, part.due_at)),
        line=line,
        now=now,
    )
    if step is not None:
        note_step(session, ticket, clock, step, line=line, now=now, part_of=part.agency_code)


def part_line(city: City, ticket: Ticket, agency_code: str) -> list[str]:
    """Return who is told of a missed part: who leads the ticket, then the line of its class."""
    line = [ticket.agency_code, *line_of(city, ticket)]
    return [code for code in dict.fromkeys(line) if code != agency_code]
