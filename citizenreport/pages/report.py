"""`/lapor`: choose what it is about, fill in, send, keep the code."""

from dataclasses import replace
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from citizenreport.cities.rules import Category
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, InvalidInput, TooMany
from citizenreport.intake.rules import (
    Draft,
    IdempotencyKeyInvalid,
    KeyReused,
    OutsideCity,
    ReportNotFound,
    check,
    check_idempotency_key,
)
from citizenreport.pages import similar
from citizenreport.pages.carried import Carried, carried, kept_photos
from citizenreport.pages.report_form import (
    aspect_groups,
    form_view,
)
from citizenreport.pages.report_pages import (
    WAYS,
    choosing_page,
    form_page,
    similar_page,
    start_page,
)
from citizenreport.pages.similar import Hint
from citizenreport.pages.timeline import own_view
from citizenreport.pipeline.submit import was_sent
from citizenreport.web import form_ticket, held_photos, passes
from citizenreport.web.context import current_city, current_keys, current_storage
from citizenreport.web.csrf import FIELD as CSRF_FIELD
from citizenreport.web.faults import faults_of
from citizenreport.web.forms import chosen_files
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.held_photos import Kept
from citizenreport.web.limits import limited
from citizenreport.web.locale import page_language
from citizenreport.web.pack_words import outside_of
from citizenreport.web.passes import Pass
from citizenreport.web.problems import describe
from citizenreport.web.proof import FIELD as PROOF_FIELD
from citizenreport.web.report_schema import (
    SEND_KEY,
    read_form,
    without_dropped_point,
)
from citizenreport.web.sending import RESIDENTS, send_report, words_of
from citizenreport.web.standing import Effort

bp = Blueprint("report", __name__, template_folder="templates")

ANOTHER: Final = "another"
NEEDS_NEW_KEY: Final = (KeyReused, IdempotencyKeyInvalid, form_ticket.FormTooOld)


@bp.get("/lapor")
@public
def ask() -> ResponseReturnValue:
    """Ask what it is about; with `?kategori=` the form of it, with `?mulai=` the photo or place."""
    category = current_city().categories.get(request.args.get("kategori", ""))
    if category is not None:
        return form_page(form_view(current_city(), category, MultiDict()))
    way = request.args.get("mulai", "")
    if way in WAYS:
        return start_page(way)
    return choosing_page(query=request.args.get("cari", ""))


@bp.post("/lapor/pilih")
@public
def choose() -> ResponseReturnValue:
    """Ask what it is about with a photo, a place or words already there; none of them is lost."""
    along = carried()
    way = request.form.get("mulai", "")
    if along.kept.faults and way in WAYS:
        return start_page(way, along), 422
    return choosing_page(along, query=request.form.get("cari", ""))


@bp.post("/lapor/isi")
@public
def begin() -> ResponseReturnValue:
    """Show the form without leaving its category in the address; what is there comes along.

    Protected categories are chosen this way, so that a browser's history does not tell of them.
    """
    along = carried()
    category = current_city().categories.get(request.form.get("category_code", ""))
    if category is None:
        return choosing_page(along)
    faults = faults_of(along.kept.faults)
    return form_page(
        form_view(current_city(), category, along.values, kept=along.kept, faults=faults)
    )


@bp.post("/lapor")
@limited(None)
@public
def send() -> ResponseReturnValue:
    """Take in the report; or show the form again with everything that was typed."""
    city = current_city()
    category = city.categories.get(request.form.get("category_code", ""))
    if category is None:
        return choosing_page(carried()), 422
    typed = without_dropped_point(request.form)
    draft, wrong = read_form(typed, city=city, locale=page_language())
    errors: list[Exception] = [wrong] if wrong else []
    try:
        check(city, draft, now=utcnow())
    except InvalidInput as error:
        errors.append(error)
    if errors:
        return _refused(category, draft, errors)
    if found := similar.unseen(city, draft):
        return _ask_about(category, draft, found)
    try:
        own = _submit(draft)
    except CitizenReportError as error:
        return _refused(category, draft, [error])
    wants_more = "1" if request.form.get(ANOTHER) else None
    response = make_response(redirect(url_for("report.sent", lagi=wants_more), 303))
    passes.give(response, passes.RECEIPT, own)
    return response


@bp.get("/lapor/terkirim")
@public
def sent() -> ResponseReturnValue:
    """Show code and secret; for a few minutes, and only to the browser that sent the report."""
    keep_out_of_caches()
    own = passes.held(passes.RECEIPT)
    if own is None:
        return render_template("pages/sent_before.html"), 404
    city = current_city()
    try:
        with transaction() as session:
            view = own_view(session, city, current_keys(), own)
    except ReportNotFound:
        return render_template("pages/sent_before.html"), 404
    next_one = Carried(values=MultiDict(view.place)) if request.args.get("lagi") else None
    return render_template(
        "pages/sent.html",
        city=city,
        report=view,
        own=own,
        next_one=next_one,
        groups=aspect_groups(city),
    )


@bp.post("/lapor/selesai")
@public
def done() -> ResponseReturnValue:
    """Have the browser forget the receipt."""
    response = make_response(redirect(url_for("front.show"), 303))
    passes.take_back(response, passes.RECEIPT)
    return response


def _submit(draft: Draft) -> Pass:
    """Send the report.

    Raises:
        InvalidInput, Unavailable: nothing was stored.
        FormTooOld: whether it was sent before is forgotten; the form comes back under another key.
    """
    key = check_idempotency_key(request.form.get(SEND_KEY, ""))
    _check_age(key)
    body = words_of(draft)
    secret = passes.readable_secret(current_keys(), send_key=key, body=body)
    submitted = send_report(
        replace(draft, client_secret=secret),
        door=RESIDENTS,
        idempotency_key=key,
        body=body,
        photos=chosen_files(),
        prepared=held_photos.take(current_storage(), request.form.getlist(held_photos.FIELD)),
        effort=_effort(key),
    )
    return Pass(code=submitted.tracking_code, secret=submitted.secret)


def _check_age(send_key: str) -> None:
    """Raise FormTooOld for a form of more than a day ago whose sending, if any, is not known any more."""
    keys, ticket = current_keys(), request.form.get(form_ticket.FIELD, "")
    if not form_ticket.is_too_old(keys, ticket, send_key, now=utcnow()):
        return
    with transaction() as session:
        if not was_sent(session, keys, door=RESIDENTS, key=send_key):
            raise form_ticket.FormTooOld


def _effort(send_key: str) -> Effort:
    """Return what the form was sent with: a proof of work, a ticket of ours, or neither."""
    ticket = request.form.get(form_ticket.FIELD, "")
    return Effort(
        proof=request.form.get(PROOF_FIELD, ""),
        has_ticket=form_ticket.is_good(current_keys(), ticket, send_key, now=utcnow()),
    )


def _ask_about(category: Category, draft: Draft, found: list[Hint]) -> ResponseReturnValue:
    """Show what is similar before sending. Everything typed goes along, photos are kept."""
    kept = kept_photos()
    if kept.faults:
        return _refused(category, draft, list(kept.faults), kept)
    view = form_view(current_city(), category, without_dropped_point(request.form))
    left_out = {CSRF_FIELD, held_photos.FIELD, similar.AS_NEW}
    typed = [pair for pair in view.values.items(multi=True) if pair[0] not in left_out]
    tickets = [(held_photos.FIELD, photo.ticket) for photo in kept.photos]
    return similar_page(view, found, [*typed, *tickets])


def _refused(
    category: Category, draft: Draft, errors: list[Exception], kept: Kept | None = None
) -> ResponseReturnValue:
    """Show the form again: what was typed stays, and photos are kept here until it is sent."""
    kept = kept or kept_photos()
    is_outside = any(isinstance(error, OutsideCity) for error in errors)
    outside = outside_of(current_city(), draft.position) if is_outside and draft.position else None
    shown = [error for error in errors if not isinstance(error, OutsideCity)]
    view = form_view(
        current_city(),
        category,
        without_dropped_point(request.form),
        faults=faults_of([*shown, *kept.faults]),
        outside=outside,
        kept=kept,
        is_new=any(isinstance(error, NEEDS_NEW_KEY) for error in errors),
        must_wait=any(isinstance(error, TooMany) for error in errors),
    )
    problem = describe(errors[0])
    return form_page(view), problem.status, dict(problem.headers)
