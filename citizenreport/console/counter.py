"""Taking a report for somebody else: at the counter, by phone, from a chat or from social media.

It goes the same way as every report. The event that opens the ticket names who took it; the report
itself does not. Who took it keeps nothing: neither a draft in the browser nor the way back in.
"""

from dataclasses import replace

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from citizenreport.cities.rules import Visibility
from citizenreport.console.acts import UnknownChoice
from citizenreport.console.counter_form import TAKEN_BY_HAND, CounterView, Known, counter_view
from citizenreport.console.counter_similar import known_reports, not_offered
from citizenreport.core.clock import utcnow
from citizenreport.core.errors import CitizenReportError, InvalidInput, TooMany
from citizenreport.identity.rules import Permission
from citizenreport.intake.rules import (
    Channel,
    Draft,
    IdempotencyKeyInvalid,
    KeyReused,
    OutsideCity,
    check,
    check_idempotency_key,
)
from citizenreport.pipeline.submit import Submitted
from citizenreport.web import held_photos, passes
from citizenreport.web.context import current_city, current_keys, current_storage
from citizenreport.web.faults import faults_of
from citizenreport.web.forms import chosen_files
from citizenreport.web.guards import requires
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.locale import page_language
from citizenreport.web.pack_words import local, outside_of, pack_text, spaced
from citizenreport.web.passes import Pass
from citizenreport.web.problems import describe
from citizenreport.web.receipts import follow_address, qr_svg
from citizenreport.web.report_schema import (
    SEND_KEY,
    fingerprint_of,
    read_form,
    without_dropped_point,
)
from citizenreport.web.sending import send_report
from citizenreport.web.sessions import current_actor
from citizenreport.web.standing import Effort

bp = Blueprint("counter", __name__, url_prefix="/petugas/loket", template_folder="templates")

DOOR = "counter"


@bp.get("")
@requires(Permission.TAKE_REPORT)
def ask() -> str:
    """Show the empty form."""
    return _page(counter_view(current_city(), MultiDict()))


@bp.post("/jenis")
@requires(Permission.TAKE_REPORT)
def choose() -> str:
    """Show the form with what belongs to the chosen kind: its questions, and what is read out.

    By POST, so that no history and no log tells which kind somebody came about.
    """
    typed = without_dropped_point(request.form)
    kept = _kept_photos()
    faults = faults_of(kept.faults)
    city = current_city()
    draft, _wrong = read_form(typed, city=city, locale=page_language())
    similar = tuple(known_reports(city, draft))
    return _page(counter_view(city, typed, kept=kept, faults=faults, similar=similar))


@bp.post("")
@requires(Permission.TAKE_REPORT)
def send() -> ResponseReturnValue:
    """Take in the report, then show its receipt once; or show the form again, with all of it."""
    city = current_city()
    typed = without_dropped_point(request.form)
    draft, wrong = read_form(typed, city=city, locale=page_language())
    errors: list[Exception] = [wrong] if wrong else []
    try:
        draft = replace(draft, channel=_channel(), taken_by=current_actor().staff_id)
        check(city, draft, now=utcnow())
    except InvalidInput as error:
        errors.append(error)
    if errors:
        return _refused(draft, errors)
    if found := not_offered(city, draft):
        return _offered(found)
    try:
        done = _submit(draft)
    except CitizenReportError as error:
        return _refused(draft, [error])
    is_confidential = done.visibility is Visibility.CONFIDENTIAL
    kind = passes.COUNTER_CONFIDENTIAL if is_confidential else passes.COUNTER
    response = make_response(redirect(url_for("counter.receipt"), 303))
    passes.take_back(response, *passes.AT_THE_COUNTER)
    passes.give(response, kind, Pass(code=done.tracking_code, secret=done.secret))
    return response


@bp.get("/tanda-terima")
@requires(Permission.TAKE_REPORT)
def receipt() -> ResponseReturnValue:
    """Show code and secret to be printed, once: the browser has forgotten them when it is shown."""
    keep_out_of_caches()
    held = [(kind, own) for kind in passes.AT_THE_COUNTER if (own := passes.held(kind))]
    if not held:
        return render_template("console/counter_receipt_gone.html"), 404
    kind, own = held[0]
    html = render_template(
        "console/counter_receipt.html",
        city=current_city(),
        own=own,
        is_confidential=kind == passes.COUNTER_CONFIDENTIAL,
        follow_address=follow_address,
        qr_svg=qr_svg,
        spaced=spaced,
        pack_text=pack_text,
    )
    response = make_response(html)
    passes.take_back(response, *passes.AT_THE_COUNTER)
    return response


def _channel() -> Channel:
    """Return how the person came to us. Raises UnknownChoice."""
    given = request.form.get("channel", "")
    if given not in {channel.value for channel in TAKEN_BY_HAND}:
        raise UnknownChoice(pointer="#/channel")
    return Channel(given)


def _submit(draft: Draft) -> Submitted:
    """Send the report. Raises InvalidInput, Unavailable: nothing was stored."""
    key = check_idempotency_key(request.form.get(SEND_KEY, ""))
    body = fingerprint_of(request.form)
    secret = passes.readable_secret(current_keys(), send_key=key, body=body)
    return send_report(
        replace(draft, client_secret=secret),
        door=DOOR,
        idempotency_key=key,
        body=body,
        photos=chosen_files(),
        prepared=held_photos.take(current_storage(), request.form.getlist(held_photos.FIELD)),
        effort=Effort(proof="", has_ticket=True),
    )


def _offered(found: list[Known]) -> str:
    """Show the form again, complete, with what is known already: it is joined, or sent once more."""
    kept = _kept_photos()
    view = counter_view(
        current_city(),
        without_dropped_point(request.form),
        faults=faults_of(kept.faults),
        kept=kept,
        similar=tuple(found),
    )
    return _page(replace(view, is_asked=True))


def _refused(draft: Draft, errors: list[Exception]) -> ResponseReturnValue:
    """Show the form again: what was typed stays, photos wait here until it is sent."""
    kept = _kept_photos()
    is_outside = any(isinstance(error, OutsideCity) for error in errors)
    shown = [error for error in errors if not isinstance(error, OutsideCity)]
    view = counter_view(
        current_city(),
        without_dropped_point(request.form),
        faults=faults_of([*shown, *kept.faults]),
        outside=outside_of(current_city(), draft.position)
        if is_outside and draft.position
        else None,
        kept=kept,
        is_new=any(isinstance(error, KeyReused | IdempotencyKeyInvalid) for error in errors),
        must_wait=any(isinstance(error, TooMany) for error in errors),
        similar=tuple(known_reports(current_city(), draft)),
    )
    problem = describe(errors[0])
    return _page(view), problem.status, dict(problem.headers)


def _kept_photos() -> held_photos.Kept:
    return held_photos.keep(
        current_storage(),
        tickets=request.form.getlist(held_photos.FIELD),
        files=chosen_files(),
    )


def _page(view: CounterView) -> str:
    """Render the form. It never stays in a cache: the office's browser is everybody's."""
    keep_out_of_caches()
    return render_template(
        "console/counter.html", city=current_city(), form=view, pack_text=pack_text, local=local
    )
