"""What a text is about: categories to offer, and which of them no carrier should read. Pure."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from citizenreport.cities.rules import Aspect, Category, City, Visibility
from citizenreport.conversations.places import Words, words_of
from citizenreport.conversations.rules import Ground
from citizenreport.disclosure.rules import is_protected
from citizenreport.suggestions.categories import suggest

BESIDE: Final = frozenset(
    {
        *("di", "depan", "dekat", "samping", "belakang", "sebelah", "seberang", "jalan", "jl"),
        *("gang", "gg", "pasar", "area", "near", "behind", "beside", "the", "at", "street"),
        *("ing", "neng", "ngarep", "cedhak", "cerak", "mburi", "sanding", "dalan", "kidul", "lor"),
    }
)
"""After these a word is a place."""
SURE_AMONG: Final = 5
PHRASE_WEIGHT: Final = 2
"""A phrase of several words says more than as many single words."""


def must_be_protected(category: Category) -> bool:
    """Tell whether a category is for named handlers only."""
    return is_protected(category, category.visibility)


def tells_too_much(city: City, text: str) -> bool:
    """Tell whether an answer to a small question speaks of something protected.

    "depan klenteng" only says where; "di rumah yang ada kdrt" says what.
    """
    said = words_of(text)
    apart = {word for before, word in zip(("", *said), said, strict=False) if before not in BESIDE}
    phrases = (
        phrase
        for category in city.categories.values()
        if must_be_protected(category)
        for phrase in _phrases(category)
    )
    whole = f" {' '.join(said)} "
    return any(_is_in(one, whole) and (len(one) > 1 or one[0] in apart) for one in phrases)


def offered(ground: Ground, text: str, *, most: int) -> list[Category]:
    """Return the categories to choose from for a text, the likeliest first."""
    hints = suggest(ground.city, ground.learned, text).categories
    found = [ground.city.categories[one.code] for one in hints]
    found += ground.search(ground.city, text)
    by_code = {one.category_code: one for one in found if may_be_offered(one)}
    return list(by_code.values())[:most]


def may_be_offered(category: Category) -> bool:
    """Tell whether a category may be proposed here without being asked for."""
    return (
        category.may_be_suggested
        and not must_be_protected(category)
        and category.aspect is not Aspect.OTHER
    )


def surely(ground: Ground, text: str) -> Category | None:
    """Return the one category that a letter is clearly about; None when that is not clear."""
    best = offered(ground, text, most=SURE_AMONG)
    said = words_of(text)
    weights = sorted((_weight(_phrases(one), said) for one in best), reverse=True)
    if not weights or weights[0] == 0 or weights[1:2] == weights[:1]:
        return None
    return max(best, key=lambda one: _weight(_phrases(one), said))


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
