"""`/laporan.atom`: released reports as a feed (RFC 4287), what changed last first.

It is made of published rows. Days are what is published, so that `updated` is the beginning of
the day of change in the city.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Final
from urllib.parse import urlencode
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, request, url_for
from werkzeug.http import http_date

from citizenreport.cities.rules import City
from citizenreport.core.db import public_reading
from citizenreport.i18n.languages import LANGUAGES
from citizenreport.pages import words
from citizenreport.pages.finding import absolute, conditional
from citizenreport.pages.published_filters import address, good_filters, read_filters
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.models import PublishedPhoto, PublishedReport
from citizenreport.routing.rules import agency_name
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.locale import page_language
from citizenreport.web.translate import _

bp = Blueprint("feeds", __name__)

ENTRIES: Final = 50
ATOM: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/atom+xml"
NAMES: Final = UUID("5f1f4c7e-3d0a-4f53-9c55-6a1c1b9d2e70")
"""Namespace of the ids: version 5 of random codes tells no order and no time."""
NEVER: Final = "1970-01-01T00:00:00Z"
"""When a feed without entries was changed: RFC 4287 wants an instant."""
NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Source: XML 1.0, 2.2 Char."""


@bp.get("/laporan.atom")
@public
def atom() -> Response:
    """Send the feed, filtered as the list is.

    A day is too coarse for If-Modified-Since: what was withdrawn on the day of the last change would
    stay in a reader. So Last-Modified is told, and only the hash decides whether there is news.
    """
    city, asked = current_city(), good_filters()
    with public_reading() as session:
        rows = publication_queries.changed_last(session, asked.page(rows=ENTRIES - 1, after=None))
        photos = publication_queries.first_photos(session, [row.tracking_code for row in rows])
        feed = _feed(
            city, asked.chosen, rows, {code: photo for code, (photo, _n) in photos.items()}
        )
        changed_on = rows[0].changed_on if rows else None
    response = conditional(ET.tostring(feed, "utf-8", xml_declaration=True), MEDIA_TYPE)
    if changed_on is not None:
        response.headers["Last-Modified"] = http_date(_midnight(city, changed_on))
    return response


def feed_url() -> str:
    """Return the address of the feed that has the filters of this page, of those that can be read."""
    asked = read_filters()
    good = {name: value for name, value in asked.chosen.items() if name not in asked.faults}
    return address("feeds.atom", good)


@bp.app_context_processor
def feed_links() -> dict[str, object]:
    """Give templates `feed_url`."""
    return {"feed_url": feed_url}


def _feed(
    city: City,
    chosen: Mapping[str, str],
    rows: Sequence[PublishedReport],
    photos: Mapping[str, PublishedPhoto],
) -> ET.Element:
    asked = request.args.get("lang")
    own = dict(chosen) | ({"lang": asked} if asked in LANGUAGES else {})
    query = f"?{urlencode(own)}" if own else ""
    name = _("Laporan warga %(city)s", city=city.name)
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": page_language()})
    _text(feed, "id", _urn(city, urlencode(sorted(chosen.items()))))
    _text(feed, "title", f"{name} ({', '.join(chosen.values())})" if chosen else name)
    _text(feed, "updated", _instant(city, rows[0].changed_on) if rows else NEVER)
    _text(ET.SubElement(feed, "author"), "name", agency_name(city, city.desk_agency_code))
    _link(feed, "self", absolute(url_for("feeds.atom") + query), MEDIA_TYPE)
    _link(feed, "alternate", absolute(url_for("published.index") + query), "text/html")
    for row in rows:
        _entry(feed, city, row, photos.get(row.tracking_code))
    return feed


def _entry(
    feed: ET.Element, city: City, row: PublishedReport, photo: PublishedPhoto | None
) -> None:
    entry = ET.SubElement(feed, "entry")
    category = words.category_name(city, row.category_code)
    area = words.area_name(city, row.area_code)
    state = words.state_label(row.state)
    page = absolute(url_for("published.show", tracking_code=row.tracking_code))
    _text(entry, "id", _urn(city, row.tracking_code))
    _text(entry, "title", f"{category} – {area}" if area else category)
    _text(entry, "updated", _instant(city, row.changed_on))
    sent_at = row.submitted_at.isoformat() if row.submitted_at else None
    _text(entry, "published", sent_at or _instant(city, row.submitted_on))
    _link(entry, "alternate", page, "text/html")
    if photo is not None:
        picture = url_for("published.photo", photo_code=photo.photo_code)
        _link(entry, "enclosure", absolute(picture), photo.media_type)
    for term, label in (
        (row.category_code, category),
        (row.aspect, row.aspect),
        (row.state, state),
    ):
        ET.SubElement(entry, "category", term=term, label=label)
    facts = f"{state} · {agency_name(city, row.agency_code)}"
    mark = f"{_('Contoh')}: " if row.is_demo else ""
    _text(entry, "summary", mark + (f"{row.text}\n\n{facts}" if row.text else facts))


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = NOT_XML.sub("\ufffd", text)


def _link(parent: ET.Element, rel: str, href: str, media_type: str) -> None:
    ET.SubElement(parent, "link", rel=rel, href=href, type=media_type)


def _urn(city: City, name: str) -> str:
    return uuid5(NAMES, f"{city.city_code} {name}").urn


def _midnight(city: City, day: date) -> datetime:
    return datetime.combine(day, time.min, city.calendar.time_zone)


def _instant(city: City, day: date) -> str:
    return _midnight(city, day).isoformat()
