"""How good suggestions were on reports that came later. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Guess = tuple[Mapping[str, float], str]
"""The shares by label, and the label that was confirmed."""

BINS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`top3`: the confirmed one was among the first three. `ece`: mean distance between the share and
    how often it was right, in ten bins. `brier`: mean squared distance to the truth, 0 to 2.
    `most_frequent`: how often always saying the most frequent label would have been right.
    """

    count: int
    accuracy: float
    macro_f1: float
    top3: float
    ece: float
    brier: float
    most_frequent: float


def measure(guesses: Sequence[Guess], *, most_frequent: str) -> Figures | None:
    """Return the figures; None where nothing came later. A text without a guess counts as wrong."""
    if not guesses:
        return None
    ranked = [sorted(shares, key=lambda one: -shares[one]) for shares, _ in guesses]
    truths = [truth for _, truth in guesses]
    firsts = [one[0] if one else "" for one in ranked]
    return Figures(
        count=len(guesses),
        accuracy=_share(first == truth for first, truth in zip(firsts, truths, strict=True)),
        macro_f1=_macro_f1(firsts, truths),
        top3=_share(truth in one[:3] for one, truth in zip(ranked, truths, strict=True)),
        ece=_ece(
            [
                (max(s.values(), default=0.0), f == t)
                for (s, t), f in zip(guesses, firsts, strict=True)
            ]
        ),
        brier=sum(map(_brier, guesses)) / len(guesses),
        most_frequent=_share(truth == most_frequent for truth in truths),
    )


def _share(right: Iterable[bool]) -> float:
    found = list(right)
    return sum(found) / len(found)


def _macro_f1(firsts: Sequence[str], truths: Sequence[str]) -> float:
    """Return the mean F1 of the labels that came: each counts the same, however rare."""
    found = []
    for label in sorted(set(truths)):
        both = sum(f == t == label for f, t in zip(firsts, truths, strict=True))
        found.append(2 * both / (firsts.count(label) + truths.count(label)))
    return sum(found) / len(found)


def _ece(said: Sequence[tuple[float, bool]]) -> float:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for share, is_right in said:
        bins.setdefault(min(int(share * BINS), BINS - 1), []).append((share, is_right))
    return sum(
        abs(sum(share for share, _ in one) - sum(right for _, right in one))
        for one in bins.values()
    ) / len(said)


def _brier(guess: Guess) -> float:
    shares, truth = guess
    others = sum(share**2 for label, share in shares.items() if label != truth)
    return others + (1 - shares.get(truth, 0.0)) ** 2
