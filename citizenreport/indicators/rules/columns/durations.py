"""How long something took, from columns of ends: the same words as `ends.py` gives. Pure.

Reckons with floating point where that decides, and hands over to `ends.py`, which reckons with
whole numbers, where a share lies so near to a border that it might not.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final

import numpy as np

from citizenreport.indicators.rules.columns.instants import HOW, Ints
from citizenreport.indicators.rules.ends import (
    CENSORED,
    EVENT,
    Ends,
    final_shares,
    hours_of,
    hours_words,
)

NEAR: Final = 1e-7
"""Sums of a million rounded steps err by far less."""
KINDS = len(HOW)


@dataclass(frozen=True, kw_only=True)
class EndColumns:
    """Ends of many reports: each is `minutes * KINDS + how`."""

    pieces: list[Ints] = field(default_factory=list)

    def __add__(self, other: "EndColumns") -> "EndColumns":
        return EndColumns(pieces=[*self.pieces, *other.pieces])

    @cached_property
    def _sorted(self) -> Ints:
        return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *self.pieces]))

    @property
    def count(self) -> int:
        return sum(len(piece) for piece in self.pieces)

    def by_kind(self) -> Counter[str]:
        """Return how many ended each way."""
        counts = np.bincount(self._sorted % KINDS, minlength=KINDS)
        return Counter({how: int(n) for how, n in zip(HOW, counts, strict=True) if n})

    def exact(self) -> Ends:
        """Return the same to be reckoned with in whole numbers."""
        values, counts = np.unique(self._sorted, return_counts=True)
        pairs = zip(values.tolist(), counts.tolist(), strict=True)
        return Ends(counts=Counter({(v // KINDS, HOW[v % KINDS]): n for v, n in pairs}))

    def final_shares(self) -> dict[str, Decimal]:
        """Return of each way of ending the share that ended so by the last minute, per hundred."""
        found = {how: share * 1000 for how, share in self._incidence()}
        if any(abs(share % 1 - 0.5) < NEAR for share in found.values()):
            return final_shares(self.exact())
        return {how: Decimal(int(share + 0.5)).scaleb(-1) for how, share in found.items()}

    def hours_words(self, share: Fraction, *, least: int) -> str | None:
        """Return after how many hours of work a share had the event ("> x": not reached)."""
        if self.count < least:
            return None
        minutes, ended, at_risk = self._steps
        events = ended[:, HOW.index(EVENT)]
        waiting = np.cumprod(1 - events / at_risk)
        left = float(1 - share)
        reached = np.flatnonzero((waiting <= left + NEAR) & (events > 0))
        if not len(reached):
            return f"> {hours_of(int(minutes[-1]))}"
        if abs(waiting[reached[0]] - left) < NEAR:
            return hours_words(self.exact(), share, least=least)
        return hours_of(int(minutes[reached[0]]))

    @cached_property
    def _steps(self) -> tuple[Ints, Ints, Ints]:
        """Return each minute, how many ended on it in each way, and how many had not before it."""
        every = self._sorted // KINDS
        starts = np.flatnonzero(np.r_[True, every[1:] != every[:-1]])
        row = np.cumsum(np.r_[False, every[1:] != every[:-1]])
        ended = np.bincount(
            row * KINDS + self._sorted % KINDS, minlength=len(starts) * KINDS
        ).reshape(len(starts), KINDS)
        return every[starts], ended, len(every) - starts

    def _incidence(self) -> Iterator[tuple[str, float]]:
        if not self.count:
            return
        _, ended, at_risk = self._steps
        leaving = ended.sum(axis=1) - ended[:, HOW.index(CENSORED)]
        still = np.cumprod(1 - leaving / at_risk)
        before = np.r_[1.0, still[:-1]] / at_risk
        for number, how in enumerate(HOW):
            if how != CENSORED and ended[:, number].any():
                yield how, float((before * ended[:, number]).sum())
