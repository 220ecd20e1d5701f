"""Taking a whole import back: what it brought and nobody touched since leaves every count.

The ledger only grows, so an undone report is not deleted: its words, place and files are erased, its
ticket ends as archived with the reason `import_undone`, and its external id is free again for a
better import. What staff, reporters or a later import touched stays, and is named.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.indicators.rules.facts import ExitReason
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.intake.rules import ErasedBy
from citizenreport.pipeline.erase import erase_reports
from citizenreport.pipeline.importing.models import ImportedTicket
from citizenreport.triage import imported
from citizenreport.triage.models import Ticket

BATCH: Final = 500
UNTOUCHING: Final = ("deadline_missed", "escalated", "deadlines_moved")
"""What the clock alone writes."""
TOUCHED: Final = text(
    """
    SELECT DISTINCT mine.ticket_id FROM imported_ticket mine
    JOIN event ON event.stream_kind = 'ticket' AND event.stream_id = mine.ticket_id
        AND event.seq > mine.seq
    WHERE mine.import_id = :import_id AND mine.ticket_id = ANY(:ids)
        AND (event.actor_id IS NOT NULL OR NOT (event.type = ANY(:quiet)
            OR event.type = 'state_changed' AND event.payload->>'to' = 'closed'
            AND event.payload->>'source' IS NULL))
    UNION
    SELECT child.parent_ticket_id FROM ticket child
    WHERE child.parent_ticket_id = ANY(:ids) AND NOT EXISTS (
        SELECT FROM imported_ticket theirs
        WHERE theirs.import_id = :import_id AND theirs.ticket_id = child.id
            AND theirs.state IN ('added', 'undone'))
    """
)
"""Tickets that somebody touched since: an event by a person, or a report from elsewhere joined."""


def undo_some(
    session: Session, city: City, keys: KeyRing, import_id: UUID, *, now: datetime
) -> tuple[int, list[str]]:
    """Take back the next tickets of an import; return how many were looked at, 0 at the end.

    With it come the storage keys of files that nothing names any more.
    """
    query = (
        select(ImportedTicket.ticket_id)
        .where(ImportedTicket.import_id == import_id, ImportedTicket.state == "added")
        .order_by(ImportedTicket.ticket_id)
        .limit(BATCH)
    )
    ids = list(session.scalars(query))
    if not ids:
        return 0, []
    tickets = imported.locked(session, ids)
    kept = _touched(session, import_id, ids)
    kept |= _held(session, tickets)
    gone = [ticket for ticket in tickets if ticket.id not in kept]
    _mark(session, import_id, kept, "kept")
    _mark(session, import_id, [ticket.id for ticket in gone], "undone")
    files: list[str] = []
    if gone:
        report_ids = [ticket.report_id for ticket in gone]
        imported.put_aside(session, gone, ExitReason.IMPORT_UNDONE.value, now=now)
        session.flush()
        files = erase_reports(session, city, keys, report_ids, how=ErasedBy.IMPORT_UNDONE, now=now)
        free = update(Report).where(Report.id.in_(report_ids)).values(external_id=None)
        session.execute(free.execution_options(synchronize_session=False))
    return len(ids), files


def counts(session: Session, import_id: UUID) -> dict[str, int]:
    """Return how many tickets of an import stand in which state: added, updated, undone, kept."""
    query = (
        select(ImportedTicket.state, func.count())
        .where(ImportedTicket.import_id == import_id)
        .group_by(ImportedTicket.state)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def kept_ids(session: Session, import_id: UUID) -> Sequence[UUID]:
    """Return the tickets that an undo left because somebody had touched them."""
    query = select(ImportedTicket.ticket_id).where(
        ImportedTicket.import_id == import_id, ImportedTicket.state == "kept"
    )
    return session.scalars(query.order_by(ImportedTicket.ticket_id)).all()


def _touched(session: Session, import_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    found = session.scalars(
        TOUCHED, {"import_id": import_id, "ids": list(ids), "quiet": list(UNTOUCHING)}
    )
    return set(found)


def _held(session: Session, tickets: Sequence[Ticket]) -> set[UUID]:
    held = intake_queries.on_hold(session, [ticket.report_id for ticket in tickets])
    return {ticket.id for ticket in tickets if ticket.report_id in held}


def _mark(session: Session, import_id: UUID, ids: Collection[UUID], state: str) -> None:
    marked = update(ImportedTicket).where(
        ImportedTicket.import_id == import_id, ImportedTicket.ticket_id.in_(ids)
    )
    session.execute(marked.values(state=state))
