"""From a placed row to the rows of report, assignment, ticket and events; and what a newer row adds."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from citizenreport.cities.rules import City, Visibility
from citizenreport.intake.rules import Channel, Draft, PlacedDraft
from citizenreport.intake.service import make_report
from citizenreport.ledger.rules import (
    FIRST_PREVIOUS_HASH,
    NONCE_BYTES,
    NewEvent,
    Payload,
    StreamKind,
    canonical,
    seal_event,
)
from citizenreport.pipeline.importing.clocks import Memory, due_of, routed
from citizenreport.pipeline.importing.mapping import ImportMapping
from citizenreport.pipeline.importing.places import Placed
from citizenreport.pipeline.importing.run import Run
from citizenreport.pipeline.importing.steps import Step
from citizenreport.routing.service import make_assignment
from citizenreport.triage.clocks import Deadlines
from citizenreport.triage.rules import RESPONSES
from citizenreport.triage.service import Opening, make_ticket
from citizenreport.triage.states import OPEN, SETTLED, State

Rows = dict[str, list[dict[str, Any]]]
"""Rows by table."""

TABLES = ("report", "report_key", "assignment", "ticket", "event")  # in the order of their keys
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

    ticket_id: UUID
    seq: int = 0
    previous: bytes = FIRST_PREVIOUS_HASH
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, type_: str, payload: Payload, *, at: datetime, now: datetime) -> None:
        """Add an event that was so at `at` and is recorded `now`."""
        new = NewEvent(type=type_, payload=payload, recorded_at=now, occurred_at=at)
        self.seq += 1
        nonce = os.urandom(NONCE_BYTES)
        text = canonical(payload)
        sealed = seal_event(
            new,
            kind=StreamKind.TICKET,
            stream_id=self.ticket_id,
            seq=self.seq,
            previous=self.previous,
            nonce=nonce,
            payload=text,
        )
        self.rows.append(
            {
                "stream_kind": sealed.stream_kind,
                "stream_id": self.ticket_id,
                "seq": self.seq,
                "recorded_at": now,
                "occurred_at": at,
                "type": type_,
                "schema_version": sealed.schema_version,
                "payload": text.decode(),
                "nonce": nonce,
                "previous_hash": self.previous,
                "hash": sealed.hash,
                "dispatched_at": now,  # the past asks for no work: no receipt, no alert
            }
        )
        self.previous = sealed.hash


def make_rows(
    run: Run,
    placed: Placed,
    *,
    parent_ticket_id: UUID | None,
    now: datetime,
    into: Rows,
) -> UUID:
    """Make the rows of a report that is new here, with its whole history; return the ticket's id."""
    city, mapping, memory, facts = run.city, run.mapping, run.memory, placed.facts
    is_sealed = facts.visibility is Visibility.CONFIDENTIAL
    new = make_report(
        city,
        run.keys,
        _draft(mapping, placed),
        is_sealed=is_sealed,
        idempotency_key="",
        now=facts.submitted_at,
    )
    report = new.report | {
        "secret_hmac": None,  # nobody was given a secret
        "external_source": mapping.source,
        "external_id": facts.external_id,
    }
    given, decision = routed(city, memory, placed)
    assignment = make_assignment(city, given, decision, report_id=new.id, now=now)
    verified_at = next((s.at for s in facts.steps if s.state is State.VERIFIED), None)
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
        due=_due(city, memory, placed, verified_at=None),
        has_fixed_deadlines=facts.deadline_at is not None,
    )
    ticket = make_ticket(city, facts.category, opening, now=facts.submitted_at)
    row: dict[str, Any] = {**TICKET_DEFAULTS, **ticket.row}
    row["parent_ticket_id"] = parent_ticket_id
    stream = Stream(ticket_id=ticket.id)
    opened = {**ticket.opened.payload, "is_outside": placed.is_outside}
    stream.add("opened", opened, at=facts.submitted_at, now=now)
    due = _due(city, memory, placed, verified_at=verified_at) if verified_at else None
    walk(stream, row, facts.steps, source=mapping.source, due_after_verification=due, now=now)
    into["report"].append(report)
    if new.report_key is not None:
        into["report_key"].append(new.report_key)
    into["assignment"].append(assignment)
    into["ticket"].append(row)
    into["event"] += stream.rows
    return ticket.id


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


def _due(city: City, memory: Memory, placed: Placed, *, verified_at: datetime | None) -> Deadlines:
    facts = placed.facts
    due = due_of(
        city,
        memory,
        facts.category,
        submitted_at=facts.submitted_at,
        verified_at=verified_at,
    )
    if facts.deadline_at is None:
        return due
    return Deadlines(
        first_response_due_at=due.first_response_due_at,
        verification_due_at=due.verification_due_at,
        settlement_due_at=facts.deadline_at,
    )


def walk(
    stream: Stream,
    row: dict[str, Any],
    steps: Sequence[Step],
    *,
    source: str,
    due_after_verification: Deadlines | None,
    now: datetime,
) -> None:
    """Take a ticket through steps: its columns in `row` change, an event is added for each."""
    for step in steps:
        before = State(row["state"])
        payload: dict[str, Any] = {
            "from": before.value,
            "to": step.state.value,
            "source": source,
        }
        _apply(row, before, step)
        if step.state is State.VERIFIED and due_after_verification is not None:
            row["settlement_due_at"] = due_after_verification.settlement_due_at
            payload["settlement_due_at"] = row["settlement_due_at"].isoformat()
        if step.state is State.DUPLICATE and row["parent_ticket_id"] is not None:
            payload["parent_ticket_id"] = str(row["parent_ticket_id"])
        stream.add("state_changed", payload, at=step.at, now=now)
        row["version"] += 1


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
