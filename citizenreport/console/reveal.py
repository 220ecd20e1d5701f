"""`/petugas/tiket/…/kontak`: opening a reporter's contact, with a reason and a fresh proof."""

from typing import Final
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.console.proof import proof_fault
from citizenreport.console.tickets import note_reading, render_ticket
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, Conflict, InvalidInput, TooMany
from citizenreport.core.text import _n
from citizenreport.identity import proofs
from citizenreport.identity.rules import Permission
from citizenreport.intake.rules import Contact
from citizenreport.pipeline.reveal import reveal_contact
from citizenreport.triage.authority import act_of, check_may
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import by_id
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor, current_token

bp = Blueprint("reveal", __name__, url_prefix="/petugas/tiket/<uuid:ticket_id>/kontak")

SHOWN_AGAIN: Final = ("form", "reason")


class ProofNeeded(InvalidInput):
    code = "proof-needed"
    title = _n("Ketik kata sandi atau kode aplikasi: bukti terakhir sudah lebih dari lima menit.")


@bp.post("")
@requires(Permission.REVEAL_CONTACT)
def reveal(ticket_id: UUID) -> ResponseReturnValue:
    """Show the contact on this one answer; what was refused shows the ticket and the reason again."""
    with transaction() as session:  # the proof is noted even when the rest is refused
        _ticket(session, ticket_id)
        fault = _proof_fault(session)
    try:
        if fault is not None:
            raise fault
        with transaction() as session:
            ticket = _ticket(session, ticket_id)
            contact = _reveal(session, ticket)
            note_reading(session, ticket)
    except (InvalidInput, Conflict, TooMany) as error:
        typed = {name: form_text(name) for name in SHOWN_AGAIN}
        return render_ticket(ticket_id, error=error, typed=typed)
    return render_template("console/contact.html", ticket_id=ticket_id, contact=contact)


def _ticket(session: Session, ticket_id: UUID) -> Ticket:
    """Return the ticket. Raises TicketNotFound, NotAllowed."""
    actor = current_actor()
    ticket = by_id(session, current_city(), actor, ticket_id)
    check_may(actor, Permission.REVEAL_CONTACT, ticket)
    return ticket


def _reveal(session: Session, ticket: Ticket) -> Contact:
    act = act_of(current_city(), current_actor(), ticket, seen=ticket.version, now=utcnow())
    return reveal_contact(session, current_keys(), ticket, reason=form_text("reason"), act=act)


def _proof_fault(session: Session) -> CitizenReportError | None:
    """Return what is missing before anything sealed is opened; None after a proof just now."""
    given, answer = request.form.get("current", ""), form_text("answer")
    if given or answer:
        return proof_fault(session, given, answer)
    if proofs.is_fresh(session, current_token(), now=utcnow()):
        return None
    return ProofNeeded(pointer="#/current")
