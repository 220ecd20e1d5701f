"""Learning from released texts: which category, which agency. Only the worker and commands import it.

TF-IDF of words, pairs and pieces of words; a linear model; one temperature that makes its shares
honest, found on the latest fifth. Source: Guo et al., On Calibration of Modern Neural Networks (2017).
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from citizenreport.suggestions.examples import Example
from citizenreport.suggestions.learned import AGENCY, CATEGORY, Head, Learned
from citizenreport.suggestions.text import features_of

LEAST_EXAMPLES: Final = 100
LEAST_OF_LABEL: Final = 5
STANDS_IN: Final = 3
"""A feature counts when it stands in so many texts: what one person alone writes is not kept."""

MOST_FEATURES: Final = 20_000
MOST_EXAMPLES: Final = 20_000
STRENGTH: Final = 10.0
ROUNDS: Final = 200
HEATS: Final = tuple(round(float(heat), 3) for heat in np.geomspace(0.05, 5, 61))
HELD_SHARE: Final = 5
"""One part in five, the latest, is held back to find the temperature."""


def learn(examples: Sequence[Example]) -> Learned | None:
    """Return what the examples teach; None while they are too few to learn from."""
    latest = sorted(examples, key=lambda one: (one.day, one.text))[-MOST_EXAMPLES:]
    kept = _of_known_labels(latest, CATEGORY)
    if len(kept) < LEAST_EXAMPLES or len({one.category_code for one in kept}) < 2:
        return None
    vectors = TfidfVectorizer(
        analyzer=features_of, sublinear_tf=True, min_df=STANDS_IN, max_features=MOST_FEATURES
    )
    found = vectors.fit_transform([one.text for one in latest])
    heads = {
        question: head
        for question in (CATEGORY, AGENCY)
        if (head := _head(found, [one.label(question) for one in latest])) is not None
    }
    return Learned(
        vocabulary={str(word): int(place) for word, place in vectors.vocabulary_.items()},
        idf=np.asarray(vectors.idf_, dtype=np.float32),
        heads=heads,
    )


def _of_known_labels(examples: Sequence[Example], question: str) -> list[Example]:
    counts = Counter(one.label(question) for one in examples)
    return [one for one in examples if counts[one.label(question)] >= LEAST_OF_LABEL]


def _head(found: Any, labels: Sequence[str]) -> Head | None:
    counts = Counter(labels)
    rows = [n for n, label in enumerate(labels) if counts[label] >= LEAST_OF_LABEL]
    chosen = [labels[n] for n in rows]
    if len(set(chosen)) < 2:
        return None
    vectors = found[rows]
    model = _fitted(vectors, chosen)
    weights, bias = _of_two_or_more(model)
    return Head(
        labels=tuple(str(label) for label in model.classes_),
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
        temperature=_temperature(vectors, chosen),
    )


def _fitted(vectors: Any, labels: Sequence[str]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=ROUNDS).fit(vectors, labels)


def _of_two_or_more(
    model: LogisticRegression,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a row of weights for each label; of two labels the library keeps one row."""
    if len(model.classes_) > 2:
        return model.coef_, model.intercept_
    none = np.zeros_like(model.coef_)
    return np.vstack([none, model.coef_]), np.array([0.0, model.intercept_[0]])


def _temperature(vectors: Any, labels: Sequence[str]) -> float:
    """Return by what the scores are divided so that the shares of the latest fifth come true."""
    cut = len(labels) - len(labels) // HELD_SHARE
    if len(set(labels[:cut])) < 2:
        return 1.0
    model = _fitted(vectors[:cut], labels[:cut])
    known = {label: n for n, label in enumerate(model.classes_)}
    rows = [n for n in range(cut, len(labels)) if labels[n] in known]
    if len(rows) < HELD_SHARE:
        return 1.0
    weights, bias = _of_two_or_more(model)
    scores = vectors[rows] @ weights.T + bias
    truth = [known[labels[n]] for n in rows]

    surprises = {heat: _surprise(scores / heat, truth) for heat in HEATS}
    return min(surprises, key=lambda heat: surprises[heat])


def _surprise(scores: NDArray[np.float64], truth: Sequence[int]) -> float:
    """Return the mean negative logarithm of the share of the truth."""
    logarithms = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return float(-logarithms[np.arange(len(truth)), truth].mean())
