"""How like two records are in their words: cosine of TF-IDF weights. Pure; a person decides.

Source: Manning, Raghavan, Schütze, Introduction to Information Retrieval, sections 6.2 and 6.3
(sublinear term frequency, smoothed inverse document frequency).
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import log, sqrt
from typing import Final

TERM: Final = re.compile(r"[^\W\d_]{3,}")


def likenesses(text: str, others: Sequence[str]) -> list[float]:
    """Return of each of the others how like it is to a text: 0 no word in common, 1 the same words."""
    counted = [Counter(TERM.findall(one.lower())) for one in (text, *others)]
    known = Counter(term for counts in counted for term in counts)
    rarity = {term: log((1 + len(counted)) / (1 + n)) + 1 for term, n in known.items()}
    first, *rest = [
        {term: (1 + log(n)) * rarity[term] for term, n in counts.items()} for counts in counted
    ]
    return [_cosine(first, other) for other in rest]


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    shared = sum(weight * other[term] for term, weight in one.items() if term in other)
    lengths = sqrt(sum(w * w for w in one.values()) * sum(w * w for w in other.values()))
    return min(1.0, shared / lengths) if lengths else 0.0
