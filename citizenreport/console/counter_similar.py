"""Released reports like the one somebody tells of at the counter, and joining one instead.

From published rows only, as in the resident's own form. A join is counted once for each form: the
office's browser is everybody's, so its cookie says nothing of who came.
"""

from datetime import date
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.console.counter_form import Known, counter_view
from citizenreport.core.clock import utcnow
from citizenreport.core.db import public_reading, transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.core.ids import new_public_id, normalise_tracking_code
from citizenreport.identity.rules import Permission
from citizenreport.intake.rules import Draft
from citizenreport.publication import queries as publication_queries
from citizenreport.publication import service as publication
from citizenreport.publication.models import PublishedReport
from citizenreport.storage.rules import is_key
from citizenreport.triage.states import LABELS, State
from citizenreport.web.ages import age_words
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.faults import faults_of
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limit_rules import JOIN
from citizenreport.web.limits import limited
from citizenreport.web.locale import page_language
from citizenreport.web.pack_words import local, pack_text, spaced
from citizenreport.web.problems import describe
from citizenreport.web.receipts import qr_svg
from citizenreport.web.report_schema import SEND_KEY, read_form, without_dropped_point
from citizenreport.web.similar_reports import distance_words, seen_codes, wanted_similar
from citizenreport.web.translate import _

bp = Blueprint(
    "counter_similar", __name__, url_prefix="/petugas/loket", template_folder="templates"
)

EXCERPT_CHARS: Final = 160


def known_reports(city: City, draft: Draft) -> list[Known]:
    """Return the released reports to offer before this one is taken; none for what is not public."""
    wanted = wanted_similar(city, draft)
    if wanted is None:
        return []
    today = city.local_date(utcnow())
    with public_reading() as session:
        found = publication_queries.similar(session, wanted)
        return [_known(city, row, metres, today=today) for row, metres in found]


def not_offered(city: City, draft: Draft) -> list[Known]:
    """Return the known reports, unless each was on the page that was sent."""
    found = known_reports(city, draft)
    return [] if {known.code for known in found} <= seen_codes() else found


@bp.post("/serupa")
@requires(Permission.TAKE_REPORT)
def show() -> str:
    """Show what is known of a place and a kind; posted, so that no log holds a place."""
    keep_out_of_caches()
    city = current_city()
    draft, _wrong = read_form(request.form, city=city, locale=page_language())
    return render_template("console/_counter_similar.html", similar=known_reports(city, draft))


@bp.post("/ikut")
@limited(JOIN)
@requires(Permission.TAKE_REPORT)
def join() -> ResponseReturnValue:
    """Count the person among those who see a released report's problem; no report is taken."""
    code = normalise_tracking_code(form_text("joined_code"))
    send_key = form_text(SEND_KEY)
    token = send_key if is_key(send_key) else new_public_id()
    city = current_city()
    try:
        with transaction() as session:
            publication.join(
                session,
                tracking_code=code,
                browser_hmac=current_keys().fingerprint("report-join", f"{code}\x1floket{token}"),
                today=city.local_date(utcnow()),
            )
    except CitizenReportError as error:
        return _refused(city, error)
    return make_response(redirect(url_for("counter_similar.joined", tracking_code=code), 303))


@bp.get("/ikut/<tracking_code>")
@requires(Permission.TAKE_REPORT)
def joined(tracking_code: str) -> str:
    """Show how the person follows the report they joined. Raises PublishedReportNotFound."""
    keep_out_of_caches()
    city = current_city()
    code = normalise_tracking_code(tracking_code)
    with public_reading() as session:
        row = publication_queries.by_code(session, code)
        known = _known(city, row, None, today=city.local_date(utcnow()))
    url = url_for("published.show", tracking_code=code, _external=True)
    return render_template(
        "console/counter_joined.html", known=known, url=url, qr_svg=qr_svg, spaced=spaced
    )


def _refused(city: City, error: CitizenReportError) -> ResponseReturnValue:
    """Show the form again with all of it: what was offered is settled or gone meanwhile."""
    keep_out_of_caches()
    typed = without_dropped_point(request.form)
    draft, _wrong = read_form(typed, city=city, locale=page_language())
    view = counter_view(
        city, typed, faults=faults_of([error]), similar=tuple(known_reports(city, draft))
    )
    html = render_template(
        "console/counter.html", city=city, form=view, pack_text=pack_text, local=local
    )
    return html, describe(error).status


def _known(city: City, row: PublishedReport, metres: float | None, *, today: date) -> Known:
    state = State(row.state)
    where = (distance_words(metres) or words.area_name(city, row.area_code), row.landmark)
    text = row.text
    if text is not None and len(text) > EXCERPT_CHARS:
        text = text[:EXCERPT_CHARS].rsplit(" ", 1)[0] + " …"
    return Known(
        code=row.tracking_code,
        text=text,
        where=" · ".join(part for part in where if part),
        age=age_words((today - row.submitted_on).days),
        state=_(LABELS[state]),
        tone=words.STATE_TONES.get(state, ""),
    )
