"""`/lacak`: code and secret open the reporter's own view; the secret never is in an address."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.rules import ReportNotFound
from citizenreport.pages.opened import (
    OtherReportOpen,
    SecretNeeded,
    forget_all,
    hold_pass,
    opened_report,
    own_field,
    part_number,
)
from citizenreport.pages.timeline import view_of
from citizenreport.web import passes
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limits import guessing
from citizenreport.web.translate import _

MAX_CODE_CHARS = 20  # with spaces and hyphens that people put in

NOTICES: Final[Mapping[str, str]] = {
    "tambahan": _n("Terima kasih, tambahan Anda sudah kami teruskan ke petugas."),
    "berubah": _n("Langkah itu sudah tidak perlu: keadaan laporan sudah berubah. Lihat di bawah."),
    "sudah-disanggah": _n(
        "Keberatan Anda sudah kami terima, jadi tidak perlu dikirim dua kali. "
        "Petugas memeriksa lagi; kabarnya tampil di sini."
    ),
    "sudah-ditutup": _n(
        "Laporan ini sudah ditutup. Bila masalahnya masih ada, kirim laporan baru."
    ),
    "sudah-ditarik": _n("Laporan ini sudah Anda tarik."),
    "kontak": _n("Kontak Anda sudah diubah."),
    "kontak-dihapus": _n("Kontak Anda sudah dihapus. Kami tidak akan menghubungi Anda lagi."),
}
"""What the page says about what was just done, by the word in its address."""

TYPED: Final = ("answer", "addition", "reason")
"""What somebody may have written at length in a form of the own report."""

bp = Blueprint("follow", __name__, template_folder="templates")


@bp.get("/lacak")
@public
def ask() -> ResponseReturnValue:
    """Ask for code and secret. A link in a mail brings the code (`?kode=`), never the secret."""
    keep_out_of_caches()
    return _asking(code=request.args.get("kode", "")[:MAX_CODE_CHARS])


@bp.post("/lacak")
@public
def enter() -> ResponseReturnValue:
    """Exchange code and secret for a cookie. A wrong secret gets the answer of an unknown code."""
    keep_out_of_caches()
    typed = request.form.get("code", "")
    own = passes.typed_pass(typed, request.form.get("secret", ""))
    try:
        with guessing(), transaction() as session:
            intake_queries.by_code_and_secret(
                session, current_keys(), tracking_code=own.code, secret=own.secret
            )
    except ReportNotFound:
        return _asking(code=typed, is_refused=True), 404
    response = make_response(redirect(url_for("follow.show"), 303))
    hold_pass(response, own)
    return response


@bp.get("/lacak/laporan")
@public
def show() -> ResponseReturnValue:
    """Show the reporter what happened and what comes next."""
    return for_its_reporter(lambda: timeline(faults={}))


@bp.post("/lacak/tutup")
@public
def close() -> ResponseReturnValue:
    """Have the browser forget which report it followed."""
    return forget(url_for("follow.ask"))


def timeline(*, faults: Mapping[str, str]) -> str:
    """Render the reporter's view. `faults`: what is wrong with what was typed into it, by field.

    Raises:
        ReportNotFound: this browser has opened nothing, or it opens nothing any more.
        SecretNeeded: a link has opened it, and it is confidential.
    """
    city = current_city()
    with transaction() as session:
        report = opened_report(session).report
        view = view_of(session, city, current_keys(), report, number=part_number())
    notice = NOTICES.get(request.args.get("pesan", ""))
    return render_template(
        "pages/follow.html",
        city=city,
        report=view,
        faults=faults,
        notice=_(notice) if notice else "",
    )


def for_its_reporter(work: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Do it for the report that this browser has opened, and keep it out of caches.

    Who has opened none is asked for one; who came by a link, and that is not enough, for the secret.
    """
    keep_out_of_caches()
    try:
        return work()
    except ReportNotFound:
        return forget(url_for("follow.ask"))
    except SecretNeeded as needed:
        return ask_again(needed)
    except OtherReportOpen as error:
        typed = [text for name in TYPED if (text := request.form.get(name, "").strip())]
        return render_template("pages/follow_other.html", error=error, typed=typed), 409


@bp.app_context_processor
def own_fields() -> dict[str, object]:
    """Give templates `own_field`."""
    return {"own_field": own_field}


def ask_again(needed: SecretNeeded) -> ResponseReturnValue:
    """Ask for the secret of a report whose code is known."""
    return _asking(code=needed.tracking_code, needs_secret=True)


def _asking(*, code: str = "", is_refused: bool = False, needs_secret: bool = False) -> str:
    return render_template(
        "pages/follow_ask.html",
        city=current_city(),
        code=code,
        is_refused=is_refused,
        needs_secret=needs_secret,
    )


def forget(url: str) -> ResponseReturnValue:
    """Have the browser forget its pass, and go somewhere else."""
    response = make_response(redirect(url, 303))
    forget_all(response)
    return response
