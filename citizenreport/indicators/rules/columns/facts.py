"""Facts of many reports, one array for each field of `Fact`. Pure."""

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from citizenreport.indicators.rules.columns.instants import NEVER, Flags, Ints

PLACED: Final = ("category_code", "area_code", "aspect", "complaint_class", "visibility")
"""What decides where a report is counted, as what, and whether the public may know."""
Kind = tuple[str | None, ...]
"""The values of `PLACED` of a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Reports before the public, as they stood at a cut-off (see `Fact`). States are numbers.

    `kind` is a place in `kinds`. Settlements and turns are arrays of their own that name the place
    of their report, in the order of reports and of the log.
    """

    kinds: tuple[Kind, ...]
    kind: Ints
    submitted_at: Ints
    assigned_at: Ints
    settlement_due_at: Ints
    first_responded_at: Ints
    verified_at: Ints
    paused_at: Ints
    exit_state: Ints
    exit_reason: Ints
    exited_at: Ints
    is_outside: Flags
    is_demo: Flags
    settled_of: Ints
    settled_at: Ints
    undone_at: Ints
    undone_by: Ints
    turned_of: Ints
    turn: Ints
    turned_at: Ints

    def __len__(self) -> int:
        return len(self.kind)

    def settled_as_of(self, at: Ints | int) -> Ints:
        """Return since when each report was settled, as it stood at an instant; NEVER: it was not."""
        limit = np.broadcast_to(np.asarray(at, dtype=np.int64), (len(self),))[self.settled_of]
        had = self.settled_at <= limit
        since = np.full(len(self), NEVER, dtype=np.int64)
        since[self.settled_of[had]] = np.where(  # of one report the last one stays
            self.undone_at[had] > limit[had], self.settled_at[had], NEVER
        )
        return since

    def exit_as_of(self, at: Ints | int) -> Ints:
        """Return the number of the side exit each report had taken by an instant; 0: none."""
        return np.where(self.exited_at <= at, self.exit_state, 0)

    def turns_until(self, turn: int, at: Ints | int) -> Ints:
        """Return how often something was done with each report by an instant."""
        limit = np.broadcast_to(np.asarray(at, dtype=np.int64), (len(self),))[self.turned_of]
        done = (self.turn == turn) & (self.turned_at <= limit)
        return np.bincount(self.turned_of[done], minlength=len(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFacts:
    """All reports, before the public or not, as the whole log tells them; `ids` are 16 bytes each."""

    facts: Facts
    ids: NDArray[np.void]
    last_seq: Ints
    released_at: Ints


RAGGED: Final = {"settled_of", "turned_of"}


def joined(pieces: list[Facts]) -> Facts:
    """Return the reports of all pieces one after the other."""
    kinds = {kind: n for n, kind in enumerate(dict.fromkeys(k for p in pieces for k in p.kinds))}
    sizes = [0, *np.cumsum([len(piece) for piece in pieces])]
    columns: dict[str, Any] = {}
    for field in fields(Facts):
        if field.name == "kinds":
            continue
        parts = []
        for piece, before in zip(pieces, sizes, strict=False):
            part = getattr(piece, field.name)
            if field.name == "kind":
                part = np.array([kinds[k] for k in piece.kinds], dtype=np.int64)[part]
            parts.append(part + before if field.name in RAGGED else part)
        columns[field.name] = np.concatenate(parts)
    return Facts(kinds=tuple(kinds), **columns)
