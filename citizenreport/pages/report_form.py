"""What the form page shows: the category's own questions, what was typed, what is wrong with it."""

from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from citizenreport.cities.rules import (
    Agency,
    Area,
    Aspect,
    Category,
    City,
    EmergencyNumber,
    ProtectionClass,
    PublicPrecision,
    Visibility,
)
from citizenreport.core.ids import new_public_id
from citizenreport.pages import words
from citizenreport.pages.preview import Preview, preview
from citizenreport.web.held_photos import NO_PHOTOS, HeldPhoto, Kept
from citizenreport.web.pack_words import Outside, villages
from citizenreport.web.report_schema import SEND_KEY
from citizenreport.web.translate import _


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
    has_other_key: bool = False  # than the one it was sent under, for that is used up
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
        has_other_key=is_new,
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
