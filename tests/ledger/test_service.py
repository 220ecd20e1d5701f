"""Writing events: the role may add and read, never change; streams never tear."""

import threading
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from citizenreport.core.db import transaction
from citizenreport.core.ids import new_id
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import head, walk
from citizenreport.ledger.rules import StreamKind, chain_hash
from citizenreport.ledger.service import append
from tests.databases import FreshDatabase
from tests.ledger.streams import LENGTH, a_stream, event, events_of


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET payload = '{}'",
        "UPDATE event SET hash = previous_hash, dispatched_at = now()",
        "DELETE FROM event",
        "TRUNCATE event",
        "UPDATE checkpoint SET root = ''",
        "DELETE FROM checkpoint",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "DROP TABLE event",
    ],
)
def test_the_service_cannot_change_the_past(session: Session, statement: str) -> None:
    a_stream(session)
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        session.execute(text(statement))


def test_the_service_may_mark_an_event_as_dispatched(session: Session) -> None:
    a_stream(session)
    session.execute(text("UPDATE event SET dispatched_at = now()"))
    assert verify(walk(session), {}).faults == ()


def test_an_event_comes_back_as_the_value_that_was_hashed(session: Session) -> None:
    """Through jsonb and timestamptz: keys in another order, instants in another zone."""
    stream = a_stream(session)
    for sealed in events_of(session, stream):
        assert chain_hash(sealed) == sealed.hash
        assert sealed.payload["kelurahan"] == "Jurangombo é"


def test_the_head_is_the_last_event(session: Session) -> None:
    assert head(session, StreamKind.TICKET, new_id()) == (0, bytes(32))
    stream = a_stream(session)
    last = events_of(session, stream)[-1]
    assert head(session, StreamKind.TICKET, stream) == (LENGTH, last.hash)


def test_equal_facts_have_different_hashes(session: Session) -> None:
    """Small payloads would be guessable from their hashes without the nonce."""
    one, other = (append(session, StreamKind.TICKET, new_id(), event(1)) for _ in range(2))
    assert one.hash != other.hash


def test_writers_of_one_stream_wait_for_each_other(fresh_database: FreshDatabase) -> None:
    stream: UUID = new_id()
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for number in range(10):
                with fresh_database.app.app_context(), transaction() as session:
                    append(session, StreamKind.TICKET, stream, event(number))
        except BaseException as error:
            failures.append(error)
            raise

    assert fresh_database.app
    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with fresh_database.app.app_context(), transaction() as session:
        result = verify(walk(session), {})
    assert (result.events, result.faults) == (40, ())
