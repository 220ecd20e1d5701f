"""Asking the body a report is about, and taking its answer: see `triage/right_of_reply.py`."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from citizenreport.core.queue import enqueue
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import right_of_reply
from citizenreport.triage.models import Ticket
from citizenreport.triage.question_rules import QuestionNotFound, check_own_words
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party


def ask_body(
    session: Session,
    keys: KeyRing,
    ticket: Ticket,
    text: str,
    *,
    act: Act,
) -> None:
    """Put a question to the body a report is about, and have it told that there is one.

    Raises:
        NotOwnWords: it would give the report or its reporter away.
        NoBodyToAsk, TooManyQuestions, TextMissing, TextTooLong, TicketChanged.
    """
    report = intake_queries.by_id(session, ticket.report_id)
    never, written = _telling(session, keys, report, ticket)
    check_own_words(text, never=never, written=written)
    row = right_of_reply.ask(session, keys, ticket, text, act=act)
    if not ticket.is_demo:
        enqueue(session, "tell_body_of_question", question_id=row.id)


def _telling(
    session: Session, keys: KeyRing, report: Report, ticket: Ticket
) -> tuple[list[str], list[str]]:
    """Return what a question may not hold at all, and the texts it may not copy from."""
    data_key = intake_queries.data_key_of(session, keys, report.id)
    contact = intake_queries.contact_of(report, data_key)
    never = [report.tracking_code, contact.name or "", contact.email or "", contact.phone or ""]
    written = [
        intake_queries.description_of(report, data_key),
        intake_queries.landmark_of(report, data_key) or "",
    ]
    messages = triage_queries.messages_of(session, ticket.id)
    written += [triage_queries.text_of(one, data_key) for one in messages if one.kind == "addition"]
    return never, written


def answer_for_body(
    session: Session,
    keys: KeyRing,
    question_id: UUID,
    bodies: Collection[str],
    text: str,
    *,
    by: UUID,
    now: datetime,
) -> None:
    """Keep the answer of a body to a question put to it.

    Raises:
        QuestionNotFound, AlreadyAnswered, TextMissing, TextTooLong.
    """
    row, _ = right_of_reply.for_body(session, keys, question_id, bodies)
    ticket = triage_queries.for_system(session, row.ticket_id, wait=True)
    if ticket is None:
        raise QuestionNotFound
    act = Act(parties=frozenset({Party.SYSTEM}), at=now, seen=ticket.version, actor_id=by)
    right_of_reply.answer(session, keys, row, ticket, text, act=act)
