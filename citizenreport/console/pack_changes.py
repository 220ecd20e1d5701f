"""`/petugas/isi/perubahan`: a change of the pack that was decided, and taking it back."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities import edits
from citizenreport.cities.edit_models import PackChange
from citizenreport.console.edits.editors import EDITORS
from citizenreport.console.edits.faults import faults_of
from citizenreport.console.pack_edits import decision, newest_city, shown_changes
from citizenreport.core.db import transaction
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Permission
from citizenreport.pipeline import pack_change
from citizenreport.web.context import current_city, refresh_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.problems import describe

bp = Blueprint(
    "pack_changes", __name__, url_prefix="/petugas/isi/perubahan", template_folder="templates"
)


@bp.get("/<uuid:change_id>")
@requires(Permission.STEER_CITY)
def show(change_id: UUID) -> ResponseReturnValue:
    """Show what a change changes, who decided it and whether it holds."""
    return _render(change_id)


@bp.post("/<uuid:change_id>/batal")
@requires(Permission.STEER_CITY)
def undo(change_id: UUID) -> ResponseReturnValue:
    """Take a change back."""
    try:
        with transaction() as session:
            pack_change.undo(session, current_city(), change_id, decision=decision())
    except (InvalidInput, Conflict) as error:
        return _render(change_id, error=error)
    refresh_city()
    return redirect(url_for("pack_changes.show", change_id=change_id), 303)


def _render(change_id: UUID, *, error: InvalidInput | Conflict | None = None) -> Response:
    problem = describe(error) if error else None
    with transaction() as session:
        city = newest_city(session)
        row = pack_change.change_of(session, change_id)
        editor = EDITORS[row.kind]
        differing = edits.changes(
            edits.wanted(editor.kind, row.before, {}), edits.wanted(editor.kind, row.after, {})
        )
        html = render_template(
            "console/pack_change.html",
            row=row,
            editor=editor,
            changes=shown_changes(editor, city, differing),
            people=_people(session, row),
            may_undo=pack_change.may_undo(session, row),
            reason=form_text("reason") if error else "",
            problem=problem,
            faults=faults_of(city, error),
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def _people(session: Session, row: PackChange) -> dict[str, str]:
    ids = {one for one in (row.decided_by, row.undone_by) if one is not None}
    return {str(key): name for key, name in identity_queries.staff_names(session, ids).items()}
