"""Which categories a text may belong to, with the words that say so. Suggested, never decided. Pure.

From what was learned of released texts; in a new city from the pack's examples and keywords. Never a
category whose `may_be_suggested` is no, and of a text that looks protected nothing at all: it may
only be held. Source: protection.md, section 1.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from citizenreport.cities.rules import Category, City, ProtectionClass, Visibility
from citizenreport.suggestions.learned import AGENCY, CATEGORY, SHOWN_WORDS, Learned
from citizenreport.suggestions.rules import FILLERS
from citizenreport.suggestions.text import words_of

Groups = tuple[tuple[str, ...], ...]
MOST: Final = 3
LEAST_SHARE: Final = 0.15
"""What is less likely is not worth a look."""

LEAST_KNOWN: Final = 1 / 3
"""So much of a text has to be words that were learned: a piece of one word proves little."""

PHRASE, NAME, EXAMPLE = 3.0, 2.0, 1.0
"""What a word counts that stands in a keyword, in the name, in an example."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A category or an agency. `share` None: from the pack. `words`: those of the text that spoke for it."""

    code: str
    share: float | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """`must_hold`: the text looks protected; it gets no suggestion and is better held."""

    categories: tuple[Suggestion, ...] = ()
    agencies: tuple[Suggestion, ...] = ()
    must_hold: bool = False


def suggest(city: City, learned: Learned | None, text: str) -> Suggested:
    """Return what a text may be about."""
    if not text.strip():
        return Suggested()
    if looks_protected(city, text):
        return Suggested(must_hold=True)
    found = tuple(_likely(learned, text, CATEGORY, _open_categories(city))) if learned else ()
    agencies = tuple(_likely(learned, text, AGENCY, _open_agencies(city))) if learned else ()
    return Suggested(categories=found or tuple(pack_hints(city, text)), agencies=agencies)


def looks_protected(city: City, text: str) -> bool:
    """Say whether a text may be about something protected.

    It holds a search word of a protected category, or none fits its words better than such a one.
    """
    protected = {code for code, one in city.categories.items() if _is_protected(one)}
    whole = f" {' '.join(words_of(text))} "
    if any(
        f" {phrase} " in whole for code in protected for phrase in _phrases(city.categories[code])
    ):
        return True
    scored = _scored(city, text)
    return bool(scored) and scored[0].code in protected


def pack_hints(city: City, text: str) -> list[Suggestion]:
    """Return the categories whose keywords, names and examples say what a text says."""
    scored = [one for one in _scored(city, text) if city.categories[one.code].may_be_suggested]
    best = max((one.score for one in scored), default=0.0)
    return [
        Suggestion(code=one.code, share=None, words=one.words[:SHOWN_WORDS])
        for one in scored[:MOST]
        if one.score >= max(PHRASE, best / 2)
    ]


class _Scored(NamedTuple):
    score: float
    code: str
    words: tuple[str, ...]


def _scored(city: City, text: str) -> list[_Scored]:
    """Return the categories that share telling words with a text, the best first."""
    words = [word for word in dict.fromkeys(words_of(text)) if word not in FILLERS]
    found = []
    for code, category in city.categories.items():
        weights = _weights(category)
        spoke = tuple(word for word in words if word in weights)
        if spoke:
            found.append(_Scored(sum(weights[word] for word in spoke), code, spoke))
    return sorted(found, key=lambda one: (-one.score, one.code))


def _is_protected(category: Category) -> bool:
    is_classed = category.protection_class is not ProtectionClass.NONE
    return is_classed or category.visibility is Visibility.CONFIDENTIAL


def _likely(
    learned: Learned, text: str, question: str, allowed: Sequence[str]
) -> Iterator[Suggestion]:
    shares = learned.shares(text, question) if learned.knows(text) >= LEAST_KNOWN else {}
    for code in sorted((one for one in allowed if one in shares), key=lambda c: -shares[c])[:MOST]:
        if shares[code] >= LEAST_SHARE:
            words = learned.words_for(text, question, code)
            yield Suggestion(code=code, share=shares[code], words=words)


def _open_categories(city: City) -> list[str]:
    return [code for code, one in city.categories.items() if one.may_be_suggested]


def _open_agencies(city: City) -> list[str]:
    return [code for code, one in city.agencies.items() if not one.is_external]


def _phrases(category: Category) -> Iterator[str]:
    for phrases in category.keywords.values():
        for phrase in phrases:
            words = words_of(phrase)
            if words:
                yield " ".join(words)


def _weights(category: Category) -> Mapping[str, float]:
    """Return what each word of a category counts; kept, for a city is read far less than texts are."""
    return _weighed(
        tuple(category.keywords.values()),
        tuple(category.names.values()),
        tuple(category.examples.values()),
    )


@lru_cache(maxsize=512)
def _weighed(keywords: Groups, names: tuple[str, ...], examples: Groups) -> Mapping[str, float]:
    found: dict[str, float] = {}
    found |= {word: EXAMPLE for group in examples for one in group for word in words_of(one)}
    found |= {word: NAME for name in names for word in words_of(name)}
    found |= {word: PHRASE for group in keywords for one in group for word in words_of(one)}
    return {word: weight for word, weight in found.items() if word not in FILLERS}
