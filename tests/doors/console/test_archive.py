"""Archiving by kind: what the reporter reads, how it is undone, what it counts as."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.indicators.rules.facts import LoggedEvent, exit_as_of, fold, is_valid
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.pages.timeline import ARCHIVED
from citizenreport.pipeline.reporter import contest, may_object_until
from citizenreport.triage.archive_rules import ArchiveReason
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import ContestWindowOver
from citizenreport.triage.states import State
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ROADS
from tests.doors.console.test_ticket import page_of

REASON = "Sudah kami datangi, tidak ada lubang."


def step(visitor: Visitor, session: Session, ticket: Ticket, target: str, **fields: str) -> int:
    session.refresh(ticket)
    given = {"target": target, "reason": REASON, "seen": str(ticket.version), **fields}
    sent = visitor.send(f"{page_of(ticket)}/langkah", page=page_of(ticket), **given)
    session.refresh(ticket)
    return sent.status_code


def counts(session: Session, ticket: Ticket) -> tuple[bool, str | None]:
    """Return whether it counts as a report, and as what it has left."""
    names = ("seq", "type", "recorded_at", "occurred_at", "payload")
    stream = history(session, StreamKind.TICKET, ticket.id)
    fact = fold(LoggedEvent(**{name: getattr(e, name) for name in names}) for e in stream)
    return is_valid(fact, utcnow()), exit_as_of(fact, utcnow())


@pytest.mark.parametrize("kind", list(ArchiveReason))
def test_each_kind_has_a_sentence_and_its_meaning(
    desk: Desk, session: Session, kind: ArchiveReason
) -> None:
    ticket, officer = desk.report(), desk.person(ROADS)
    assert step(officer, session, ticket, "archived", reason_code=kind.value) == 303
    assert kind.value in ARCHIVED
    is_case = kind in (ArchiveReason.FALSE, ArchiveReason.INSULT)
    assert counts(session, ticket) == (is_case, "archived")


def test_an_unknown_kind_is_refused_and_nothing_is_lost(desk: Desk, session: Session) -> None:
    ticket, officer = desk.report(), desk.person(ROADS)
    assert step(officer, session, ticket, "archived", reason_code="malas") == 422
    assert ticket.state == State.NEW


@pytest.mark.parametrize("kind", list(ArchiveReason))
def test_staff_undo_it_and_the_clocks_stand_where_they_stood(
    desk: Desk, session: Session, kind: ArchiveReason
) -> None:
    ticket, officer = desk.report(), desk.person(ROADS)
    due_at = ticket.settlement_due_at
    step(officer, session, ticket, "archived", reason_code=kind.value)
    assert step(officer, session, ticket, "reopened") == 303
    assert ticket.settlement_due_at == due_at
    assert counts(session, ticket) == (True, None)


def test_the_reporter_objects_once_and_in_time(desk: Desk, session: Session) -> None:
    ticket, officer = desk.report(), desk.person(ROADS)
    step(officer, session, ticket, "archived", reason_code="false")
    ends_at = may_object_until(session, desk.city, ticket)
    assert ends_at is not None
    late = ends_at + timedelta(seconds=1)
    with pytest.raises(ContestWindowOver):
        contest(session, desk.city, desk.keys, ticket, "Masih ada.", now=late)
    contest(session, desk.city, desk.keys, ticket, "Masih ada.", now=utcnow())
    session.commit()
    assert ticket.state == State.CONTESTED
    step(officer, session, ticket, "in_progress")
    step(officer, session, ticket, "archived", reason_code="false")
    assert ticket.state == State.ARCHIVED
    with pytest.raises(ContestWindowOver):
        contest(session, desk.city, desk.keys, ticket, "Masih ada.", now=utcnow())
