"""When two reports may be about the same thing, and why one would think so. Pure."""

import re
from collections import Counter
from dataclasses import dataclass
from math import sqrt
from typing import Final

from citizenreport.suggestions.text import features_of_word, words_of

WORD: Final = re.compile(r"[^\W\d_]{4,}")
FILLERS: Final = frozenset(
    {
        *("yang", "dengan", "untuk", "sudah", "sejak", "dari", "tidak", "karena", "pada", "saya"),
        *("kami", "mohon", "tolong", "segera", "sekali", "sangat", "masih", "belum", "akan"),
        *("juga", "atau", "agar", "bila", "jika", "oleh", "lagi", "hari", "malam", "kemarin"),
        *("sampai", "seperti", "dapat", "bisa", "harus", "banyak", "dekat", "depan", "jalan"),
        *("wilayah", "daerah", "tempat", "lokasi", "ditindaklanjuti", "diperbaiki", "terima"),
        *(
            "kasih",
            "bapak",
            "pihak",
            "terkait",
            "sing",
            "wonten",
            "karo",
            "ning",
            "nganti",
            "kanggo",
        ),
    }
)
"""Words that stand in reports of every kind, and tell nothing of this one."""

ENOUGH_WORDS: Final = 3
"""So many words in common make up for another category: people choose differently."""

SHOWN_WORDS: Final = 4

ALIKE_ENOUGH: Final = 0.6
"""From so much on two texts alone make up for another category; from `ALIKE_TOLD` on it is told."""
ALIKE_TOLD: Final = 0.4
WORTH_M: Final = 30
"""So many metres nearer two reports count whose texts say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Why another report may be about the same thing. `metres` None: one of them has no point."""

    same_category: bool
    metres: float | None
    days_apart: int
    words: tuple[str, ...] = ()
    alike: float = 0.0  # of the texts, 0 to 1

    @property
    def is_enough(self) -> bool:
        """Whether staff should look at it. How near and how recent it must be is asked before."""
        return self.same_category or len(self.words) >= ENOUGH_WORDS or self.alike >= ALIKE_ENOUGH

    @property
    def rank(self) -> tuple[bool, float, int]:
        """Sorts the likeliest first: same category, then nearest; shared words and pieces count as nearness."""
        metres = self.metres if self.metres is not None else 0.0
        return (
            not self.same_category,
            metres - 10 * len(self.words) - WORTH_M * self.alike,
            self.days_apart,
        )


def words_in_common(one: str, other: str) -> tuple[str, ...]:
    """Return telling words that stand in both texts, in the order of the first."""
    theirs = _words(other)
    shared = [word for word in _words(one) if word in theirs and word not in FILLERS]
    return tuple(shared[:SHOWN_WORDS])


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, 0 to 1: the cosine of their words and pieces of words.

    Misspellings and endings share their pieces; words of every report count nothing.
    """
    left, right = _features(one), _features(other)
    shared = sum(count * right[feature] for feature, count in left.items())
    lengths = sqrt(sum(n * n for n in left.values()) * sum(n * n for n in right.values()))
    return shared / lengths if lengths else 0.0


def _features(text: str) -> Counter[str]:
    words = (word for word in words_of(text) if word not in FILLERS)
    return Counter(feature for word in words for feature in features_of_word(word))


def _words(text: str) -> dict[str, None]:
    return dict.fromkeys(word.lower() for word in WORD.findall(text))
