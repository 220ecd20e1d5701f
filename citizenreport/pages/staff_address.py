"""`/surel/petugas`: whose mail address a member of staff entered says that it is theirs.

The link in the mail leads here (`web/links.py`), without signing in: having the mail is the proof.
Looking changes nothing, and it is said once.
"""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.messaging import staff
from citizenreport.messaging.rules import CheckOver
from citizenreport.pages.mail_address import over
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.links import Purpose, drop_link, held_link

bp = Blueprint("staff_address", __name__, url_prefix="/surel/petugas", template_folder="templates")


@bp.get("")
@public
def ask() -> ResponseReturnValue:
    """Ask whether the address is the reader's."""
    keep_out_of_caches()
    if held_link(Purpose.STAFF_ADDRESS) is None:
        return over()
    return render_template("pages/staff_address.html")


@bp.post("")
@public
def confirm() -> ResponseReturnValue:
    """Note that it is: calls go there from now on."""
    link = held_link(Purpose.STAFF_ADDRESS)
    if link is None:
        return over()
    with transaction() as session:
        row = staff.asked_mail(session, link.about)
        if row is None:
            return over()
        try:
            staff.confirm_mail(session, row, now=utcnow())
        except CheckOver:
            return over()
    response = make_response(redirect(url_for("staff_address.confirmed"), 303))
    drop_link(response, Purpose.STAFF_ADDRESS)
    return response


@bp.get("/sudah")
@public
def confirmed() -> str:
    """Say that calls will come."""
    return render_template("pages/staff_address_confirmed.html")
