"""`/kabar/…`: notices on the phone (Web Push), about an area or about the own report.

The browser itself asks the person; what it then gives is checked and stored sealed. Never for a
confidential report: the answer is that of no report.
"""

from flask import Blueprint, current_app, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.intake.rules import ReportNotFound
from citizenreport.messaging import queries as messaging_queries
from citizenreport.messaging import service as messaging
from citizenreport.messaging import staff
from citizenreport.messaging.push import check_address, public_text
from citizenreport.messaging.queries import address_hmac
from citizenreport.messaging.rules import PushAddress, SubscriptionChannel
from citizenreport.pages.opened import SecretNeeded, opened_report
from citizenreport.pages.subscription_form import read_wish
from citizenreport.triage import queries as triage_queries
from citizenreport.web import passes
from citizenreport.web.context import current_city, current_keys, current_services
from citizenreport.web.forms import form_text
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.links import Link, Purpose, hold_link
from citizenreport.web.locale import page_language

NO_CONTENT = ("", 204)
NOBODY = "null"

bp = Blueprint("push", __name__, url_prefix="/kabar", template_folder="templates")


@bp.post("/wilayah")
@public
def subscribe() -> ResponseReturnValue:
    """Tell this browser of released reports in an area.

    Raises:
        PushAddressInvalid, WishInvalid, TooManySubscriptions.
    """
    address, wish = _address(), read_wish(current_city())
    with transaction() as session:
        messaging.subscribe_browser(session, current_keys(), address, wish, now=utcnow())
    return NO_CONTENT


@bp.post("/laporan")
@public
def watch() -> ResponseReturnValue:
    """Tell this browser of news of the report it has sent or opened.

    Raises:
        ReportNotFound: none, or one that is confidential.
        PushAddressInvalid, TooManyWatches.
    """
    keep_out_of_caches()
    address, language = _address(), page_language()
    with transaction() as session:
        report = _own_report(session)
        ticket = triage_queries.of_report(session, report.id)[0]
        if ticket.visibility == Visibility.CONFIDENTIAL.value:
            raise ReportNotFound
        messaging.watch(
            session, current_keys(), report.id, address, language=language, now=utcnow()
        )
    return NO_CONTENT


@bp.post("/henti")
@public
def stop() -> ResponseReturnValue:
    """Forget this browser: its address is known to it alone."""
    address = _address()
    with transaction() as session:
        messaging.forget_endpoint(session, current_keys(), address)
    return NO_CONTENT


@bp.post("/pindah")
@public
def move() -> ResponseReturnValue:
    """Follow a browser to another push address; to one that nobody knows the answer is the same.

    The service worker asks, which has no page and no token: the old address is its right.

    Raises:
        PushAddressInvalid.
    """
    old, new = _address("old_"), _address()
    with transaction() as session:
        messaging.move_browser(session, current_keys(), old, new)
        staff.move_browser(session, current_keys(), old, new)
    return NO_CONTENT


@bp.post("/langganan")
@public
def subscribed() -> ResponseReturnValue:
    """Show what this browser is subscribed to, on the page that links in mails lead to.

    Raises:
        PushAddressInvalid.
    """
    keep_out_of_caches()
    hmac = address_hmac(current_keys(), SubscriptionChannel.PUSH, _address().endpoint)
    with transaction() as session:
        found = messaging_queries.subscriptions_of(session, hmac)
        about = found[0].id if found else None
    if about is None:
        return render_template("pages/subscriptions.html", lines=[])
    response = make_response(redirect(url_for("subscriptions.mine"), 303))
    hold_link(response, Link(about=about, purpose=Purpose.SUBSCRIPTION, made_at=utcnow()))
    return response


@bp.app_context_processor
def push_words() -> dict[str, object]:
    """Give templates `push_key()`: what a browser needs to subscribe; empty where there is no push."""
    return {"push_key": push_key}


def push_key() -> str:
    """Return the public key of pushes; empty where nobody carries them."""
    keys = current_services().keys
    if keys is None or keys.push is None or current_app.config["PUSH"] == NOBODY:
        return ""
    return public_text(keys.push)


def _address(prefix: str = "") -> PushAddress:
    """Return what the browser gave. Raises PushAddressInvalid."""
    given = {name: form_text(prefix + name) for name in ("endpoint", "p256dh", "auth")}
    return check_address(PushAddress(**given))


def _own_report(session: Session) -> Report:
    """Return the report this browser has opened, or sent just now. Raises ReportNotFound."""
    try:
        return opened_report(session).report
    except SecretNeeded:
        raise ReportNotFound from None
    except ReportNotFound:
        sent = passes.held(passes.RECEIPT)
        if sent is None:
            raise
    return intake_queries.by_code_and_secret(
        session, current_keys(), tracking_code=sent.code, secret=sent.secret
    )
