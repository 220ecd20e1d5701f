"""Erasing the persons behind reports (UU PDP): what stays tells what happened, not to whom.

Gone: contact, words, answers, photos with their thumbnails and public copies, the precise place,
everything written on the ticket, all that is public, the data key, the secret. What stays:
category, area, days and states, and the chained events, which hold codes and ids only.

One way for one report and for many: each table is asked once, whatever the number.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.keys import KeyRing
from citizenreport.indicators import service as indicators
from citizenreport.indicators.keeping import keep_published
from citizenreport.intake import rights
from citizenreport.intake.models import Report
from citizenreport.intake.rules import ErasedBy
from citizenreport.messaging import service as messaging
from citizenreport.pipeline.handle import move_ticket
from citizenreport.publication import service as publication
from citizenreport.routing import service as routing
from citizenreport.surveys import service as surveys
from citizenreport.triage import (
    additions,
    many,
    mediation,
    outside_copies,
    outside_requests,
    referrals,
    right_of_reply,
)
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import OPEN, Party, State

WRITTEN = (
    additions.erase_words,
    referrals.erase_words,
    outside_copies.forget,
    outside_requests.stop,
    mediation.erase_words,
    right_of_reply.erase_words,
    surveys.forget_tickets,
)
"""What empties what was written on tickets, by room."""


def erase_report(
    session: Session, city: City, keys: KeyRing, report: Report, *, how: ErasedBy, now: datetime
) -> list[str]:
    """Erase the person behind a report. See `erase_reports`."""
    return erase_reports(session, city, keys, [report.id], how=how, now=now)


def erase_reports(
    session: Session,
    city: City,
    keys: KeyRing,
    report_ids: Collection[UUID],
    *,
    how: ErasedBy,
    now: datetime,
) -> list[str]:
    """Erase the persons behind reports; tickets open for their reporter are withdrawn first.

    Returns the storage keys of files that nothing names any more: the door deletes them after the
    commit, and the nightly sweep what a crash left.

    Raises:
        OnHold: one must be kept for now; roll back.
        TicketChanged: somebody was at a ticket at the same moment; roll back.
    """
    tickets = triage_queries.of_reports(session, report_ids)
    ticket_ids = [ticket.id for ticket in tickets]
    if how is ErasedBy.RETENTION:
        keep_published(session, report_ids)
    files = publication.withdraw_all(session, ticket_ids=ticket_ids)
    files += rights.erase(session, report_ids, how=how, now=now)
    messaging.forget_reporters(session, report_ids)
    if how is ErasedBy.REPORTER:
        _withdraw(session, city, keys, tickets, now=now)
    _forget_places(session, tickets)
    for empty in WRITTEN:
        empty(session, ticket_ids)
    many.note(session, tickets, "erased", {"by": how.value}, now=now)
    if how is not ErasedBy.RETENTION:  # what time erases stays counted
        indicators.forget_tickets(session, ticket_ids)
    routing.forget_inputs(session, report_ids, "answers")
    return files


def _withdraw(
    session: Session, city: City, keys: KeyRing, tickets: Sequence[Ticket], *, now: datetime
) -> None:
    for ticket in tickets:
        if State(ticket.state) in OPEN:
            act = Act(parties=frozenset({Party.REPORTER}), at=now, seen=ticket.version)
            move_ticket(session, city, keys, ticket, State.WITHDRAWN, act=act)


def _forget_places(session: Session, tickets: Sequence[Ticket]) -> None:
    """Of confidential reports only the whole city is ever told."""
    hidden = [t for t in tickets if t.visibility == Visibility.CONFIDENTIAL.value]
    if not hidden:
        return
    report_ids = {ticket.report_id for ticket in hidden}
    placed = update(Report).where(Report.id.in_(report_ids)).values(area_code=None)
    session.execute(placed.execution_options(synchronize_session="fetch"))
    many.forget_areas(session, hidden)
    routing.forget_inputs(session, report_ids, "area_code")
