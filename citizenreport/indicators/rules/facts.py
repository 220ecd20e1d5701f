"""What indicators need to know of one ticket, folded from its events in order. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from citizenreport.triage.rules import RESPONSES
from citizenreport.triage.states import PAUSED, SETTLED, SIDE_EXITS, State

ENDS_PUBLICATION = frozenset({"visibility_raised", "unreleased", "withdrawn", "erased"})
"""After one of these a report is no longer before the public (protection.md, sections 1 and 6)."""

CLASSIFYING = ("category_code", "aspect", "complaint_class", "area_code", "visibility")
"""What a later event may correct: whichever event names it anew."""


class ExitReason(StrEnum):
    """Why a report left that never was a case for the city. Given by `reason_code` of an event."""

    SPAM = "spam"
    TEST = "test"
    OUT_OF_AREA = "out_of_area"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """An event as far as facts read it."""

    seq: int
    type: str
    recorded_at: datetime
    occurred_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """From when a ticket was settled, and until when: a contest or a reopening undoes it."""

    settled_at: datetime
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One ticket. Instants are aware.

    `assigned_at` is the assignment in force at the first response (or now). `released_at` is None
    while the report is not before the public. `exited_at` belongs to `exit_state`, a side exit.
    """

    last_seq: int
    category_code: str
    aspect: str
    complaint_class: str
    area_code: str | None
    visibility: str
    submitted_at: datetime
    assigned_at: datetime
    settlement_due_at: datetime
    first_responded_at: datetime | None = None
    verified_at: datetime | None = None
    settlements: tuple[Settlement, ...] = ()
    paused_at: datetime | None = None
    exit_state: str | None = None
    exit_reason: str | None = None
    exited_at: datetime | None = None
    released_at: datetime | None = None
    is_outside: bool = False
    is_demo: bool = False


class BrokenStream(ValueError):
    """A ticket's stream does not begin with its opening: the ledger's audit tells more."""


def fold(events: Iterable[LoggedEvent]) -> Fact:
    """Fold a whole stream, oldest event first. Raises BrokenStream."""
    fact: Fact | None = None
    for event in events:
        fact = step(fact, event)
    if fact is None:
        raise BrokenStream("no events")
    return fact


def step(fact: Fact | None, event: LoggedEvent) -> Fact:
    """Return the fact after one more event. What an event means is in one place: here."""
    if fact is None:
        if event.type != "opened":
            raise BrokenStream(f"begins with {event.type}")
        return _opened(event)
    fact = replace(fact, last_seq=event.seq, **_corrections(event))
    if event.type in ENDS_PUBLICATION:
        fact = replace(fact, released_at=None)
    turn = _TURNS.get(event.type)
    return turn(fact, event) if turn else fact


def _opened(event: LoggedEvent) -> Fact:
    """Submission is when it was recorded; an import tells the time it has from elsewhere."""
    given = event.payload
    submitted_at = _instant(given, "submitted_at") or event.recorded_at
    due_at = _instant(given, "settlement_due_at")
    if due_at is None:
        raise BrokenStream("opened without a deadline")
    return Fact(
        last_seq=event.seq,
        category_code=given["category_code"],
        aspect=given["aspect"],
        complaint_class=given["complaint_class"],
        area_code=given.get("area_code"),
        visibility=given["visibility"],
        submitted_at=submitted_at,
        assigned_at=submitted_at,
        settlement_due_at=due_at,
        is_outside=bool(given.get("is_outside", False)),
        is_demo=bool(given.get("is_demo", False)),
    )


def _corrections(event: LoggedEvent) -> dict[str, Any]:
    given = {name: event.payload[name] for name in CLASSIFYING if name in event.payload}
    if event.type == "visibility_raised":
        given["visibility"] = event.payload["to"]
    due_at = _instant(event.payload, "settlement_due_at")
    return given | ({"settlement_due_at": due_at} if due_at else {})


def _state_changed(fact: Fact, event: LoggedEvent) -> Fact:
    source, target = State(event.payload["from"]), State(event.payload["to"])
    at = event.occurred_at
    changed: dict[str, Any] = {"paused_at": at if target in PAUSED else None}
    if target in RESPONSES and fact.first_responded_at is None:
        changed["first_responded_at"] = at
    if target is State.VERIFIED and fact.verified_at is None:
        changed["verified_at"] = at
    if target in SETTLED and source not in SETTLED:
        changed["settlements"] = (*fact.settlements, Settlement(settled_at=at))
    elif source in SETTLED and target not in SETTLED and fact.settlements:
        undone = replace(fact.settlements[-1], undone_at=at)
        changed["settlements"] = (*fact.settlements[:-1], undone)
    if target in SIDE_EXITS:
        reason = event.payload.get("reason_code")
        changed |= {"exit_state": target.value, "exit_reason": reason, "exited_at": at}
    if target is State.WITHDRAWN:
        changed["released_at"] = None  # withdrawing ends publication
    return replace(fact, **changed)


def _replied(fact: Fact, event: LoggedEvent) -> Fact:
    if fact.first_responded_at is not None:
        return fact
    return replace(fact, first_responded_at=event.occurred_at)


def _assigned(fact: Fact, event: LoggedEvent) -> Fact:
    if fact.first_responded_at is not None:
        return fact
    return replace(fact, assigned_at=event.occurred_at)


def _released(fact: Fact, event: LoggedEvent) -> Fact:
    """The first release counts; one after a withdrawal from the public begins anew."""
    return replace(fact, released_at=fact.released_at or event.occurred_at)


_TURNS: dict[str, Callable[[Fact, LoggedEvent], Fact]] = {
    "state_changed": _state_changed,
    "replied": _replied,
    "assigned": _assigned,
    "released": _released,
}


def settled_as_of(fact: Fact, at: datetime) -> datetime | None:
    """Return since when the ticket was settled, as it stood at an instant; None: it was not."""
    for settlement in reversed(fact.settlements):
        if settlement.settled_at <= at:
            is_standing = settlement.undone_at is None or settlement.undone_at > at
            return settlement.settled_at if is_standing else None
    return None


def exit_as_of(fact: Fact, at: datetime) -> str | None:
    """Return the side exit a ticket had taken by an instant."""
    return fact.exit_state if fact.exited_at is not None and fact.exited_at <= at else None


def is_valid(fact: Fact, at: datetime) -> bool:
    """Say whether a report counts ("sah") as it stood at an instant.

    Leave: duplicates (they follow their parent, which counts), out of area, spam and tests, and
    what was withdrawn before it was verified. Source: indicators.csv, I01.
    """
    state = exit_as_of(fact, at)
    if fact.is_outside or state is None:
        return not fact.is_outside
    if state == State.DUPLICATE.value or fact.exit_reason in set(ExitReason):
        return False
    if state == State.WITHDRAWN.value:
        return fact.verified_at is not None
    return True


def _instant(payload: Mapping[str, Any], name: str) -> datetime | None:
    text = payload.get(name)
    return datetime.fromisoformat(text) if text else None
