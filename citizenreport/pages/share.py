"""`/laporan/<code>/gambar.png`: a picture for whoever shares a released report."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request

from citizenreport.cities.rules import City
from citizenreport.core.db import public_reading
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.documents.share_pictures import ShareCard, draw
from citizenreport.pages import words
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.models import PublishedReport
from citizenreport.web.context import current_city, current_storage
from citizenreport.web.guards import public
from citizenreport.web.limits import guessing
from citizenreport.web.translate import _

bp = Blueprint("share", __name__)

DRAWING: Final = 1
"""Counts up when the drawing changes, so that nobody keeps an old one."""
KEPT: Final = 32
"""Pictures kept in a process, of 400 KB at most each; a withdrawn report is not asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything the picture is made of; equal ones are the same picture."""

    card: ShareCard
    photo_key: str | None

    @property
    def etag(self) -> str:
        return hashlib.sha256(f"{DRAWING} {self!r}".encode()).hexdigest()[:32]


@bp.get("/laporan/<tracking_code>/gambar.png")
@public
def picture(tracking_code: str) -> Response:
    """Draw a released report, with its first released photo. As the page: not public is not there."""
    city = current_city()
    code = normalise_tracking_code(tracking_code)
    with guessing(), public_reading() as session:
        row = publication_queries.by_code(session, code)
        photos = publication_queries.photos_of(session, code)
        wanted = Picture(card=_card(city, row), photo_key=photos[0].storage_key if photos else None)
    response = Response(mimetype="image/png")
    response.set_etag(wanted.etag)
    response.cache_control.no_cache = True
    response.cache_control.public = True
    if response.make_conditional(request).status_code == 200:
        response.set_data(_drawn(wanted))
    return response


def _card(city: City, row: PublishedReport) -> ShareCard:
    return ShareCard(
        site=_("Lapor %(city)s", city=city.name),
        title=words.category_name(city, row.category_code),
        place=words.area_name(city, row.area_code) or "",
        state=words.state_label(row.state),
        footer=urlsplit(str(current_app.config["PUBLIC_URL"])).netloc,
        mark=_("Contoh") if row.is_demo else "",
    )


@lru_cache(maxsize=KEPT)
def _drawn(wanted: Picture) -> bytes:
    photo = current_storage().get(wanted.photo_key) if wanted.photo_key is not None else None
    return draw(wanted.card, photo)
