"""Deadlines and routing of many reports: the same answers as one by one, each computed once."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from citizenreport.cities.calendar import (
    deadline_working_days,
    first_response_due,
    is_office_hours,
)
from citizenreport.cities.rules import Category, City, ProtectionClass, Visibility
from citizenreport.pipeline.importing.facts import Facts
from citizenreport.pipeline.importing.places import Placed
from citizenreport.routing.rules import DecidedBy, Decision, RoutingInput, decide, may_be_sent
from citizenreport.triage.clocks import AROUND_THE_CLOCK, Deadlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What was computed in this run. A deadline in working days depends on the local day only."""

    deadlines: dict[tuple[date, int], datetime] = field(default_factory=dict)
    decisions: dict[tuple[object, ...], Decision] = field(default_factory=dict)
    changes: dict[str, list[date]] = field(default_factory=dict)  # of rules, by category


def due_of(city: City, memory: Memory, category: Category, *, submitted_at: datetime) -> Deadlines:
    """Return what `triage.clocks.deadlines` returns for a ticket that is not verified yet."""
    verification = _working_days(city, memory, submitted_at, category.verification_working_days)
    return Deadlines(
        first_response_due_at=first_response_due(
            city.calendar,
            submitted_at,
            category.first_response_hours,
            around_the_clock=category.priority in AROUND_THE_CLOCK,
        ),
        verification_due_at=verification,
        settlement_due_at=settlement_due_of(city, memory, category, verified_at=verification),
    )


def settlement_due_of(
    city: City, memory: Memory, category: Category, *, verified_at: datetime
) -> datetime:
    """Return the settlement's deadline of a ticket without pauses."""
    return _working_days(city, memory, verified_at, category.settlement_working_days)


def _working_days(city: City, memory: Memory, start_at: datetime, days: int) -> datetime:
    key = (city.local_date(start_at), days)
    found = memory.deadlines.get(key)
    if found is None:
        found = memory.deadlines[key] = deadline_working_days(city.calendar, start_at, days)
    return found


def routed(city: City, memory: Memory, placed: Placed) -> tuple[RoutingInput, Decision]:
    """Return who is responsible: the body the source names, else by the city's rules.

    A confidential report goes where handlers are, whatever the source says, and to a kelurahan goes
    only what the city lets it have.
    """
    facts = placed.facts
    is_confidential = facts.visibility is Visibility.CONFIDENTIAL
    handlers_for: ProtectionClass | None = (
        facts.category.protection_class if is_confidential else None
    )
    given = RoutingInput(
        category_code=facts.category.category_code,
        area_code=placed.area_code,
        answers={},
        at=facts.submitted_at,
        handlers_for=handlers_for,
    )
    office_hours = is_office_hours(city.calendar, facts.submitted_at)
    if facts.agency_code is not None and _may_take(city, facts):
        decided = Decision(
            agency_code=facts.agency_code,
            decided_by=DecidedBy.IMPORTED,
            rule_id=None,
            is_office_hours=office_hours,
        )
        return given, decided
    period = _period(city, memory, given.category_code, city.local_date(facts.submitted_at))
    key = (given.category_code, given.area_code, period, office_hours, handlers_for)
    found = memory.decisions.get(key)
    if found is None:
        found = memory.decisions[key] = decide(city, given)
    return given, found


def _may_take(city: City, facts: Facts) -> bool:
    """Return whether the body that a source names may have the report."""
    assert facts.agency_code is not None, "asked for a body that is named"
    is_confidential = facts.visibility is Visibility.CONFIDENTIAL
    code = facts.category.category_code
    return not is_confidential and may_be_sent(city, facts.agency_code, code)


def _period(city: City, memory: Memory, category_code: str, day: date) -> int:
    """Return which period a day lies in, between the days on which rules of a category change."""
    changes = memory.changes.get(category_code)
    if changes is None:
        rules = city.routing_by_category.get(category_code, ())
        first = {rule.valid_from for rule in rules if rule.valid_from}
        after = {rule.valid_to + timedelta(days=1) for rule in rules if rule.valid_to}
        changes = memory.changes[category_code] = sorted(first | after)
    return bisect_right(changes, day)
