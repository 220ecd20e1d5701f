"""What goes along from page to page until a report is sent: place, words, photos.

Everything typed stays; what belongs to one category alone (its answers, who may see it) does not.
"""

from dataclasses import dataclass
from typing import Final

from flask import request
from werkzeug.datastructures import MultiDict

from citizenreport.web import held_photos
from citizenreport.web.context import current_storage
from citizenreport.web.forms import chosen_files
from citizenreport.web.held_photos import NO_PHOTOS, HeldPhoto, Kept
from citizenreport.web.report_schema import PLACE_FIELDS, without_dropped_point

WORD_FIELDS: Final = (
    *("description", "occurred_at", "subject_agency", "subject_person"),
    *("contact_name", "contact_phone", "contact_email"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What the next page must not lose. `hidden`: the fields that carry all of it."""

    values: "MultiDict[str, str]"
    kept: Kept = NO_PHOTOS

    @property
    def photos(self) -> tuple[HeldPhoto, ...]:
        return self.kept.photos

    @property
    def hidden(self) -> list[tuple[str, str]]:
        tickets = [(held_photos.FIELD, photo.ticket) for photo in self.photos]
        return [*self.values.items(multi=True), *tickets]


NOTHING: Final = Carried(values=MultiDict())


def carried() -> Carried:
    """Return what this request brings along; photos that came with it are kept."""
    typed = without_dropped_point(request.form)
    named = [name for name in (*PLACE_FIELDS, *WORD_FIELDS) if typed.get(name)]
    return Carried(values=MultiDict((name, typed[name]) for name in named), kept=kept_photos())


def kept_photos() -> Kept:
    """Keep the photos of this request beside those that wait already."""
    return held_photos.keep(
        current_storage(),
        tickets=request.form.getlist(held_photos.FIELD),
        files=chosen_files(),
    )
