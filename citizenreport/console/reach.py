"""`/petugas/piket/kabar`: where urgent calls reach a member of staff."""

from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.queue import enqueue
from citizenreport.identity.rules import Permission
from citizenreport.messaging import staff
from citizenreport.messaging.push import check_address
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import (
    EMAIL_MAX_CHARS,
    EmailInvalid,
    PushAddress,
    SubscriptionChannel,
)
from citizenreport.web.context import current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limits import LimitReached, count_mail
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor

bp = Blueprint("reach", __name__, url_prefix="/petugas/piket/kabar", template_folder="templates")

NO_CONTENT = ("", 204)


@bp.get("")
@requires(Permission.MOVE_TICKET, Permission.READ_RECAPS)
def show() -> ResponseReturnValue:
    """Show the own addresses."""
    return _render()


@bp.post("/surel")
@requires(Permission.MOVE_TICKET, Permission.READ_RECAPS)
def set_mail() -> ResponseReturnValue:
    """Have the own calls mailed to an address once its owner says yes; an empty one ends it."""
    try:
        with transaction() as session:
            keys, me = current_keys(), current_actor().staff_id
            row = staff.ask_mail(session, keys, me, form_text("email"), now=utcnow())
            if row is not None:
                count_mail(address_of(keys, row))
                enqueue(session, "check_staff_address", address_id=row.id)
    except (EmailInvalid, LimitReached) as error:
        return _render(error=error, typed=form_text("email"))
    return redirect(url_for("reach.show", beres="1"), 303)


@bp.post("/peramban")
@requires(Permission.MOVE_TICKET, Permission.READ_RECAPS)
def add_browser() -> ResponseReturnValue:
    """Have the own calls shown by this browser. Raises PushAddressInvalid."""
    address = _address()
    with transaction() as session:
        me = current_actor().staff_id
        staff.add_browser(session, current_keys(), me, address, now=utcnow())
    return NO_CONTENT


@bp.post("/peramban/henti")
@requires(Permission.MOVE_TICKET, Permission.READ_RECAPS)
def forget_browser() -> ResponseReturnValue:
    """Show the own calls in this browser no more. Raises PushAddressInvalid."""
    address = _address()
    with transaction() as session:
        staff.forget_own_browser(session, current_keys(), current_actor().staff_id, address)
    return NO_CONTENT


def _render(
    *, error: EmailInvalid | LimitReached | None = None, typed: str | None = None
) -> Response:
    keep_out_of_caches()
    problem = describe(error) if error else None
    with transaction() as session:
        rows = staff.addresses_of(session, [current_actor().staff_id])
        mails = [row for row in rows if row.channel == SubscriptionChannel.MAIL.value]
        stored = address_of(current_keys(), mails[0]) if mails else ""
        asked = staff.waiting_mail(session, current_actor().staff_id)
        waiting = address_of(current_keys(), asked) if asked else ""
    html = render_template(
        "console/reach.html",
        email=(waiting or stored) if typed is None else typed,
        waiting=waiting,
        in_use=stored,
        email_max=EMAIL_MAX_CHARS,
        browsers=sum(row.channel == SubscriptionChannel.PUSH.value for row in rows),
        is_reached=bool(rows),
        is_saved=request.args.get("beres") == "1",
        problem=problem,
    )
    response = make_response(html, problem.status if problem else HTTPStatus.OK)
    response.headers.extend(problem.headers if problem else {})
    return response


def _address() -> PushAddress:
    given = {name: form_text(name) for name in ("endpoint", "p256dh", "auth")}
    return check_address(PushAddress(**given))
