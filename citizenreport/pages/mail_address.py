"""`/surel/…`: the reporter says that the mail address is theirs, or that it is not.

The link in the mail leads here (`web/links.py`); looking changes nothing.
"""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.queue import enqueue
from citizenreport.messaging import queries as messaging_queries
from citizenreport.messaging import service as messaging
from citizenreport.messaging.rules import CheckOver
from citizenreport.triage import queries as triage_queries
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.links import Purpose, drop_link, held_link

OPENED_SEQ = 1
"""The event that the receipt tells of: the first of each ticket."""

bp = Blueprint("mail_address", __name__, url_prefix="/surel", template_folder="templates")


@bp.get("/pastikan")
@public
def ask() -> ResponseReturnValue:
    """Ask whether the address is the reader's."""
    keep_out_of_caches()
    if held_link(Purpose.VERIFY_EMAIL) is None:
        return over()
    return render_template("pages/mail_address.html")


@bp.post("/pastikan")
@public
def confirm() -> ResponseReturnValue:
    """Note that it is, and have the receipt sent."""
    link = held_link(Purpose.VERIFY_EMAIL)
    if link is None:
        return over()
    with transaction() as session:
        check = messaging_queries.check_by_id(session, link.about)
        if check is None:
            return over()
        try:
            is_new = messaging.confirm_contact(session, check, now=utcnow())
        except CheckOver:
            return over()
        for ticket in triage_queries.of_report(session, check.report_id)[:is_new]:
            enqueue(session, "send_receipt", ticket_id=ticket.id, seq=OPENED_SEQ)
    return _leave("mail_address.confirmed")


@bp.post("/bukan-saya")
@public
def deny() -> ResponseReturnValue:
    """Note that the address is somebody else's: it gets no mail about this again."""
    link = held_link(Purpose.VERIFY_EMAIL)
    if link is None:
        return over()
    with transaction() as session:
        check = messaging_queries.check_by_id(session, link.about)
        if check is None:
            return over()
        messaging.stop_contact(session, check, at=utcnow())
    return _leave("mail_address.denied")


@bp.get("/sudah")
@public
def confirmed() -> str:
    """Say that news will come."""
    return render_template("pages/mail_address_confirmed.html")


@bp.get("/tidak")
@public
def denied() -> str:
    """Say that nothing will come."""
    return render_template("pages/mail_address_denied.html")


def over() -> ResponseReturnValue:
    """Answer a link that is too old, used up, or was never opened here: all alike."""
    keep_out_of_caches()
    return render_template("link_over.html"), 404


def _leave(endpoint: str) -> ResponseReturnValue:
    response = make_response(redirect(url_for(endpoint), 303))
    drop_link(response, Purpose.VERIFY_EMAIL)
    return response
