"""`/surel/…`: the reporter says that the mail address is theirs, or that it is not.

The link in the mail leads here (`web/links.py`); looking changes nothing.
"""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.queue import enqueue
from citizenreport.messaging import service as messaging
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
        if messaging.confirm_contact(session, link.about, now=utcnow()):
            for ticket in triage_queries.of_report(session, link.about)[:1]:
                enqueue(session, "send_receipt", ticket_id=ticket.id, seq=OPENED_SEQ)
            is_confirmed = True
        else:
            is_confirmed = messaging.is_confirmed(session, link.about)
    return _leave("mail_address.confirmed") if is_confirmed else over()


@bp.post("/bukan-saya")
@public
def deny() -> ResponseReturnValue:
    """Note that the address is somebody else's: it gets no mail about this again."""
    link = held_link(Purpose.VERIFY_EMAIL)
    if link is None:
        return over()
    with transaction() as session:
        messaging.stop_contact(session, link.about, at=utcnow())
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
