"""Prepared replies: chosen on the page of a ticket, filled in here, edited and sent by a person."""

from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from citizenreport.cities.rules import City
from citizenreport.console.acts import UnknownChoice
from citizenreport.console.prepared import filled_in, prepared_for, reply_languages
from citizenreport.console.tickets import render_ticket
from citizenreport.core.db import transaction
from citizenreport.identity.rules import Permission
from citizenreport.triage import desk
from citizenreport.triage.authority import check_may
from citizenreport.triage.desk import DeskTicket
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor

bp = Blueprint("replies", __name__, url_prefix="/petugas/tiket/<uuid:ticket_id>")


@bp.post("/jawaban/isi")
@requires(Permission.REPLY)
def fill(ticket_id: UUID) -> ResponseReturnValue:
    """Put a prepared reply below what is already written. Nothing is stored or sent."""
    actor, city = current_actor(), current_city()
    try:
        with transaction() as session:
            found = desk.with_report(session, city, actor, ticket_id)
            check_may(actor, Permission.REPLY, found.ticket)
            prepared = _prepared(city, found)
    except UnknownChoice as error:
        return render_ticket(ticket_id, error=error, typed=request.form)
    text = "\n\n".join(part for part in (form_text("text").strip(), prepared) if part)
    return render_ticket(ticket_id, typed={**request.form, "text": text})


def _prepared(city: City, found: DeskTicket) -> str:
    """Return the chosen reply, filled in. Raises UnknownChoice."""
    code, language = form_text("template"), form_text("language")
    offered = {template.code: template for template in prepared_for(city, found.ticket)}
    if code not in offered:
        raise UnknownChoice(pointer="#/template")
    if language not in reply_languages(city):
        raise UnknownChoice(pointer="#/language")
    return filled_in(city, found.ticket, found.report, offered[code], language)
