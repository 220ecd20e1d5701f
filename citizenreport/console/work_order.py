"""The work order that goes along to the place: one sheet as PDF.

A confidential report does not leave on paper that others carry: it has no work order.
"""

from typing import Final
from uuid import UUID

import shapely
from flask import Blueprint, Response, current_app, url_for
from flask_babel import force_locale

from citizenreport.cities.rules import City, Visibility
from citizenreport.console.ticket_page import TicketPage, read_page
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import NotAllowed
from citizenreport.core.text import _n
from citizenreport.documents.pdf import Value, paper, photo_drawing, qr_drawing
from citizenreport.documents.small_map import Outline, draw
from citizenreport.geo.position import Position
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity.rules import Permission
from citizenreport.storage.rules import StoredFileNotFound
from citizenreport.triage import desk
from citizenreport.web.context import current_city, current_keys, current_storage
from citizenreport.web.guards import requires
from citizenreport.web.locale import day, moment
from citizenreport.web.sessions import current_actor

bp = Blueprint("work_order", __name__, url_prefix="/petugas/tiket/<uuid:ticket_id>")

PRIORITY_WORDS: Final = {
    "kritis": "Kritis: segera",
    "tinggi": "Tinggi",
    "sedang": "Sedang",
    "rendah": "Rendah",
}


class NoWorkOrder(NotAllowed):
    code = "no-work-order"
    title = _n("Laporan rahasia tidak dicetak menjadi perintah kerja.")


@bp.get("/perintah-kerja.pdf")
@requires(Permission.MOVE_TICKET)
def show(ticket_id: UUID) -> Response:
    """Send the work order of a ticket, in Indonesian whatever the page's language."""
    city, now = current_city(), utcnow()
    with force_locale(DEFAULT_LANGUAGE), transaction() as session:
        found = desk.with_report(session, city, current_actor(), ticket_id)
        if found.ticket.visibility == Visibility.CONFIDENTIAL.value:
            raise NoWorkOrder
        page = read_page(session, city, current_keys(), current_actor(), found, now=now)
        data = _data(city, page)
        code = page.report.tracking_code
    return pdf_response(paper("work_order", data, made_at=now), f"perintah-kerja-{code}")


def pdf_response(content: bytes, name: str) -> Response:
    """Return a PDF that the browser shows, under a name of codes only."""
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def small_map(city: City, area_code: str | None, position: Position) -> str:
    """Return the surroundings of a point, from the pack's own borders and landmarks, as SVG."""
    codes = city.area_index.codes
    outlines = []
    for code in codes:
        shape = city.area_index.outline(code)
        label = shapely.point_on_surface(shape)
        rings = [list(part.exterior.coords) for part in shapely.get_parts(shape)]
        area = city.areas.get(code)
        outlines.append(
            Outline(
                name=area.name if area else code,
                rings=[[(x, y) for x, y, *_ in ring] for ring in rings],
                label=(label.x, label.y),
                holds_point=code == area_code,
            )
        )
    landmarks = [
        (one.name, (one.position.lon, one.position.lat))
        for one in city.landmarks
        if one.position is not None
    ]
    return draw(outlines, landmarks, (position.lon, position.lat))


def _data(city: City, page: TicketPage) -> dict[str, Value]:
    report, ticket = page.report, page.ticket
    agency = city.agencies.get(ticket.agency_code)
    path = url_for("ticket.show", ticket_id=ticket.id)
    return {
        "title": f"Perintah kerja {report.tracking_code}",
        "city": city.name,
        "agency": page.agency,
        "agency_address": agency.address if agency else "",
        "category": page.category,
        "facts": _facts(page),
        "qr": qr_drawing(f"{current_app.config['PUBLIC_URL']}{path}"),
        "task": page.public_text or "-",
        "map": small_map(city, ticket.area_code, report.position) if report.position else "",
        "photo": _photo(page),
    }


def _facts(page: TicketPage) -> list[list[str]]:
    report, ticket = page.report, page.ticket
    place = page.area or "tidak disebut"
    if report.neighbourhood:
        place += f", RW {report.neighbourhood}"
    rows = [
        ["Tempat", place],
        ["Patokan", page.landmark or ""],
        [
            "Titik",
            f"{report.position.lat:.6f}, {report.position.lon:.6f}" if report.position else "",
        ],
        ["Prioritas", PRIORITY_WORDS.get(ticket.priority, ticket.priority)],
        ["Laporan masuk", moment(report.submitted_at)],
        ["Selesai paling lambat", day(ticket.settlement_due_at)],
        ["Penanggung jawab", page.assignee or ""],
        *([question, answer] for question, answer in page.answers),
    ]
    return [row for row in rows if row[1]]


def _photo(page: TicketPage) -> str:
    """Return the reporter's first photo that is still there."""
    for shown in page.photos:
        if shown.photo.added_by is None and not shown.photo.is_sealed:
            try:
                return photo_drawing(current_storage().get(shown.photo.storage_key))
            except StoredFileNotFound:
                continue
    return ""
