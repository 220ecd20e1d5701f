"""`/laporan`, `/laporan/<code>`, `/foto/<code>`: what was released, from published rows only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, sqrt
from typing import Final

from flask import Blueprint, Response, render_template, request, url_for
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Aspect, Category, City, Visibility
from citizenreport.core.db import public_reading
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.core.text import _n
from citizenreport.geo.grid import CELL_M
from citizenreport.intake.photos import MEDIA_TYPE, THUMBNAIL_SIDE_PX
from citizenreport.pages import joins, words
from citizenreport.pages.published_density import (
    busy_areas,
    busy_cells,
    density_of,
    step_ranges,
)
from citizenreport.pages.published_filters import (
    Asked,
    address,
    after_row,
    read_after,
    read_filters,
)
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.models import PublishedPhoto, PublishedReport
from citizenreport.publication.rules import PublishedReportNotFound
from citizenreport.routing.rules import agency_name
from citizenreport.storage.rules import is_key
from citizenreport.triage.states import LABELS, State
from citizenreport.web.context import current_city, current_storage
from citizenreport.web.follow import public_report
from citizenreport.web.guards import public
from citizenreport.web.limits import guessing
from citizenreport.web.pack_words import villages
from citizenreport.web.translate import _
from citizenreport.web.versions import unless_known

bp = Blueprint("published", __name__, template_folder="templates")

PAGE_ROWS: Final = 20
HERE: Final = "published.index"
TEMPLATE: Final = "pages/published_list.html"
LIST, MAP, DENSITY = "daftar", "peta", "kepadatan"
VIEWS: Final = {LIST: _n("Daftar"), MAP: _n("Peta"), DENSITY: _n("Kepadatan")}
EXCERPT_CHARS: Final = 160
SHOWN_STATES: Final = tuple(state for state in State if state is not State.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """The small picture of a released photo; pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A released report in a list."""

    code: str
    url: str
    category_name: str
    area_name: str | None
    agency_name: str
    state: str
    state_label: str
    tone: str
    submitted_on: date
    excerpt: str | None
    photo: Thumbnail | None
    photo_count: int
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlace:
    """Where a released report is. A cell's centre stands for all of the cell: `radius_m` reaches
    its corners.
    """

    lon: float
    lat: float
    is_exact: bool
    radius_m: int

    @property
    def coordinates(self) -> str:
        """Latitude and longitude, to about a metre."""
        return f"{self.lat:.5f}, {self.lon:.5f}"


def shown_place(row: PublishedReport) -> ShownPlace | None:
    """Return the published place; None where only the area is public.

    An hour is published only with an exact place (protection.md, section 3).
    """
    if row.position is None:
        return None
    return ShownPlace(
        lon=row.position.lon,
        lat=row.position.lat,
        is_exact=row.submitted_at is not None,
        radius_m=ceil(CELL_M / sqrt(2)),
    )


@bp.get("/laporan")
@public
def index() -> str | tuple[str, int]:
    """Show released reports as a list, a map or counts; a filter that cannot be read is said."""
    city, asked = current_city(), read_filters()
    view = request.args.get("tampilan", "")
    view = view if view in VIEWS else LIST
    if asked.faults:
        return render_template(TEMPLATE, **_frame(city, asked, view), nothing=True), 422
    if view == DENSITY:
        return render_template(TEMPLATE, **_frame(city, asked, view), **_counted(city, asked))
    return render_template(TEMPLATE, **_frame(city, asked, view), **_listed(city, asked, view))


@bp.get("/laporan/<tracking_code>")
@public
def show(tracking_code: str) -> str:
    """Show a released report; one that is not public looks like one that never was."""
    city = current_city()
    with guessing(), public_reading() as session:
        row = publication_queries.by_code(session, normalise_tracking_code(tracking_code))
        report = public_report(session, city, row, public_url="")
        place = shown_place(row)
        session.expunge_all()  # what was read stays as it is; the reader's own join is no public read
    return render_template(
        "pages/published.html",
        city=city,
        report=report,
        agency=agency_name,
        place=place,
        join=joins.join_view(report),
    )


@bp.get("/foto/<photo_code>")
@public
def photo(photo_code: str) -> Response:
    """Send a released photo. It may be withdrawn, so that caches ask each time."""
    if not is_key(photo_code):
        raise PublishedReportNotFound
    with public_reading() as session:
        found = publication_queries.photo_by_code(session, photo_code)
        key, media_type = found.storage_key, found.media_type
    return _picture(key, media_type, etag=photo_code)  # another picture has another code


@bp.get("/foto/<photo_code>/kecil")
@public
def thumbnail(photo_code: str) -> Response:
    """Send a released photo small, or whole as long as nobody has made it small."""
    if not is_key(photo_code):
        raise PublishedReportNotFound
    with public_reading() as session:
        found = publication_queries.photo_by_code(session, photo_code)
        whole, small, media_type = found.storage_key, found.thumbnail_key, found.media_type
    if small is None:
        return _picture(whole, media_type, etag=photo_code)
    return _picture(small, MEDIA_TYPE, etag=f"{photo_code}-kecil")


def _picture(key: str, media_type: str, *, etag: str) -> Response:
    response = Response(current_storage().get(key), mimetype=media_type)
    response.set_etag(etag)
    response.cache_control.no_cache = True
    response.cache_control.public = True
    response.headers["Content-Disposition"] = "inline"
    return unless_known(response)


def cards(session: Session, city: City, rows: Sequence[PublishedReport]) -> list[Card]:
    """Return what a list shows of each report."""
    photos = publication_queries.first_photos(session, [row.tracking_code for row in rows])
    shown = {code: thumbnail_of(photo) for code, (photo, _count) in photos.items()}
    return [
        Card(
            code=row.tracking_code,
            url=url_for("published.show", tracking_code=row.tracking_code),
            category_name=words.category_name(city, row.category_code),
            area_name=words.area_name(city, row.area_code),
            agency_name=agency_name(city, row.agency_code),
            state=row.state,
            state_label=words.state_label(row.state),
            tone=words.state_tone(row.state),
            submitted_on=row.submitted_on,
            excerpt=words.excerpt(row.text, EXCERPT_CHARS),
            photo=shown.get(row.tracking_code),
            photo_count=photos[row.tracking_code][1] if row.tracking_code in photos else 0,
            is_demo=row.is_demo,
        )
        for row in rows
    ]


def thumbnail_of(photo: PublishedPhoto) -> Thumbnail:
    """Return where a released photo is shown small, and how large it is then."""
    scale = min(1.0, THUMBNAIL_SIDE_PX / max(photo.width, photo.height))
    return Thumbnail(
        url=url_for("published.thumbnail", photo_code=photo.photo_code),
        width=max(1, round(photo.width * scale)),
        height=max(1, round(photo.height * scale)),
    )


def _frame(city: City, asked: Asked, view: str) -> dict[str, object]:
    """Return what every view of the public places needs: filters, other views, data for a map."""
    shown = {} if view == LIST else {"tampilan": view}
    return {
        "city": city,
        "view": view,
        "views": [
            (
                name,
                _(label),
                address(HERE, asked.chosen, **({} if name == LIST else {"tampilan": name})),
            )
            for name, label in VIEWS.items()
        ],
        "chosen": asked.chosen,
        "faults": asked.faults,
        "clear_url": address(HERE, {}, **shown),
        "geojson_url": address("published_map.reports", asked.chosen),
        "density_url": address("published_map.density", asked.chosen),
        "aspects": [(aspect.value, _(words.ASPECT_NAMES[aspect])) for aspect in Aspect],
        "categories": _public_categories(city),
        "villages": villages(city),
        "states": [(state.value, _(LABELS[state])) for state in SHOWN_STATES],
    }


def _listed(city: City, asked: Asked, view: str) -> dict[str, object]:
    wanted = asked.page(rows=PAGE_ROWS, after=read_after())
    more = {} if view == LIST else {"tampilan": view}
    next_url = None
    with public_reading() as session:
        rows = publication_queries.page(session, wanted)
        shown = cards(session, city, rows[:PAGE_ROWS])
        if len(rows) > PAGE_ROWS:
            cursor = after_row(rows[PAGE_ROWS - 1])
            next_url = address(HERE, asked.chosen, **more, setelah=cursor)
    return {
        "cards": shown,
        "is_first_page": wanted.after is None,
        "first_url": address(HERE, asked.chosen, **more),
        "next_url": next_url,
    }


def _counted(city: City, asked: Asked) -> dict[str, object]:
    found = density_of(city, asked.filters)
    return {
        "total": found.total,
        "placed": found.placed,
        "cell_m": round(found.cell_m),
        "busy_areas": busy_areas(city, asked, found.areas),
        "busy_cells": busy_cells(city, found),
        "steps": step_ranges(),
    }


def _public_categories(city: City) -> list[tuple[str, list[Category]]]:
    """Return the categories that may be public, under their aspects: others are never listed."""
    found: dict[Aspect, list[Category]] = {}
    for category in city.categories.values():
        if category.visibility is Visibility.PUBLIC:
            found.setdefault(category.aspect, []).append(category)
    return [(_(words.ASPECT_NAMES[aspect]), listed) for aspect, listed in found.items()]
