"""Released reports like the one somebody is about to send, from published rows only."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from flask import Blueprint, render_template, request, url_for

from citizenreport.cities.rules import Category, City, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.db import public_reading
from citizenreport.disclosure.rules import initial_visibility
from citizenreport.geo.position import Position
from citizenreport.intake.rules import Draft
from citizenreport.pages import words
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.models import PublishedPhoto, PublishedReport
from citizenreport.publication.rules import Similar
from citizenreport.web.ages import age_words
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limit_rules import LOOKUP
from citizenreport.web.limits import limited
from citizenreport.web.locale import page_language
from citizenreport.web.pack_words import outside_of
from citizenreport.web.report_schema import read_form
from citizenreport.web.translate import _

bp = Blueprint("similar", __name__, template_folder="templates")

SEEN: Final = "seen_similar"
"""Codes of similar reports the reader was shown while writing, with spaces between them."""
AS_NEW: Final = "as_new"
"""Sent with a form whose sender was asked, or cannot be: the queue on a phone, for one."""
EXCERPT_CHARS: Final = 120
ROUND_TO_M: Final = 10
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
    category = city.categories.get(draft.category_code)
    if category is None or not _may_be_public(category, draft):
        return []
    today = city.local_date(utcnow())
    usual = city.similar_reports
    wanted = Similar(
        category_code=draft.category_code,
        position=draft.position,
        area_code=draft.area_code,
        radius_m=usual.radius_m,
        since_on=today - timedelta(days=usual.days),
        limit=usual.most,
    )
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
    seen = set(request.form.get(SEEN, "").split())
    return [] if {hint.code for hint in found} <= seen else found


def _may_be_public(category: Category, draft: Draft) -> bool:
    """Say whether the report would be public: a join never crosses visibility."""
    return initial_visibility(category, draft.wish) is Visibility.PUBLIC


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
        distance=_distance(metres),
        age=age_words((today - row.submitted_on).days),
        state_label=words.state_label(row.state),
        tone=words.state_tone(row.state),
        seen_by=words.seen_by_sentence(row.seen_by_at_least),
    )


def _distance(metres: float | None) -> str | None:
    if metres is None:
        return None
    rounded = max(1, round(metres / ROUND_TO_M)) * ROUND_TO_M
    return _("sekitar %(metres)d meter dari sini", metres=rounded)


def _place_sentence(city: City, position: Position) -> str:
    """Return which area a point lies in, as a suggestion, or where outside it belongs."""
    located = city.area_index.locate(position)
    if located.area_code is None:
        return outside_of(city, position).sentence
    name = words.area_name(city, located.area_code) or ""
    return _("Titik ini di %(area)s.", area=name)
