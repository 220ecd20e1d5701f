"""The clock columns of a ticket: what a step, a priority, an extension or a category does to them."""

from datetime import datetime
from typing import NamedTuple

from citizenreport.cities.rules import Category, City, Priority
from citizenreport.triage.clocks import Pauses, deadlines, with_pause
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import RESPONSES
from citizenreport.triage.states import State


def clock_values(
    city: City, ticket: Ticket, source: State, target: State, *, now: datetime
) -> dict[str, object]:
    """Return the clock columns that a transition changes."""
    values: dict[str, object] = {}
    if target in RESPONSES and ticket.first_responded_at is None:
        values["first_responded_at"] = now
    if target is State.NEEDS_INFO:
        return values | {"paused_at": now, "resume_state": source.value}
    pauses, verified_at = pauses_of(ticket), ticket.verified_at
    if source is State.SCHEDULED:
        values["scheduled_until"] = None
    if source is State.NEEDS_INFO and ticket.paused_at is not None:
        pauses = with_pause(
            city.calendar,
            pauses,
            paused_at=ticket.paused_at,
            now=now,
            is_verified=verified_at is not None,
        )
        values |= {"paused_at": None, "resume_state": None}
    if target is State.VERIFIED and verified_at is None:
        verified_at = now
        values["verified_at"] = now
    if target is State.RETURNED:
        values["return_count"] = ticket.return_count + 1
    if verified_at != ticket.verified_at or pauses != pauses_of(ticket):
        values |= _due(city, ticket, verified_at=verified_at, pauses=pauses)
    return values


def pauses_of(ticket: Ticket) -> Pauses:
    """Return for how many working days the reporter has been waited for."""
    return Pauses(
        before_verification=ticket.paused_days_before_verification,
        after_verification=ticket.paused_days_after_verification,
    )


def due_values(
    city: City,
    ticket: Ticket,
    *,
    priority: Priority | None = None,
    extended_days: int | None = None,
    category: Category | None = None,
) -> dict[str, object]:
    """Return the deadlines as columns, under another priority, extension or category where given.

    Without any they are counted anew, by the calendar as it is now. A ticket with given deadlines
    has none.
    """
    values = _due(
        city,
        ticket,
        verified_at=ticket.verified_at,
        pauses=pauses_of(ticket),
        priority=priority,
        extended_days=extended_days,
        category=category,
    )
    return {name: value for name, value in values.items() if name.endswith("_due_at")}


class MovedDue(NamedTuple):
    """The deadlines that move, and whether there is one that would come nearer and therefore stays."""

    later: dict[str, datetime]
    is_kept: bool


def moved_due(city: City, ticket: Ticket) -> MovedDue:
    """Return the deadlines that lie later when counted anew, by the calendar as it is now."""
    later, is_kept = {}, False
    for name, value in due_values(city, ticket).items():
        assert isinstance(value, datetime)
        before: datetime = getattr(ticket, name)
        if value > before:
            later[name] = value
        is_kept = is_kept or value < before
    return MovedDue(later, is_kept)


def _due(
    city: City,
    ticket: Ticket,
    *,
    verified_at: datetime | None,
    pauses: Pauses,
    priority: Priority | None = None,
    extended_days: int | None = None,
    category: Category | None = None,
) -> dict[str, object]:
    """Return pauses and deadlines anew; a ticket with given deadlines keeps them."""
    kept: dict[str, object] = {
        "paused_days_before_verification": pauses.before_verification,
        "paused_days_after_verification": pauses.after_verification,
    }
    category = _standing(city, ticket, category)
    if ticket.has_fixed_deadlines or category is None:
        return kept
    due = deadlines(
        city.calendar,
        category,
        priority=priority or Priority(ticket.priority),
        submitted_at=ticket.submitted_at,
        verified_at=verified_at,
        pauses=pauses,
        extended_days=ticket.extended_days if extended_days is None else extended_days,
    )
    if priority is not None and ticket.first_responded_at is None:
        kept["first_response_due_at"] = due.first_response_due_at
    return kept | {
        "verification_due_at": due.verification_due_at,
        "settlement_due_at": due.settlement_due_at,
    }


def _standing(city: City, ticket: Ticket, category: Category | None) -> Category | None:
    """Return the category as it stood when the report came in: what was promised then holds."""
    code = category.category_code if category else ticket.category_code
    on_day = city.category_on(code, city.local_date(ticket.submitted_at))
    return on_day or category or city.categories.get(code)
