"""Joint handling: other agencies work on a part of a ticket that one agency leads.

The parts are told by the events of the ticket; the row carries whose part is open now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.ledger.models import Event
from citizenreport.triage.models import Ticket
from citizenreport.triage.part_deadlines import keep
from citizenreport.triage.rules import (
    Act,
    AlreadyJoint,
    NoOpenPart,
    TransitionNotAllowed,
    TransitionNotYours,
    check_task,
)
from citizenreport.triage.service import change, record, record_ended_parts, write
from citizenreport.triage.states import OPEN, Party, State

ASKED: Final = "joint_asked"
CLOSED: Final = "joint_closed"
TAKEN_BACK: Final = "joint_taken_back"
DECLINED: Final = "joint_declined"


class PartState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    TAKEN_BACK = "taken_back"
    DECLINED = "declined"


ENDINGS: Final[Mapping[str, PartState]] = {
    CLOSED: PartState.CLOSED,
    DECLINED: PartState.DECLINED,
    TAKEN_BACK: PartState.TAKEN_BACK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one agency was asked to do, and how it ended. The ids are of messages."""

    agency_code: str
    state: PartState
    asked_at: datetime
    ended_at: datetime | None = None
    task_id: str
    note_id: str | None = None


def ask(
    session: Session,
    ticket: Ticket,
    agency_code: str,
    task: str,
    *,
    act: Act,
    data_key: bytes | None,
    due_at: datetime | None = None,
) -> None:
    """Ask another agency to do a part. `due_at` None: it has until the ticket is to be settled.

    Whether it may read such a ticket is checked before.

    Raises:
        TransitionNotYours: only who leads the ticket asks.
        TransitionNotAllowed: the ticket is not open.
        AlreadyJoint: it leads the ticket, or has an open part.
        TextMissing, TextTooLong, TicketChanged.
    """
    _check_lead(act)
    if State(ticket.state) not in OPEN:
        raise TransitionNotAllowed(source=ticket.state)
    if agency_code in (ticket.agency_code, *ticket.joint_agency_codes):
        raise AlreadyJoint(pointer="#/agency_code")
    text = check_task(task)
    change(session, ticket, act=act, joint_agency_codes=[*ticket.joint_agency_codes, agency_code])
    message = write(session, ticket, "task", text, act=act, data_key=data_key)
    keep(session, ticket, agency_code, due_at, now=act.at)
    payload = {"joint_agency_code": agency_code, "message_id": str(message.id)}
    if due_at is not None:
        payload["due_at"] = due_at.isoformat()
    record(session, ticket, ASKED, payload, act=act)


def close(
    session: Session,
    ticket: Ticket,
    agency_code: str,
    note: str,
    *,
    act: Act,
    data_key: bytes | None,
) -> None:
    """Say that an agency's part is done, and what it did. The reporter reads the note.

    Raises:
        NoOpenPart, TextMissing, TextTooLong, TicketChanged.
    """
    _end_own(session, ticket, agency_code, note, act=act, data_key=data_key, event_type=CLOSED)


def decline(
    session: Session,
    ticket: Ticket,
    agency_code: str,
    why: str,
    *,
    act: Act,
    data_key: bytes | None,
) -> None:
    """Say that an agency will not do its part, and why. Staff alone read the reason.

    Raises:
        NoOpenPart, TextMissing, TextTooLong, TicketChanged.
    """
    _end_own(session, ticket, agency_code, why, act=act, data_key=data_key, event_type=DECLINED)


def take_back(session: Session, ticket: Ticket, agency_code: str, *, act: Act) -> None:
    """End a part that is not done. Raises TransitionNotYours, NoOpenPart, TicketChanged."""
    _check_lead(act)
    end(session, ticket, {agency_code}, act=act)


def end(session: Session, ticket: Ticket, agency_codes: Iterable[str], *, act: Act) -> Act:
    """End open parts of some agencies; return the act as it has now seen the ticket.

    Raises:
        NoOpenPart, TicketChanged.
    """
    ended = sorted(agency_codes)
    left = ticket.joint_agency_codes
    for code in ended:
        _without(ticket, code)
        left = [other for other in left if other != code]
    if not ended:
        return act
    change(session, ticket, act=act, joint_agency_codes=left)
    record_ended_parts(session, ticket, ended, act=act)
    return replace(act, seen=ticket.version)


def parts_of(events: Iterable[Event]) -> list[Part]:
    """Return the parts that a ticket's events tell of, in the order they were asked for."""
    parts: list[Part] = []
    for event in events:
        code = event.payload.get("joint_agency_code")
        if event.type == ASKED:
            parts.append(
                Part(
                    agency_code=str(code),
                    state=PartState.OPEN,
                    asked_at=event.recorded_at,
                    task_id=str(event.payload["message_id"]),
                )
            )
        elif event.type in ENDINGS:
            parts = [_ended(part, event) if _is_it(part, code) else part for part in parts]
    return parts


def _is_it(part: Part, agency_code: str | None) -> bool:
    return part.agency_code == agency_code and part.state is PartState.OPEN


def _ended(part: Part, event: Event) -> Part:
    return replace(
        part,
        state=ENDINGS[event.type],
        ended_at=event.recorded_at,
        note_id=event.payload.get("message_id"),
    )


def _end_own(
    session: Session,
    ticket: Ticket,
    agency_code: str,
    words: str,
    *,
    act: Act,
    data_key: bytes | None,
    event_type: str,
) -> None:
    left = _without(ticket, agency_code)
    text = check_task(words)
    change(session, ticket, act=act, joint_agency_codes=left)
    message = write(session, ticket, "part", text, act=act, data_key=data_key)
    payload = {"joint_agency_code": agency_code, "message_id": str(message.id)}
    record(session, ticket, event_type, payload, act=act)


def _check_lead(act: Act) -> None:
    if not act.parties & {Party.AGENCY, Party.DESK}:
        raise TransitionNotYours


def _without(ticket: Ticket, agency_code: str) -> list[str]:
    """Return whose parts stay open when one ends. Raises NoOpenPart."""
    if agency_code not in ticket.joint_agency_codes:
        raise NoOpenPart
    return [code for code in ticket.joint_agency_codes if code != agency_code]
