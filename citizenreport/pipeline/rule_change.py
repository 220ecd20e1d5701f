"""Putting tried rules into force, moving exactly the tickets that were shown, and taking it back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.cities.edited_files import ROUTING
from citizenreport.cities.edited_rules import lasting, merged
from citizenreport.cities.queries import current_pack
from citizenreport.cities.rules import City
from citizenreport.cities.service import put_files
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.ids import new_id
from citizenreport.core.queue import enqueue
from citizenreport.core.text import _n
from citizenreport.identity.models import Staff
from citizenreport.ledger.rules import Payload
from citizenreport.pipeline.release import follow_ticket
from citizenreport.routing.draft_models import RuleMove, RuleReplay
from citizenreport.routing.drafts import DayPassed, draft_of, note, replay_of
from citizenreport.routing.models import Assignment
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party

REASON_MAX_CHARS: Final = 1_000


class ReasonNeeded(InvalidInput):
    code = "rule-reason-needed"
    title = _n("Tulis alasannya, paling banyak 1.000 huruf.")


class ReplayOutdated(Conflict):
    code = "replay-outdated"
    title = _n("Rancangan atau aturan sudah berubah sejak uji coba ini. Uji sekali lagi.")


class NotActive(Conflict):
    code = "rules-not-active"
    title = _n("Perubahan ini tidak dapat dibatalkan lagi: aturan lain sudah menggantikannya.")


def activate(
    session: Session, city: City, replay_id: UUID, *, reason: str, by: UUID, now: datetime
) -> RuleReplay:
    """Put the rules of a replay into force; the worker moves the tickets it showed, on its day.

    Raises:
        ReasonNeeded, ReplayOutdated, DayPassed, ReplayNotFound.
    """
    why = reason_of(reason)
    row = replay_of(session, replay_id, lock=True)
    draft, current = draft_of(session, city), current_pack(session)
    is_fresh = draft is not None and draft.version == row.draft_version
    if not is_fresh or current is None or current.pack_version != row.pack_version:
        raise ReplayOutdated
    if row.finished_at is None or row.activated_at is not None:
        raise ReplayOutdated
    if row.from_day < city.local_date(now):
        raise DayPassed
    row.new_pack_version = put_files(session, {ROUTING: row.rows}, now=now).pack_version
    row.reason, row.activated_by, row.activated_at = why, by, now
    assert draft is not None
    session.delete(draft)
    session.flush()
    payload: Payload = {
        "replay_id": str(row.id),
        "from_day": row.from_day.isoformat(),
        "pack_version": row.new_pack_version,
        "moves": len(planned(session, row.id)),
    }
    note(session, city, "rules_activated", payload, by=by, now=now)
    if row.from_day <= city.local_date(now):
        enqueue(session, "apply_rules", replay_id=row.id)
    return row


def due(session: Session, today: date) -> Sequence[UUID]:
    """Return the changes whose day has come and whose tickets were not moved yet."""
    query = select(RuleReplay.id).where(
        RuleReplay.activated_at.is_not(None),
        RuleReplay.undone_at.is_(None),
        RuleReplay.applied_at.is_(None),
        RuleReplay.from_day <= today,
    )
    return session.scalars(query).all()


def planned(session: Session, replay_id: UUID, state: str = "planned") -> Sequence[UUID]:
    """Return the tickets of a change whose move stands in a state."""
    query = select(RuleMove.ticket_id).where(
        RuleMove.replay_id == replay_id, RuleMove.state == state
    )
    return session.scalars(query.order_by(RuleMove.ticket_id)).all()


def move_one(session: Session, city: City, replay_id: UUID, ticket_id: UUID, now: datetime) -> None:
    """Move one ticket as it was shown; one that somebody touched since stays, and is counted."""
    row, move = _claim(session, replay_id, ticket_id, "planned")
    ticket = triage_queries.for_system(session, ticket_id, wait=True)
    if move is None:
        return
    if ticket is None or ticket.version != move.seen_version or row.undone_at is not None:
        move.state = "skipped"
        return
    assignment = Assignment(
        id=new_id(),
        report_id=ticket.report_id,
        agency_code=move.to_agency_code,
        decided_by=move.decided_by,
        rule_id=move.rule_id,
        pack_version=row.new_pack_version or city.pack_version,
        inputs=move.inputs,
        decided_at=now,
        actor_id=row.activated_by,
    )
    session.add(assignment)
    session.flush()
    triage.assign(
        session,
        ticket,
        agency_code=move.to_agency_code,
        assignment_id=assignment.id,
        decided_by=move.decided_by,
        act=_act(ticket, row.activated_by, now),
    )
    follow_ticket(session, city, ticket, now=now)
    move.state, move.moved_version = "moved", ticket.version


def undo(
    session: Session, city: City, replay_id: UUID, *, reason: str, by: UUID, now: datetime
) -> RuleReplay:
    """Take a change back: the rules before hold again from today, the worker restores the tickets.

    Raises:
        ReasonNeeded, NotActive, ReplayNotFound.
    """
    why = reason_of(reason)
    row = replay_of(session, replay_id, lock=True)
    current = current_pack(session)
    is_active = row.activated_at is not None and row.undone_at is None
    if not is_active or current is None or current.pack_version != row.new_pack_version:
        raise NotActive
    today = city.local_date(now)
    rows = row.previous_rows
    if row.from_day < today:
        rows = merged(row.rows, lasting(rows, today), from_day=today)
    version = put_files(session, {ROUTING: rows}, now=now).pack_version
    row.undo_reason, row.undone_by, row.undone_at = why, by, now
    session.flush()
    payload: Payload = {"replay_id": str(row.id), "pack_version": version}
    note(session, city, "rules_undone", payload, by=by, now=now)
    enqueue(session, "restore_rules", replay_id=row.id)
    return row


def restore_one(
    session: Session, city: City, replay_id: UUID, ticket_id: UUID, now: datetime
) -> None:
    """Give one ticket back as it was, unless somebody touched it since it was moved."""
    row, move = _claim(session, replay_id, ticket_id, "moved")
    ticket = triage_queries.for_system(session, ticket_id, wait=True)
    if move is None:
        return
    if ticket is None or ticket.version != move.moved_version:
        move.state = "kept"
        return
    before = session.get_one(Assignment, move.from_assignment_id)
    act = _act(ticket, row.undone_by, now)
    triage.assign(
        session,
        ticket,
        agency_code=move.from_agency_code,
        assignment_id=before.id,
        decided_by=before.decided_by,
        act=act,
    )
    worker = session.get(Staff, move.from_assignee_id) if move.from_assignee_id else None
    if worker is not None and worker.is_active:
        seen = _act(ticket, row.undone_by, now)
        triage.change(session, ticket, act=seen, assignee_id=worker.id)
    follow_ticket(session, city, ticket, now=now)
    move.state = "restored"


def skip_planned(session: Session, replay_id: UUID) -> None:
    """Drop the moves of a change that was taken back before its day."""
    statement = update(RuleMove).where(RuleMove.replay_id == replay_id, RuleMove.state == "planned")
    session.execute(statement.values(state="skipped"))


def _claim(
    session: Session, replay_id: UUID, ticket_id: UUID, state: str
) -> tuple[RuleReplay, RuleMove | None]:
    row = replay_of(session, replay_id)
    key = (replay_id, ticket_id)
    move = session.get(RuleMove, key, with_for_update=True, populate_existing=True)
    return row, move if move is not None and move.state == state else None


def _act(ticket: Ticket, by: UUID | None, now: datetime) -> Act:
    return Act(parties=frozenset({Party.SYSTEM}), at=now, seen=ticket.version, actor_id=by)


def reason_of(text: str) -> str:
    """Return a reason without blanks around it. Raises ReasonNeeded."""
    why = text.strip()
    if not 0 < len(why) <= REASON_MAX_CHARS:
        raise ReasonNeeded(pointer="#/reason")
    return why
