"""Released reports like the one somebody is about to send, from published rows only."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Blueprint, render_template, request, url_for

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import public_reading
from citizenreport.geo.position import Position
from citizenreport.intake.rules import Draft
from citizenreport.pages import words
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.models import PublishedPhoto, PublishedReport
from citizenreport.web.ages import age_words
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limit_rules import LOOKUP
from citizenreport.web.limits import limited
from citizenreport.web.locale import page_language
from citizenreport.web.pack_words import outside_of
from citizenreport.web.report_schema import read_form
from citizenreport.web.similar_reports import distance_words, seen_codes, wanted_similar
from citizenreport.web.translate import _

bp = Blueprint("similar", __name__, template_folder="templates")

AS_NEW: Final = "as_new"
"""Sent with a form whose sender was asked, or cannot be: the queue on a phone, for one."""
EXCERPT_CHARS: Final = 120
NO_PHOTO: Final = (None, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A released report as a hint: enough to tell whether it is the same thing."""

    code: str
    url: str
    excerpt: str | None
    landmark: str | None
    area_name: str | None
    photo_url: str | None
    distance: str | None
    age: str
    state_label: str
    tone: str
    seen_by: str


@bp.post("/lapor/serupa")
@limited(LOOKUP)
@public
def show() -> str:
    """Show what is known of a place and a category; nothing when there is nothing.

    Posted, so that no address and no log holds where somebody stands.
    """
    keep_out_of_caches()
    city = current_city()
    draft, _wrong = read_form(request.form, city=city, locale=page_language())
    place = _place_sentence(city, draft.position) if draft.position else None
    return render_template("pages/_similar.html", city=city, place=place, hints=hints(city, draft))


def hints(city: City, draft: Draft) -> list[Hint]:
    """Return the released reports to show before this one is sent; none for what is not public."""
    wanted = wanted_similar(city, draft)
    if wanted is None:
        return []
    today = city.local_date(utcnow())
    with public_reading() as session:
        found = publication_queries.similar(session, wanted)
        codes = [row.tracking_code for row, _metres in found]
        photos = publication_queries.first_photos(session, codes)
        return [
            _hint(city, row, metres, photos.get(row.tracking_code, NO_PHOTO)[0], today=today)
            for row, metres in found
        ]


def unseen(city: City, draft: Draft) -> list[Hint]:
    """Return the hints, unless each was shown before or the sender says that this one is new."""
    if request.form.get(AS_NEW):
        return []
    found = hints(city, draft)
    return [] if {hint.code for hint in found} <= seen_codes() else found


def _hint(
    city: City,
    row: PublishedReport,
    metres: float | None,
    photo: PublishedPhoto | None,
    *,
    today: date,
) -> Hint:
    return Hint(
        code=row.tracking_code,
        url=url_for("published.show", tracking_code=row.tracking_code),
        excerpt=words.excerpt(row.text, EXCERPT_CHARS),
        landmark=row.landmark,
        area_name=words.area_name(city, row.area_code),
        photo_url=url_for("published.thumbnail", photo_code=photo.photo_code) if photo else None,
        distance=distance_words(metres),
        age=age_words((today - row.submitted_on).days),
        state_label=words.state_label(row.state),
        tone=words.state_tone(row.state),
        seen_by=words.seen_by_sentence(row.seen_by_at_least),
    )


def _place_sentence(city: City, position: Position) -> str:
    """Return which area a point lies in, as a suggestion, or where outside it belongs."""
    located = city.area_index.locate(position)
    if located.area_code is None:
        return outside_of(city, position).sentence
    name = words.area_name(city, located.area_code) or ""
    return _("Titik ini di %(area)s.", area=name)
