"""Categories by what people call them: names and keywords of the pack, in all its languages.

Someone who reads Indonesian may well think in Javanese ("peteng"). The page compares in the same
way while one types (`_category.ts`), with the words this module gives it.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from citizenreport.cities.rules import Category, City

MOST_FOUND: Final = 10
QUERY_MAX_CHARS: Final = 80
LITTLE_WORDS: Final = frozenset(
    [
        "ada",
        "dan",
        "di",
        "ing",
        "ke",
        "lan",
        "nang",
        "of",
        "sing",
        "the",
        "to",
        "yang",
        "yg",
        "in",
        "a",
        "and",
        "is",
    ]
)
_WORD: Final = re.compile(r"\w+")


def search(city: City, query: str) -> list[Category]:
    """Return the categories that fit most of the words, those beginning with them first."""
    wanted = words_in(query[:QUERY_MAX_CHARS])
    if not wanted:
        return []
    ranked = [
        (_fit(searched_words(category), wanted), category) for category in city.categories.values()
    ]
    best = max((fit[0] for fit, _category in ranked), default=0)
    found = [pair for pair in ranked if best and pair[0][0] == best]
    found.sort(key=lambda pair: pair[0], reverse=True)  # stable: the pack's order stays
    return [category for _fit, category in found[:MOST_FOUND]]


def searched_words(category: Category) -> str:
    """Return all a category is called as one text: `| lampu mati | peteng |`."""
    return _searched((*category.names.values(), *_all(category.keywords.values())))


def words_in(text: str) -> list[str]:
    """Return the words that count, without accents and case; all of them if none counts."""
    found = _plain(text)
    return [word for word in found if word not in LITTLE_WORDS] or found


def _fit(searched: str, wanted: list[str]) -> tuple[int, bool]:
    """Return how many words are there, as beginnings of words, and whether a phrase begins so."""
    count = sum(f" {word}" in searched for word in wanted)
    return count, f"| {' '.join(wanted)}" in searched


@lru_cache(maxsize=2048)
def _searched(phrases: tuple[str, ...]) -> str:
    plain = dict.fromkeys(" ".join(_plain(phrase)) for phrase in phrases)
    return "".join(f"| {phrase} " for phrase in plain) + "|"


def _all(groups: Iterable[tuple[str, ...]]) -> list[str]:
    return [phrase for group in groups for phrase in group]


def _plain(text: str) -> list[str]:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(part for part in parts if not unicodedata.combining(part)))
