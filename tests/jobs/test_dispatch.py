"""The outbox: each event becomes work once, in order, however late it was committed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.ids import new_id
from citizenreport.intake.models import Report
from citizenreport.intake.rules import Contact
from citizenreport.jobs.dispatch import BATCH, dispatch, dispatch_batch
from citizenreport.ledger.queries import undispatched
from citizenreport.ledger.rules import NewEvent, StreamKind
from citizenreport.ledger.service import append
from citizenreport.pipeline.correct import change_contact
from citizenreport.triage.states import State
from tests.databases import FreshDatabase
from tests.jobs.world import CONTACT, FIRE, NOON, ROAD, World


def test_an_event_becomes_work_once(world: World) -> None:
    world.report(ROAD, contact=CONTACT)
    assert dispatch() == 1
    assert dispatch() == 0
    assert [name for name, _ in world.jobs()] == ["check_contact"]


def test_a_new_address_is_to_be_confirmed_and_a_new_name_is_not(world: World) -> None:
    sent = world.report(ROAD)
    dispatch()
    report = world.session.get_one(Report, sent.report_id)
    for email, name in (("budi@warga.example", "Budi"), ("budi@warga.example", "Budi S.")):
        contact = Contact(email=email, name=name)
        ticket = world.ticket(sent)
        assert change_contact(world.session, world.keys, report, ticket, contact, now=NOON)
    dispatch()
    assert [name for name, _ in world.jobs()] == ["check_contact"]


def test_jobs_come_in_ledger_order_and_calls_first(world: World) -> None:
    first = world.report(ROAD, contact=CONTACT, now=NOON)
    world.move(first, State.VERIFIED, at=NOON + timedelta(minutes=2))
    second = world.report(FIRE, contact=CONTACT, now=NOON + timedelta(minutes=1))
    dispatch()
    tickets = {str(world.ticket(sent).id): sent for sent in (first, second)}
    assert [(name, tickets[ids["ticket_id"]]) for name, ids in world.jobs()] == [
        ("alert_agency", second),
        ("check_contact", first),
        ("check_contact", second),
        ("tell_reporter", first),
    ]


def test_more_events_than_a_batch_are_all_taken(world: World) -> None:
    for number in range(BATCH + 1):
        add_event(world.session, at=NOON + timedelta(seconds=number))
    assert dispatch() == BATCH + 1


def test_what_nobody_works_on_is_marked_too(world: World) -> None:
    add_event(world.session, at=NOON)
    dispatch()
    assert undispatched(world.session, limit=10) == []


def test_an_event_that_was_committed_late_is_not_lost(fresh_database: FreshDatabase) -> None:
    """Recorded first, committed last: "newer than the last seen" would pass it over."""
    with fresh_database.app.app_context():
        engine_session = transaction()
        late = engine_session.__enter__()
        add_event(late, at=utcnow() - timedelta(minutes=1))
        with fresh_database.app.app_context():
            with transaction() as session:
                add_event(session, at=utcnow())
            assert dispatch() == 1
        engine_session.__exit__(None, None, None)
        assert dispatch() == 1


def test_two_workers_never_take_the_same_event(fresh_database: FreshDatabase) -> None:
    with fresh_database.app.app_context():
        with transaction() as session:
            add_event(session, at=utcnow())
        first = transaction()
        assert dispatch_batch(first.__enter__(), now=utcnow()) == 1
        with fresh_database.app.app_context():
            assert dispatch() == 0
        first.__exit__(None, None, None)
        assert dispatch() == 0


def test_the_mark_goes_back_with_the_transaction(fresh_database: FreshDatabase) -> None:
    with fresh_database.app.app_context():
        with transaction() as session:
            add_event(session, at=utcnow())
        with pytest.raises(InterruptedError):
            dispatch_and_fail()
        with transaction() as session:
            assert len(undispatched(session, limit=10)) == 1


def dispatch_and_fail() -> None:
    with transaction() as session:
        assert dispatch_batch(session, now=utcnow()) == 1
        raise InterruptedError


def add_event(session: Session, *, at: datetime) -> None:
    event = NewEvent(type="noticed", payload={}, recorded_at=at, occurred_at=at)
    append(session, StreamKind.TICKET, new_id(), event)
