"""Whom to call about an urgent report while the offices are closed and nobody is on duty."""

from datetime import datetime

from sqlalchemy.orm import Session

from citizenreport.cities.calendar import is_office_hours
from citizenreport.cities.rules import City, EmergencyNumber, Priority, Visibility
from citizenreport.duty.calls import is_taken_up
from citizenreport.duty.queries import shifts_at
from citizenreport.triage.models import Ticket
from citizenreport.web.pack_words import numbers_to_call, verified_numbers

URGENT = frozenset({Priority.CRITICAL.value, Priority.HIGH.value})


def after_hours_numbers(
    session: Session, city: City, ticket: Ticket, *, now: datetime
) -> tuple[EmergencyNumber, ...]:
    """Return the verified numbers that the reporter of an urgent ticket is told meanwhile.

    Those of its category, else all. None within office hours, while somebody is on duty, once the
    ticket was taken up, and never of a confidential one: its page tells nothing of urgency.
    """
    is_quiet = ticket.priority not in URGENT or is_taken_up(ticket)
    if is_quiet or ticket.visibility == Visibility.CONFIDENTIAL.value:
        return ()
    if is_office_hours(city.calendar, now) or shifts_at(session, ticket.agency_code, now):
        return ()
    category = city.categories.get(ticket.category_code)
    own = numbers_to_call(city, category) if category else []
    return tuple(own or verified_numbers(city))
