"""Erasing the person behind a report (UU PDP): what stays tells what happened, not to whom.

Gone: contact, words, answers, photos with their thumbnails and public copies, the precise place,
everything written on the ticket, all that is public, the data key, the secret. What stays:
category, area, days and states, and the chained events, which hold codes and ids only.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.keys import KeyRing
from citizenreport.indicators import service as indicators
from citizenreport.intake import rights
from citizenreport.intake.models import Report
from citizenreport.intake.rules import ErasedBy
from citizenreport.messaging import service as messaging
from citizenreport.pipeline.handle import move_ticket
from citizenreport.publication import service as publication
from citizenreport.routing import service as routing
from citizenreport.surveys import service as surveys
from citizenreport.triage import additions, mediation, outside_copies, referrals, right_of_reply
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import OPEN, Party, State


def erase_report(
    session: Session, city: City, keys: KeyRing, report: Report, *, how: ErasedBy, now: datetime
) -> list[str]:
    """Erase the person behind a report; an open ticket is withdrawn first.

    Returns the storage keys of files that nothing names any more: the door deletes them after the
    commit, and the nightly sweep what a crash left.

    Raises:
        OnHold: it must be kept for now; nothing was changed.
        TicketChanged: somebody was at the ticket at the same moment.
    """
    tickets = triage_queries.of_report(session, report.id)
    files: list[str] = []
    for ticket in tickets:
        files += publication.withdraw(session, ticket_id=ticket.id)
    files += rights.erase(session, report, how=how, now=now)
    inputs = {"answers"}
    if any(_is_confidential(ticket) for ticket in tickets):
        report.area_code = None  # of confidential reports only the whole city is ever told
        inputs.add("area_code")
    surveys.forget_report(session, report.id)
    messaging.forget_reporter(session, report.id)
    for ticket in tickets:
        _end(session, city, keys, ticket, how=how, now=now)
    routing.forget_inputs(session, report.id, *sorted(inputs))
    return files


def _end(
    session: Session, city: City, keys: KeyRing, ticket: Ticket, *, how: ErasedBy, now: datetime
) -> None:
    """Close a ticket that is open, empty what was written on it, and note that it was erased."""
    party = Party.REPORTER if how is ErasedBy.REPORTER else Party.SYSTEM
    parties = frozenset({party})
    if State(ticket.state) in OPEN and how is ErasedBy.REPORTER:
        act = Act(parties=parties, at=now, seen=ticket.version)
        move_ticket(session, city, keys, ticket, State.WITHDRAWN, act=act)
    act = Act(parties=parties, at=now, seen=ticket.version)
    values = {"area_code": None} if _is_confidential(ticket) else {}
    triage.change(session, ticket, act=act, **values)
    additions.erase_words(session, ticket.id)
    referrals.erase_words(session, ticket.id)
    outside_copies.forget(session, ticket.id)
    mediation.erase_words(session, ticket.id)
    right_of_reply.erase_words(session, ticket.id)
    triage.record(session, ticket, "erased", {"by": how.value}, act=act)
    if how is ErasedBy.REPORTER:  # what time erases stays counted
        indicators.forget_ticket(session, ticket.id)


def _is_confidential(ticket: Ticket) -> bool:
    return ticket.visibility == Visibility.CONFIDENTIAL.value
