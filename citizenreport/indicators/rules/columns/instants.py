"""Instants and codes as whole numbers. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from citizenreport.indicators.rules.ends import CENSORED, EVENT
from citizenreport.indicators.rules.facts import ExitReason, Turn
from citizenreport.triage.states import SIDE_EXITS, State

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
NEVER: Final = 2**63 - 1
"""PostgreSQL's `infinity`."""
MICROSECOND = timedelta(microseconds=1)
STATES: Final = (None, *State)
"""A state's number is its place; 0 is none."""
REASONS: Final = (None, *ExitReason)
TURNS: Final = tuple(Turn)
HOW: Final = (EVENT, CENSORED, *sorted(state.value for state in SIDE_EXITS))
"""How a wait ended; the number is the place."""
HOW_OF_STATE: Final = np.array(
    [HOW.index(state.value) if state in SIDE_EXITS else 0 for state in STATES],
    dtype=np.int64,
)


def instant_number(instant: datetime) -> int:
    """Return an instant as microseconds since 2000."""
    return (instant - EPOCH) // MICROSECOND


def instant_of(number: int) -> datetime:
    """Return the instant of a number."""
    return EPOCH + timedelta(microseconds=int(number))


def states(*wanted: State) -> Flags:
    """Return a table that says of each state's number whether it is one of these."""
    return np.array([state in wanted for state in STATES])
