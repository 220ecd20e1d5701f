"""Copying a report by hand into a channel outside, and keeping the number it has there."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.console.acts import carry_out
from citizenreport.core.db import transaction
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity.rules import Permission
from citizenreport.intake.models import Report
from citizenreport.publication import queries as publication_queries
from citizenreport.triage import desk, outside_copies
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.locale import day
from citizenreport.web.sessions import current_actor

bp = Blueprint("outside", __name__, url_prefix="/petugas/tiket/<uuid:ticket_id>/salinan")


@bp.get("")
@requires(Permission.MOVE_TICKET)
def show(ticket_id: UUID) -> str:
    """Show the text to copy: what the public may read, never the resident's own words."""
    city = current_city()
    with transaction() as session:
        found = desk.with_report(session, city, current_actor(), ticket_id)
        release, published = publication_queries.release_with_report(session, ticket_id)
        outside_copies.check_may_copy(found.ticket, is_released=release is not None)
        public_text = published.text if published else None
        return render_template(
            "console/outside.html",
            ticket=found.ticket,
            code=found.report.tracking_code,
            text=copied_text(city, found.ticket, found.report, public_text),
            has_text=bool(public_text),
        )


@bp.post("")
@requires(Permission.MOVE_TICKET)
def keep(ticket_id: UUID) -> ResponseReturnValue:
    """Keep the number that the report has outside."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        outside_copies.keep(
            session,
            current_city(),
            ticket,
            form_text("channel"),
            form_text("external_number"),
            act=act,
        )

    return carry_out(ticket_id, act_on, permission=Permission.MOVE_TICKET, notice="salinan")


def copied_text(city: City, ticket: Ticket, report: Report, public_text: str | None) -> str:
    """Return what goes outside, in Indonesian: kind, area, day and the released words if any."""
    with force_locale(DEFAULT_LANGUAGE):
        lines = [
            f"Jenis masalah: {words.category_name(city, ticket.category_code)}",
            f"Tempat: {words.area_name(city, ticket.area_code) or 'tidak disebut'}, {city.name}",
            f"Laporan masuk: {day(report.submitted_at)}",
            f"Instansi yang menangani: {words.agency_short_name(city, ticket.agency_code)}",
            f"Kode laporan kota: {report.tracking_code}",
        ]
    return "\n".join([*lines, "", public_text or ""]).strip()
