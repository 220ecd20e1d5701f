"""Which area a text names: kelurahan, and landmarks of the pack. Pure.

The city's own name is none of them, though a kelurahan may be called the same: "Magelang" counts
only after the word kelurahan.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from citizenreport.cities.rules import AreaLevel, City

MARKS: Final = frozenset({"kelurahan", "kel", "desa"})
STEM_MIN_CHARS: Final = 4
LONGEST_NAME_WORDS: Final = 6
_WORD: Final = re.compile(r"\w+")

Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """Return the words of a text without case and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return tuple(_WORD.findall("".join(p for p in parts if not unicodedata.combining(p))))


def villages(city: City) -> list[str]:
    """Return the codes of the smallest areas, by name."""
    found = [a for a in city.areas.values() if a.level is AreaLevel.VILLAGE]
    return [area.area_code for area in sorted(found, key=lambda area: area.name)]


def named_areas(city: City, text: str) -> list[str]:
    """Return the areas a text may mean, most likely one; empty when it names none.

    A whole name beats the beginning of one ("Tidar" may be Tidar Utara or Tidar Selatan).
    """
    said = words_of(text)
    whole = list(dict.fromkeys(_whole(city, said)))
    return whole or list(dict.fromkeys(_begun(city, said)))


def _whole(city: City, said: Words) -> Iterator[str]:
    """Yield areas whose whole name is said; the longest name at a place wins."""
    known = _names(city)
    at = 0
    while at < len(said):
        most = min(LONGEST_NAME_WORDS, len(said) - at)
        length = next((n for n in range(most, 0, -1) if said[at : at + n] in known), 0)
        code = known[said[at : at + length]] if length else None
        is_bare = length == 1 and said[at] == _bare(city)
        if code is not None and (not is_bare or (at and said[at - 1] in MARKS)):
            yield code
        at += length or 1


def _names(city: City) -> Mapping[Words, str | None]:
    """Return what every name leads to; None for the names that only look like one."""
    known: dict[Words, str | None] = {}
    for area in city.areas.values():
        is_village = area.level is AreaLevel.VILLAGE
        if not is_village:
            known[words_of(area.name)] = None
    known[words_of(city.name)] = None
    for landmark in city.landmarks:
        known[words_of(landmark.name)] = landmark.area_code
    for code in villages(city):
        known[words_of(city.areas[code].name)] = code
    return known


def _bare(city: City) -> str:
    """Return the last word of the city's name: Magelang of Kota Magelang."""
    name: Sequence[str] = words_of(city.name)
    return name[-1] if name else ""


def _begun(city: City, said: Words) -> Iterator[str]:
    for code in villages(city):
        first = words_of(city.areas[code].name)[:1]
        is_name = bool(first) and len(first[0]) >= STEM_MIN_CHARS and first[0] != _bare(city)
        if is_name and first[0] in said:
            yield code
