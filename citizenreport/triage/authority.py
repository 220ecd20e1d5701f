"""As whom somebody acts on a ticket, and for which agency: the same for the console and for keys."""

from datetime import datetime

from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.core.errors import NotAllowed
from citizenreport.identity.rules import Actor, Permission
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import leads, may_read_for
from citizenreport.triage.rules import BINDING_RETURNS, Act
from citizenreport.triage.states import WORKING, Party, State, Transition, allowed


def parties_of(city: City, actor: Actor, ticket: Ticket) -> frozenset[Party]:
    """Return as whom the actor moves this ticket.

    The agency's own staff as the agency; the city desk for what it holds itself and for what was
    returned to it. It does not do another agency's work. What is confidential the desk cannot
    read: there its handlers do what the desk would, so that it is never stuck.
    """
    found: set[Party] = set()
    is_confidential = ticket.visibility == Visibility.CONFIDENTIAL.value
    if is_confidential and not leads(city, actor, ticket):
        return frozenset()
    if ticket.agency_code in actor.agencies(Permission.MOVE_TICKET):
        found.add(Party.AGENCY)
    desk_holds = ticket.agency_code == city.desk_agency_code
    if actor.may(Permission.ROUTE_TICKET) and (desk_holds or ticket.state == State.RETURNED.value):
        found.add(Party.DESK)
    if is_confidential:
        found.add(Party.DESK)
    return frozenset(found)


def act_of(city: City, actor: Actor, ticket: Ticket, *, seen: int, now: datetime) -> Act:
    """Return the act of this person on this ticket, as the rooms take it."""
    return Act(parties=parties_of(city, actor, ticket), at=now, seen=seen, actor_id=actor.staff_id)


def own_parts(actor: Actor, ticket: Ticket) -> list[str]:
    """Return the agencies for which this person may close an open part of the ticket."""
    mine = actor.agencies(Permission.MOVE_TICKET)
    parts = [code for code in ticket.joint_agency_codes if code in mine]
    if ticket.visibility != Visibility.CONFIDENTIAL.value:
        return parts
    kind = ProtectionClass(ticket.protection_class)
    return [code for code in parts if actor.handles(agency_code=code, protection_class=kind)]


def check_may(actor: Actor, permission: Permission, ticket: Ticket) -> None:
    """Raise NotAllowed unless the actor may do this for the agency that holds the ticket.

    A handler who reads a confidential ticket for another agency's part does nothing for its lead.
    """
    may = actor.may_for(permission, agency_code=ticket.agency_code)
    if not may or not may_read_for(actor, ticket, ticket.agency_code):
        raise NotAllowed


def may_mediate(city: City, actor: Actor, ticket: Ticket) -> bool:
    """Tell whether a person keeps the record of a ticket's mediation: who works on the ticket where it
    lies, of a confidential one its handlers. Nobody else of those who read the ticket.
    """
    if not leads(city, actor, ticket) or not actor.grants:
        return False
    if ticket.visibility == Visibility.CONFIDENTIAL.value:
        return actor.may_for(Permission.MOVE_TICKET, agency_code=ticket.agency_code)
    is_desks = ticket.agency_code == city.desk_agency_code
    return ticket.agency_code in actor.agencies(Permission.MOVE_TICKET) or (
        is_desks and actor.may(Permission.ROUTE_TICKET)
    )


def check_part(actor: Actor, ticket: Ticket, agency_code: str) -> None:
    """Raise NotAllowed unless the actor may close this agency's open part of the ticket."""
    if agency_code not in own_parts(actor, ticket):
        raise NotAllowed


def open_steps(ticket: Ticket, parties: frozenset[Party]) -> list[Transition]:
    """Return the steps that one of the parties may make with a ticket as it stands, in table order."""
    state = State(ticket.state)
    return [
        step
        for step in allowed(state, parties)
        if not (
            state is State.NEEDS_INFO
            and step.target in WORKING
            and step.target.value != ticket.resume_state
        )
        and not (step.target is State.RETURNED and ticket.return_count >= BINDING_RETURNS)
    ]
