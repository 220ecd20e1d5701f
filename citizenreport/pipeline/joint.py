"""Joint handling across rooms: who may be asked for a part, and when a part ends by itself."""

from datetime import date

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.pipeline.hand_over import check_suited, is_suited
from citizenreport.pipeline.handle import sealing_key
from citizenreport.triage import joint
from citizenreport.triage.models import Ticket
from citizenreport.triage.part_deadlines import due_of
from citizenreport.triage.rules import Act


def ask_part(
    session: Session,
    city: City,
    keys: KeyRing,
    ticket: Ticket,
    *,
    agency_code: str,
    task: str,
    act: Act,
    due_on: date | None = None,
) -> None:
    """Ask another agency to do a part of a ticket; it reads the ticket while the part is open.

    Raises:
        AgencyUnsuited: not an agency of the city, the body the report is about, or without
            handlers for a confidential ticket.
        PartDayWrong: `due_on` is not ahead, or lies after the settlement's day.
        As `triage.joint.ask`.
    """
    check_suited(city, ticket, agency_code)
    due_at = due_of(city, ticket, due_on, now=act.at)
    data_key = sealing_key(session, keys, ticket)
    joint.ask(session, ticket, agency_code, task, act=act, data_key=data_key, due_at=due_at)


def close_part(
    session: Session, keys: KeyRing, ticket: Ticket, *, agency_code: str, note: str, act: Act
) -> None:
    """Say that a part is done. Raises as `triage.joint.close`."""
    data_key = sealing_key(session, keys, ticket)
    joint.close(session, ticket, agency_code, note, act=act, data_key=data_key)


def decline_part(
    session: Session, keys: KeyRing, ticket: Ticket, *, agency_code: str, why: str, act: Act
) -> None:
    """Say that a part will not be done. Raises as `triage.joint.decline`."""
    data_key = sealing_key(session, keys, ticket)
    joint.decline(session, ticket, agency_code, why, act=act, data_key=data_key)


def end_unsuited(session: Session, city: City, ticket: Ticket, *, act: Act) -> Act:
    """End the parts of agencies that may not have a ticket as it has become; return the act anew."""
    unsuited = [code for code in ticket.joint_agency_codes if not is_suited(city, ticket, code)]
    return joint.end(session, ticket, unsuited, act=act)
