"""How fast reports are handled, and how agencies work together, by report. Pure.

W01 to W03: hours of work to the first answer, the verification, the settlement. L01: still late.
H01 to H04: hand-overs, returns, closures of several agencies, time until the last hand-over. K01, K02: contested, reopened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from citizenreport.indicators.rules.ends import CENSORED, EVENT
from citizenreport.indicators.rules.facts import (
    ExitReason,
    Fact,
    Settlement,
    Turn,
    exit_as_of,
    settled_as_of,
)
from citizenreport.triage.states import State

FIRST_ANSWER, VERIFICATION, SETTLEMENT = "W01", "W02", "W03"
STILL_LATE = "L01"
HAND_OVERS, RETURNED, TOGETHER, TIME_LOST = "H01", "H02", "H03", "H04"
CONTESTED, REOPENED = "K01", "K02"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when, and how it ended: `event`, `censored`, or a side exit."""

    code: str
    start: datetime
    end: datetime
    how: str


def spans(fact: Fact, as_of: datetime) -> Iterator[Span]:
    """Yield what a report waited for, as it stood at an instant.

    A report that was never the city's case (spam, a test, out of its area) has none; one that was
    referred, withdrawn, archived or joined with another ended that way.
    """
    has_left = exit_as_of(fact, as_of) is not None
    if fact.is_outside or (has_left and fact.exit_reason in set(ExitReason)):
        return
    settled_at = fact.settlements[0].settled_at if fact.settlements else None
    waited = (
        (FIRST_ANSWER, fact.first_responded_at),
        (VERIFICATION, fact.verified_at),
        (SETTLEMENT, settled_at),
    )
    for code, event_at in waited:
        end, how = _end(fact, event_at, as_of)
        yield Span(code=code, start=fact.submitted_at, end=end, how=how)


def _end(fact: Fact, event_at: datetime | None, as_of: datetime) -> tuple[datetime, str]:
    """Return when and how a wait ended; an event on the instant of an exit is the event."""
    exit_state = exit_as_of(fact, as_of)
    exited_at = fact.exited_at if exit_state is not None else None
    if event_at is not None and event_at <= min(as_of, exited_at or as_of):
        return event_at, EVENT
    if exit_state is not None and exited_at is not None:
        return exited_at, exit_state
    return as_of, CENSORED


def is_still_late(fact: Fact, as_of: datetime) -> bool:
    """Say whether a report is open past its deadline at an instant."""
    is_open = settled_as_of(fact, as_of) is None and exit_as_of(fact, as_of) is None
    return is_open and fact.settlement_due_at <= as_of


def turns_until(fact: Fact, turn: Turn, as_of: datetime) -> int:
    """Return how often something was done by an instant."""
    return sum(kind == turn and at <= as_of for kind, at in fact.turns)


def last_turn(fact: Fact, turn: Turn, as_of: datetime) -> datetime:
    """Return when something was last done by an instant; it was done by then."""
    return max(at for kind, at in fact.turns if kind == turn and at <= as_of)


def settled_together(fact: Fact, as_of: datetime) -> bool | None:
    """Say whether another agency closed a part of a settled report; None: it is not settled."""
    settled_at = settled_as_of(fact, as_of)
    if settled_at is None:
        return None
    return turns_until(fact, Turn.PART_CLOSED, settled_at) > 0


def undone_how(settlement: Settlement) -> str | None:
    """Return the indicator that counts how a settlement was undone."""
    by = {State.CONTESTED.value: CONTESTED, State.REOPENED.value: REOPENED}
    return by.get(settlement.undone_by or "")
