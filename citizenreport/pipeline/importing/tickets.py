"""From a placed row to the rows of report, assignment, ticket and events; and what a newer row adds."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from citizenreport.cities.rules import Visibility
from citizenreport.core.ids import new_id, new_tracking_code
from citizenreport.intake.rules import Channel, Draft, PlacedDraft
from citizenreport.intake.service import make_report
from citizenreport.ledger.rules import (
    FIRST_PREVIOUS_HASH,
    NONCE_BYTES,
    SCHEMA_VERSION,
    NewEvent,
    Payload,
    StreamKind,
    canonical,
    event_hash,
    instant_text,
)
from citizenreport.pipeline.importing.clocks import due_of, routed, settlement_due_of
from citizenreport.pipeline.importing.facts import Facts
from citizenreport.pipeline.importing.mapping import ImportMapping
from citizenreport.pipeline.importing.places import Placed
from citizenreport.pipeline.importing.run import Run
from citizenreport.pipeline.importing.steps import Step
from citizenreport.routing.rules import Decision, RoutingInput
from citizenreport.routing.service import make_assignment
from citizenreport.triage.clocks import Deadlines
from citizenreport.triage.rules import RESPONSES
from citizenreport.triage.service import Opening, make_ticket
from citizenreport.triage.states import OPEN, SETTLED, State

Rows = dict[str, list[dict[str, Any]]]
"""Rows by table."""

TABLES = ("report", "report_key", "assignment", "ticket", "event")  # in the order of their keys
TICKET = StreamKind.TICKET.value
TICKET_DEFAULTS: Mapping[str, object] = {
    "parent_ticket_id": None,
    "first_responded_at": None,
    "verified_at": None,
    "settled_at": None,
    "closed_at": None,
    "closed_how": None,
    "paused_at": None,
    "resume_state": None,
}


@dataclass(slots=True, kw_only=True)
class Stream:
    """The end of a ticket's event stream, and the events that are to be added there."""

    key: str  # the ticket's id
    seq: int = 0
    previous: bytes = FIRST_PREVIOUS_HASH
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, type_: str, payload: bytes, *, at: datetime, now: datetime) -> None:
        """Add an event that was so at `at` and is recorded `now`; `payload` is canonical JSON."""
        self.seq += 1
        row: dict[str, Any] = {
            "stream_kind": TICKET,
            "stream_id": self.key,
            "seq": self.seq,
            "recorded_at": instant_text(now),
            "occurred_at": instant_text(at),
            "type": type_,
            "schema_version": SCHEMA_VERSION,
            "payload": payload.decode(),
            "nonce": os.urandom(NONCE_BYTES),
            "previous_hash": self.previous,
            "hash": b"",
            "dispatched_at": instant_text(now),  # the past asks for no work: no receipt, no alert
        }
        self.previous = row["hash"] = event_hash(
            NewEvent(type=type_, payload={}, recorded_at=now, occurred_at=at),
            kind=TICKET,
            stream_id=self.key,
            seq=self.seq,
            payload=payload,
            nonce=row["nonce"],
            previous=self.previous,
        )
        self.rows.append(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The rows of one report, for all those that differ from it in nothing but `_own` values.

    Made by the rooms' own functions, so that an imported row has the columns and codes of any other;
    filling it in is several times faster than making it anew.
    """

    report: Mapping[str, Any]
    report_key: Mapping[str, Any] | None
    assignment: Mapping[str, Any]
    ticket: Mapping[str, Any]
    opened: str  # canonical JSON, with a %s for each of OPENED_OWN


OPENED_OWN = (
    "first_response_due_at",
    "is_outside",
    "report_id",
    "settlement_due_at",
    "submitted_at",
    "verification_due_at",
)
"""What of the opening is a report's own, in the order of canonical JSON."""
MARK = "\ue000"  # stands in a pattern for each of them


def make_rows(
    run: Run, placed: Placed, *, parent_ticket_id: UUID | None, now: datetime, into: Rows
) -> UUID:
    """Make the rows of a report that is new here, with its whole history; return the ticket's id."""
    facts = placed.facts
    given, decision = routed(run.city, run.memory, placed)
    due = _due(run, facts)
    if facts.visibility is Visibility.CONFIDENTIAL:  # each is sealed with a key of its own
        pattern = make_pattern(run, placed, given, decision)
        report = dict(pattern.report)
    else:
        pattern = _pattern(run, placed, given, decision)
        report = {**pattern.report, **_own_report(placed)}
    report_id, assignment_id, ticket_id = str(report["id"]), str(new_id()), new_id()
    ticket = {
        **pattern.ticket,
        "id": (key := str(ticket_id)),
        "report_id": report_id,
        "assignment_id": assignment_id,
        "parent_ticket_id": parent_ticket_id,
        "submitted_at": facts.submitted_at,
        "first_response_due_at": due.first_response_due_at,
        "verification_due_at": due.verification_due_at,
        "settlement_due_at": due.settlement_due_at,
    }
    stream = Stream(key=key)
    opened = _opened_text(pattern, placed, report_id, due)
    stream.add("opened", opened, at=facts.submitted_at, now=now)
    walk(run, stream, ticket, facts, facts.steps, now=now)
    into["report"].append(report)
    if pattern.report_key is not None:
        into["report_key"].append(dict(pattern.report_key))
    into["assignment"].append(
        {**pattern.assignment, "id": assignment_id, "report_id": report_id, "decided_at": now}
    )
    into["ticket"].append(ticket)
    into["event"] += stream.rows
    return ticket_id


def _opened_text(pattern: Pattern, placed: Placed, report_id: str, due: Deadlines) -> bytes:
    """Return the opening's payload as canonical JSON: the pattern with what is the report's own."""
    text = pattern.opened % (
        f'"{due.first_response_due_at.isoformat()}"',
        "true" if placed.is_outside else "false",
        f'"{report_id}"',
        f'"{due.settlement_due_at.isoformat()}"',
        f'"{placed.facts.submitted_at.isoformat()}"',
        f'"{due.verification_due_at.isoformat()}"',
    )
    return text.encode()


def _own_report(placed: Placed) -> dict[str, Any]:
    """Return what of a report is its own, beside category, area, wish and language."""
    facts, located, position = placed.facts, placed.located, placed.position
    return {
        "id": str(new_id()),
        "tracking_code": new_tracking_code(),
        "located_area_code": located.area_code if located else None,
        "position": f"SRID=4326;POINT({position.lon!r} {position.lat!r})" if position else None,
        "outside_m": located.outside_m if located else None,
        "neighbour_code": located.neighbour_code if located else None,
        "description": facts.description,
        "occurred_at": facts.occurred_at,
        "submitted_at": facts.submitted_at,
        "external_id": facts.external_id,
    }


def _pattern(run: Run, placed: Placed, given: RoutingInput, decision: Decision) -> Pattern:
    facts = placed.facts
    key = (
        facts.category.category_code,
        facts.visibility,
        facts.wish,
        placed.area_code,
        facts.deadline_at is None,
        decision,
    )
    found = run.patterns.get(key)
    if found is None:
        found = run.patterns[key] = make_pattern(run, placed, given, decision)
    assert isinstance(found, Pattern)
    return found


def make_pattern(run: Run, placed: Placed, given: RoutingInput, decision: Decision) -> Pattern:
    """Make the rows of one report as `pipeline.submit` does for one that comes in here."""
    facts = placed.facts
    new = make_report(
        run.city,
        run.keys,
        _draft(run.mapping, placed),
        is_sealed=facts.visibility is Visibility.CONFIDENTIAL,
        idempotency_key="",
        now=facts.submitted_at,
    )
    report = new.report | {
        "secret_hmac": None,  # nobody was given a secret
        "external_source": run.mapping.source,
        "external_id": facts.external_id,
    }
    assignment = make_assignment(
        run.city, given, decision, report_id=new.id, now=facts.submitted_at
    )
    opening = Opening(
        report_id=new.id,
        assignment_id=assignment["id"],
        agency_code=decision.agency_code,
        area_code=placed.area_code,
        subject_agency_code=None,
        visibility=facts.visibility,
        channel=Channel.IMPORT.value,
        is_demo=False,
        occurred_at=facts.submitted_at,
        decided_by=decision.decided_by.value,
        rule_id=decision.rule_id,
        due=_due(run, facts),
        has_fixed_deadlines=facts.deadline_at is not None,
    )
    ticket = make_ticket(run.city, facts.category, opening, now=facts.submitted_at)
    return Pattern(
        report=report,
        report_key=new.report_key,
        assignment=assignment | {"inputs": canonical(assignment["inputs"].obj).decode()},
        ticket={**TICKET_DEFAULTS, **ticket.row},
        opened=_opened_pattern(ticket.opened.payload),
    )


def _opened_pattern(payload: Payload) -> str:
    text = canonical({**payload, **dict.fromkeys(OPENED_OWN, MARK)}).decode()
    return text.replace("%", "%%").replace(f'"{MARK}"', "%s")


def _draft(mapping: ImportMapping, placed: Placed) -> PlacedDraft:
    facts = placed.facts
    draft = Draft(
        category_code=facts.category.category_code,
        description=facts.description,
        channel=Channel.IMPORT,
        position=placed.position,
        area_code=facts.area_code,
        occurred_at=facts.occurred_at,
        wish=facts.wish,
        locale=mapping.locale,
    )
    return PlacedDraft(
        draft=draft, category=facts.category, area_code=placed.area_code, located=placed.located
    )


def _due(run: Run, facts: Facts) -> Deadlines:
    due = due_of(run.city, run.memory, facts.category, submitted_at=facts.submitted_at)
    if facts.deadline_at is None:
        return due
    return replace(due, settlement_due_at=facts.deadline_at)


def walk(
    run: Run,
    stream: Stream,
    row: dict[str, Any],
    facts: Facts,
    steps: Sequence[Step],
    *,
    now: datetime,
) -> None:
    """Take a ticket through steps: its columns in `row` change, an event is added for each."""
    before = State(row["state"])
    for step in steps:
        is_first_verification = step.state is State.VERIFIED and row["verified_at"] is None
        payload = {"from": row["state"], "source": run.mapping.source}
        _apply(row, before, step)
        payload["to"], before = row["state"], step.state
        if is_first_verification and not row["has_fixed_deadlines"]:
            row["settlement_due_at"] = settlement_due_of(
                run.city, run.memory, facts.category, verified_at=step.at
            )
            payload["settlement_due_at"] = row["settlement_due_at"].isoformat()
        if step.state is State.DUPLICATE and row["parent_ticket_id"] is not None:
            payload["parent_ticket_id"] = str(row["parent_ticket_id"])
        stream.add("state_changed", _text_of(tuple(payload.items())), at=step.at, now=now)
        row["version"] += 1


@lru_cache(maxsize=10_000)
def _text_of(items: tuple[tuple[str, str], ...]) -> bytes:
    """Return the canonical JSON of a payload; steps of thousands of tickets share one."""
    return canonical(dict(items))


def _apply(row: dict[str, Any], before: State, step: Step) -> None:
    """Set what a step changes; the same columns as `triage.service.move`."""
    target = step.state
    row["state"] = target.value
    if target in RESPONSES and row["first_responded_at"] is None:
        row["first_responded_at"] = step.at
    if target is State.VERIFIED and row["verified_at"] is None:
        row["verified_at"] = step.at
    if target is State.NEEDS_INFO:
        row["paused_at"], row["resume_state"] = step.at, before.value
    elif before is State.NEEDS_INFO:
        row["paused_at"] = row["resume_state"] = None
    if target is State.RESOLVED:
        row["settled_at"] = step.at
    elif target is State.CLOSED:
        row["closed_at"] = step.at
        row["settled_at"] = row["settled_at"] or step.at
    elif target in OPEN and before in SETTLED:
        row["settled_at"] = row["closed_at"] = row["closed_how"] = None


def new_steps(
    told: Iterable[Step], recorded: Sequence[tuple[str, datetime]], *, now: datetime
) -> list[Step]:
    """Return the steps of a newer snapshot that are not recorded yet.

    `recorded`: states and instants that this source told before. A step without an instant of its
    own is new when it leads elsewhere than the last one recorded; it then happened, as far as we
    can know, now.
    """
    known = set(recorded)
    last = recorded[-1][0] if recorded else State.NEW.value
    added: list[Step] = []
    for step in told:
        if step.is_timed and (step.state.value, step.at) not in known:
            added.append(step)
            last = step.state.value
    untimed = [step for step in told if not step.is_timed]
    if untimed and untimed[-1].state.value != last:
        added += [Step(state=step.state, at=now, is_timed=False) for step in untimed]
    return added
