"""What indicators need to know of one ticket, folded from its events in order. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from citizenreport.intake.rules import Channel
from citizenreport.triage.rules import RESPONSES
from citizenreport.triage.states import PAUSED, SETTLED, SIDE_EXITS, State

ENDS_PUBLICATION = frozenset({"visibility_raised", "unreleased", "withdrawn", "erased"})
"""After one of these a report is no longer before the public (protection.md, sections 1 and 6)."""
ERASED_BY_TIME = "retention"
"""Of what time has erased, category, area, days and states stay, and are counted on."""

CLASSIFYING = ("category_code", "aspect", "complaint_class", "area_code", "visibility")
CLASSIFIES = frozenset({"opened", "corrected"})
"""The events that tell these; a correction of what it names. (A raised visibility is told apart.)"""


class ExitReason(StrEnum):
    """Why a report left that never was a case for the city. Given by `reason_code` of an event."""

    SPAM = "spam"
    TEST = "test"
    OUT_OF_AREA = "out_of_area"
    IMPORT_UNDONE = "import_undone"  # came in by an import that was taken back as a whole


class Turn(StrEnum):
    """What agencies did with one another about a report."""

    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    PART_CLOSED = "part_closed"


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
    undone_by: str | None = None  # the state that undid it


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
    turns: tuple[tuple[str, datetime], ...] = ()  # what agencies did with one another, and when


class BrokenStream(ValueError):
    """A ticket's stream does not begin with its opening: the ledger's audit tells more."""


def fold(events: Iterable[LoggedEvent]) -> Fact:
    """Fold a whole stream, oldest event first. Raises BrokenStream."""
    rest = iter(events)
    first = next(rest, None)
    if first is None or first.type != "opened":
        raise BrokenStream(f"begins with {first.type if first else 'nothing'}")
    known = _opened(first)
    for event in rest:
        _take(known, event)
    return Fact(**known)


def fold_at(events: Iterable[LoggedEvent], *, cut_off: datetime) -> Fact | None:
    """Fold a stream as it was recorded before a cut-off; None: it was not there yet.

    Whether the report is before the public is told as it is now: nothing that has left comes back
    by asking for an earlier day. Raises BrokenStream.
    """
    whole = list(events)
    known = [event for event in whole if event.recorded_at < cut_off]
    if not known or known[0] is not whole[0]:
        return None
    now = fold(whole)
    return replace(fold(known), released_at=now.released_at, visibility=now.visibility)


Known = dict[str, Any]
"""The fields of a fact while it is folded."""


def _opened(event: LoggedEvent) -> Known:
    """Submission is when it was recorded: `occurred_at` is when the resident saw the problem.

    Of an import, recorded long after, `occurred_at` is the submission itself.
    """
    given = event.payload
    is_import = given.get("channel") == Channel.IMPORT.value
    submitted_at = event.occurred_at if is_import else event.recorded_at
    return {name: given.get(name) for name in CLASSIFYING} | {
        "last_seq": event.seq,
        "submitted_at": submitted_at,
        "assigned_at": submitted_at,
        "settlement_due_at": datetime.fromisoformat(given["settlement_due_at"]),
        "is_outside": bool(given.get("is_outside", False)),
        "is_demo": bool(given.get("is_demo", False)),
    }


def _take(known: Known, event: LoggedEvent) -> None:
    """Take in one more event. What an event means to indicators is in one place: here."""
    payload = event.payload
    known["last_seq"] = event.seq
    if event.type in CLASSIFIES:
        known.update({name: payload[name] for name in CLASSIFYING if name in payload})
    if "settlement_due_at" in payload:
        known["settlement_due_at"] = datetime.fromisoformat(payload["settlement_due_at"])
    if event.type in ENDS_PUBLICATION and payload.get("by") != ERASED_BY_TIME:
        known["released_at"] = None
    turn = _TURNS.get(event.type)
    if turn is not None:
        turn(known, event)


def _state_changed(known: Known, event: LoggedEvent) -> None:
    target, at = event.payload["to"], event.occurred_at
    known["paused_at"] = at if target in PAUSED else None
    if target in RESPONSES:
        _answered(known, event)
    if target == State.VERIFIED and known.get("verified_at") is None:
        known["verified_at"] = at
    if target == State.RETURNED:
        _turned(known, event, Turn.RETURNED)
    _settled(known, event)
    if event.payload["from"] in SIDE_EXITS:  # an archiving was undone
        known.update(exit_state=None, exit_reason=None, exited_at=None)
    if target in SIDE_EXITS:
        reason = event.payload.get("reason_code")
        known.update(
            exit_state=target,
            exit_reason=reason if reason in set(ExitReason) else None,
            exited_at=at,
        )
    if target == State.WITHDRAWN:
        known["released_at"] = None  # withdrawing ends publication


def _settled(known: Known, event: LoggedEvent) -> None:
    """Open or end a settlement; from resolved to closed it goes on."""
    was, is_now = event.payload["from"] in SETTLED, event.payload["to"] in SETTLED
    settlements: tuple[Settlement, ...] = known.get("settlements", ())
    if is_now and not was:
        known["settlements"] = (*settlements, Settlement(settled_at=event.occurred_at))
    elif was and not is_now and settlements:
        to = event.payload["to"]
        undone = replace(settlements[-1], undone_at=event.occurred_at, undone_by=to)
        known["settlements"] = (*settlements[:-1], undone)


def _answered(known: Known, event: LoggedEvent) -> None:
    if known.get("first_responded_at") is None:
        known["first_responded_at"] = event.occurred_at


def _turned(known: Known, event: LoggedEvent, turn: Turn) -> None:
    known["turns"] = (*known.get("turns", ()), (turn.value, event.occurred_at))


def _part_closed(known: Known, event: LoggedEvent) -> None:
    _turned(known, event, Turn.PART_CLOSED)


def _assigned(known: Known, event: LoggedEvent) -> None:
    if event.payload.get("from") != event.payload.get("agency_code"):
        _turned(known, event, Turn.HANDED_OVER)
    if known.get("first_responded_at") is None:
        known["assigned_at"] = event.occurred_at


def _released(known: Known, event: LoggedEvent) -> None:
    """The first release counts; one after a withdrawal from the public begins anew."""
    if known.get("released_at") is None:
        known["released_at"] = event.occurred_at


def _raised(known: Known, event: LoggedEvent) -> None:
    known["visibility"] = event.payload["to"]


_TURNS: dict[str, Callable[[Known, LoggedEvent], None]] = {
    "state_changed": _state_changed,
    "replied": _answered,
    "assigned": _assigned,
    "joint_closed": _part_closed,
    "released": _released,
    "visibility_raised": _raised,
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
