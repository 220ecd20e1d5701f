"""`/petugas/inovasi/<id>/indeks`: self-assessment for the innovation index, the largest gaps first."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.console.innovation_parts import FAULTS, Failed
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.identity.rules import Permission
from citizenreport.programme import index, queries
from citizenreport.programme.index_rules import COMPLAINTS, LEVELS, gaps, score
from citizenreport.programme.instruments import instrument_of
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint(
    "innovation_index", __name__, url_prefix="/petugas/inovasi", template_folder="templates"
)

NUMBERS: Final = range(16, 36)


@bp.get("/<uuid:innovation_id>/indeks")
@requires(Permission.READ_INNOVATIONS)
def show(innovation_id: UUID) -> Response:
    """Show the indicators with their levels, what they ask for, and the points that result."""
    return _page(innovation_id)


@bp.post("/<uuid:innovation_id>/indeks")
@requires(
    Permission.WRITE_INNOVATIONS, Permission.ENDORSE_INNOVATIONS, Permission.DECIDE_INNOVATIONS
)
def assess(innovation_id: UUID) -> ResponseReturnValue:
    """Keep the levels and their evidence; all or none."""
    city, actor = current_city(), current_actor()
    given = {
        number: (form_text(f"tingkat-{number}"), form_text(f"bukti-{number}"))
        for number in NUMBERS
        if f"tingkat-{number}" in request.form
    }
    try:
        with transaction() as session:
            row = queries.innovation(session, city, actor, innovation_id)
            index.assess(session, city, actor, row, given, now=utcnow())
    except FAULTS as error:
        return _page(innovation_id, error)
    url = url_for("innovation_index.show", innovation_id=innovation_id, beres="simpan")
    return redirect(url, 303)


def _page(innovation_id: UUID, error: CitizenReportError | None = None) -> Response:
    city, actor = current_city(), current_actor()
    failed = Failed.of(error) if error else None
    with transaction() as session:
        row = queries.innovation(session, city, actor, innovation_id)
        said = index.levels_of(session, city, row)
        instrument = instrument_of(row.year)
        levels = {number: one.level for number, one in said.items()}
        html = render_template(
            "console/innovation_index.html",
            row=row,
            said=said,
            instrument=instrument,
            lines=gaps(instrument, levels),
            points=score(instrument, levels),
            levels=LEVELS,
            complaints=COMPLAINTS,
            typed=request.form,
            may_write=bool(queries.sides_of(city, actor, row.agency_code)),
            failed=failed,
            notice=_("Penilaian tersimpan.") if request.args.get("beres") == "simpan" else None,
        )
    return make_response(html, failed.status if failed else HTTPStatus.OK)
