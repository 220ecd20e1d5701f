"""`/petugas/indikator`: the state of the numbers; figures of other bodies, entered with their document."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.console.indicator_state import state_of
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, Conflict, InvalidInput
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.imported import enter, evidence, imported_values
from citizenreport.indicators.rules.definitions import Definition, Status
from citizenreport.indicators.rules.imported import MAX_EVIDENCE_BYTES, SCALES, Given
from citizenreport.publication.snapshots.rules import SIGNERS
from citizenreport.web.context import current_city, current_storage
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.indicators import UNIT_NAMES, imported_number
from citizenreport.web.locale import page_language
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint(
    "imported_indicators", __name__, url_prefix="/petugas/indikator", template_folder="templates"
)

NOTICES: Final = {"simpan": _n("Angka tersimpan dan sudah tampil di halaman indikator.")}


@bp.get("")
@requires(Permission.ENTER_INDICATORS)
def show() -> Response:
    """Show how the numbers stand, the figures there are, and the form."""
    return _render()


@bp.post("")
@requires(Permission.ENTER_INDICATORS)
def add() -> ResponseReturnValue:
    """Keep a figure; what is wrong with it is said above the form, filled in as it was."""
    given = Given(
        code=form_text("code"),
        year=form_text("year"),
        value=form_text("value"),
        source=form_text("source"),
        correction=form_text("correction"),
        evidence=_document(),
    )
    try:
        with transaction() as session:
            enter(
                session,
                current_city(),
                current_storage(),
                given,
                actor_id=current_actor().staff_id,
                now=utcnow(),
            )
    except (InvalidInput, Conflict) as error:
        return _render(error)
    return redirect(url_for("imported_indicators.show", beres="simpan"), 303)


@bp.get("/bukti/<indicator_code>/<int:year>/<int:revision>")
@requires(Permission.ENTER_INDICATORS)
def document(indicator_code: str, year: int, revision: int) -> Response:
    """Give the document of a figure, to be saved and never shown in place."""
    with transaction() as session:
        content = evidence(session, current_storage(), indicator_code, year, revision)
    response = Response(content, mimetype="application/pdf")
    name = f"bukti-{indicator_code}-{year}-{revision}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _document() -> bytes:
    file = request.files.get("evidence")
    return file.stream.read(MAX_EVIDENCE_BYTES + 1) if file is not None else b""


def _render(error: CitizenReportError | None = None) -> Response:
    problem = describe(error) if error else None
    chosen = {d.code: d for d in all_definitions().values() if d.status is Status.IMPORTED}
    with transaction() as session:
        found = imported_values(session)
        state = state_of(session, current_city(), now=utcnow())
    html = render_template(
        "console/imported_indicators.html",
        choices=[(d.code, _choice(d)) for d in chosen.values()],
        state=state,
        needed=SIGNERS,
        lines=[(v, _name(all_definitions()[v.code]), imported_number(v)) for v in reversed(found)],
        typed=request.form,
        notice=_(NOTICES[notice]) if (notice := request.args.get("beres")) in NOTICES else None,
        problem=problem,
        faulty=(error.pointer or "#/").removeprefix("#/") if error else "",
    )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def _name(definition: Definition) -> str:
    return definition.names.get(page_language(), definition.names["id"])


def _choice(definition: Definition) -> str:
    """Return a name with its unit and scale, so that the number is written as it should be."""
    low, high = SCALES[definition.unit]
    unit = _(UNIT_NAMES[definition.unit])
    return f"{definition.code} {_name(definition)} ({unit}, {low}–{high})"
