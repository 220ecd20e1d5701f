"""What the form page shows: the category's own questions, what was typed, what is wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from werkzeug.datastructures import MultiDict

from citizenreport.cities.rules import (
    Agency,
    Area,
    AreaLevel,
    Aspect,
    Category,
    City,
    EmergencyNumber,
    ProtectionClass,
    PublicPrecision,
    Visibility,
)
from citizenreport.core.errors import CitizenReportError
from citizenreport.core.ids import new_public_id
from citizenreport.core.text import _n
from citizenreport.geo.position import Position
from citizenreport.intake.rules import outside_channel
from citizenreport.pages import words
from citizenreport.pages.held_photos import NO_PHOTOS, HeldPhoto, Kept
from citizenreport.pages.preview import Preview, preview
from citizenreport.pages.report_schema import ANSWER_PREFIX, SEND_KEY
from citizenreport.web.problems import Fault, describe
from citizenreport.web.translate import _

FIELD_OF: Final = {
    "position": "place",
    "lat": "place",
    "lon": "place",
    "accuracy_m": "place",
    "area_code": "place",
    "photos": "photos",
    "category_code": "category",
}
"""Where the page shows what is wrong with a value; the others are shown at their own name."""

MESSAGE_OF: Final = {
    "description": _n("Ceritakan dulu apa yang terjadi."),
    "place": _n("Titik lokasinya tidak terbaca. Pilih kelurahan saja."),
}
"""What the page says of a missing or unreadable value, friendlier than for machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Where a point outside the city belongs."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """One rendering of the form. `values`: what was typed, by field name."""

    category: Category
    send_key: str
    values: "MultiDict[str, str]"
    numbers: tuple[EmergencyNumber, ...]
    visibilities: tuple[Visibility, ...]
    villages: tuple[tuple[str, tuple[Area, ...]], ...]
    agencies: tuple[Agency, ...]
    previews: tuple[Preview, ...]
    faults: dict[str, str] = field(default_factory=dict)  # message by field id
    outside: Outside | None = None
    held: tuple[HeldPhoto, ...] = ()
    has_lost_photos: bool = False
    must_wait: bool = False  # too many from this network: the numbers to call are shown first

    @property
    def is_confidential(self) -> bool:
        return self.category.visibility is Visibility.CONFIDENTIAL

    @property
    def is_resumed(self) -> bool:
        """Say whether writing has begun: the emergency numbers were seen and gone past."""
        return bool(self.values.get("description") or self.faults or self.outside)

    @property
    def needs_place(self) -> bool:
        return self.category.public_precision is not PublicPrecision.NONE

    @property
    def is_protected(self) -> bool:
        return self.category.protection_class is not ProtectionClass.NONE

    @property
    def has_place_point(self) -> bool:
        return bool(self.values.get("lat") and self.values.get("lon"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AspectGroup:
    """The categories of one aspect, for choosing."""

    aspect: Aspect
    name: str
    hint: str
    categories: tuple[Category, ...]


def form_view(
    city: City,
    category: Category,
    values: "MultiDict[str, str]",
    *,
    faults: dict[str, str] | None = None,
    outside: Outside | None = None,
    kept: Kept = NO_PHOTOS,
    is_new: bool = False,
    must_wait: bool = False,
) -> FormView:
    """Return the form of a category. `is_new`: under a send key of its own, whatever was sent.

    `must_wait`: it was refused for now; then all emergency numbers are on it.
    """
    stricter = [v for v in Visibility if v.strictness >= category.visibility.strictness]
    sent_key = "" if is_new else values.get(SEND_KEY, "")
    return FormView(
        category=category,
        send_key=sent_key or new_public_id(),
        values=values,
        numbers=tuple(
            words.verified_numbers(city) if must_wait else words.numbers_to_call(city, category)
        ),
        visibilities=tuple(stricter),
        villages=villages(city),
        agencies=tuple(
            sorted((a for a in city.agencies.values() if not a.is_external), key=lambda a: a.name)
        ),
        previews=tuple(preview(city, category, visibility) for visibility in stricter),
        faults=faults or {},
        outside=outside,
        held=kept.photos,
        has_lost_photos=bool(kept.faults),
        must_wait=must_wait,
    )


def aspect_groups(city: City) -> list[AspectGroup]:
    """Return the categories by aspect, as the pack orders them; what does not fit comes last."""
    found: dict[Aspect, list[Category]] = {aspect: [] for aspect in Aspect}
    for category in city.categories.values():
        found[category.aspect].append(category)
    return [
        AspectGroup(
            aspect=aspect,
            name=_(words.ASPECT_NAMES[aspect]),
            hint=_(words.ASPECT_HINTS[aspect]),
            categories=tuple(categories),
        )
        for aspect, categories in found.items()
        if categories
    ]


def villages(city: City) -> tuple[tuple[str, tuple[Area, ...]], ...]:
    """Return the smallest areas under the names of their districts."""

    def district(area: Area) -> str:
        return words.area_name(city, area.parent_code) or ""

    smallest = [area for area in city.areas.values() if area.level is AreaLevel.VILLAGE]
    ordered = sorted(smallest, key=lambda area: (district(area), area.name))
    return tuple((name, tuple(areas)) for name, areas in groupby(ordered, key=district))


def faults_of(errors: Iterable[Exception]) -> dict[str, str]:
    """Return one message for each field that something is wrong with, the first one said."""
    found: dict[str, str] = {}
    for error in errors:
        for fault in _pointed(error):
            name = field_id(fault.pointer)
            is_shape = not isinstance(error, CitizenReportError)
            plain = MESSAGE_OF.get(name) if is_shape and _is_missing(name, fault) else None
            found.setdefault(name, _(plain) if plain else fault.detail)
    return found


def field_id(pointer: str) -> str:
    """Return the id of the field a JSON pointer means: `#/answers/jenis` → `answers.jenis`."""
    steps = [step for step in pointer.lstrip("#").split("/") if step]
    if not steps:
        return "form"
    if steps[0] == "answers" and len(steps) > 1:
        return ANSWER_PREFIX + steps[1]
    if steps[0] == "subject" and len(steps) > 1:
        return "subject_agency" if steps[1] == "agency_code" else "subject_person"
    return FIELD_OF.get(steps[0], steps[0])


def outside_of(city: City, position: Position) -> Outside:
    """Return where a report about this point belongs, in a sentence."""
    located = city.area_index.locate(position)
    channel = outside_channel(city, located)
    neighbour = city.neighbours.get(located.neighbour_code or "")
    if neighbour is None:
        return Outside(sentence=channel)
    sentence = words.pack_text(
        city,
        "out_of_area_neighbour",
        name=neighbour.name,
        district=neighbour.district,
        channel=channel,
    )
    return Outside(sentence=sentence or f"{neighbour.name}. {channel}")


def _pointed(error: Exception) -> list[Fault]:
    problem = describe(error)
    return list(problem.faults) or [Fault(pointer="#", detail=problem.detail or problem.title)]


def _is_missing(name: str, fault: Fault) -> bool:
    return name == "place" or fault.detail == _("Bagian ini wajib diisi.")
