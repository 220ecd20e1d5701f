"""Reading the words of the demo: one TOML file an aspect, and `words.toml` for what all share."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from citizenreport.cities.rules import Category, City

FOLDER: Final = Path(__file__).parent / "texts"
LANGUAGES: Final = ("id", "jv")

Slots = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One thing that happens: how residents tell it, in two languages, and what fits to it."""

    told: Mapping[str, tuple[str, ...]]  # by language
    answers: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    slots: Mapping[str, Slots] = field(default_factory=dict)  # by language
    weight: float = 1.0
    season: str = "even"
    scene: str | None = None  # what a photo of it shows
    refer: str | None = None  # the outside body whose business it is
    ask: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """All stories of one category, how often and when it is reported, and what its agency says."""

    category_code: str
    stories: tuple[Story, ...]
    weight: float = 1.0
    season: str = "even"
    hours: str = "day"
    ask: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Everything that is said in the demo."""

    themes: Mapping[str, Theme]
    slots: Mapping[str, Slots]
    greetings: Mapping[str, tuple[str, ...]]
    salutations: Mapping[str, Mapping[str, str]]  # by language, by the hour they begin at
    closings: Mapping[str, tuple[str, ...]]
    coarse: Mapping[str, Mapping[str, str]]  # by language: how staff blur a place
    short_forms: Mapping[str, str]
    landmarks: tuple[str, ...]
    spam: tuple[str, ...]
    said: Mapping[str, tuple[str, ...]]  # by staff and reporters, by occasion


def script_for(city: City) -> Script:
    """Return the script for the categories of a city; one without a text speaks by its examples."""
    words, themes = _words(), _themes()
    return Script(
        themes={
            code: themes.get(code) or _from_examples(category)
            for code, category in sorted(city.categories.items())
        },
        slots=words["slots"],
        greetings=_tuples(words["greetings"]),
        salutations=words["salam"],
        closings=_tuples(words["closings"]),
        coarse=words["coarse"],
        short_forms=words["short_forms"],
        landmarks=tuple(words["landmarks"]),
        spam=tuple(words["spam"]),
        said=_tuples(words["said"]),
    )


def _from_examples(category: Category) -> Theme:
    told = {"id": category.examples.get("id", ())[:1] or (category.names["id"],)}
    story = Story(told=told, refer=next(iter(category.external), None))
    return Theme(category_code=category.category_code, stories=(story,))


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "words.toml").read_text())


@cache
def _themes() -> dict[str, Theme]:
    found: dict[str, Theme] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        if path.stem != "words":
            content = tomllib.loads(path.read_text())
            found |= {code: _theme(code, block) for code, block in content.items()}
    return found


def _theme(code: str, block: dict[str, Any]) -> Theme:
    return Theme(
        category_code=code,
        stories=tuple(_story(story, block) for story in block["story"]),
        weight=float(block.get("weight", 1)),
        season=block.get("season", "even"),
        hours=block.get("hours", "day"),
        ask=tuple(block.get("ask", ())),
        work=tuple(block.get("work", ())),
        done=tuple(block.get("done", ())),
    )


def _story(block: dict[str, Any], theme: dict[str, Any]) -> Story:
    return Story(
        told={language: tuple(block[language]) for language in LANGUAGES if language in block},
        answers=block.get("answers", {}),
        slots=block.get("slots", {}),
        weight=float(block.get("weight", 1)),
        season=block.get("season", "even"),
        scene=block.get("scene", theme.get("scene")) or None,
        refer=block.get("refer", theme.get("refer")),
        ask=tuple(block.get("ask", ())),
        work=tuple(block.get("work", ())),
        done=tuple(block.get("done", ())),
    )


def _tuples(table: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in table.items()}
