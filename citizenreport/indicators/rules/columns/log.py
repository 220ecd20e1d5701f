"""Folding the events of many reports at once. Pure.

What an event means to indicators is told in `rules/facts.py`; this is the same fold over columns.
"""

import json
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from citizenreport.indicators.rules.columns.facts import PLACED, Facts, Kind, WholeFacts
from citizenreport.indicators.rules.columns.instants import (
    NEVER,
    STATES,
    TURNS,
    Flags,
    Ints,
    states,
)
from citizenreport.indicators.rules.facts import BrokenStream, Turn
from citizenreport.triage.rules import RESPONSES
from citizenreport.triage.states import PAUSED, SETTLED, SIDE_EXITS, State


class Step(IntEnum):
    """What an event is to a fold."""

    OTHER = 0
    OPENED = 1
    MOVED = 2
    REPLIED = 3
    ASSIGNED = 4
    HANDED_OVER = 5
    RELEASED = 6
    PART_CLOSED = 7
    ENDED = 8  # publication ended
    RAISED = 9  # its visibility: it is not public again


FROM, TO, REASON = 4, 16, 28
KNOWN, DUE, PLACES, OUTSIDE, DEMO, HIDDEN = 31, 32, 33, 34, 35, 36
SEQ = 38
STATE_MASK, REASON_MASK, STEP_MASK = 4095, 7, 15
MARKS: Final = {
    "from": STATE_MASK << FROM,
    "to": STATE_MASK << TO,
    "reason": 1 << REASON,
    "known": 1 << KNOWN,
    "due": 1 << DUE,
    "places": 1 << PLACES,
    "outside": 1 << OUTSIDE,
    "demo": 1 << DEMO,
    "hidden": 1 << HIDDEN,
    "seq": 1 << SEQ,
}
"""What is added to a mark. The lowest bits are the step, the highest the place in the log; of a
state, those bits of its hash."""
SETTLES, EXITS = states(*SETTLED), states(*SIDE_EXITS)
ANSWERS, WAITS = states(*RESPONSES), states(*PAUSED)
VERIFIED, WITHDRAWN, RETURNED = (
    STATES.index(state) for state in (State.VERIFIED, State.WITHDRAWN, State.RETURNED)
)
SHORT_BITS = 12
SHORT = 1 << SHORT_BITS
SEPARATOR: Final = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Events of tickets in any order: a number of the stream, a mark (see above), an instant.

    `due_at` are the deadlines of the events whose mark has DUE, `places` the JSON values of `PLACED`
    (between separators; empty: not named) of those whose mark has PLACES, in the same order. `ids`
    are the streams (16 bytes each) of the events that are the first of theirs. `hashes` are those of
    the states, by their numbers.
    """

    stream: Ints
    mark: Ints
    at: Ints
    due_at: Ints
    places: tuple[list[str], Ints]
    ids: NDArray[np.void]
    hashes: Ints


class Collided(Exception):
    """Two streams, or two states, have the same number: number them another way."""


def fold_events(events: Events, *, public: Ints, cut_off: int) -> Facts:
    """Fold the streams that are named in `public` (numbers, in order) as they stood at a cut-off.

    Only reports that were there and are before the public now, released before the cut-off.

    Raises:
        BrokenStream: a stream does not count 1, 2, 3 from its opening.
        Collided: so it looks where two streams have one number.
    """
    fold = _Fold(events)
    return fold.facts(fold.before_the_public(public, cut_off))


def fold_whole(events: Events) -> WholeFacts:
    """Fold all streams as the whole log tells them. Raises BrokenStream, Collided."""
    fold = _Fold(events)
    return WholeFacts(
        facts=fold.facts(np.ones(fold.count, dtype=bool)),
        ids=fold.ids,
        last_seq=(fold.mark >> SEQ)[np.r_[fold.first[1:], len(fold.mark)] - 1],
        released_at=fold.released_at(),
    )


class _Fold:
    """Events in the order of streams and of the log. `of` is the place of an event's stream."""

    def __init__(self, events: Events) -> None:
        order = _in_order(events)
        stream, self.mark, self.at = events.stream[order], events.mark[order], events.at[order]
        is_first = np.r_[True, stream[1:] != stream[:-1]] if len(order) else np.zeros(0, bool)
        self._check(stream, is_first)
        self.of = np.cumsum(is_first) - 1
        self.first = np.flatnonzero(is_first)
        self.count = len(self.first)
        self.step = (self.mark & STEP_MASK).astype(np.int8)
        self.source = _state_numbers(events.hashes, FROM)[self.mark >> FROM & STATE_MASK]
        self.target = _state_numbers(events.hashes, TO)[self.mark >> TO & STATE_MASK]
        self.known = self.flag(KNOWN)
        self.numbers = stream[self.first]
        of_opening = np.cumsum(events.mark >> SEQ == 1) - 1
        self.ids = events.ids[of_opening[order[self.first]]]
        self.order = order
        self.due_at, self.due_rank = events.due_at, _ranks(events.mark, DUE)
        self.texts, self.place = events.places
        self.place_rank = _ranks(events.mark, PLACES)

    def _check(self, stream: Ints, is_first: Flags) -> None:
        seq = self.mark >> SEQ
        follows = np.r_[False, (seq[1:] == seq[:-1] + 1)] if len(seq) else is_first
        if not np.where(is_first, seq == 1, follows).all():
            raise Collided
        if not ((self.mark & STEP_MASK)[is_first] == Step.OPENED).all():
            raise BrokenStream("a stream does not begin with its opening")

    def flag(self, bit: int) -> Flags:
        return (self.mark >> bit & 1).astype(bool)

    def first_of(self, where: Flags) -> Ints:
        """Return the place of the first such event of each stream; -1: none."""
        found = np.flatnonzero(where)[::-1]
        return self._placed(found)

    def last_of(self, where: Flags) -> Ints:
        return self._placed(np.flatnonzero(where))

    def _placed(self, found: Ints) -> Ints:
        out = np.full(self.count, -1, dtype=np.int64)
        out[self.of[found]] = found
        return out

    def instant(self, found: Ints) -> Ints:
        """Return when the events at these places were; NEVER where there is none."""
        return np.where(found >= 0, self.at[found], NEVER)

    def facts(self, kept: Flags) -> Facts:
        """Return these streams as what is known tells them."""
        place = np.cumsum(kept) - 1
        moved = self.known & (self.step == Step.MOVED)
        answers = self.known & (self.step == Step.REPLIED) | moved & ANSWERS[self.target]
        answer = self.first_of(answers)
        kinds, kind = self._kinds()
        waits = self.last_of(moved)
        left = self.last_of(moved & (EXITS[self.source] | EXITS[self.target]))
        has_left = (left >= 0) & EXITS[self.target[left]]
        opened = self.first
        columns: dict[str, Any] = {
            "kind": kind,
            "submitted_at": self.at[opened],
            "assigned_at": self._assigned(answer),
            "settlement_due_at": self._due_at(),
            "first_responded_at": self.instant(answer),
            "verified_at": self.instant(self.first_of(moved & (self.target == VERIFIED))),
            "paused_at": np.where(WAITS[self.target[waits]], self.instant(waits), NEVER),
            "exit_state": np.where(has_left, self.target[left], 0),
            "exit_reason": np.where(has_left, self.mark[left] >> REASON & REASON_MASK, 0),
            "exited_at": np.where(has_left, self.instant(left), NEVER),
            "is_outside": self.flag(OUTSIDE)[opened],
            "is_demo": self.flag(DEMO)[opened],
        }
        ragged: dict[str, Any] = self._settlements(moved, kept, place)
        ragged |= self._turned(moved, kept, place)
        return Facts(
            kinds=kinds, **{name: column[kept] for name, column in columns.items()}, **ragged
        )

    def _due_at(self) -> Ints:
        """Return the last deadline that each stream tells."""
        told = self.order[self.last_of(self.known & self.flag(DUE))]
        return self.due_at[self.due_rank[told]]

    def before_the_public(self, public: Ints, cut_off: int) -> Flags:
        """Say which streams were there, and are before the public now: released before a cut-off."""
        is_hidden = np.zeros(self.count, dtype=bool)
        is_hidden[self.of[self.flag(HIDDEN) | (self.step == Step.RAISED)]] = True
        if not len(public):
            return np.zeros(self.count, dtype=bool)
        place = np.minimum(np.searchsorted(public, self.numbers), len(public) - 1)
        is_public = (public[place] == self.numbers) & ~is_hidden
        kept: Flags = is_public & (self.released_at() < cut_off) & self.known[self.first]
        return kept

    def released_at(self) -> Ints:
        """Return since when each stream is before the public, as the whole log tells it."""
        ends = (self.step == Step.ENDED) | (self.step == Step.RAISED)
        ends |= (self.step == Step.MOVED) & (self.target == WITHDRAWN)
        released = self.step == Step.RELEASED
        released &= np.arange(len(self.of)) > self.last_of(ends)[self.of]
        return self.instant(self.first_of(released))

    def _assigned(self, answer: Ints) -> Ints:
        """Return since when the agency had it that answered, or has it."""
        given = self.known & ((self.step == Step.ASSIGNED) | (self.step == Step.HANDED_OVER))
        until = np.where(answer >= 0, answer, len(self.of))
        last = self.last_of(given & (np.arange(len(self.of)) < until[self.of]))
        return np.where(last >= 0, self.at[last], self.at[self.first])

    def _settlements(self, moved: Flags, kept: Flags, place: Ints) -> dict[str, Ints]:
        was, is_now = SETTLES[self.source], SETTLES[self.target]
        begun = np.flatnonzero(moved & is_now & ~was)
        undone = np.flatnonzero(moved & was & ~is_now)
        undone_at = np.full(len(begun), NEVER, dtype=np.int64)
        undone_by = np.zeros(len(begun), dtype=np.int64)
        which = np.searchsorted(begun, undone) - 1
        fits = which >= 0
        fits[fits] = self.of[begun[which[fits]]] == self.of[undone[fits]]
        undone_at[which[fits]] = self.at[undone[fits]]
        undone_by[which[fits]] = self.target[undone[fits]]
        here = kept[self.of[begun]]
        return {
            "settled_of": place[self.of[begun[here]]],
            "settled_at": self.at[begun[here]],
            "undone_at": undone_at[here],
            "undone_by": undone_by[here],
        }

    def _turned(self, moved: Flags, kept: Flags, place: Ints) -> dict[str, Ints]:
        turn = np.full(len(self.of), -1, dtype=np.int64)
        turn[self.known & (self.step == Step.HANDED_OVER)] = TURNS.index(Turn.HANDED_OVER)
        turn[self.known & (self.step == Step.PART_CLOSED)] = TURNS.index(Turn.PART_CLOSED)
        turn[moved & (self.target == RETURNED)] = TURNS.index(Turn.RETURNED)
        here = np.flatnonzero((turn >= 0) & kept[self.of])
        return {
            "turned_of": place[self.of[here]],
            "turn": turn[here],
            "turned_at": self.at[here],
        }

    def _kinds(self) -> tuple[tuple[Kind, ...], Ints]:
        """Return what reports are and where, whichever event named it last."""
        named = np.flatnonzero(self.known & self.flag(PLACES))
        told = self.place[self.place_rank[self.order[named]]]
        found: dict[str | None, int] = {None: 0}
        fields = np.zeros((len(PLACED), self.count), dtype=np.int64)
        table = np.full((len(PLACED), len(self.texts)), -1, dtype=np.int64)
        for n, text in enumerate(self.texts):
            for field, value in enumerate(text.split(SEPARATOR)):
                if value:
                    table[field, n] = found.setdefault(json.loads(value), len(found))
        for field in range(len(PLACED)):
            value = table[field, told]
            fields[field, self.of[named[value >= 0]]] = value[value >= 0]
        key = fields[0]
        for row in fields[1:]:
            key = key * len(found) + row
        _, example, kind = np.unique(key, return_index=True, return_inverse=True)
        values = list(found)
        return tuple(tuple(values[n] for n in fields[:, place]) for place in example), kind


def _in_order(events: Events) -> Ints:
    """Return the order of streams, and in them of the log.

    One number says both wherever streams are shorter than `SHORT` and differ in the rest of theirs.
    """
    seq = events.mark >> SEQ
    order = np.argsort(events.stream << SHORT_BITS | seq & (SHORT - 1))
    stream, seq_there = events.stream[order], seq[order]
    is_same = stream[1:] == stream[:-1]
    is_right = np.where(is_same, seq_there[1:] > seq_there[:-1], seq_there[1:] == 1)
    return order if is_right.all() else np.lexsort((seq, events.stream))


def _state_numbers(hashes: Ints, bit: int) -> NDArray[np.int8]:
    """Return the number of the state that each value of those bits of a hash stands for.

    Raises:
        Collided: two states have the same.
    """
    table = np.zeros(STATE_MASK + 1, dtype=np.int8)
    table[hashes >> bit & STATE_MASK] = np.arange(1, len(hashes) + 1)
    if np.count_nonzero(table) < len(hashes):
        raise Collided
    return table


def _ranks(marks: Ints, bit: int) -> Ints:
    """Return of each event how many before it have something: its place in what those have."""
    ranks: Ints = np.cumsum(marks >> bit & 1) - 1
    return ranks
