"""/open311/v2/requests: published reports as service requests. Published rows only."""

from collections.abc import Mapping, Sequence
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
    """Show one published report. An unknown id and one that is not public answer the same."""
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
    item = {"service_request_id": code, "token": code}
    return conditional(answer(ROOT, Repeated(item="request", items=[item]), form=form))


def _items(city: City, wanted: Wanted, *, has_extensions: bool) -> list[Mapping[str, Content]]:
    with public_reading() as session:
        rows = found(session, wanted)
        codes = [row.report.tracking_code for row in rows]
        replies = replies_among(session, codes) if has_extensions else {}
        items = [_item(city, row) for row in rows]
        if has_extensions:
            for item, row in zip(items, rows, strict=True):
                item.update(_extended(city, row, replies.get(row.report.tracking_code, ())))
    return list(items)


def _item(city: City, row: Found) -> dict[str, Content]:
    report = row.report
    category = city.categories.get(report.category_code)
    requested = (
        report.submitted_at.astimezone(city.calendar.time_zone).isoformat(timespec="seconds")
        if report.submitted_at
        else start_of(report.submitted_on, city)
    )
    position = report.position
    return {
        "service_request_id": report.tracking_code,
        "status": "open" if report.state in STATUSES["open"] else "closed",
        "status_notes": _(LABELS[State(report.state)]),
        "service_name": local(category.names) if category else report.category_code,
        "service_code": report.category_code,
        "description": report.text or "",
        "agency_responsible": agency_name(city, report.agency_code),
        "service_notice": "",
        "requested_datetime": requested,
        "updated_datetime": start_of(report.changed_on, city),
        "expected_datetime": end_of(report.settlement_due_on, city),
        "address": _address(city, row),
        "address_id": report.area_code or "",
        "zipcode": _postal_code(city, report.area_code),
        "lat": None if position is None else position.lat,
        "long": None if position is None else position.lon,
        "media_url": f"{_public_url()}/foto/{row.photo_code}" if row.photo_code else "",
    }


def _extended(city: City, row: Found, replies: Sequence[PublishedReply]) -> dict[str, Content]:
    """Return what is said beyond the standard, under `extensions=true`."""
    notes = [
        {
            "datetime": start_of(reply.replied_on, city),
            "description": reply.text,
            "agency_responsible": agency_name(city, reply.agency_code),
        }
        for reply in replies
    ]
    settled_on = row.report.settled_on
    return {
        "extended_attributes": {
            "status": EXTENDED[State(row.report.state)],
            "aspect": row.report.aspect,
            "closed_datetime": start_of(settled_on, city) if settled_on else None,
            "seen_by_at_least": row.report.seen_by_at_least,
            "is_demo": row.report.is_demo,
        },
        "attributes": Repeated(item="attribute", items=()),  # answers are never public
        "notes": Repeated(item="note", items=notes),
    }


def _address(city: City, row: Found) -> str:
    area = city.areas.get(row.report.area_code or "")
    parts = (row.report.landmark, area.name if area else None, city.name)
    return ", ".join(part for part in parts if part)


def _postal_code(city: City, area_code: str | None) -> str:
    area = city.areas.get(area_code or "")
    return area.postal_code or "" if area else ""


def _public_url() -> str:
    return str(current_app.config["PUBLIC_URL"]).rstrip("/")
