"""The pages on the way to a report: where to begin, what it is about, the form, what is similar."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from flask import render_template, request
from werkzeug.datastructures import MultiDict

from citizenreport.cities.rules import Area, Category, City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.pages import words
from citizenreport.pages.carried import NOTHING, Carried
from citizenreport.pages.report_form import FormView, aspect_groups
from citizenreport.pages.similar import Hint
from citizenreport.suggestions.categories import suggest
from citizenreport.web import form_ticket
from citizenreport.web.category_search import QUERY_MAX_CHARS, search
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.edition import keep_up
from citizenreport.web.faults import faults_of
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.held_photos import HeldPhoto
from citizenreport.web.pack_words import villages
from citizenreport.web.suggester import learned_now

PHOTO_FIRST: Final = "foto"
PLACE_FIRST: Final = "tempat"
WAYS: Final = (PHOTO_FIRST, PLACE_FIRST)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartView:
    """A beginning with the photo or the place, before the category is known."""

    way: str
    values: "MultiDict[str, str]"
    villages: tuple[tuple[str, tuple[Area, ...]], ...]
    held: tuple[HeldPhoto, ...] = ()
    faults: dict[str, str] = field(default_factory=dict)
    needs_place: bool = True

    @property
    def has_place_point(self) -> bool:
        return bool(self.values.get("lat") and self.values.get("lon"))


def start_page(way: str, along: Carried = NOTHING) -> str:
    """Render the beginning with the photo or with the place."""
    city = current_city()
    view = StartView(
        way=way,
        values=along.values,
        villages=villages(city),
        held=along.photos,
        faults=faults_of(along.kept.faults),
    )
    if request.method == "POST":
        keep_out_of_caches()
    return render_template("pages/start.html", city=city, form=view)


def choosing_page(along: Carried = NOTHING, *, query: str = "") -> str:
    """Render the choice of what it is about; what was brought along goes on with it."""
    city = current_city()
    if request.method == "POST":
        keep_out_of_caches()
    found = search(city, query)
    return render_template(
        "pages/choose.html",
        city=city,
        groups=aspect_groups(city),
        numbers=words.verified_numbers(city),
        along=along,
        query=query,
        found=found,
        suggested=_suggested(city, query, found),
    )


def _suggested(
    city: City, query: str, found: Sequence[Category]
) -> list[tuple[Category, Sequence[str]]]:
    """Return what the words of a search may be about besides what was found, each with its reason."""
    if not query.strip():
        return []
    keep_up()  # what was learned of a text that was taken back meanwhile speaks no more
    with transaction() as session:
        learned = learned_now(session)
    known = {category.category_code for category in found}
    return [
        (city.categories[one.code], one.words)
        for one in suggest(city, learned, query[:QUERY_MAX_CHARS]).categories
        if one.code not in known
    ]


def form_page(view: FormView) -> str:
    """Render the form; one for a protected category leaves nothing in a cache."""
    if view.is_confidential or request.method == "POST":
        keep_out_of_caches()
    return render_template(
        "pages/report.html", city=current_city(), form=view, ticket=_ticket(view)
    )


def similar_page(view: FormView, hints: Sequence[Hint], fields: Sequence[tuple[str, str]]) -> str:
    """Render what was found before sending; `fields` carry all that was typed."""
    keep_out_of_caches()
    return render_template(
        "pages/similar.html", city=current_city(), form=view, hints=hints, fields=fields
    )


def _ticket(view: FormView) -> str:
    """Return the form's ticket: the one it came with, if that is ours, so that it keeps its age."""
    sent, keys = request.form.get(form_ticket.FIELD, ""), current_keys()
    if form_ticket.issued_at(keys, sent, view.send_key) is not None:
        return sent
    return form_ticket.new_ticket(keys, view.send_key, now=utcnow())
