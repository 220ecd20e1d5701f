"""A history is what the source tells: nothing between the steps is made up."""

from datetime import UTC, datetime, timedelta

import pytest

from citizenreport.pipeline.importing.cells import Refused
from citizenreport.pipeline.importing.steps import Step, steps_of
from citizenreport.pipeline.importing.tickets import new_steps
from citizenreport.triage.states import State

START = datetime(2024, 5, 2, 3, tzinfo=UTC)


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


def told(status: State | None = None, **hours: int) -> list[tuple[str, int]]:
    """Return the steps as (state, hour) for times given in hours after submission."""
    times = {"submitted": START} | {name: hour(number) for name, number in hours.items()}
    steps = steps_of(times, status)
    return [(step.state.value, (step.at - START) // timedelta(hours=1)) for step in steps]


def test_a_closing_time_alone_closes_and_nothing_is_made_up_before_it() -> None:
    assert told(closed=5) == [("closed", 5)]


def test_all_times_make_the_whole_way() -> None:
    assert told(State.CLOSED, verified=1, started=2, resolved=4, closed=9) == [
        ("verified", 1),
        ("in_progress", 2),
        ("resolved", 4),
        ("closed", 9),
    ]


def test_an_acknowledgement_after_the_closing_does_not_open_it_again() -> None:
    assert told(State.CLOSED, closed=3, verified=5) == [
        ("verified", 5),
        ("closed", 3),
    ]
    assert told(closed=3, reopened=4, verified=5) == [
        ("closed", 3),
        ("reopened", 4),
        ("verified", 5),
    ]


def test_reopened_after_closing_ends_reopened() -> None:
    assert told(State.NEW, closed=3, reopened=4) == [("closed", 3), ("reopened", 4)]


def test_reopened_before_the_last_closing_ends_closed() -> None:
    assert told(State.CLOSED, reopened=3, closed=8) == [
        ("reopened", 3),
        ("closed", 8),
    ]


def test_an_open_status_after_a_closing_reopens_when_last_touched() -> None:
    assert told(State.IN_PROGRESS, closed=3, updated=7)[-2:] == [
        ("reopened", 7),
        ("in_progress", 7),
    ]


@pytest.mark.parametrize("status", [State.DUPLICATE, State.WITHDRAWN, State.REFERRED])
def test_a_side_exit_is_never_settled(status: State) -> None:
    assert told(status, verified=1, closed=3) == [("verified", 1), (status.value, 3)]


def test_a_settled_status_without_a_time_is_refused() -> None:
    with pytest.raises(Refused, match="tanpa waktu selesai"):
        told(State.CLOSED)
    assert told(State.CLOSED, updated=6) == [("closed", 6)]


def test_a_status_that_is_where_the_times_end_adds_nothing() -> None:
    assert told(State.NEW) == []
    assert told(State.VERIFIED, verified=2) == [("verified", 2)]
    assert told(State.VERIFIED, verified=2, closed=3, reopened=4)[-1] == ("reopened", 4)


def test_a_newer_snapshot_adds_only_what_was_not_told_before() -> None:
    before = [("verified", hour(1))]
    now = hour(100)
    newer = steps_of({"submitted": START, "verified": hour(1), "closed": hour(5)}, State.CLOSED)
    added = new_steps(newer, before, now=now)
    assert [(step.state, step.at) for step in added] == [(State.CLOSED, hour(5))]
    recorded = before + [(step.state.value, step.at) for step in added]
    assert new_steps(newer, recorded, now=now) == []


def test_a_status_without_a_time_happened_when_it_was_noticed() -> None:
    newer = steps_of({"submitted": START}, State.IN_PROGRESS)
    now = hour(100)
    assert new_steps(newer, [], now=now) == [Step(state=State.IN_PROGRESS, at=now, is_timed=False)]
    assert new_steps(newer, [("in_progress", hour(50))], now=now) == []
