"""Words of the pages: names in the reader's language, days and hours, sentences of the pack."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

import flask_babel

from citizenreport.cities.rules import (
    Aspect,
    Category,
    City,
    EmergencyNumber,
    Visibility,
)
from citizenreport.core.text import _n
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.triage.states import LABELS, State
from citizenreport.web import area_words, pack_words
from citizenreport.web.category_search import searched_words
from citizenreport.web.locale import page_language
from citizenreport.web.receipts import follow_address, qr_svg
from citizenreport.web.translate import _

ASPECT_NAMES: Final = area_words.ASPECT_NAMES
local = pack_words.local
pack_text = pack_words.pack_text
verified_numbers = pack_words.verified_numbers
numbers_to_call = pack_words.numbers_to_call
spaced = pack_words.spaced
ASPECT_HINTS: Final[Mapping[Aspect, str]] = {
    Aspect.SAFETY: _n("Kejahatan, kekerasan, kebakaran, bencana, jalan atau lampu yang berbahaya"),
    Aspect.COMFORT: _n("Sampah, kebisingan, parkir, genangan, taman, hewan, air bersih"),
    Aspect.TOLERANCE: _n("Ujaran kebencian, gangguan ibadah, perbedaan perlakuan, kerukunan"),
    Aspect.HARMONY: _n("Perselisihan, pungutan liar, layanan, bantuan sosial, usulan, apresiasi"),
    Aspect.OTHER: _n("Bila tidak ada yang cocok"),
}
TONES: Final[Mapping[State, str]] = {
    State.NEW: "info",
    State.RESOLVED: "good",
    State.CLOSED: "good",
    State.NEEDS_INFO: "warn",
    State.CONTESTED: "warn",
}
"""Colours of the states that stand out; the words say the same."""
SEEN_BY: Final[Mapping[int, str]] = {
    1: _n("1 orang lain juga melihat ini"),
    2: _n("2–4 orang lain juga melihat ini"),
    5: _n("5 orang atau lebih juga melihat ini"),
}


def example_of(category: Category) -> str:
    """Return what a report of this category may say, in the reader's language if the pack can."""
    examples = category.examples.get(page_language()) or category.examples.get(DEFAULT_LANGUAGE)
    return examples[0] if examples else ""


def situations_of(number: EmergencyNumber) -> tuple[str, ...]:
    """Return what a number is for, in the reader's language if the pack can."""
    return number.situations.get(page_language()) or number.situations[DEFAULT_LANGUAGE]


def category_name(city: City, code: str) -> str:
    """Return a category's name, or its code when the pack no longer has it."""
    category = city.categories.get(code)
    return local(category.names) if category is not None else code


def area_name(city: City, code: str | None) -> str | None:
    """Return an area's name; None for no area or one the pack does not know."""
    area = city.areas.get(code) if code else None
    return area.name if area is not None else None


def state_label(state: str) -> str:
    return _(LABELS[State(state)])


def state_tone(state: str) -> str:
    return TONES.get(State(state), "")


def day(value: date) -> str:
    """Return a day as people write it: `Selasa, 17 Maret 2026`."""
    return str(flask_babel.format_date(value, "EEEE, d MMMM y"))


def short_day(value: date) -> str:
    return str(flask_babel.format_date(value, "d MMM y"))


def days_number(value: float) -> str:
    """Return a number of days, with a half where there is one: `4,5`."""
    return str(flask_babel.format_decimal(value, format="#,##0.#"))


def moment(value: datetime) -> str:
    """Return an instant on the city's clock, without seconds: `17 Mar 2026, 08.05 WIB`."""
    # Only Indonesian has a short name for the zone in CLDR; people here say WIB in every language.
    zone = flask_babel.to_user_timezone(value).tzname()
    return f"{flask_babel.format_datetime(value, 'd MMM y, HH.mm')} {zone}"


def excerpt(text: str | None, chars: int) -> str | None:
    """Return the beginning of a text, cut between words."""
    if text is None or len(text) <= chars:
        return text
    return text[:chars].rsplit(" ", 1)[0] + " …"


def seen_by_sentence(at_least: int) -> str:
    """Return how many others see a problem too, in steps; empty for none."""
    sentence = SEEN_BY.get(at_least)
    return _(sentence) if sentence else ""


def protection_sentence(city: City, category: Category) -> str:
    """Return the sentence that says how reports of this kind are protected."""
    return pack_text(city, f"protection_{category.protection_class.value}")


def visibility_sentence(city: City, visibility: Visibility) -> str:
    return pack_text(city, f"visibility_{visibility.value}")


TEMPLATE_WORDS: Final[Mapping[str, object]] = {
    "local": local,
    "example_of": example_of,
    "situations_of": situations_of,
    "pack_text": pack_text,
    "category_name": category_name,
    "area_name": area_name,
    "state_label": state_label,
    "state_tone": state_tone,
    "day": day,
    "short_day": short_day,
    "moment": moment,
    "days_number": days_number,
    "spaced": spaced,
    "searched_words": searched_words,
    "follow_address": follow_address,
    "qr_svg": qr_svg,
}
"""What templates of the pages may call."""
