"""A newer snapshot of a report that is known: what it adds, and nothing else.

Compared is what the source says now with what the same source said before. What staff did here
meanwhile stays, until the source itself tells of a further step. The report (its category, place
and text) is never edited.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.indicators import service as indicators
from citizenreport.ledger.rules import canonical
from citizenreport.pipeline.handle import raise_visibility
from citizenreport.pipeline.importing import store
from citizenreport.pipeline.importing.places import Placed
from citizenreport.pipeline.importing.run import Run
from citizenreport.pipeline.importing.store import Known
from citizenreport.pipeline.importing.tickets import Rows, Stream, new_steps, walk
from citizenreport.pipeline.release import follow_ticket
from citizenreport.publication import queries as publication_queries
from citizenreport.publication import service as publication
from citizenreport.routing.rules import DecidedBy, Decision, RoutingInput, may_be_sent
from citizenreport.routing.service import make_assignment
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State


def update_known(
    session: Session,
    run: Run,
    wanted: Mapping[str, tuple[Placed, UUID | None]],
    tickets: Mapping[str, UUID],
    *,
    now: datetime,
) -> int:
    """Bring known reports to a newer snapshot; return how many changed.

    `wanted`: by external id, what the row says and the ticket of its original.
    """
    known = store.known_of(session, {external_id: tickets[external_id] for external_id in wanted})
    rows: Rows = {"assignment": [], "event": []}
    changed: list[dict[str, Any]] = []
    stricter: dict[UUID, Visibility] = {}
    for external_id, (placed, parent) in wanted.items():
        one = known[external_id]
        row = dict(one.ticket)
        stream = Stream(
            key=str(row["id"]), seq=one.events[-1].seq, previous=bytes(one.events[-1].hash)
        )
        _update(run, placed, one, row, stream, rows, parent=parent, now=now)
        if stream.rows:
            rows["event"] += stream.rows
            changed.append(row)
        if placed.facts.visibility.strictness > Visibility(row["visibility"]).strictness:
            stricter[row["id"]] = placed.facts.visibility
    store.insert_all(session, rows)
    store.update_tickets(session, changed)
    _follow(session, run, [row["id"] for row in changed], now=now)
    _tighten(session, run, stricter, now=now)
    written = stricter.keys() | {row["id"] for row in changed}
    store.note_updated(session, run.import_id, written)
    return len(written)


def _tighten(
    session: Session, run: Run, stricter: Mapping[UUID, Visibility], *, now: datetime
) -> None:
    """Make stricter what the source calls stricter now. What it loosens stays as it is here."""
    for ticket_id, wanted in stricter.items():
        ticket = session.get_one(Ticket, ticket_id, populate_existing=True)
        act = Act(parties=frozenset({Party.SYSTEM}), at=now, seen=ticket.version)
        # Files that nothing names any more go with the nightly sweep.
        raise_visibility(session, run.city, run.keys, run.storage, ticket, wanted, act=act)


def _update(
    run: Run,
    placed: Placed,
    known: Known,
    row: dict[str, Any],
    stream: Stream,
    rows: Rows,
    *,
    parent: UUID | None,
    now: datetime,
) -> None:
    """Change `row` and add to `stream` what the snapshot has beyond what is recorded."""
    source = run.mapping.source
    _reassign(run, placed, known, row, stream, rows, now=now)
    _move_deadline(run, placed, known, row, stream, now=now)
    steps = new_steps(placed.facts.steps, known.steps(source), now=now)
    had_parent = row["parent_ticket_id"] is not None
    row["parent_ticket_id"] = row["parent_ticket_id"] or parent
    walk(run, stream, row, placed.facts, steps, now=now)
    is_told = any(step.state is State.DUPLICATE for step in steps)
    if row["parent_ticket_id"] is not None and not had_parent and not is_told:
        payload = {"parent_ticket_id": str(row["parent_ticket_id"]), "source": source}
        stream.add("parent_found", canonical(payload), at=now, now=now)
        row["version"] += 1


def _reassign(
    run: Run,
    placed: Placed,
    known: Known,
    row: dict[str, Any],
    stream: Stream,
    rows: Rows,
    *,
    now: datetime,
) -> None:
    wanted, source = placed.facts.agency_code, run.mapping.source
    is_confidential = row["visibility"] == Visibility.CONFIDENTIAL.value
    if wanted is None or is_confidential or wanted == known.told("agency_code", source):
        return
    if not may_be_sent(run.city, wanted, row["category_code"]):
        return
    decision = Decision(
        agency_code=wanted,
        decided_by=DecidedBy.IMPORTED,
        rule_id=None,
        is_office_hours=False,
    )
    given = RoutingInput(
        category_code=row["category_code"], area_code=row["area_code"], answers={}, at=now
    )
    assignment = make_assignment(run.city, given, decision, report_id=known.report_id, now=now)
    rows["assignment"].append(assignment)
    payload = {
        "from": row["agency_code"],
        "agency_code": wanted,
        "decided_by": DecidedBy.IMPORTED.value,
        "source": source,
    }
    row |= {"agency_code": wanted, "assignment_id": assignment["id"]}
    row["version"] += 1
    stream.add("assigned", canonical(payload), at=now, now=now)


def _move_deadline(
    run: Run, placed: Placed, known: Known, row: dict[str, Any], stream: Stream, *, now: datetime
) -> None:
    wanted, source = placed.facts.deadline_at, run.mapping.source
    if wanted is None or wanted.isoformat() == known.told("settlement_due_at", source):
        return
    row |= {"settlement_due_at": wanted, "has_fixed_deadlines": True}
    row["version"] += 1
    payload = {
        "verification_due_at": row["verification_due_at"].isoformat(),
        "settlement_due_at": wanted.isoformat(),
        "has_fixed_deadlines": True,
        "pack_version": run.city.pack_version,
        "source": source,
    }
    stream.add("deadlines_moved", canonical(payload), at=now, now=now)


def _follow(session: Session, run: Run, ticket_ids: list[UUID], *, now: datetime) -> None:
    """Bring the public rows of released tickets along; withdrawing ends publication."""
    for ticket_id in publication_queries.released_among(session, ticket_ids):
        ticket = session.get_one(Ticket, ticket_id, populate_existing=True)
        if ticket.state == State.WITHDRAWN.value:
            publication.withdraw(session, ticket_id=ticket.id)  # photos go with the nightly sweep
            indicators.forget_ticket(session, ticket.id)
        else:
            follow_ticket(session, run.city, ticket, now=now)
