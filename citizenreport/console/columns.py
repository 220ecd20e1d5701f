"""`/petugas/tiket/kolom`: which columns of the list a person wants to see; kept for the next time."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.console.queue_filters import address, wish_args
from citizenreport.console.views import asked_wish
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.triage import views
from citizenreport.triage.searches import SearchNotFound
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
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
    """Keep which columns the person ticked and go back to the list; unknown names are left out.

    Raises BadFilter.
    """
    ticked = [name for name in COLUMNS if name in request.form.getlist("kolom")]
    with transaction() as session:
        views.keep_columns(session, current_actor().staff_id, ticked)
        return redirect(address(_filters(session, current_city())), 303)


def _filters(session: Session, city: City) -> Mapping[str, str]:
    """Return the filters of the list it was sent from; none when the words of a search are gone."""
    try:
        return wish_args(asked_wish(session, form_text("saringan"), city), city)
    except SearchNotFound:
        return {}
