"""`/petugas/tiket/kolom`: which columns of the list a person wants to see; kept for the next time."""

from typing import Final

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from citizenreport.console.queue_filters import address
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.triage import views
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor

bp = Blueprint("columns", __name__, url_prefix="/petugas/tiket")

COLUMNS: Final = {
    "keadaan": _n("Keadaan"),
    "instansi": _n("Instansi"),
    "prioritas": _n("Prioritas"),
    "masuk": _n("Laporan masuk"),
}
"""What may be left out or added; code, category and deadline always stand in the list."""
USUAL: Final = ("keadaan", "instansi")


@bp.post("/kolom")
@requires(Permission.READ_TICKETS)
def choose() -> ResponseReturnValue:
    """Keep which columns the person ticked; names nobody knows are left out."""
    ticked = [name for name in COLUMNS if name in request.form.getlist("kolom")]
    with transaction() as session:
        views.keep_columns(session, current_actor().staff_id, ticked)
    return redirect(address({}), 303)
