"""`/lacak/data…`, `/lacak/hapus`: what is held about the reporter, and what they may do with it.

A link from a mail is not enough for any of it: whoever holds the secret is the reporter.
Source: UU 27/2022, articles 5 to 13.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import EXCLUDE, ValidationError, validate
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.intake.rules import NAME_MAX_CHARS, Contact, ErasedBy, OnHold
from citizenreport.pages.follow import for_its_reporter
from citizenreport.pages.opened import forget_all, opened_report
from citizenreport.pages.timeline import OwnView, view_of
from citizenreport.pipeline.correct import change_contact
from citizenreport.pipeline.erase import erase_report
from citizenreport.pipeline.person_export import acts_of_reading, person_export, zip_of
from citizenreport.triage.rules import TicketChanged
from citizenreport.web.context import current_city, current_keys, current_storage
from citizenreport.web.faults import faults_of
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limits import LimitReached, count_for_report
from citizenreport.web.problems import describe
from citizenreport.web.report_schema import EMAIL_MAX_CHARS, without_blanks
from citizenreport.web.translate import _
from citizenreport.web.wire import Email, WireSchema, text

PHONE_MAX_CHARS: Final = 30
READINGS: Final[Mapping[str, str]] = {
    "content_read": _n("Isi laporan dibuka petugas yang ditunjuk"),
    "contact_revealed": _n("Kontak Anda dibuka petugas, dengan alasan yang tercatat"),
}
SEALED: Final[Mapping[str, str]] = {
    "contact": _n("kontak"),
    "subject": _n("orang yang dilaporkan"),
    "description": _n("isi laporan"),
    "landmark": _n("patokan"),
    "answers": _n("jawaban pertanyaan"),
    "photos": _n("foto"),
}

bp = Blueprint("rights", __name__, url_prefix="/lacak", template_folder="templates")


class ContactSchema(WireSchema):
    """The form of a contact. Whatever is left empty is held no longer."""

    contact_name = text(NAME_MAX_CHARS, load_default=None)
    contact_email = Email(
        load_default=None,
        validate=validate.Length(max=EMAIL_MAX_CHARS, error=_n("Alamat email terlalu panjang.")),
    )
    contact_phone = text(PHONE_MAX_CHARS, load_default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What stands in the fields, and what is wrong with it."""

    values: Mapping[str, str]
    faults: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataView:
    """What the page shows, read before the transaction ends."""

    report: OwnView
    data: Mapping[str, Any]
    sealed: tuple[str, ...]
    readings: tuple[tuple[Any, str], ...]
    hold_reason: str | None


@bp.get("/data")
@public
def show() -> ResponseReturnValue:
    """Show everything that is held."""
    return _with_secret(lambda: _page(form=None))


@bp.post("/data/unduh")
@public
def download() -> ResponseReturnValue:
    """Send everything that is held, as a ZIP that is made while it is sent."""

    def work() -> ResponseReturnValue:
        with transaction() as session:
            opened = opened_report(session, needs_secret=True)
            count_for_report(opened.report.id)
            export = person_export(session, current_city(), current_keys(), opened.report)
        response = Response(zip_of(export, current_storage()), mimetype="application/zip")
        response.headers["Content-Disposition"] = 'attachment; filename="data-saya.zip"'
        return response

    return _with_secret(work)


@bp.post("/data/kontak")
@public
def correct() -> ResponseReturnValue:
    """Take another contact, or none."""
    return _with_secret(_correct)


@bp.get("/hapus")
@public
def ask_erase() -> ResponseReturnValue:
    """Say what goes and what stays, and ask once more."""
    return _with_secret(_ask_erase)


@bp.post("/hapus")
@public
def erase() -> ResponseReturnValue:
    """Erase the person behind the report."""
    return _with_secret(_erase)


@bp.get("/terhapus")
@public
def erased() -> str:
    """Say that it is done. The same for whoever comes: nothing is known any more."""
    keep_out_of_caches()
    return render_template("pages/erased.html", city=current_city())


def _with_secret(work: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Do it for who holds the secret; ask anybody else for it."""
    try:
        return for_its_reporter(work)
    except TicketChanged:
        return redirect(url_for("follow.show", pesan="berubah"), 303)


def _page(*, form: Form | None) -> str:
    city, keys = current_city(), current_keys()
    with transaction() as session:
        opened = opened_report(session, needs_secret=True)
        export = person_export(session, city, keys, opened.report)
        view = DataView(
            report=view_of(session, city, keys, opened.report),
            data=export.data,
            sealed=tuple(_(SEALED[name]) for name in export.data["sealed"]),
            readings=tuple(
                (at, _(READINGS[type_]))
                for at, type_ in acts_of_reading(session, opened.ticket)
                if type_ in READINGS
            ),
            hold_reason=_hold_reason(session, opened.report),
        )
    contact = {f"contact_{name}": value or "" for name, value in view.data["contact"].items()}
    return render_template(
        "pages/my_data.html",
        city=city,
        view=view,
        report=view.report,
        form=form or Form(values=contact, faults={}),
    )


def _correct() -> ResponseReturnValue:
    filled = {} if "remove" in request.form else without_blanks(request.form)
    try:
        values = ContactSchema(unknown=EXCLUDE).load(filled)
    except ValidationError as error:
        return _page(form=Form(values=request.form, faults=faults_of([error]))), 422
    contact = Contact(
        name=values["contact_name"], email=values["contact_email"], phone=values["contact_phone"]
    )
    try:
        with transaction() as session:
            opened = opened_report(session, needs_secret=True)
            count_for_report(opened.report.id)
            keys, now = current_keys(), utcnow()
            change_contact(session, keys, opened.report, opened.ticket, contact, now=now)
    except LimitReached as error:
        problem = describe(error)
        faults = {"contact_email": problem.detail or problem.title}
        page = _page(form=Form(values=request.form, faults=faults))
        return page, problem.status, dict(problem.headers)
    notice = "kontak-dihapus" if contact.is_empty else "kontak"
    return redirect(url_for("follow.show", pesan=notice), 303)


def _hold_reason(session: Session, report: Report) -> str | None:
    """Return why a report may not be erased now; None when it may."""
    hold = intake_queries.hold_on(session, report.id)
    if hold is None:
        return None
    data_key = intake_queries.data_key_of(session, current_keys(), report.id)
    return intake_queries.hold_reason(hold, data_key)


def _ask_erase() -> str:
    with transaction() as session:
        opened = opened_report(session, needs_secret=True)
        reason = _hold_reason(session, opened.report)
        view = view_of(session, current_city(), current_keys(), opened.report)
    return render_template("pages/erase.html", city=current_city(), report=view, hold_reason=reason)


def _erase() -> ResponseReturnValue:
    try:
        with transaction() as session:
            opened = opened_report(session, needs_secret=True)
            files = erase_report(
                session,
                current_city(),
                current_keys(),
                opened.report,
                how=ErasedBy.REPORTER,
                now=utcnow(),
            )
    except OnHold:
        return _ask_erase(), 409
    for key in files:
        current_storage().delete(key)
    response = make_response(redirect(url_for("rights.erased"), 303))
    forget_all(response)
    return response
