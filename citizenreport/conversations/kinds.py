"""What a text is about: categories to offer, and whether it is one to protect. Pure.

A text that looks protected is never asked about further: a carrier reads along. It looks so when
it holds a keyword of a protected category that says as much as those of the other categories do.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from citizenreport.cities.rules import Aspect, Category, City, Visibility
from citizenreport.conversations.places import Words, words_of
from citizenreport.conversations.rules import Ground
from citizenreport.disclosure.rules import is_protected

TELLING_CHARS: Final = 5
PHRASE_WEIGHT: Final = 2
"""A phrase of several words says more than as many single words."""


def must_be_protected(category: Category) -> bool:
    """Tell whether a category is for named handlers only."""
    return is_protected(category, category.visibility)


def looks_protected(city: City, text: str) -> bool:
    """Tell whether a text seems to be about something that no carrier should read."""
    said = words_of(text)
    weights = {True: 0, False: 0}
    for category in city.categories.values():
        of = must_be_protected(category)
        weights[of] = max(weights[of], _weight(_phrases(category), said))
    protected, other = _telling_words(city)
    weights[True] += len(protected.intersection(said))
    weights[False] += len(other.intersection(said))
    return weights[True] > 0 and weights[True] >= weights[False]


def _telling_words(city: City) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that stand only with protected categories of a pack, and only with others."""
    said = {True: set[str](), False: set[str]()}
    for category in city.categories.values():
        texts = (
            *category.names.values(),
            *(text for group in category.keywords.values() for text in group),
            *(text for group in category.examples.values() for text in group),
        )
        words = {word for text in texts for word in words_of(text) if len(word) >= TELLING_CHARS}
        said[must_be_protected(category)] |= words
    return frozenset(said[True] - said[False]), frozenset(said[False] - said[True])


def offered(ground: Ground, text: str, *, most: int) -> list[Category]:
    """Return the categories to choose from for a text, the likeliest first."""
    found = [one for one in ground.search(ground.city, text) if may_be_offered(one)]
    said = words_of(text)
    found.sort(key=lambda one: -_weight(_phrases(one), said))  # stable: the search's order stays
    return found[:most]


def may_be_offered(category: Category) -> bool:
    """Tell whether a category may be proposed here without being asked for."""
    return (
        category.may_be_suggested
        and not must_be_protected(category)
        and category.aspect is not Aspect.OTHER
    )


def surely(ground: Ground, text: str) -> Category | None:
    """Return the one category that a letter is clearly about; None when that is not clear."""
    best = offered(ground, text, most=2)
    said = words_of(text)
    weights = [_weight(_phrases(one), said) for one in best]
    if not weights or weights[0] == 0 or (len(weights) > 1 and weights[0] == weights[1]):
        return None
    return best[0]


def others(city: City) -> Category:
    """Return the category for what fits nowhere: of the aspect that is not sorted yet."""
    categories = [one for one in city.categories.values() if not must_be_protected(one)]
    unsorted = [one for one in categories if one.aspect is Aspect.OTHER]
    calm = [one for one in categories if one.visibility is Visibility.RESTRICTED]
    return (unsorted or calm or categories or list(city.categories.values()))[0]


def of_aspect(city: City, aspect: str) -> list[Category]:
    """Return all categories of an aspect, protected ones too: choosing one leads to the form."""
    return [one for one in city.categories.values() if one.aspect.value == aspect]


def has_required_questions(category: Category) -> bool:
    return any(question.required for question in category.questions)


def _weight(phrases: Iterable[Words], said: Words) -> int:
    """Return how much of a text the phrases make up; words of one may stand apart."""
    text, words = f" {' '.join(said)} ", set(said)
    found = [phrase for phrase in phrases if words.issuperset(phrase)]
    return sum(
        len(phrase) * (PHRASE_WEIGHT if len(phrase) > 1 and _is_in(phrase, text) else 1)
        for phrase in found
    )


def _is_in(phrase: Words, text: str) -> bool:
    return f" {' '.join(phrase)} " in text


def _phrases(category: Category) -> Sequence[Words]:
    return _known(category.category_code, *category.keywords.values())


@lru_cache(maxsize=2048)
def _known(_code: str, *keywords: tuple[str, ...]) -> tuple[Words, ...]:
    phrases = (words_of(word) for group in keywords for word in group)
    return tuple(dict.fromkeys(filter(None, phrases)))
