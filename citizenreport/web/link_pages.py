"""`/buka/<token>`: what a link in a mail opens. Looking changes nothing; the button goes on."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from citizenreport.core.db import transaction
from citizenreport.intake import queries as intake_queries
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.links import LINK_PATH, Link, LinkOver, Purpose, hold_link, read_token

LANDINGS: Final[Mapping[Purpose, tuple[str, str]]] = {
    Purpose.FOLLOW: ("follow.show", ""),
    Purpose.ANSWER: ("follow.show", "jawab"),
    Purpose.SURVEY: ("survey.ask", ""),
    Purpose.VERIFY_EMAIL: ("mail_address.ask", ""),
    Purpose.SUBSCRIPTION: ("subscriptions.mine", ""),
    Purpose.STAFF_ADDRESS: ("staff_address.ask", ""),
}
"""Where each purpose leads: endpoint and place on its page. A door adds its own."""

ABOUT_REPORTS: Final = frozenset({Purpose.FOLLOW, Purpose.ANSWER, Purpose.SURVEY})

bp = Blueprint("links", __name__, url_prefix=LINK_PATH)


@bp.get("/<token>")
@public
def ask(token: str) -> ResponseReturnValue:
    """Show the button that goes on. Nothing is told of what the link is about."""
    keep_out_of_caches()
    if _known(token) is None:
        return _over()
    return render_template("link.html")


@bp.post("/<token>")
@public
def go_on(token: str) -> ResponseReturnValue:
    """Exchange the token for a cookie, and go to an address without it."""
    keep_out_of_caches()
    link = _known(token)
    if link is None:
        return _over()
    endpoint, place = LANDINGS[link.purpose]
    response = make_response(redirect(url_for(endpoint, _anchor=place or None), 303))
    hold_link(response, link)
    return response


def _known(token: str) -> Link | None:
    """Return a link that still leads somewhere; None alike for forged, too old and erased."""
    try:
        link = read_token(token)
    except LinkOver:
        return None
    if link.purpose not in LANDINGS:
        return None
    if link.purpose in ABOUT_REPORTS:
        with transaction() as session:
            return link if intake_queries.is_followed(session, link.about) else None
    return link


def _over() -> ResponseReturnValue:
    return render_template("link_over.html"), 404
