"""Trying a draft of the rules on the past: who would have had which report, and what would move."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from citizenreport.cities.calendar import is_office_hours
from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.intake.models import Report
from citizenreport.routing.draft_models import RuleMove, RuleReplay
from citizenreport.routing.models import Assignment
from citizenreport.routing.rules import DecidedBy, Decision, RoutingInput, decide_on
from citizenreport.routing.service import looked_at
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State

WINDOW: Final = timedelta(days=90)
CHUNK: Final = 20_000
MOVABLE: Final = (State.NEW.value, State.VERIFIED.value)
"""Once an agency is at work on a ticket, rules leave it there."""
BY_RULES: Final = frozenset(DecidedBy) - {DecidedBy.STAFF, DecidedBy.IMPORTED}

PARTS: Final = func.array_to_string(Ticket.joint_agency_codes, " ").label("parts")
COLUMNS: Final = (
    *(Ticket.id, Ticket.version, Ticket.state, Ticket.category_code, Ticket.area_code),
    *(Ticket.agency_code, Ticket.subject_agency_code, Ticket.visibility, Ticket.protection_class),
    *(Ticket.submitted_at, Ticket.assignment_id, Ticket.assignee_id),
    *(Report.answers, Assignment.decided_by, PARTS),
)
Change = tuple[str, str | None, str | None, str, str]
"""(category, rule before, rule after, agency before, agency after)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two sets of rules on one day; decides both for a report, each different case once."""

    before: City
    after: City
    day: date
    known: dict[tuple[Any, ...], tuple[Decision, Decision]] = field(default_factory=dict)
    asked: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def asks(self, category_code: str) -> tuple[str, ...]:
        """Return the questions whose answers some rule of a category looks at."""
        if category_code not in self.asked:
            rows = [
                row
                for city in (self.before, self.after)
                for row in city.routing_by_category.get(category_code, ())
            ]
            self.asked[category_code] = tuple(sorted({c for row in rows for c, _ in row.answers}))
        return self.asked[category_code]

    def decide(self, given: RoutingInput) -> tuple[Decision, Decision]:
        """Return who is responsible before and after."""
        office_hours = is_office_hours(self.before.calendar, given.at)
        answers = tuple(given.answers.get(code) for code in self.asks(given.category_code))
        key = (
            *(given.category_code, given.area_code, office_hours),
            *(given.subject_agency_code, given.handlers_for, answers),
        )
        if key not in self.known:
            self.known[key] = (
                decide_on(self.before, given, day=self.day, office_hours=office_hours),
                decide_on(self.after, given, day=self.day, office_hours=office_hours),
            )
        return self.known[key]


@dataclass(slots=True, kw_only=True)
class Difference:
    """What the new rules change: of all reports as counts, of open tickets one by one."""

    reports: int = 0
    sealed: int = 0  # confidential, and a rule looks at answers that nobody may open for this
    staying: int = 0  # open and decided otherwise now, but somebody is at work or has decided
    about_agency: int = 0  # would go to the very body they are about; the stand-in takes them
    changes: Counter[Change] = field(default_factory=Counter)
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "reports": self.reports,
            "changed": self.changes.total(),
            "sealed": self.sealed,
            "staying": self.staying,
            "about_agency": self.about_agency,
            "changes": [[*change, count] for change, count in self.changes.most_common()],
            "agencies": {
                code: [self.before[code], self.after[code]]
                for code in sorted({*self.before, *self.after})
            },
            "rules": dict(self.rules.most_common()),
        }


def begin(session: Session, row: RuleReplay, *, since: datetime) -> None:
    """Count what there is to try, and forget what an earlier attempt found."""
    query = select(func.count()).select_from(Ticket).where(_is_tried(since))
    row.total_count, row.done_count = session.scalar(query) or 0, 0
    session.execute(delete(RuleMove).where(RuleMove.replay_id == row.id))


def step(
    session: Session,
    row: RuleReplay,
    comparison: Comparison,
    found: Difference,
    *,
    since: datetime,
    after: UUID,
) -> UUID | None:
    """Decide the next reports by both sets of rules, and write which open tickets would move.

    Of the last ninety days every report, beside them every movable ticket. Returns where to go on,
    None at the end.
    """
    chunk = _chunk(session, since, after)
    moves = [move for one in chunk if (move := _try(found, comparison, row, one, since))]
    session.add_all(moves)
    row.done_count += len(chunk)
    row.total_count = max(row.total_count or 0, row.done_count)
    session.flush()
    return chunk[-1].id if len(chunk) == CHUNK else None


def _is_tried(since: datetime) -> ColumnElement[bool]:
    return or_(Ticket.submitted_at >= since, Ticket.state.in_(MOVABLE))


def _chunk(session: Session, since: datetime, after: UUID) -> list[Row[Any]]:
    query = (
        select(*COLUMNS)
        .join(Report, Report.id == Ticket.report_id)
        .join(Assignment, Assignment.id == Ticket.assignment_id)
        .where(_is_tried(since), Ticket.id > after)
        .order_by(Ticket.id)
        .limit(CHUNK)
    )
    return list(session.execute(query).all())


def _try(
    found: Difference, comparison: Comparison, row: RuleReplay, one: Row[Any], since: datetime
) -> RuleMove | None:
    """Count one report; return its ticket's move, if there is one."""
    is_confidential = one.visibility == Visibility.CONFIDENTIAL.value
    is_counted = one.submitted_at >= since
    found.reports += is_counted
    if is_confidential and comparison.asks(one.category_code):
        found.sealed += is_counted
        return None
    given = RoutingInput(
        category_code=one.category_code,
        area_code=one.area_code,
        answers=_plain(one.answers),
        at=one.submitted_at,
        subject_agency_code=one.subject_agency_code,
        handlers_for=ProtectionClass(one.protection_class) if is_confidential else None,
    )
    before, after = comparison.decide(given)
    if is_counted:
        _count(found, one, before, after)
    if before.agency_code == after.agency_code or one.state not in MOVABLE:
        found.staying += before.agency_code != after.agency_code and _is_open(one)
        return None
    if not _follows_rules(one, before, after):
        found.staying += 1
        return None
    return RuleMove(
        replay_id=row.id,
        ticket_id=one.id,
        seen_version=one.version,
        from_agency_code=one.agency_code,
        to_agency_code=after.agency_code,
        rule_id=after.rule_id,
        decided_by=after.decided_by.value,
        inputs=looked_at(comparison.after, given, after),
        from_assignment_id=one.assignment_id,
        from_assignee_id=one.assignee_id,
        state="planned",
    )


def _count(found: Difference, one: Row[Any], before: Decision, after: Decision) -> None:
    found.before[before.agency_code] += 1
    found.after[after.agency_code] += 1
    found.rules[after.rule_id or "-"] += 1
    found.about_agency += after.decided_by is DecidedBy.CONFLICT
    if before.agency_code != after.agency_code:
        change = (before.rule_id, after.rule_id, before.agency_code, after.agency_code)
        found.changes[(one.category_code, *change)] += 1


def _follows_rules(one: Row[Any], before: Decision, after: Decision) -> bool:
    """Return whether the ticket is where the rules of now put it, and nobody put it there."""
    return (
        DecidedBy(one.decided_by) in BY_RULES
        and one.agency_code == before.agency_code
        and after.agency_code not in one.parts.split()
    )


def _is_open(one: Row[Any]) -> bool:
    return one.state in (State.IN_PROGRESS.value, State.NEEDS_INFO.value, State.SCHEDULED.value)


def _plain(answers: Mapping[str, Any] | None) -> dict[str, str]:
    return {code: str(value) for code, value in (answers or {}).items()}
