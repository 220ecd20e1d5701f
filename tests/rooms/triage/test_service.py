"""A ticket on its way, on real tables: every act locks, moves its clocks and leaves one event."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from citizenreport.cities.rules import Priority, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.intake.queries import data_key_of
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import history, walk
from citizenreport.ledger.rules import StreamKind
from citizenreport.triage import queries, service
from citizenreport.triage.clocks import deadlines
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import ReasonMissing, TicketChanged, TransitionNotAllowed
from citizenreport.triage.states import Party, State
from tests.scenes import Scene


def wib(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


def move_at(scene: Scene, ticket: Ticket, state: State, at: datetime, reason: str = "ya") -> None:
    service.move(
        scene.session,
        scene.city,
        ticket,
        state,
        act=scene.act(ticket, Party.AGENCY, at=at),
        reason=reason,
    )


def test_the_usual_way_leaves_one_event_a_step_and_a_chain_that_verifies(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit())
    scene.move(ticket, State.VERIFIED, State.IN_PROGRESS)
    scene.reply(ticket)
    scene.move(ticket, State.RESOLVED)

    events = history(scene.session, StreamKind.TICKET, ticket.id)
    assert [event.type for event in events] == [
        "opened",
        "state_changed",
        "state_changed",
        "replied",
        "state_changed",
    ]
    assert [event.seq for event in events] == [1, 2, 3, 4, 5]
    assert ticket.version == 5
    assert verify(walk(scene.session), {}).faults == ()


def test_verification_fixes_the_settlement_deadline(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit(now=wib("2026-03-02T08:00")))
    provisional = ticket.settlement_due_at
    move_at(scene, ticket, State.VERIFIED, wib("2026-03-02T09:00"))
    assert ticket.verified_at == wib("2026-03-02T09:00")
    assert ticket.settlement_due_at < provisional


def test_waiting_for_the_reporter_stops_the_clock(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit(now=wib("2026-03-02T08:00")))
    move_at(scene, ticket, State.VERIFIED, wib("2026-03-02T09:00"))
    due = ticket.settlement_due_at
    move_at(scene, ticket, State.NEEDS_INFO, wib("2026-03-03T09:00"))
    assert ticket.first_responded_at == wib("2026-03-03T09:00")  # a question is an answer
    with pytest.raises(TransitionNotAllowed):
        move_at(scene, ticket, State.IN_PROGRESS, wib("2026-03-05T09:00"))
    move_at(scene, ticket, State.VERIFIED, wib("2026-03-05T09:00"))

    assert ticket.paused_days_after_verification == 2
    assert ticket.verified_at == wib("2026-03-02T09:00")
    assert ticket.settlement_due_at > due


def test_contesting_undoes_the_settlement(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit())
    scene.move(ticket, State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
    assert ticket.settled_at is not None
    scene.move(ticket, State.CONTESTED)
    assert ticket.settled_at is None


def test_a_step_without_its_reason_changes_nothing(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit())
    scene.move(ticket, State.VERIFIED, State.IN_PROGRESS)
    with pytest.raises(ReasonMissing):
        move_at(scene, ticket, State.RESOLVED, utcnow(), reason=" ")
    assert ticket.state == "in_progress"
    assert len(history(scene.session, StreamKind.TICKET, ticket.id)) == 3


def test_of_two_officers_at_once_the_second_is_told(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit())
    first, second = scene.act(ticket), scene.act(ticket)
    service.move(scene.session, scene.city, ticket, State.VERIFIED, act=first)
    with pytest.raises(TicketChanged):
        service.move(scene.session, scene.city, ticket, State.IN_PROGRESS, act=second)


def test_what_is_written_on_a_confidential_ticket_is_sealed(scene: Scene) -> None:
    sent = scene.submit("A12")
    ticket = scene.ticket_of(sent)
    scene.reply(ticket, "Kami akan menghubungi Anda.")
    [message] = queries.messages_of(scene.session, ticket.id)
    assert message.text is None
    key = data_key_of(scene.session, scene.keys, sent.report_id)
    assert queries.text_of(message, key) == "Kami akan menghubungi Anda."


def test_raising_seals_what_was_written_before(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit())
    scene.reply(ticket, "Petugas datang besok.")
    scene.raise_(ticket, Visibility.CONFIDENTIAL)
    assert [message.text for message in queries.messages_of(scene.session, ticket.id)] == [None]


def test_a_holiday_decreed_later_moves_open_deadlines(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit(now=wib("2026-06-01T08:00")))
    due = ticket.verification_due_at
    calendar = scene.city.calendar
    decreed = replace(
        calendar, holidays={**calendar.holidays, date(2026, 6, 2): "Libur yang baru ditetapkan"}
    )
    later = replace(scene.city, calendar=decreed)

    system = scene.act(ticket, Party.SYSTEM)
    assert service.move_deadlines(scene.session, later, ticket, act=system)

    assert ticket.verification_due_at > due
    again = scene.act(ticket, Party.SYSTEM)
    assert not service.move_deadlines(scene.session, later, ticket, act=again)
    expected = deadlines(
        decreed,
        scene.city.categories["A04"],
        priority=Priority(ticket.priority),
        submitted_at=ticket.submitted_at,
    )
    assert ticket.settlement_due_at == expected.settlement_due_at


def test_reading_a_confidential_ticket_is_a_chained_event_without_content(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit("A12"))
    for _ in range(2):
        service.record_reading(
            scene.session, ticket, actor_id=scene.officer_id, now=utcnow() + timedelta(seconds=1)
        )
    events = history(scene.session, StreamKind.ACCESS, ticket.id)
    assert [event.type for event in events] == ["content_read", "content_read"]
    assert set(events[0].payload) == {"ticket_version"}
    assert verify(walk(scene.session), {}).faults == ()
