"""What became of the number of reports after an innovation began. Pure.

The log of a ratio of ratios: reports after to before in the areas of the innovation, to the same of the
same category in the other areas, with a washout between. How far chance alone reaches is not taken
from a formula but from the data: the same is computed for many places, categories and days at which
nothing began (placebos), each divided by its own Poisson error, and the p-value is the rank among
them. The interval holds every ratio that this test does not refuse.

Source: Abadie, Diamond and Hainmueller (2010), Synthetic Control Methods, section 2.4 (inference by
placebos); Dufour (2006), Monte Carlo tests (the rank as a p-value); Rothman, Epidemiology, ch. 14 (the
error of a log rate ratio).
"""

from dataclasses import dataclass
from enum import StrEnum
from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

WASHOUT_WEEKS: Final = 4
LEAST_REPORTS: Final = 30
"""In each of the four numbers of a ratio: before and after, here and in the comparison."""
LEAST_PLACEBOS: Final = 200
ALPHA: Final = 0.05

Counts = NDArray[np.int64]
"""Reports by area, category and week."""
Numbers = NDArray[np.float64]


class NoClaim(StrEnum):
    """Why nothing is claimed."""

    TOO_FEW_WEEKS = "too_few_weeks"
    TOO_FEW_REPORTS = "too_few_reports"
    TOO_FEW_PLACEBOS = "too_few_placebos"


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """Where, for what and when something began: indices of areas, a category, the first week of it.

    `weeks`: how many are looked at before it, and after the washout.
    """

    areas: tuple[int, ...]
    category: int
    week: int
    weeks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A ratio of reports with what it rests on; 0.6: forty per cent fewer than where nothing began."""

    ratio: float
    low: float
    high: float
    p_value: float
    placebos: int
    before: int
    after: int
    others_before: int
    others_after: int

    @property
    def is_found(self) -> bool:
        return self.p_value <= ALPHA


def measure(counts: Counts, began: Began) -> Effect | NoClaim:
    """Return the effect, or why there is none to tell."""
    if not _fits(counts, began):
        return NoClaim.TOO_FEW_WEEKS
    here = np.zeros(counts.shape[0], dtype=bool)
    here[list(began.areas)] = True
    series = counts[:, began.category, :]
    quad = np.array(
        [
            window
            for part in (series[here].sum(axis=0), series[~here].sum(axis=0))
            for window in _windows(part, began)
        ],
        dtype=np.float64,
    )
    if quad.min() < LEAST_REPORTS:
        return NoClaim.TOO_FEW_REPORTS
    placebos = _placebos(counts, began, here)
    if len(placebos) < LEAST_PLACEBOS:
        return NoClaim.TOO_FEW_PLACEBOS
    log_ratio, error = _log_ratio(quad[0], quad[1], quad[2], quad[3])
    beaten = int((placebos >= abs(float(log_ratio) / float(error))).sum())
    reach = float(error) * _critical(placebos)
    return Effect(
        ratio=exp(float(log_ratio)),
        low=exp(float(log_ratio) - reach),
        high=exp(float(log_ratio) + reach),
        p_value=(1 + beaten) / (1 + len(placebos)),
        placebos=len(placebos),
        before=int(quad[0]),
        after=int(quad[1]),
        others_before=int(quad[2]),
        others_after=int(quad[3]),
    )


def _fits(counts: Counts, began: Began) -> bool:
    last = began.week + WASHOUT_WEEKS + began.weeks
    return began.weeks > 0 and began.week >= began.weeks and last <= counts.shape[2]


def _windows(series: Counts, began: Began) -> tuple[int, int]:
    after = began.week + WASHOUT_WEEKS
    before = series[began.week - began.weeks : began.week]
    return int(before.sum()), int(series[after : after + began.weeks].sum())


def _log_ratio(
    before: Numbers, after: Numbers, others_before: Numbers, others_after: Numbers
) -> tuple[Numbers, Numbers]:
    """Return log rate ratios and their Poisson errors."""
    log_ratio = np.log(after / before) - np.log(others_after / others_before)
    error = np.sqrt(1 / before + 1 / after + 1 / others_before + 1 / others_after)
    return np.asarray(log_ratio), np.asarray(error)


def _placebos(counts: Counts, began: Began, here: NDArray[np.bool_]) -> Numbers:
    """Return the standardised distances from one of all triples at which nothing began.

    The series of the innovation itself is none of them, at any day, and stands in no comparison.
    """
    clean = counts.copy()
    clean[here, began.category, :] = 0
    sums = np.concatenate(
        [np.zeros((*clean.shape[:2], 1), dtype=np.int64), clean.cumsum(axis=2)], axis=2
    )
    span, gap = began.weeks, began.weeks + WASHOUT_WEEKS
    days = counts.shape[2] - gap - span + 1
    before = sums[:, :, span : span + days] - sums[:, :, :days]
    after = sums[:, :, gap + span : gap + span + days] - sums[:, :, gap : gap + days]
    others_before = before.sum(axis=0, keepdims=True) - before
    others_after = after.sum(axis=0, keepdims=True) - after
    quads = [one.astype(np.float64) for one in (before, after, others_before, others_after)]
    is_enough = np.minimum.reduce(quads) >= LEAST_REPORTS
    log_ratio, error = _log_ratio(*(one[is_enough] for one in quads))
    return np.asarray(np.abs(log_ratio / error))


def _critical(placebos: Numbers) -> float:
    """Return from which distance on the rank is at most ALPHA: what lies nearer is not refused."""
    allowed = int(ALPHA * (1 + len(placebos)) + 1e-9)  # the thing itself counts as one
    return float(np.sort(placebos)[-allowed])
