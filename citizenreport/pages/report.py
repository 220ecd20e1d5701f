"""`/lapor`: choose what it is about, fill in, send, keep the code."""

from dataclasses import replace

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from citizenreport.cities.rules import Category
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, InvalidInput
from citizenreport.intake.photos import MAX_PHOTO_BYTES, MAX_PHOTOS, TooManyPhotos
from citizenreport.intake.rules import (
    Draft,
    IdempotencyKeyInvalid,
    KeyReused,
    OutsideCity,
    ReportNotFound,
    check,
    check_idempotency_key,
)
from citizenreport.pages import passes, words
from citizenreport.pages.passes import Pass
from citizenreport.pages.report_form import (
    FormView,
    aspect_groups,
    faults_of,
    form_view,
    outside_of,
)
from citizenreport.pages.report_schema import (
    PLACE_FIELDS,
    SEND_KEY,
    fingerprint_of,
    read_form,
    without_dropped_point,
)
from citizenreport.pages.timeline import own_view
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.locale import page_language
from citizenreport.web.problems import describe
from citizenreport.web.sending import send_report

bp = Blueprint("report", __name__, template_folder="templates")

DOOR = "form"


@bp.get("/lapor")
@public
def ask() -> ResponseReturnValue:
    """Ask what it is about; with `?kategori=`, show the form of that category."""
    category = current_city().categories.get(request.args.get("kategori", ""))
    if category is None:
        return _choosing(MultiDict())
    return _form(form_view(current_city(), category, MultiDict()))


@bp.post("/lapor/isi")
@public
def begin() -> ResponseReturnValue:
    """Show the form without leaving its category in the address; a place may come along.

    Protected categories are chosen this way, so that a browser's history does not tell of them.
    """
    place = MultiDict((name, request.form[name]) for name in PLACE_FIELDS if name in request.form)
    category = current_city().categories.get(request.form.get("category_code", ""))
    if category is None:
        return _choosing(place)
    return _form(form_view(current_city(), category, place))


@bp.post("/lapor")
@public
def send() -> ResponseReturnValue:
    """Take in the report; or show the form again with everything that was typed."""
    city = current_city()
    category = city.categories.get(request.form.get("category_code", ""))
    if category is None:
        return _choosing(MultiDict(request.form)), 422
    typed = without_dropped_point(request.form)
    draft, wrong = read_form(typed, city=city, locale=page_language())
    errors: list[Exception] = [wrong] if wrong else []
    try:
        check(city, draft, now=utcnow())
    except InvalidInput as error:
        errors.append(error)
    if errors:
        return _refused(category, draft, errors)
    try:
        own = _submit(draft)
    except CitizenReportError as error:
        return _refused(category, draft, [error])
    response = make_response(redirect(url_for("report.sent"), 303))
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
    return render_template("pages/sent.html", city=city, report=view, own=own)


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
    """
    key = check_idempotency_key(request.form.get(SEND_KEY, ""))
    body = fingerprint_of(request.form)
    secret = passes.readable_secret(current_keys(), send_key=key, body=body)
    submitted = send_report(
        replace(draft, client_secret=secret),
        door=DOOR,
        idempotency_key=key,
        body=body,
        photos=_photos(),
    )
    return Pass(code=submitted.tracking_code, secret=submitted.secret)


def _photos() -> list[bytes]:
    """Return the photos that were chosen; an empty file field sends one without a name.

    Raises:
        TooManyPhotos: before any of them is decoded.
    """
    files = [file for file in request.files.getlist("photos") if file.filename]
    if len(files) > MAX_PHOTOS:
        raise TooManyPhotos(pointer="#/photos")
    return [file.stream.read(MAX_PHOTO_BYTES + 1) for file in files]


def _choosing(place: "MultiDict[str, str]") -> str:
    city = current_city()
    return render_template(
        "pages/choose.html",
        city=city,
        groups=aspect_groups(city),
        numbers=words.verified_numbers(city),
        place=place,
    )


def _form(view: FormView) -> str:
    """Render the form; one for a protected category leaves nothing in a cache."""
    if view.is_confidential or request.method == "POST":
        keep_out_of_caches()
    return render_template("pages/report.html", city=current_city(), form=view)


def _refused(category: Category, draft: Draft, errors: list[Exception]) -> ResponseReturnValue:
    """Show the form again: what was typed stays; photos a browser never gives back."""
    is_outside = any(isinstance(error, OutsideCity) for error in errors)
    outside = outside_of(current_city(), draft.position) if is_outside and draft.position else None
    shown = [error for error in errors if not isinstance(error, OutsideCity)]
    view = form_view(
        current_city(),
        category,
        without_dropped_point(request.form),
        faults=faults_of(shown),
        outside=outside,
        has_lost_photos=any(file.filename for file in request.files.getlist("photos")),
        is_new=any(isinstance(error, KeyReused | IdempotencyKeyInvalid) for error in errors),
    )
    return _form(view), describe(errors[0]).status
