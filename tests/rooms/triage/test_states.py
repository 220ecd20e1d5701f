"""Properties of the state machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.core.clock import utcnow
from citizenreport.core.errors import CitizenReportError
from citizenreport.triage.rules import (
    Act,
    ReasonMissing,
    TransitionNotAllowed,
    TransitionNotYours,
    check_resumed,
    check_transition,
)
from citizenreport.triage.states import (
    LABELS,
    OPEN,
    SETTLED,
    SIDE_EXITS,
    TRANSITIONS,
    Party,
    State,
    allowed,
    drawing,
)

states = st.sampled_from(list(State))
parties = st.sets(st.sampled_from(list(Party)), min_size=1).map(frozenset)


def act(*by: Party) -> Act:
    return Act(parties=frozenset(by), at=utcnow(), seen=1)


@given(source=states, target=states, by=parties)
def test_what_is_allowed_is_what_the_table_says(source: State, target: State, by) -> None:
    row = TRANSITIONS.get((source, target))
    may = row is not None and bool(row.parties & by)
    try:
        check_transition(source, target, act(*by), reason="sebab")
    except CitizenReportError:
        assert not may
    else:
        assert may
    assert may == (target in {step.target for step in allowed(source, by)})


def test_every_state_is_reached_from_new_and_has_a_label() -> None:
    reached, frontier = {State.NEW}, {State.NEW}
    while frontier:
        frontier = {t for (s, t) in TRANSITIONS if s in frontier} - reached
        reached |= frontier
    assert reached == set(State)
    assert set(LABELS) == set(State)


def test_open_settled_and_side_exits_part_the_states() -> None:
    assert set(State) == OPEN | SETTLED | SIDE_EXITS
    assert not (OPEN & SETTLED) | (OPEN & SIDE_EXITS) | (SETTLED & SIDE_EXITS)


def test_nothing_leaves_a_side_exit() -> None:
    assert [
        step for exit_ in SIDE_EXITS - {State.ARCHIVED} for step in allowed(exit_, frozenset(Party))
    ] == []


@pytest.mark.parametrize("source", sorted(OPEN))
def test_the_reporter_may_withdraw_whatever_is_open(source: State) -> None:
    check_transition(source, State.WITHDRAWN, act(Party.REPORTER), reason="")


def test_only_the_reporter_contests() -> None:
    check_transition(State.RESOLVED, State.CONTESTED, act(Party.REPORTER), reason="masih rusak")
    with pytest.raises(TransitionNotYours):
        check_transition(State.RESOLVED, State.CONTESTED, act(Party.AGENCY), reason="x")


def test_an_agency_returns_and_the_city_desk_takes_up() -> None:
    check_transition(State.NEW, State.RETURNED, act(Party.AGENCY), reason="bukan wewenang")
    with pytest.raises(TransitionNotYours):
        check_transition(State.RETURNED, State.NEW, act(Party.AGENCY), reason="")
    check_transition(State.RETURNED, State.NEW, act(Party.DESK), reason="")


def test_a_step_that_wants_a_reason_is_refused_without_one() -> None:
    with pytest.raises(ReasonMissing):
        check_transition(State.IN_PROGRESS, State.RESOLVED, act(Party.AGENCY), reason="  ")


def test_a_wait_for_the_reporter_ends_where_it_began() -> None:
    check_resumed(State.NEEDS_INFO, State.VERIFIED, "verified")
    check_resumed(State.NEEDS_INFO, State.WITHDRAWN, "verified")
    with pytest.raises(TransitionNotAllowed):
        check_resumed(State.NEEDS_INFO, State.IN_PROGRESS, "verified")


def test_the_drawing_shows_every_transition() -> None:
    assert drawing().count("-->") == len(TRANSITIONS) + 1
