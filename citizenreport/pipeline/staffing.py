"""Who changes their work or goes gives back the tickets they can no longer do."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import Permission
from citizenreport.messaging.staff import forget_person
from citizenreport.triage.queries import is_readable, open_of_person
from citizenreport.triage.rules import Act
from citizenreport.triage.service import change, record


def hand_back(session: Session, city: City, staff: Staff, *, by: UUID | None, now: datetime) -> int:
    """Take a person's name off the open tickets they may not work on any more; return how many.

    Of who is gone the addresses at which they were called are deleted too.
    """
    if not staff.is_active:
        forget_person(session, staff.id)
    actor = identity_queries.actor_of(session, staff)
    works_at = actor.agencies(Permission.MOVE_TICKET) if staff.is_active else frozenset()
    given_back = 0
    for ticket in open_of_person(session, staff.id):
        if ticket.agency_code in works_at and is_readable(city, actor, ticket):
            continue
        act = Act(parties=frozenset(), at=now, seen=ticket.version, actor_id=by)
        change(session, ticket, act=act, assignee_id=None)
        record(session, ticket, "person_assigned", {"assignee_id": None}, act=act)
        given_back += 1
    return given_back
