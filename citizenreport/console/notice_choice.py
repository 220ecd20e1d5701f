"""`/petugas/kabar`: when a member of staff is told of what is not urgent, and by which messenger."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import InvalidInput
from citizenreport.core.queue import enqueue
from citizenreport.identity.rules import Permission
from citizenreport.messaging import staff_choices
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import SubscriptionChannel
from citizenreport.messaging.staff import addresses_of
from citizenreport.messaging.staff_numbers import (
    NumberCodeWrong,
    NumberNotAsked,
    ask_number,
    try_code,
    waiting_number,
)
from citizenreport.messaging.staff_rules import DIGEST_HOUR, NoticeChoice, read_choice
from citizenreport.web.context import current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limits import LimitReached, count_code
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor

bp = Blueprint("notice_choice", __name__, url_prefix="/petugas/kabar", template_folder="templates")


@bp.get("")
@requires(Permission.MOVE_TICKET)
def show() -> Response:
    """Show the own choice."""
    return _render()


@bp.post("")
@requires(Permission.MOVE_TICKET)
def choose() -> ResponseReturnValue:
    """Keep the own choice; what was typed is shown again when it is refused."""
    me, now = current_actor().staff_id, utcnow()
    try:
        choice = read_choice(
            is_digest=form_text("mode") == "digest",
            quiet_from=form_text("quiet_from"),
            quiet_to=form_text("quiet_to"),
        )
        with transaction() as session:
            staff_choices.choose(session, me, choice)
            if current_app.config["MESSENGER"]:
                row = ask_number(session, current_keys(), me, form_text("messenger"), now=now)
                _send_code(session, row)
    except (InvalidInput, LimitReached) as error:
        return _render(error=error, typed=request.form)
    return redirect(url_for("notice_choice.show", beres="1"), 303)


@bp.post("/kode")
@requires(Permission.MOVE_TICKET)
def enter_code() -> ResponseReturnValue:
    """Use the own number from now on: whoever has the code has the phone."""
    with transaction() as session:
        me, keys = current_actor().staff_id, current_keys()
        is_right = try_code(session, keys, me, form_text("kode"), now=utcnow())
    if not is_right:
        return _render(error=NumberCodeWrong(pointer="#/kode"))
    return redirect(url_for("notice_choice.show", beres="1"), 303)


@bp.post("/kode/ulang")
@requires(Permission.MOVE_TICKET)
def send_again() -> ResponseReturnValue:
    """Send the code once more."""
    try:
        with transaction() as session:
            row = waiting_number(session, current_actor().staff_id)
            if row is None:
                raise NumberNotAsked
            _send_code(session, row)
    except LimitReached as error:
        return _render(error=error)
    return redirect(url_for("notice_choice.show", beres="kode"), 303)


def _send_code(session: Session, row: StaffAddress | None) -> None:
    if row is not None:
        count_code(address_of(current_keys(), row))
        enqueue(session, "message_code", address_id=row.id)


def _render(
    *,
    error: InvalidInput | LimitReached | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    keep_out_of_caches()
    me, problem = current_actor().staff_id, describe(error) if error else None
    with transaction() as session:
        choice = staff_choices.choices_of(session, [me])[me]
        rows = addresses_of(session, [me])
        kind = SubscriptionChannel.MESSENGER.value
        numbers = [address_of(current_keys(), row) for row in rows if row.channel == kind]
        asked = waiting_number(session, me)
        waiting = address_of(current_keys(), asked) if asked else ""
    html = render_template(
        "console/notice_choice.html",
        filled=typed if typed is not None else _filled(choice, [waiting] if waiting else numbers),
        waiting=waiting,
        in_use=numbers[0] if numbers else "",
        has_messenger=bool(current_app.config["MESSENGER"]),
        digest_hour=DIGEST_HOUR,
        done=request.args.get("beres"),
        problem=problem,
        faulty=_faulty(error),
    )
    response = make_response(html, problem.status if problem else HTTPStatus.OK)
    response.headers.extend(problem.headers if problem else {})
    return response


def _faulty(error: InvalidInput | LimitReached | None) -> str:
    """Return the field that something is wrong with; too many codes concern the number."""
    pointer = getattr(error, "pointer", None)
    return (pointer or "#/messenger").removeprefix("#/") if error else ""


def _filled(choice: NoticeChoice, numbers: list[str]) -> Mapping[str, str]:
    hours = {"quiet_from": choice.quiet_from, "quiet_to": choice.quiet_to}
    return {
        "mode": "digest" if choice.is_digest else "at_once",
        "messenger": numbers[0] if numbers else "",
        **{name: "" if hour is None else str(hour) for name, hour in hours.items()},
    }
