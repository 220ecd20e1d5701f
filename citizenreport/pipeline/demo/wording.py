"""Telling a story: filling in, writing it as people type, and as staff release it. Pure.

In a template `{name}` is a word list or a value, `{2-5}` a number from 2 to 5, and `[[…]]` something
too private for the public that staff take out before they release the text. Where the public may
not see the place, they take that out of the text too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from random import Random
from typing import Final

from citizenreport.pipeline.demo.script import Script, Slots

HOLE: Final = re.compile(r"\{([^{}]+)\}")
RANGE: Final = re.compile(r"(\d+)-(\d+)")
PRIVATE: Final = re.compile(r"\s*\[\[(.*?)\]\]", re.DOTALL)
PLACE_NAMES: Final = frozenset({"di", "titik"})
PLACE: Final = re.compile(r"\s*⟦(.*?)⟧")
NEIGHBOURHOOD: Final = re.compile(r"RW \d+")
WORD: Final = re.compile(r"\w+")
FILL_ROUNDS: Final = 4

STYLES: Final = {"careful": 0.5, "short": 0.24, "lower": 0.17, "shouting": 0.05, "pressing": 0.04}
GREETING_SHARE: Final = 0.22
CLOSING_SHARE: Final = 0.3


class Shown(Enum):
    """What of a place the public may read in a text."""

    PLACE = auto()
    AREA = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Who tells: the language, the words and values for holes, and what the public may see."""

    script: Script
    language: str
    slots: Slots
    values: Mapping[str, str]
    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The resident's own words, and what staff make of them for the public."""

    original: str
    public: str
    language: str


def fill(template: str, slots: Slots, values: Mapping[str, str], rng: Random) -> str:
    """Return a template with its holes filled, places between ⟦ and ⟧; word lists may have holes."""

    def one(match: re.Match[str]) -> str:
        name = match[1]
        numbers = RANGE.fullmatch(name)
        if numbers:
            return str(rng.randint(int(numbers[1]), int(numbers[2])))
        if name in values:
            return values[name]
        chosen = rng.choice(slots[name])
        return f"⟦{chosen}⟧" if name in PLACE_NAMES else chosen

    for _ in range(FILL_ROUNDS):
        template, count = HOLE.subn(one, template)
        if not count:
            break
    return template


def tell(teller: Teller, template: str, rng: Random) -> Told:
    """Return a story in a resident's words, and as the public may read it."""
    script, language = teller.script, teller.language
    filled = fill(template, teller.slots, teller.values, rng)
    own = PLACE.sub(r" \1", PRIVATE.sub(r" \1", filled))
    if rng.random() < GREETING_SHARE:
        own = f"{fill(rng.choice(script.greetings[language]), {}, teller.values, rng)} {own}"
    own = sentence(own)
    if rng.random() < CLOSING_SHARE:
        own = f"{own} {rng.choice(script.closings[language])}"
    return Told(
        original=typed(own, script.short_forms, rng),
        public=sentence(_public(teller, PRIVATE.sub("", filled))),
        language=language,
    )


def _public(teller: Teller, text: str) -> str:
    """Return a text as exact about its place as the public may see it."""
    if teller.shown is Shown.PLACE:
        return PLACE.sub(r" \1", text)
    coarse = teller.script.coarse[teller.language]
    area = f" {coarse['place'].format_map(teller.values)}"
    text = PLACE.sub(area if teller.shown is Shown.AREA else "", text)
    return NEIGHBOURHOOD.sub(coarse["neighbourhood"], text)


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
