"""Sentences and names of the city pack in the reader's language, for the pages of every door."""

from dataclasses import dataclass
from itertools import groupby

from citizenreport.cities.rules import Area, AreaLevel, Category, City, EmergencyNumber, Names
from citizenreport.geo.position import Position
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.intake.rules import outside_channel
from citizenreport.web.locale import page_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Where a point outside the city belongs."""

    sentence: str


def local(names: Names) -> str:
    """Return a name of the pack in the reader's language, in Indonesian where it has none."""
    return names.get(page_language()) or names[DEFAULT_LANGUAGE]


def pack_text(city: City, key: str, **values: str) -> str:
    """Return a sentence of the pack with its blanks filled; empty when the pack has none."""
    names = city.texts.get(key)
    if names is None:
        return ""
    sentence = local(names)
    for name, value in values.items():
        sentence = sentence.replace(f"{{{name}}}", value)
    return sentence


def verified_numbers(city: City) -> list[EmergencyNumber]:
    """Return the emergency numbers a resident may be shown: only those somebody has tried."""
    return [number for number in city.emergency_numbers if number.verified_on is not None]


def numbers_to_call(city: City, category: Category) -> list[EmergencyNumber]:
    """Return the verified numbers to call before reporting in a category, in the pack's order."""
    known = {number.number: number for number in verified_numbers(city)}
    return [known[number] for number in category.emergency_numbers if number in known]


def spaced(text: str, *, size: int = 5) -> str:
    """Return a code in groups that can be read aloud."""
    return "-".join(text[start : start + size] for start in range(0, len(text), size))


def villages(city: City) -> tuple[tuple[str, tuple[Area, ...]], ...]:
    """Return the smallest areas under the names of their districts."""

    def district(area: Area) -> str:
        parent = city.areas.get(area.parent_code or "")
        return parent.name if parent is not None else ""

    smallest = [area for area in city.areas.values() if area.level is AreaLevel.VILLAGE]
    ordered = sorted(smallest, key=lambda area: (district(area), area.name))
    return tuple((name, tuple(areas)) for name, areas in groupby(ordered, key=district))


def outside_of(city: City, position: Position) -> Outside:
    """Return where a report about this point belongs, in a sentence."""
    located = city.area_index.locate(position)
    channel = outside_channel(city, located)
    neighbour = city.neighbours.get(located.neighbour_code or "")
    if neighbour is None:
        return Outside(sentence=channel)
    sentence = pack_text(
        city,
        "out_of_area_neighbour",
        name=neighbour.name,
        district=neighbour.district,
        channel=channel,
    )
    return Outside(sentence=sentence or f"{neighbour.name}. {channel}")
