"""Putting agencies or areas in an order, with the same mix of categories for each. Pure.

Direct standardisation: each subject's share (or curve) of each category is weighted as all subjects
together have the category. Only categories count of which every ranked subject has enough; whoever
shares too little of them with the others is not ranked. Intervals that overlap are a tie.

Where categories are too fine for half of the subjects, groups of categories of one aspect and one
target count instead.

Source: Wilson, JASA 22 (1927); Kish, Survey Sampling (1965), for the effective number; Kaplan and
Meier, JASA 53 (1958); Brookmeyer and Crowley, A confidence interval for the median survival time,
Biometrics 38 (1982).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import exp, inf, log, sqrt
from typing import Final, Protocol

from citizenreport.indicators.rules.ends import EVENT, MINUTES_PER_HOUR, Ends
from citizenreport.indicators.rules.values import WILSON_Z

MIN_N: Final = 30
"""Fewer reports than this are not ranked. Source: decision on the set of indicators."""
MIN_CATEGORY_N: Final = 5
MIN_COVERAGE: Final = 0.5
"""Least part of a subject's reports that lie in the shared categories."""
HALF: Final = 0.5


class SubjectKind(StrEnum):
    AGENCY = "instansi"
    DISTRICT = "kecamatan"
    VILLAGE = "kelurahan"


class MixBy(StrEnum):
    """What has to be the same: the category, or (coarser) its aspect and its target days."""

    CATEGORY = "category"
    GROUP = "group"


class NotRanked(StrEnum):
    FEW = "few"
    OTHER_MIX = "other_mix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of how many."""

    met: int = 0
    n: int = 0


class Counted(Protocol):
    @property
    def n(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """How long reports of one category took, and how they ended."""

    ends: Ends = field(default_factory=Ends)

    @property
    def n(self) -> int:
        return self.ends.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a subject has with the common mix; `high` None: not reached. Shares are per hundred,
    waits in hours of work.
    """

    value: float | None
    low: float
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A subject with its estimate and the places it may have; or why it has none."""

    subject: str
    n: int
    coverage: float = 0.0
    estimate: Estimate | None = None
    first: int | None = None
    last: int | None = None
    why_not: NotRanked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Who can be compared, and how much of each category all of them together have."""

    subjects: tuple[str, ...]
    weights: Mapping[str, float]


Table = Mapping[str, Mapping[str, Counted]]
"""What was counted, by subject and category."""


def total(row: Mapping[str, Counted]) -> int:
    return sum(counted.n for counted in row.values())


def common_mix(table: Table) -> Mix:
    """Return the subjects that share enough categories, and the weights of these.

    While somebody shares too little, the one without whom the others share most is left out.
    """
    subjects = sorted(subject for subject in table if total(table[subject]) >= MIN_N)
    while len(subjects) > 1 and _least_coverage(table, subjects) < MIN_COVERAGE:
        rest = [[s for s in subjects if s != one] for one in subjects]
        subjects = max(rest, key=lambda kept: (_least_coverage(table, kept), kept))
    if len(subjects) < 2:
        return Mix(subjects=(), weights={})
    sums = {
        category: sum(table[subject][category].n for subject in subjects)
        for category in shared(table, subjects)
    }
    whole = sum(sums.values())
    return Mix(subjects=tuple(subjects), weights={k: n / whole for k, n in sums.items()})


def is_enough(table: Table, mix: Mix) -> bool:
    """Say whether a mix compares at least half of those with enough reports."""
    many = sum(total(row) >= MIN_N for row in table.values())
    return len(mix.subjects) >= 2 and 2 * len(mix.subjects) >= many


def shared(table: Table, subjects: Sequence[str]) -> list[str]:
    """Return the categories of which each subject has enough."""
    enough = (
        {category for category, counted in table[s].items() if counted.n >= MIN_CATEGORY_N}
        for s in subjects
    )
    return sorted(set.intersection(*enough)) if subjects else []


def coverage(row: Mapping[str, Counted], categories: Sequence[str]) -> float:
    """Return which part of a subject's reports lies in the categories."""
    return sum(row[category].n for category in categories) / total(row)


def _least_coverage(table: Table, subjects: Sequence[str]) -> float:
    categories = shared(table, subjects)
    return min(coverage(table[subject], categories) for subject in subjects)


def standard_share(row: Mapping[str, Share], weights: Mapping[str, float]) -> Estimate:
    """Return a share with the common mix and its Wilson interval, in per cent.

    The effective number is that of a weighted sample: 1 over the sum of squared weights over n.
    """
    share = sum(w * row[k].met / row[k].n for k, w in weights.items())
    effective = 1 / sum(w * w / row[k].n for k, w in weights.items())
    z2 = WILSON_Z**2
    middle = share + z2 / (2 * effective)
    spread = WILSON_Z * sqrt(share * (1 - share) / effective + z2 / (4 * effective**2))
    scale = 100 / (1 + z2 / effective)
    return Estimate(
        value=100 * share,
        low=max(0.0, (middle - spread) * scale),
        high=min(100.0, (middle + spread) * scale),
    )


def standard_median(row: Mapping[str, Spans], weights: Mapping[str, float]) -> Estimate:
    """Return the median of the weighted Kaplan–Meier curves and its interval, in hours of work.

    Its bounds are where those of the curve (log-log, Greenwood) come down to a half.
    """
    curves = {k: _curve(row[k].ends) for k in weights}
    minutes = sorted({at for curve in curves.values() for at in curve})
    still = dict.fromkeys(weights, (1.0, 0.0))
    reached: dict[str, float] = {}
    for at in minutes:
        still |= {k: curve[at] for k, curve in curves.items() if at in curve}
        share = sum(weights[k] * s for k, (s, _) in still.items())
        variance = sum((weights[k] * s) ** 2 * g for k, (s, g) in still.items())
        low, high = _bounds(share, variance)
        for name, level in (("low", low), ("value", share), ("high", high)):
            if level <= HALF + 1e-12:
                reached.setdefault(name, at / MINUTES_PER_HOUR)
    longest = max((minute for k in weights for minute, _ in row[k].ends.counts), default=0)
    return Estimate(
        value=reached.get("value"),
        low=reached.get("low", longest / MINUTES_PER_HOUR),
        high=reached.get("high"),
    )


def _curve(ends: Ends) -> dict[int, tuple[float, float]]:
    """Return where it drops the share still waiting and Greenwood's sum."""
    steps: dict[int, tuple[float, float]] = {}
    by_minute: dict[int, tuple[int, int]] = {}
    for (minute, kind), count in ends.counts.items():
        events, all_ = by_minute.get(minute, (0, 0))
        by_minute[minute] = (events + (count if kind == EVENT else 0), all_ + count)
    at_risk, share, greenwood = ends.count, 1.0, 0.0
    for minute, (events, all_) in sorted(by_minute.items()):
        if events:
            share *= 1 - events / at_risk
            rest = at_risk * (at_risk - events)
            greenwood = greenwood + events / rest if rest else greenwood
            steps[minute] = (share, greenwood)
        at_risk -= all_
    return steps


def _bounds(share: float, variance: float) -> tuple[float, float]:
    """Return the 95 % interval of a share still waiting, by the log-log transformation."""
    if not 0 < share < 1:
        return share, share
    spread = WILSON_Z * sqrt(variance) / (share * log(share))  # negative: log of a share is
    return share ** exp(-spread), share ** exp(spread)


def ranked(
    table: Table, mix: Mix, estimates: Mapping[str, Estimate], *, is_more_better: bool
) -> list[Ranked]:
    """Return all subjects: the ranked ones, the best estimate first, then those without a rank."""
    found = [
        Ranked(
            subject=subject,
            n=total(table[subject]),
            coverage=coverage(table[subject], list(mix.weights)),
            estimate=estimates[subject],
            first=1 + _beaten_by(subject, estimates, is_more_better=is_more_better),
            last=len(estimates) - _beaten_by(subject, estimates, is_more_better=not is_more_better),
        )
        for subject in mix.subjects
    ]
    sign = -1 if is_more_better else 1
    found.sort(key=lambda r: (r.first, r.last, sign * _value(r.estimate), r.subject))
    others = [
        Ranked(
            subject=subject,
            n=total(table[subject]),
            why_not=NotRanked.FEW if total(table[subject]) < MIN_N else NotRanked.OTHER_MIX,
        )
        for subject in sorted(table)
        if subject not in mix.subjects
    ]
    return found + others


def _beaten_by(subject: str, estimates: Mapping[str, Estimate], *, is_more_better: bool) -> int:
    """Return how many others lie wholly on the better side."""
    mine = estimates[subject]
    if is_more_better:
        return sum(other.low > _high(mine) for other in estimates.values())
    return sum(_high(other) < mine.low for other in estimates.values())


def _high(estimate: Estimate) -> float:
    return inf if estimate.high is None else estimate.high


def _value(estimate: Estimate | None) -> float:
    return inf if estimate is None or estimate.value is None else estimate.value
