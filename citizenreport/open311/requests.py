"""/open311/v2/requests: published reports as service requests. Published rows only."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from flask import Blueprint, Response, current_app

from citizenreport.cities.rules import City
from citizenreport.core.db import public_reading
from citizenreport.core.errors import NotFound
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.core.text import _n
from citizenreport.open311.answers import (
    answer,
    conditional,
    end_of,
    read_query,
    start_of,
)
from citizenreport.open311.request_filters import KNOWN, STATUSES, read_wanted
from citizenreport.open311.services import local
from citizenreport.open311.statuses import EXTENDED
from citizenreport.partners.georeport import Content, Repeated
from citizenreport.publication.models import PublishedReply
from citizenreport.publication.service_requests import Found, Wanted, found, replies_among
from citizenreport.routing.rules import agency_name
from citizenreport.triage.states import LABELS, State
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.translate import _

bp = Blueprint("georeport_requests", __name__, url_prefix="/open311/v2")

ROOT: Final = "service_requests"


class RequestNotFound(NotFound):
    code = "service-request-not-found"
    title = _n("service_request_id ini tidak ada, atau tidak untuk umum.")


class TokenNotFound(NotFound):
    code = "token-not-found"
    title = _n("token ini tidak ada, atau laporannya belum tayang untuk umum.")


@bp.get("/requests.<any(xml, json):form>")
@public
def index(form: str) -> Response:
    """List published reports, newest first; of a list of ids those that are published."""
    city = current_city()
    chosen = read_query(city, KNOWN)
    wanted = read_wanted(chosen, city)
    items = _items(city, wanted, has_extensions=chosen.get("extensions") == "true")
    if not items and wanted.codes is not None and len(wanted.codes) == 1:
        raise RequestNotFound
    return conditional(answer(ROOT, Repeated(item="request", items=items), form=form))


@bp.get("/requests/<tracking_code>.<any(xml, json):form>")
@public
def show(tracking_code: str, form: str) -> Response:
    """Show one published row. An unknown id and one that is not public answer the same."""
    city = current_city()
    chosen = read_query(city, {"extensions"})
    wanted = Wanted(
        time_zone=str(city.calendar.time_zone), codes=[normalise_tracking_code(tracking_code)]
    )
    items = _items(city, wanted, has_extensions=chosen.get("extensions") == "true")
    if not items:
        raise RequestNotFound
    return conditional(answer(ROOT, Repeated(item="request", items=items), form=form))


@bp.get("/tokens/<tracking_code>.<any(xml, json):form>")
@public
def token(tracking_code: str, form: str) -> Response:
    """Tell the id that belongs to a token once the report is public; before, it is unknown."""
    city = current_city()
    read_query(city, ())
    code = normalise_tracking_code(tracking_code)
    with public_reading() as session:
        rows = found(session, Wanted(time_zone=str(city.calendar.time_zone), codes=[code]))
    if not rows:
        raise TokenNotFound
    item: Content = {"service_request_id": code, "token": code}
    return conditional(answer(ROOT, Repeated(item="request", items=[item]), form=form))


def _items(city: City, wanted: Wanted, *, has_extensions: bool) -> list[Content]:
    with public_reading() as session:
        rows = found(session, wanted)
        codes = [row.tracking_code for row in rows]
        replies = replies_among(session, codes) if has_extensions else {}
        words = Words(city)
        return [
            _item(words, row)
            | (_extended(city, row, replies.get(row.tracking_code, ())) if has_extensions else {})
            for row in rows
        ]


class Words:
    """What codes and days are called, looked up once each for a whole list."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.site = str(current_app.config["PUBLIC_URL"]).rstrip("/")
        self.state = cache(lambda state: _(LABELS[State(state)]))
        self.agency = cache(lambda code: agency_name(city, code))
        self.start_of = cache(lambda day: start_of(day, city))
        self.end_of = cache(lambda day: end_of(day, city))
        self.service = cache(self._service)
        self.place = cache(self._place)

    def _service(self, code: str) -> str:
        category = self.city.categories.get(code)
        return local(category.names) if category else code

    def _place(self, area_code: str | None) -> tuple[str, str]:
        """Return the area with the city, and the postal code."""
        area = self.city.areas.get(area_code or "")
        if area is None:
            return self.city.name, ""
        return f"{area.name}, {self.city.name}", area.postal_code or ""


def _item(words: Words, row: Found) -> dict[str, Content]:
    moment = row.submitted_at
    place, postal_code = words.place(row.area_code)
    return {
        "service_request_id": row.tracking_code,
        "status": "open" if row.state in STATUSES["open"] else "closed",
        "status_notes": words.state(row.state),
        "service_name": words.service(row.category_code),
        "service_code": row.category_code,
        "description": row.text or "",
        "agency_responsible": words.agency(row.agency_code),
        "service_notice": "",
        "requested_datetime": moment.astimezone(words.city.calendar.time_zone).isoformat(
            timespec="seconds"
        )
        if moment
        else words.start_of(row.submitted_on),
        "updated_datetime": words.start_of(row.changed_on),
        "expected_datetime": words.end_of(row.settlement_due_on),
        "address": f"{row.landmark}, {place}" if row.landmark else place,
        "address_id": row.area_code or "",
        "zipcode": postal_code,
        "lat": row.lat,
        "long": row.lon,
        "media_url": f"{words.site}/foto/{row.photo_code}" if row.photo_code else "",
    }


def _extended(city: City, row: Found, replies: Sequence[PublishedReply]) -> dict[str, Content]:
    """Return what is said beyond the standard, under `extensions=true`."""
    notes: list[Content] = [
        {
            "datetime": start_of(reply.replied_on, city),
            "description": reply.text,
            "agency_responsible": agency_name(city, reply.agency_code),
        }
        for reply in replies
    ]
    settled_on = row.settled_on
    return {
        "extended_attributes": {
            "status": EXTENDED[State(row.state)],
            "aspect": row.aspect,
            "closed_datetime": start_of(settled_on, city) if settled_on else None,
            "seen_by_at_least": row.seen_by_at_least,
            "is_demo": row.is_demo,
        },
        "attributes": Repeated(item="attribute", items=()),  # answers are never public
        "notes": Repeated(item="note", items=notes),
    }
