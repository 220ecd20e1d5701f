"""A ticket's questions to the body the report is about: the handlers' page."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from citizenreport.cities.rules import Visibility
from citizenreport.console.acts import seen_version
from citizenreport.console.tickets import note_reading
from citizenreport.console.words import agency_short_name
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, Conflict, InvalidInput
from citizenreport.identity.rules import Permission
from citizenreport.pipeline.ask_body import ask_body
from citizenreport.triage import desk, right_of_reply
from citizenreport.triage.authority import act_of, check_may
from citizenreport.triage.queries import by_id
from citizenreport.triage.question_rules import NoBodyToAsk
from citizenreport.triage.rules import NOTE_MAX_CHARS
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor

bp = Blueprint(
    "questions",
    __name__,
    url_prefix="/petugas/tiket/<uuid:ticket_id>/hak-jawab",
    template_folder="templates",
)


@bp.get("")
@requires(Permission.MOVE_TICKET)
def show(ticket_id: UUID) -> Response:
    """Show what was asked and answered, and the form."""
    return _render(ticket_id)


@bp.post("")
@requires(Permission.MOVE_TICKET)
def ask(ticket_id: UUID) -> ResponseReturnValue:
    """Put a question; a refused one is shown again as it was typed."""
    actor, city = current_actor(), current_city()
    try:
        with transaction() as session:
            ticket = by_id(session, city, actor, ticket_id)
            check_may(actor, Permission.MOVE_TICKET, ticket)
            act = act_of(city, actor, ticket, seen=seen_version(), now=utcnow())
            ask_body(session, current_keys(), ticket, form_text("text"), act=act)
    except NoBodyToAsk:
        raise
    except (InvalidInput, Conflict) as error:
        return _render(ticket_id, error=error, typed=form_text("text"))
    return redirect(url_for("questions.show", ticket_id=ticket_id), 303)


def _render(
    ticket_id: UUID, *, error: CitizenReportError | None = None, typed: str = ""
) -> Response:
    city, actor = current_city(), current_actor()
    problem = describe(error) if error else None
    with transaction() as session:
        ticket = desk.with_report(session, city, actor, ticket_id).ticket
        check_may(actor, Permission.MOVE_TICKET, ticket)
        if ticket.subject_agency_code is None:
            raise NoBodyToAsk
        if ticket.visibility == Visibility.CONFIDENTIAL.value:
            note_reading(session, ticket)
        html = render_template(
            "console/questions.html",
            ticket=ticket,
            body=agency_short_name(city, ticket.subject_agency_code),
            exchanges=right_of_reply.exchanges_of(session, current_keys(), ticket),
            typed=typed,
            problem=problem,
            text_max=NOTE_MAX_CHARS,
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)
