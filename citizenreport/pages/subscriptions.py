"""`/langganan/…`: be told of released reports in an area, by mail.

Whoever asks is answered the same, whether the address is known, new or had three mails today: what
comes of it is in the mail. The link in that mail leads to the reader's own page.
"""

from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Aspect
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import InvalidInput
from citizenreport.core.queue import enqueue
from citizenreport.messaging import queries as messaging_queries
from citizenreport.messaging import service as messaging
from citizenreport.messaging.models import Subscription
from citizenreport.messaging.rules import EMAIL_MAX_CHARS, ENDED_KEPT, Frequency, normal_address
from citizenreport.pages import words
from citizenreport.pages.mail_address import over
from citizenreport.pages.subscription_form import FREQUENCY_NAMES, line_of, read_wish
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limit_rules import MAIL_ADDRESS
from citizenreport.web.limits import LimitReached, count_mail
from citizenreport.web.links import Link, LinkOver, Purpose, drop_link, held_link, hold_link, opened
from citizenreport.web.pack_words import villages
from citizenreport.web.problems import describe
from citizenreport.web.translate import _

FIELDS: Final = ("email", "kelurahan", "aspek", "seberapa_sering")

bp = Blueprint("subscriptions", __name__, url_prefix="/langganan", template_folder="templates")


@bp.get("")
@public
def ask() -> str:
    """Show the form; an area or an aspect may be chosen already."""
    typed = {name: request.args.get(name, "") for name in ("kelurahan", "aspek")}
    return _form(typed, faults={})


@bp.post("")
@public
def subscribe() -> ResponseReturnValue:
    """Keep the wish until it is confirmed; or show the form again with what was typed."""
    typed = {name: form_text(name) for name in FIELDS}
    try:
        address, wish = normal_address(typed["email"]), read_wish(current_city())
    except InvalidInput as error:
        problem = describe(error)
        field = (error.pointer or "").removeprefix("#/")
        return _form(typed, faults={field: problem.detail or problem.title}), problem.status
    may_mail = _may_mail(address)
    with transaction() as session:
        row = messaging.ask_for_mails(session, current_keys(), address, wish, now=utcnow())
        if may_mail:
            enqueue(session, "check_subscription", subscription_id=row.id)
    return redirect(url_for("subscriptions.check_mail"), 303)


@bp.get("/cek-surel")
@public
def check_mail() -> str:
    """Say that a mail is on its way."""
    return render_template("pages/subscription_check_mail.html")


@bp.get("/saya")
@public
def mine() -> ResponseReturnValue:
    """Show what the reader subscribed to; or ask for the confirmation first."""
    keep_out_of_caches()
    city = current_city()
    with transaction() as session:
        row = _own(session)
        if row is None:
            return over()
        if row.confirmed_at is None:
            return render_template("pages/subscription_confirm.html", line=line_of(city, row))
        rows = messaging_queries.subscriptions_of(
            session, row.address_hmac, ended_since=utcnow() - ENDED_KEPT
        )
        lines = [line_of(city, one) for one in rows]
    return render_template("pages/subscriptions.html", lines=lines)


@bp.post("/saya/pasang")
@public
def confirm() -> ResponseReturnValue:
    """Put the subscription in force. Raises TooManySubscriptions."""
    link = held_link(Purpose.SUBSCRIPTION)
    with transaction() as session:
        row = _own(session)
        if row is None or link is None:
            return over()
        kept = messaging.confirm_subscription(session, row, now=utcnow())
        about = kept.id
    response = make_response(redirect(url_for("subscriptions.mine"), 303))
    hold_link(response, Link(about=about, purpose=link.purpose, made_at=link.made_at))
    return response


@bp.post("/saya/tolak")
@public
def deny() -> ResponseReturnValue:
    """Drop a subscription that the reader did not ask for."""
    with transaction() as session:
        row = _own(session)
        if row is None or row.confirmed_at is not None:
            return over()
        session.delete(row)
    response = make_response(redirect(url_for("mail_address.denied"), 303))
    drop_link(response, Purpose.SUBSCRIPTION)
    return response


@bp.post("/saya/ubah")
@public
def change() -> ResponseReturnValue:
    """End one of the reader's subscriptions, or take it up again."""
    with transaction() as session:
        row = _own(session)
        other = _named(session)
        if row is None or other is None or other.address_hmac != row.address_hmac:
            return over()
        is_end = form_text("akhiri") == "ya"
        messaging.end_subscription(session, other, at=utcnow() if is_end else None)
    return redirect(url_for("subscriptions.mine"), 303)


def _may_mail(address: str) -> bool:
    """Count the mail. One too many for the address is told to nobody, for it would tell of it.

    Raises:
        LimitReached: this network asked for too many.
    """
    try:
        count_mail(address)
    except LimitReached as reached:
        if reached.public["limit"] != MAIL_ADDRESS.name:
            raise
        return False
    return True


def _own(session: Session) -> Subscription | None:
    """Return the subscription whose link this browser has opened."""
    link = held_link(Purpose.SUBSCRIPTION)
    return messaging_queries.subscription(session, link.about) if link else None


def _named(session: Session) -> Subscription | None:
    """Return the subscription that the form names."""
    try:
        id_ = opened(form_text("langganan"), Purpose.UNSUBSCRIBE)
    except LinkOver:
        return None
    return messaging_queries.subscription(session, id_)


def _form(typed: dict[str, str], *, faults: dict[str, str]) -> str:
    city = current_city()
    return render_template(
        "pages/subscribe.html",
        city=city,
        typed=typed,
        faults=faults,
        villages=villages(city),
        aspects=[(aspect.value, _(words.ASPECT_NAMES[aspect])) for aspect in Aspect],
        frequencies=[(one.value, _(name)) for one, name in FREQUENCY_NAMES.items()],
        usual_frequency=Frequency.WEEKLY.value,
        email_max=EMAIL_MAX_CHARS,
    )
