"""Published reports as data: one set of names for the REST API, OGC API – Features and open data.

Texts are as published, names Indonesian: data are the same for every reader.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Final

from citizenreport.cities.rules import City
from citizenreport.publication.service_requests import Found
from citizenreport.routing.rules import agency_name
from citizenreport.web.published_query import STATUSES

Value = str | int | bool | None
FIELDS: Final = (
    *("tracking_code", "category_code", "category_name", "aspect", "area_code", "area_name"),
    *("agency_code", "agency_name", "state", "status", "text", "landmark", "submitted_on"),
    *("submitted_at", "settlement_due_on", "settled_on", "changed_on", "photo_url", "url"),
    *("seen_by_at_least", "is_demo"),
)
"""Every property of a published report but its place."""


class Names:
    """What codes are called, looked up once each for a whole list."""

    def __init__(self, city: City, site: str) -> None:
        self.city = city
        self.site = site
        self.agency = cache(lambda code: agency_name(city, code))

    def category(self, code: str) -> str:
        known = self.city.categories.get(code)
        return known.names["id"] if known else code

    def area(self, code: str | None) -> str | None:
        known = self.city.areas.get(code or "")
        return known.name if known else code

    def instant(self, moment: datetime | None) -> str | None:
        """Return an instant with the city's offset."""
        if moment is None:
            return None
        return moment.astimezone(self.city.calendar.time_zone).isoformat(timespec="seconds")


def properties_of(names: Names, row: Found) -> dict[str, Value]:
    """Return what is published of a report, by FIELDS; days are ISO days of the city."""
    settled_on = row.settled_on
    return {
        "tracking_code": row.tracking_code,
        "category_code": row.category_code,
        "category_name": names.category(row.category_code),
        "aspect": row.aspect,
        "area_code": row.area_code,
        "area_name": names.area(row.area_code),
        "agency_code": row.agency_code,
        "agency_name": names.agency(row.agency_code),
        "state": row.state,
        "status": "open" if row.state in STATUSES["open"] else "closed",
        "text": row.text,
        "landmark": row.landmark,
        "submitted_on": row.submitted_on.isoformat(),
        "submitted_at": names.instant(row.submitted_at),
        "settlement_due_on": row.settlement_due_on.isoformat(),
        "settled_on": settled_on.isoformat() if settled_on else None,
        "changed_on": row.changed_on.isoformat(),
        "photo_url": f"{names.site}/foto/{row.photo_code}" if row.photo_code else None,
        "url": f"{names.site}/laporan/{row.tracking_code}",
        "seen_by_at_least": row.seen_by_at_least,
        "is_demo": row.is_demo,
    }


def feature_of(
    names: Names, row: Found, *, only: Collection[str] | None = None
) -> dict[str, object]:
    """Return a report as a GeoJSON feature: its point as published, null where there is none.

    `only`: the properties that are wanted; None is all. Source: RFC 7946.
    """
    return {
        "type": "Feature",
        "id": row.tracking_code,
        "geometry": point_of(row),
        "properties": chosen(properties_of(names, row), only),
    }


def point_of(row: Found) -> dict[str, object] | None:
    if row.lon is None or row.lat is None:
        return None
    return {"type": "Point", "coordinates": [row.lon, row.lat]}


def chosen(values: Mapping[str, Value], only: Collection[str] | None) -> Mapping[str, Value]:
    """Return the properties that are wanted, in the order of FIELDS."""
    return values if only is None else {name: values[name] for name in values if name in only}
