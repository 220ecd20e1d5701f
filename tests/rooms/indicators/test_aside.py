"""Computing beside the stored numbers locks none of them, and leaves nothing."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.aside import computed_aside
from citizenreport.indicators.models import PublishedIndicatorValue, TicketFact
from citizenreport.indicators.queries import published_cut_off
from citizenreport.indicators.service import recompute
from tests.rooms.indicators.histories import History, wib
from tests.rooms.indicators.stored import store

CUT_OFF, EARLIER = wib("2026-07-01T00:00"), wib("2026-04-01T00:00")
USED_OFTEN = 8
"""More often than psycopg waits before it prepares a statement."""
LOCKS = text(
    """
    SELECT relname, mode FROM pg_locks JOIN pg_class ON pg_class.oid = relation
    WHERE pid = pg_backend_pid() AND mode <> 'AccessShareLock'
      AND relnamespace = 'public'::regnamespace
    """
)


def locks(session: Session) -> set[tuple[str, str]]:
    return set(session.execute(LOCKS).tuples())


def counts(session: Session) -> tuple[int, int]:
    found = (0, 0)
    for _ in range(USED_OFTEN):
        facts = session.scalar(select(func.count()).select_from(TicketFact))
        values = session.scalar(select(func.count()).select_from(PublishedIndicatorValue))
        found = (facts or 0, values or 0)
    return found


def test_numbers_computed_aside_are_those_of_their_cut_off_and_gone_afterwards(
    session: Session, magelang: City
) -> None:
    store(session, History("2026-03-02").released("2026-03-03").settled("2026-03-09").events)
    store(session, History("2026-05-02").released("2026-05-03").events)
    recompute(session, magelang, cut_off=CUT_OFF)
    stored = counts(session)
    with computed_aside(session, magelang, cut_off=EARLIER):
        aside = counts(session)
        assert published_cut_off(session) == EARLIER
    assert counts(session) == stored
    assert published_cut_off(session) == CUT_OFF
    assert aside[0] == stored[0] == 2
    assert 0 < aside[1] < stored[1]
    with computed_aside(session, magelang, cut_off=CUT_OFF):  # again on the same connection
        assert counts(session) == stored
    recompute(session, magelang, cut_off=EARLIER)
    assert counts(session) == aside


def test_nobody_waits_for_numbers_that_are_computed_aside(session: Session, magelang: City) -> None:
    store(session, History("2026-03-02").released("2026-03-03").events)
    before = locks(session)
    with computed_aside(session, magelang, cut_off=CUT_OFF):
        assert locks(session) == before
        assert counts(session) > (0, 0)
