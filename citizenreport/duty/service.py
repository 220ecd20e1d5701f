"""Writing what was told of deadlines, with the event that has it mailed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from citizenreport.duty.models import DeadlineNotice
from citizenreport.duty.rules import LINE_ENDED, WARNING, RunningClock
from citizenreport.ledger.rules import Payload
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party


def note_step(
    session: Session,
    ticket: Ticket,
    clock: RunningClock,
    step: int,
    *,
    line: Sequence[str],
    now: datetime,
    part_of: str = "",
) -> None:
    """Take one step for a deadline, as `next_step` told; the end of the line is noted silently.

    `part_of`: the agency whose part has this deadline.
    """
    notice = DeadlineNotice(
        ticket_id=ticket.id,
        due_at=clock.due_at,
        step=step,
        told_at=now,
        part_agency_code=part_of,
    )
    session.add(notice)
    session.flush()
    if step == LINE_ENDED:
        return
    act = Act(parties=frozenset({Party.SYSTEM}), at=now, seen=ticket.version)
    payload: Payload = {"clock": clock.name, "due_at": clock.due_at.isoformat()}
    if part_of:
        payload = {**payload, "joint_agency_code": part_of}
    if step == WARNING:
        triage.record(session, ticket, "deadline_warned", payload, act=act)
        return
    payload = {**payload, "to": line[step - 1]}
    triage.record(session, ticket, "deadline_missed", payload, act=act)
