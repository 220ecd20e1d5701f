"""Handing a ticket to another agency, and merging a report into the one that came first."""

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.pipeline.handle import move_ticket, reassign
from citizenreport.pipeline.release import follow_ticket
from citizenreport.routing.rules import DecidedBy, has_handlers, may_have
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act, TransitionNotAllowed, TransitionNotYours
from citizenreport.triage.states import WORKING, Party, State

HANDED_OVER: Final = WORKING | {State.RETURNED}
"""States in which a ticket may change hands."""


class AgencyUnsuited(InvalidInput):
    code = "agency-unsuited"
    title = _n("Tiket ini tidak dapat diserahkan ke instansi itu.")


class MergeRefused(Conflict):
    code = "merge-refused"
    title = _n("Dua laporan ini tidak dapat digabung.")


def hand_over(
    session: Session, city: City, keys: KeyRing, ticket: Ticket, *, agency_code: str, act: Act
) -> None:
    """Make another agency responsible by a person's decision; a returned ticket begins anew there.

    The agency that returned it may be named again: the desk's decision then stands.

    Raises:
        AgencyUnsuited: not an agency of the city, the body the report is about, or without
            handlers for a confidential ticket.
        TicketChanged, TransitionNotAllowed, TransitionNotYours.
    """
    if Party.DESK not in act.parties:
        raise TransitionNotYours
    if State(ticket.state) not in HANDED_OVER:
        raise TransitionNotAllowed(source=ticket.state)
    check_suited(city, ticket, agency_code)
    if ticket.state == State.RETURNED.value:
        move_ticket(session, city, keys, ticket, State.NEW, act=act)
        act = replace(act, seen=ticket.version)
    reassign(session, city, ticket, agency_code, decided_by=DecidedBy.STAFF, act=act)
    follow_ticket(session, city, ticket, now=act.at)


def check_suited(city: City, ticket: Ticket, agency_code: str) -> None:
    """Raise AgencyUnsuited for an agency that may not take this ticket."""
    if not is_suited(city, ticket, agency_code):
        raise AgencyUnsuited(pointer="#/agency_code")


def is_suited(city: City, ticket: Ticket, agency_code: str) -> bool:
    """Return whether an agency may take this ticket.

    A confidential one needs handlers of its very class; a kelurahan needs the category's leave.
    """
    agency = city.agencies.get(agency_code)
    if agency is None or agency.is_external or agency_code == ticket.subject_agency_code:
        return False
    if not may_have(city, agency_code, ticket.category_code):
        return False
    is_confidential = ticket.visibility == Visibility.CONFIDENTIAL.value
    wanted = ProtectionClass(ticket.protection_class) if is_confidential else None
    return has_handlers(city, agency_code, wanted)


def merge(
    session: Session,
    city: City,
    keys: KeyRing,
    ticket: Ticket,
    parent: Ticket,
    *,
    act: Act,
    reason: str,
) -> None:
    """End a ticket as a duplicate of another one. Never across visibilities, never in a circle.

    What was joined with it before goes along, so that each reporter sees the fate of the one left.

    Raises:
        MergeRefused, ReasonMissing, TicketChanged, TransitionNotAllowed, TransitionNotYours.
    """
    is_same = parent.id == ticket.id or parent.report_id == ticket.report_id
    crosses = parent.visibility != ticket.visibility
    if is_same or crosses or parent.state == State.DUPLICATE.value:
        raise MergeRefused
    move_ticket(session, city, keys, ticket, State.DUPLICATE, act=act, reason=reason)
    seen = replace(act, seen=ticket.version)
    triage.change(session, ticket, act=seen, parent_ticket_id=parent.id)
    payload = {"parent_ticket_id": str(parent.id)}
    triage.record(session, ticket, "merged", payload, act=act)
    for child in triage.pass_duplicates_on(session, ticket, parent):
        triage.record(session, child, "merged", payload, act=act)
