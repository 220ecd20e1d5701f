"""The history of a ticket as another system tells it. Pure.

Only steps that the source tells are recorded; nothing is made up between them. A report of which
only a closing time is known goes from new to closed at that time, which settles it, and has no
verification: it does not count among the verified ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from citizenreport.core.text import _n
from citizenreport.pipeline.importing.cells import Refused
from citizenreport.triage.states import OPEN, SETTLED, SIDE_EXITS, State

TOLD = (
    ("verified", State.VERIFIED),
    ("started", State.IN_PROGRESS),
    ("resolved", State.RESOLVED),
    ("closed", State.CLOSED),
    ("reopened", State.REOPENED),
)
HANDLED = frozenset({State.VERIFIED, State.IN_PROGRESS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A ticket went to `state` at an instant. `is_timed`: the source gives the instant itself."""

    state: State
    at: datetime
    is_timed: bool = True


def steps_of(times: Mapping[str, datetime | None], status: State | None) -> tuple[Step, ...]:
    """Return the steps after the opening, in order; they end in `status` where it is given.

    Raises:
        Refused: the status says settled and no time says when.
    """
    timed = [
        Step(state=state, at=instant)
        for name, state in TOLD
        if (instant := times.get(name)) is not None
    ]
    timed.sort(key=lambda step: step.at)  # stable: at one instant the order of TOLD
    timed = _handled_before_settled(timed)
    if status in SIDE_EXITS:
        return _ended_aside(timed, status, times)
    return tuple(_ended_in(timed, status, times) if status is not None else timed)


def _handled_before_settled(timed: list[Step]) -> list[Step]:
    """Put acknowledging and starting before the settling that they follow without a reopening.

    Some systems let a closed report be acknowledged; that does not open it again.
    """
    ordered: list[Step] = []
    settled_from: int | None = None
    for step in timed:
        if step.state in HANDLED and settled_from is not None:
            ordered.insert(settled_from, step)
            settled_from += 1
            continue
        if step.state in SETTLED and settled_from is None:
            settled_from = len(ordered)
        elif step.state is State.REOPENED:
            settled_from = None
        ordered.append(step)
    return ordered


def _ended_aside(
    timed: list[Step], status: State, times: Mapping[str, datetime | None]
) -> tuple[Step, ...]:
    """Return steps that end withdrawn, referred, duplicate and so on: never settled."""
    before = [step for step in timed if step.state not in SETTLED | {State.REOPENED}]
    at = times.get("closed") or times.get("resolved")
    if at is not None:
        return (*before, Step(state=status, at=at))
    return (*before, Step(state=status, at=_last_known(timed, times), is_timed=False))


def _ended_in(steps: list[Step], status: State, times: Mapping[str, datetime | None]) -> list[Step]:
    last = steps[-1].state if steps else State.NEW
    if last is status:
        return steps
    at = _last_known(steps, times)
    missing: list[State] = []
    if status in SETTLED:
        if times.get("updated") is None:
            raise Refused(_n("Status “selesai” tanpa waktu selesai."))
        missing.append(status)
    elif last in SETTLED and status in OPEN:
        missing.append(State.REOPENED)
        missing += [status] if status not in (State.NEW, State.VERIFIED, State.REOPENED) else []
    elif status is State.VERIFIED:
        missing += [status] if last is State.NEW else []
    elif status is not State.NEW:
        missing.append(status)
    return steps + [Step(state=state, at=at, is_timed=False) for state in missing]


def _last_known(steps: list[Step], times: Mapping[str, datetime | None]) -> datetime:
    """Return when the source last touched the report, as far as it says."""
    submitted_at = times["submitted"]
    assert submitted_at is not None
    return max(submitted_at, times.get("updated") or submitted_at, *(step.at for step in steps))
