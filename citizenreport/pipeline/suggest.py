"""Learning suggestions: read what is released, learn, measure on what came later, keep.

Only the worker and the command import this module: it loads scikit-learn.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.publication.released_texts import released_texts
from citizenreport.suggestions import service
from citizenreport.suggestions.categories import pack_hints
from citizenreport.suggestions.examples import Example
from citizenreport.suggestions.learned import AGENCY, CATEGORY, Learned, read, written
from citizenreport.suggestions.learning import learn
from citizenreport.suggestions.measuring import Figures, Guess, measure

MEASURED_DAYS: Final = 30
"""On so many latest days the nightly figures are measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was learned of the examples until a day, and how an earlier lesson did on the latest."""

    examples: Sequence[Example]
    learned: Learned
    until_on: date
    measured_from: date | None
    figures: Mapping[str, Figures]


def lesson(city: City, examples: Sequence[Example], *, until: date) -> Lesson | None:
    """Learn from all, after measuring on the latest days what the earlier ones teach. No database."""
    cut = until - timedelta(days=MEASURED_DAYS)
    figures = evaluate(city, examples, until=cut)
    learned = learn(examples)
    if learned is None:
        return None
    return Lesson(
        examples=examples,
        learned=learned,
        until_on=until,
        measured_from=cut + timedelta(days=1) if figures else None,
        figures=figures,
    )


def keep(session: Session, city: City, found: Lesson, *, now: datetime) -> int | None:
    """Store a lesson; None where a text it was learned from was taken back meanwhile."""
    still = Counter(_named(one) for one in released_texts(session, city, until=found.until_on))
    if Counter(_named(one) for one in found.examples) - still:
        return None
    row = service.keep(
        session,
        found.learned,
        until_on=found.until_on,
        example_count=len(found.examples),
        measured_from=found.measured_from,
        figures={name: asdict(one) for name, one in found.figures.items()},
        now=now,
    )
    return row.version


def evaluate(city: City, examples: Sequence[Example], *, until: date) -> dict[str, Figures]:
    """Return the figures on what came after a day of a model learned until it, by what is asked.

    `category`, `agency`, and `pack`: categories by the pack alone, as in a new city.
    """
    earlier = [one for one in examples if one.day <= until]
    later = [one for one in examples if one.day > until]
    learned = learn(earlier)
    stored = read(written(learned)) if learned else None  # as it is served, rounding included
    found: dict[str, Figures | None] = {}
    for question in (CATEGORY, AGENCY):
        guesses = [(_shares(stored, one, question), one.label(question)) for one in later]
        found[question] = _measured(guesses, earlier, question) if stored else None
    by_pack = [(_by_pack(city, one), one.category_code) for one in later]
    found["pack"] = _measured(by_pack, earlier, CATEGORY)
    return {name: one for name, one in found.items() if one is not None}


def in_words(figures: Mapping[str, Any]) -> list[str]:
    """Return one line per question, for the terminal."""
    shown = ("accuracy", "macro_f1", "top3", "ece", "brier", "most_frequent")
    return [
        f"{name:<9} n={one['count']:<6} " + " ".join(f"{key}={one[key]:.3f}" for key in shown)
        for name, one in figures.items()
    ]


def _measured(
    guesses: Sequence[Guess], earlier: Sequence[Example], question: str
) -> Figures | None:
    counts = Counter(one.label(question) for one in earlier)
    most = min(counts, key=lambda label: (-counts[label], label), default="")
    return measure(guesses, most_frequent=most)


def _shares(learned: Learned | None, one: Example, question: str) -> Mapping[str, float]:
    return learned.shares(one.text, question) if learned else {}


def _by_pack(city: City, one: Example) -> Mapping[str, float]:
    """Return the pack's hints as shares: it has an order and no probabilities."""
    hints = pack_hints(city, one.text)
    whole = sum(range(1, len(hints) + 1))
    return {hint.code: (len(hints) - n) / whole for n, hint in enumerate(hints)}


def _named(one: Example) -> tuple[str, str, str]:
    return one.text, one.category_code, one.agency_code
