"""Waiting times with some waits still going on: the Kaplan–Meier estimate. Pure.

Source: Kaplan and Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How often each wait (in whole working days) ended, and how often it was cut off unended."""

    ended: Counter[int] = field(default_factory=Counter)
    censored: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: "Waits") -> "Waits":
        return Waits(ended=self.ended + other.ended, censored=self.censored + other.censored)

    @property
    def count(self) -> int:
        return self.ended.total() + self.censored.total()

    @property
    def longest(self) -> int | None:
        """Return the longest wait seen, ended or not; None without any."""
        return max((*self.ended, *self.censored), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile:
    """A wait that a share of all does not exceed. Not reached: it is longer than `days`."""

    days: int
    is_reached: bool

    def __str__(self) -> str:
        return str(self.days) if self.is_reached else f"> {self.days}"


def survival(waits: Waits) -> Iterator[tuple[int, Fraction]]:
    """Yield (days, share still waiting after that day), exact, where it drops.

    What ended on a day counts before what was cut off on the same day.
    """
    at_risk, share = waits.count, Fraction(1)
    for days in sorted({*waits.ended, *waits.censored}):
        ended = waits.ended[days]
        if ended:
            share *= Fraction(at_risk - ended, at_risk)
            yield days, share
        at_risk -= ended + waits.censored[days]


def quantile(waits: Waits, share: Fraction) -> Quantile | None:
    """Return after how many days `share` of the waits have ended; None without any wait."""
    longest = waits.longest
    if longest is None:
        return None
    for days, still_waiting in survival(waits):
        if still_waiting <= 1 - share:
            return Quantile(days=days, is_reached=True)
    return Quantile(days=longest, is_reached=False)
