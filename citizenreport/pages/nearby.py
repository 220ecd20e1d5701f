"""`/dekat.json`: the newest released reports with a place. The phone sorts them by distance itself.

The phone asks for the same list whoever holds it, so that its position never leaves it.
"""

import json
from typing import Final

from flask import Blueprint, Response, url_for

from citizenreport.cities.rules import City
from citizenreport.core.db import public_reading
from citizenreport.pages import words
from citizenreport.pages.finding import conditional
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.models import PublishedReport
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.limit_rules import LOOKUP
from citizenreport.web.limits import limited

bp = Blueprint("nearby", __name__)

LISTED: Final = 500
"""About 70 KB, 12 KB compressed: what a phone loads at one tap."""


@bp.get("/dekat.json")
@limited(LOOKUP)
@public
def show() -> Response:
    """List the newest released reports that have a public place, as published."""
    city = current_city()
    with public_reading() as session:
        rows = publication_queries.with_places(session, limit=LISTED)
        listed = [_entry(city, row) for row in rows]
    body = json.dumps({"reports": listed}, ensure_ascii=False, separators=(",", ":"))
    return conditional(body.encode(), "application/json")


def _entry(city: City, row: PublishedReport) -> dict[str, object]:
    assert row.position is not None
    return {
        "url": url_for("published.show", tracking_code=row.tracking_code),
        "lon": row.position.lon,
        "lat": row.position.lat,
        "name": words.category_name(city, row.category_code),
        "area": words.area_name(city, row.area_code) or "",
        "state": words.state_label(row.state),
        "tone": words.state_tone(row.state),
        "day": words.short_day(row.submitted_on),
    }
