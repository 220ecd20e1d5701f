"""Computing while the log is being written, and two computations at once."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators import waiting
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.service import recompute
from citizenreport.indicators.waiting import ComputationDisturbed, take_turn
from tests.databases import FreshDatabase
from tests.rooms.indicators.histories import History, wib
from tests.rooms.indicators.stored import store

CUT_OFF = wib("2026-07-01T00:00")


@pytest.fixture
def sessions(fresh_database: FreshDatabase) -> Iterator[list[Session]]:
    """Three sessions of a database with real commits."""
    engine = create_engine(fresh_database.url)
    found = [Session(engine) for _ in range(3)]
    yield found
    for session in found:
        session.close()
    engine.dispose()


def received(session: Session) -> int:
    row = PublishedIndicatorValue
    query = select(row.denominator).where(
        row.code == "I01", row.period_kind == "tahun", row.area_code == "33.71"
    )
    return session.scalars(query).one() or 0


def test_what_is_being_recorded_is_waited_for(
    sessions: list[Session], city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    computing, writing, _ = sessions
    store(computing, History("2026-03-02").released("2026-03-03").events)
    computing.commit()
    store(writing, History("2026-03-04").released("2026-03-05").events)
    monkeypatch.setattr(waiting, "sleep", lambda _: writing.commit())
    recompute(computing, city, cut_off=CUT_OFF)
    assert received(computing) == 2


def test_nothing_is_published_while_something_is_being_recorded_for_too_long(
    sessions: list[Session], city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    computing, writing, _ = sessions
    store(writing, History("2026-03-04").released("2026-03-05").events)
    monkeypatch.setattr(waiting, "sleep", lambda _: None)
    with pytest.raises(ComputationDisturbed):
        recompute(computing, city, cut_off=CUT_OFF)
    computing.rollback()
    assert computing.scalars(select(PublishedIndicatorValue)).all() == []


def test_a_second_computation_waits_for_the_first(sessions: list[Session], city: City) -> None:
    first, second, looking = sessions
    store(first, History("2026-03-02").released("2026-03-03").events)
    first.commit()
    take_turn(first)
    recompute(first, city, cut_off=CUT_OFF)
    failed: list[Any] = []

    def compute() -> None:
        try:
            recompute(second, city, cut_off=CUT_OFF)
            second.commit()
        except Exception as error:  # noqa: BLE001  told by the test
            failed.append(error)

    thread = Thread(target=compute)
    thread.start()
    waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    while thread.is_alive() and not looking.scalar(waits):
        looking.rollback()
    assert thread.is_alive()
    first.commit()
    thread.join(timeout=60)
    assert not failed
    assert received(looking) == 1
