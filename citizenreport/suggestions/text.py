"""A text as features: its words, pairs of neighbouring words, and pieces of words. Pure.

What holds a digit is left out: house numbers, plates and telephone numbers teach nothing.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

WORD: Final = re.compile(r"\w+")
READ_CHARS: Final = 2_000
PIECES: Final = range(3, 6)
"""Lengths of pieces, the blanks around a word included: prefixes, suffixes and misspellings agree."""


def words_of(text: str) -> list[str]:
    """Return the words of a text without accents, case and numbers."""
    parts = unicodedata.normalize("NFKD", text[:READ_CHARS].casefold())
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return [word for word in WORD.findall(plain) if not any(map(str.isdigit, word))]


def features_of(text: str) -> list[str]:
    """Return the features of a text, as often as they stand in it."""
    words = words_of(text)
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return [*(feature for word in words for feature in features_of_word(word)), *pairs]


def features_of_word(word: str) -> Iterator[str]:
    """Yield a word and its pieces."""
    yield word
    padded = f"_{word}_"
    for length in PIECES:
        for start in range(len(padded) - length + 1):
            yield f"{padded[start : start + length]}*"
