"""Telling a story: filling in, writing it as people type, and as staff release it. Pure.

In a template `{name}` is a word list or a value, `{2-5}` a number from 2 to 5, and `[[…]]` something
too private for the public that staff take out before they release the text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from citizenreport.pipeline.demo.script import Script, Slots

HOLE: Final = re.compile(r"\{([^{}]+)\}")
RANGE: Final = re.compile(r"(\d+)-(\d+)")
PRIVATE: Final = re.compile(r"\s*\[\[(.*?)\]\]", re.DOTALL)
WORD: Final = re.compile(r"\w+")
FILL_ROUNDS: Final = 4

STYLES: Final = {"careful": 0.5, "short": 0.24, "lower": 0.17, "shouting": 0.05, "pressing": 0.04}
GREETING_SHARE: Final = 0.22
CLOSING_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The resident's own words, and what staff make of them for the public."""

    original: str
    public: str


def fill(template: str, slots: Slots, values: Mapping[str, str], rng: Random) -> str:
    """Return a template with its holes filled; word lists may have holes themselves."""

    def one(match: re.Match[str]) -> str:
        name = match[1]
        numbers = RANGE.fullmatch(name)
        if numbers:
            return str(rng.randint(int(numbers[1]), int(numbers[2])))
        if name in values:
            return values[name]
        return rng.choice(slots[name])

    for _ in range(FILL_ROUNDS):
        template, count = HOLE.subn(one, template)
        if not count:
            break
    return template


def tell(
    script: Script,
    template: str,
    slots: Slots,
    values: Mapping[str, str],
    rng: Random,
    *,
    language: str,
) -> Told:
    """Return a story in a resident's words, and as the public may read it."""
    filled = fill(template, slots, values, rng)
    public = sentence(PRIVATE.sub("", filled))
    own = " ".join(PRIVATE.sub(r" \1", filled).split())
    if rng.random() < GREETING_SHARE:
        own = f"{fill(rng.choice(script.greetings[language]), {}, values, rng)} {own}"
    own = sentence(own)
    if rng.random() < CLOSING_SHARE:
        own = f"{own} {rng.choice(script.closings[language])}"
    return Told(original=typed(own, script.short_forms, rng), public=public)


def typed(text: str, short_forms: Mapping[str, str], rng: Random) -> str:
    """Return a text as it comes from a phone: short forms, no capitals, or all of them."""
    style = rng.choices(tuple(STYLES), weights=tuple(STYLES.values()))[0]
    if style == "shouting":
        return text.upper()
    if style == "pressing":
        return text.rstrip(".") + "!!"
    if style == "lower":
        return text.lower().rstrip(".")
    if style == "short":

        def shorter(match: re.Match[str]) -> str:
            word = match[0]
            return short_forms.get(word.lower(), word) if rng.random() < 0.8 else word

        return WORD.sub(shorter, text)
    return text


def sentence(text: str) -> str:
    """Return a text with a capital at its beginning and a full stop at its end."""
    trimmed = " ".join(text.split())
    ended = trimmed if trimmed.endswith((".", "!", "?")) else f"{trimmed}."
    return ended[:1].upper() + ended[1:]


def salutation(script: Script, language: str, hour: int) -> str:
    """Return the greeting of an hour of the local day."""
    by_hour = script.salutations[language]
    return by_hour[str(max(int(begins) for begins in by_hour if int(begins) <= hour))]


def pick(lists: Sequence[Sequence[str]], rng: Random) -> str:
    """Return a text of the first list that has any."""
    return rng.choice(next(texts for texts in lists if texts))
